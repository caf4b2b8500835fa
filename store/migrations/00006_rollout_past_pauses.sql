-- Pauses of the rollout that are over: a brownout that one of them fell into was not held to its end.

-- +goose Up
CREATE TABLE rollout_past_pauses (
	since  BIGINT NOT NULL PRIMARY KEY,
	until  BIGINT NOT NULL,
	who    TEXT   NOT NULL,
	reason TEXT   NOT NULL
) /*clustered*/;
