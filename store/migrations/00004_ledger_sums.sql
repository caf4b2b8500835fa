-- What the ledger tells at a glance: sums over blocks of 32 UTC days (block = day / 32), in which day n of the block is
-- bit n, and what a brownout did to each client.

-- +goose Up
CREATE TABLE ledger_blocks (
	tenant       TEXT    NOT NULL,
	client       TEXT    NOT NULL,
	report       TEXT    NOT NULL,
	block        INTEGER NOT NULL,
	called_on    BIGINT  NOT NULL,
	served_on    BIGINT  NOT NULL,
	covered_on   BIGINT  NOT NULL,
	filled_on    BIGINT  NOT NULL,
	calls        BIGINT  NOT NULL,
	served       BIGINT  NOT NULL,
	hits         BIGINT  NOT NULL,
	entries      BIGINT  NOT NULL,
	empties      BIGINT  NOT NULL,
	unfinished   BIGINT  NOT NULL,
	uncovered    BIGINT  NOT NULL,
	refused      BIGINT  NOT NULL,
	denied       BIGINT  NOT NULL,
	errors       BIGINT  NOT NULL,
	brownouts    BIGINT  NOT NULL,
	bytes        BIGINT  NOT NULL,
	atom         BIGINT  NOT NULL,
	verbose_json BIGINT  NOT NULL,
	light_json   BIGINT  NOT NULL,
	other_format BIGINT  NOT NULL,
	options      BIGINT  NOT NULL,
	behind       BIGINT  NOT NULL,
	PRIMARY KEY (tenant, client, report, block),
	FOREIGN KEY (tenant, client) REFERENCES ledger_clients (tenant, client)
) /*clustered*/;

-- Names by block: those of ledger_marks, and the shapes of queries, which are kept here only.
CREATE TABLE ledger_block_marks (
	tenant TEXT    NOT NULL,
	client TEXT    NOT NULL,
	report TEXT    NOT NULL,
	block  INTEGER NOT NULL,
	kind   TEXT    NOT NULL,
	name   TEXT    NOT NULL,
	calls  BIGINT  NOT NULL,
	PRIMARY KEY (tenant, client, report, block, kind, name),
	FOREIGN KEY (tenant, client) REFERENCES ledger_clients (tenant, client)
) /*clustered*/;

-- begins is the start of the window; 0 in an instant: none.
CREATE TABLE ledger_brownouts (
	tenant TEXT   NOT NULL,
	client TEXT   NOT NULL,
	report TEXT   NOT NULL,
	begins BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	first  BIGINT NOT NULL,
	last   BIGINT NOT NULL,
	served BIGINT NOT NULL,
	PRIMARY KEY (tenant, client, report, begins),
	FOREIGN KEY (tenant, client) REFERENCES ledger_clients (tenant, client)
) /*clustered*/;

-- What is done once by all processes together: done says that it was, else holder is at it until a time.
CREATE TABLE ledger_turns (
	name   TEXT    NOT NULL,
	due    BIGINT  NOT NULL,
	holder TEXT    NOT NULL,
	until  BIGINT  NOT NULL,
	done   INTEGER NOT NULL,
	PRIMARY KEY (name, due)
) /*clustered*/;

-- A day has one row a client and report, so that the sum of its bits is their union.
INSERT INTO ledger_blocks
SELECT tenant, client, report, day / 32,
	CAST(SUM(CAST(1 AS BIGINT) << (day % 32)) AS BIGINT),
	CAST(SUM(CASE WHEN served > 0 THEN CAST(1 AS BIGINT) << (day % 32) ELSE 0 END) AS BIGINT),
	CAST(SUM(CASE WHEN served > uncovered THEN CAST(1 AS BIGINT) << (day % 32) ELSE 0 END) AS BIGINT),
	CAST(SUM(CASE WHEN served > empties THEN CAST(1 AS BIGINT) << (day % 32) ELSE 0 END) AS BIGINT),
	CAST(SUM(calls) AS BIGINT), CAST(SUM(served) AS BIGINT), CAST(SUM(hits) AS BIGINT), CAST(SUM(entries) AS BIGINT),
	CAST(SUM(empties) AS BIGINT), CAST(SUM(unfinished) AS BIGINT), CAST(SUM(uncovered) AS BIGINT), CAST(SUM(refused) AS BIGINT),
	CAST(SUM(denied) AS BIGINT), CAST(SUM(errors) AS BIGINT), CAST(SUM(brownouts) AS BIGINT), CAST(SUM(bytes) AS BIGINT),
	CAST(SUM(atom) AS BIGINT), CAST(SUM(verbose_json) AS BIGINT), CAST(SUM(light_json) AS BIGINT), CAST(SUM(other_format) AS BIGINT),
	MAX(options & 1) + MAX(options & 2) + MAX(options & 4) + MAX(options & 8) + MAX(options & 16) + MAX(options & 32) + MAX(options & 64) + MAX(options & 128) +
	MAX(options & 256) + MAX(options & 512) + MAX(options & 1024) + MAX(options & 2048) + MAX(options & 4096) + MAX(options & 8192) + MAX(options & 16384) + MAX(options & 32768),
	MAX(behind)
FROM ledger_days GROUP BY tenant, client, report, day / 32;

INSERT INTO ledger_block_marks
SELECT tenant, client, report, day / 32, kind, name, CAST(SUM(calls) AS BIGINT)
FROM ledger_marks
GROUP BY tenant, client, report, day / 32, kind, name;
