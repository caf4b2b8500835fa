package store

// LedgerShape is the kind of the marks that are shapes of queries.
const LedgerShape = "query"

// sumBlocks and sumBlockMarks sum up days and marks; a condition and the grouping by block follow. Both engines lack
// an aggregate "or" in common: the bits of days differ, so that their sum is the union, and each bit of the options is
// summed up by itself.
const (
	sumBlocks = `INSERT INTO ledger_blocks
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
FROM ledger_days`
	sumBlockMarks = `INSERT INTO ledger_block_marks
SELECT tenant, client, report, day / 32, kind, name, CAST(SUM(calls) AS BIGINT)
FROM ledger_marks`
)
