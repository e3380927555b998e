-- The ledger's evidence as a table, for Amazon Athena. Put the bucket's name in both places, then run each statement.
-- Folders hold other files beside the data, so lines that are no JSON are passed over and the view takes data files only.
-- It reads; it does not verify. See v1/README.md for that. Windows that are not finished yet, without a checkpoint, show
-- here, too.

CREATE EXTERNAL TABLE ledger_lines (
    entry string,
    context string,
    contextSalt string,
    payload string,
    payload64 string,
    salt string
)
PARTITIONED BY (tenant string, dt string, window_start string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true', 'mapping.contextsalt' = 'contextSalt')
LOCATION 's3://BUCKET/v1/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.tenant.type' = 'injected',
    'projection.dt.type' = 'date',
    'projection.dt.format' = 'yyyy-MM-dd',
    'projection.dt.range' = '2026-01-01,NOW',
    'projection.window_start.type' = 'injected',
    'storage.location.template' = 's3://BUCKET/v1/tenant=${tenant}/dt=${dt}/window_start=${window_start}/'
);

CREATE OR REPLACE VIEW ledger_entries AS
SELECT
    tenant,
    dt,
    window_start,
    json_extract_scalar(entry, '$.chain') AS chain,
    CAST(json_extract_scalar(entry, '$.seq') AS bigint) AS seq,
    from_iso8601_timestamp(json_extract_scalar(entry, '$.recorded')) AS recorded,
    json_extract_scalar(entry, '$.kind') AS kind,
    json_extract_scalar(entry, '$.id') AS id,
    json_extract_scalar(entry, '$.type') AS type,
    json_extract_scalar(entry, '$.producer') AS producer,
    json_extract_scalar(entry, '$.reason') AS reason,
    payload,
    payload64,
    context
FROM ledger_lines
WHERE "$path" LIKE '%.ndjson.zst';

-- Tenant and window must be named in each query:
-- SELECT * FROM ledger_entries WHERE tenant = 'acme' AND dt = '2026-11-21' AND window_start = '20261121T031500Z';
