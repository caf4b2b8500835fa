-- The ledger: who calls, by client, report and UTC day. Counts only ever grow by what a writer adds.

-- +goose Up
CREATE TABLE ledger_clients (
	tenant     TEXT    NOT NULL,
	client     TEXT    NOT NULL,
	principal  TEXT    NOT NULL,
	claimed    INTEGER NOT NULL,
	agent      TEXT    NOT NULL,
	address    TEXT    NOT NULL,
	user_agent TEXT    NOT NULL,
	seen_from  TEXT    NOT NULL,
	first_seen BIGINT  NOT NULL,
	last_seen  BIGINT  NOT NULL,
	PRIMARY KEY (tenant, client)
) /*clustered*/;

CREATE TABLE ledger_days (
	tenant       TEXT    NOT NULL,
	client       TEXT    NOT NULL,
	report       TEXT    NOT NULL,
	day          INTEGER NOT NULL,
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
	PRIMARY KEY (tenant, client, report, day),
	FOREIGN KEY (tenant, client) REFERENCES ledger_clients (tenant, client)
) /*clustered*/;

-- What has names that are not known beforehand: zones, classes of refusals.
CREATE TABLE ledger_marks (
	tenant TEXT    NOT NULL,
	client TEXT    NOT NULL,
	report TEXT    NOT NULL,
	day    INTEGER NOT NULL,
	kind   TEXT    NOT NULL,
	name   TEXT    NOT NULL,
	calls  BIGINT  NOT NULL,
	PRIMARY KEY (tenant, client, report, day, kind, name),
	FOREIGN KEY (tenant, client) REFERENCES ledger_clients (tenant, client)
) /*clustered*/;

-- The last batch of each process that is stored, so that one sent again is not counted again.
CREATE TABLE ledger_writers (
	writer TEXT   NOT NULL PRIMARY KEY,
	seq    BIGINT NOT NULL,
	at     BIGINT NOT NULL
) /*clustered*/;

-- The key of hashed identities, hexadecimal.
CREATE TABLE ledger_keys (
	name   TEXT NOT NULL PRIMARY KEY,
	secret TEXT NOT NULL
) /*clustered*/;
