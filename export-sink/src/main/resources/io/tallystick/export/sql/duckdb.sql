-- The ledger's evidence as tables, for DuckDB. Start it in the directory that holds v1:
--   duckdb -init v1/sql/duckdb.sql
-- Columns are named and payloads kept as JSON text: guessed types misread large integers and names that differ only in
-- case. DuckDB prints numbers with a fraction anew (1.10 becomes 1.1); whole numbers of any size, names and their order stay,
-- and the bytes that were committed to are in the file. These views read; they do not verify. See v1/README.md for that,
-- and for queries to begin with. A window without its checkpoint is not finished, and not here.

CREATE OR REPLACE VIEW lines AS
SELECT tenant, dt, window_start, entry, context, contextSalt, payload, payload64, salt
FROM read_json(
    'v1/tenant=*/dt=*/window_start=*/chain-*.ndjson.zst',
    format = 'newline_delimited',
    compression = 'zstd',
    hive_partitioning = true,
    hive_types_autocast = false,
    filename = true,
    columns = {
        entry: 'JSON',
        context: 'JSON',
        contextSalt: 'VARCHAR',
        payload: 'JSON',
        payload64: 'VARCHAR',
        salt: 'VARCHAR'
    })
WHERE parse_dirpath(filename) IN (
    SELECT parse_dirpath(file) FROM glob('v1/tenant=*/dt=*/window_start=*/checkpoint'));

CREATE OR REPLACE VIEW entries AS
SELECT
    tenant,
    CAST(dt AS DATE) AS day,
    window_start,
    entry ->> '$.chain' AS chain,
    CAST(entry ->> '$.seq' AS BIGINT) AS seq,
    CAST(entry ->> '$.recorded' AS TIMESTAMPTZ) AS recorded,
    entry ->> '$.kind' AS kind,
    entry ->> '$.id' AS id,
    entry ->> '$.type' AS type,
    entry ->> '$.producer' AS producer,
    entry ->> '$.time' AS time,
    entry ->> '$.reason' AS reason,
    CAST(entry ->> '$.duplicateOf' AS BIGINT) AS duplicate_of,
    CAST(entry ->> '$.source.from' AS BIGINT) AS source_from,
    CAST(entry ->> '$.source.next' AS BIGINT) AS source_next,
    CAST(entry ->> '$.payload.bytes' AS BIGINT) AS payload_bytes,
    payload,
    payload64,
    context ->> '$.subject' AS subject,
    context ->> '$.actor' AS actor,
    context
FROM lines;
