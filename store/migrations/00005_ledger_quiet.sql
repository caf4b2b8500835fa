-- Clients that were found to be quiet: the days that their rhythm was learnt from go with the retention, this stays as
-- long as the client. It is about a client's last call: with the next one it says nothing any more.

-- +goose Up
CREATE TABLE ledger_quiet (
	tenant     TEXT   NOT NULL,
	client     TEXT   NOT NULL,
	last_seen  BIGINT NOT NULL,
	rhythm     TEXT   NOT NULL,
	quiet_from BIGINT NOT NULL,
	PRIMARY KEY (tenant, client),
	FOREIGN KEY (tenant, client) REFERENCES ledger_clients (tenant, client)
) /*clustered*/;
