-- What operators, or the gateway itself, did to the plan of the rollout.

-- +goose Up
-- One row at most, named 'pause': its absence says that the rollout is not paused.
CREATE TABLE rollout_pauses (
	name   TEXT   NOT NULL PRIMARY KEY,
	since  BIGINT NOT NULL,
	who    TEXT   NOT NULL,
	reason TEXT   NOT NULL
) /*clustered*/;

-- Brownouts that were ended ahead of their time, by the instant of their planned beginning.
CREATE TABLE rollout_stops (
	begins BIGINT NOT NULL PRIMARY KEY,
	at     BIGINT NOT NULL,
	client TEXT   NOT NULL,
	report TEXT   NOT NULL
) /*clustered*/;
