-- One schema for SQLite and PostgreSQL: only types and clauses that both read alike. /*clustered*/ becomes
-- WITHOUT ROWID on SQLite, so that a tenant's rows lie together and stand in the file once, not twice.
-- Days count from 1970-01-01; instants are nanoseconds from then, UTC; minutes are whole.

-- +goose Up
CREATE TABLE tenants (
	id      TEXT   NOT NULL PRIMARY KEY,
	version BIGINT NOT NULL,
	stored  BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE days (
	tenant  TEXT    NOT NULL REFERENCES tenants (id),
	day     INTEGER NOT NULL,
	audio   BIGINT  NOT NULL CHECK (audio >= 0),
	video   BIGINT  NOT NULL CHECK (video >= 0),
	source  TEXT    NOT NULL,
	fetched BIGINT  NOT NULL,
	PRIMARY KEY (tenant, day)
) /*clustered*/;

-- Observations of other lengths than a UTC day: the local days of saved legacy answers.
CREATE TABLE spans (
	tenant  TEXT   NOT NULL REFERENCES tenants (id),
	begins  BIGINT NOT NULL,
	ends    BIGINT NOT NULL CHECK (ends > begins),
	audio   BIGINT NOT NULL CHECK (audio >= 0),
	video   BIGINT NOT NULL CHECK (video >= 0),
	source  TEXT   NOT NULL,
	fetched BIGINT NOT NULL,
	PRIMARY KEY (tenant, begins)
) /*clustered*/;

-- Weeks and months of saved legacy answers, by the last local date of the period.
CREATE TABLE totals (
	tenant  TEXT    NOT NULL REFERENCES tenants (id),
	report  TEXT    NOT NULL,
	zone    TEXT    NOT NULL,
	day     INTEGER NOT NULL,
	audio   BIGINT  NOT NULL CHECK (audio >= 0),
	video   BIGINT  NOT NULL CHECK (video >= 0),
	source  TEXT    NOT NULL,
	fetched BIGINT  NOT NULL,
	PRIMARY KEY (tenant, report, zone, day)
) /*clustered*/;

-- What a value was before a later one took its place. A version changes a thing once at most, hence the key.
CREATE TABLE corrections (
	tenant    TEXT   NOT NULL REFERENCES tenants (id),
	version   BIGINT NOT NULL,
	kind      TEXT   NOT NULL,
	what      TEXT   NOT NULL,
	old_audio BIGINT NOT NULL,
	old_video BIGINT NOT NULL,
	new_audio BIGINT NOT NULL,
	new_video BIGINT NOT NULL,
	source    TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (tenant, version, kind, what)
) /*clustered*/;

-- The state of a tenant's refreshing, a JSON object; it may exist before the tenant has any data.
CREATE TABLE refreshes (
	tenant TEXT NOT NULL PRIMARY KEY,
	state  TEXT NOT NULL
) /*clustered*/;

CREATE TABLE leases (
	name   TEXT   NOT NULL PRIMARY KEY,
	holder TEXT   NOT NULL,
	until  BIGINT NOT NULL
) /*clustered*/;
