/**
 * The tables behind the limiter, the same on SQLite and PostgreSQL but for the names of types. The
 * Python client opens the same file, so whoever changes this changes `schemaVersion`.
 */
export const schemaVersion = 1;
/** "LFRL": marks our files in SQLite's header (PRAGMA application_id). */
export const applicationId = 0x4c_46_52_4c;

interface Types {
  readonly serial: string;
  readonly integer: string;
  readonly time: string;
}

const tables = ({ serial, integer, time }: Types): readonly string[] => [
  // One row for each set of calls that share limits. `model` is a name or a pattern with *; `tier` is
  // '' for any. `state` is all that admission depends on, as JSON; `limits` is for people and views.
  `CREATE TABLE limit_pools (
    id ${serial},
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tier TEXT NOT NULL,
    limits TEXT NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (provider, model, tier)
  )`,
  // What was used, in buckets: level 0 is 100 ms wide and keeps a minute, level 1 is 6 s and keeps an
  // hour, level 2 is 144 s and keeps a day. Times are milliseconds of the pool's clock.
  `CREATE TABLE limit_usage (
    pool_id ${integer} NOT NULL,
    level ${integer} NOT NULL,
    starts_at ${integer} NOT NULL,
    last_at ${integer} NOT NULL,
    requests ${integer} NOT NULL,
    tokens ${integer} NOT NULL,
    input_tokens ${integer} NOT NULL,
    output_tokens ${integer} NOT NULL,
    PRIMARY KEY (pool_id, level, starts_at)
  )`,
  // Calls that were admitted. settled: 0 open, 1 reported, 2 lost and counted at its estimate.
  // later_*: what is counted when the call is reported or lost.
  `CREATE TABLE limit_reservations (
    id ${serial},
    nonce ${integer} NOT NULL,
    pool_id ${integer} NOT NULL,
    reserved_at ${integer} NOT NULL,
    lease_until ${integer} NOT NULL,
    requests ${integer} NOT NULL,
    tokens ${integer} NOT NULL,
    input_tokens ${integer} NOT NULL,
    output_tokens ${integer} NOT NULL,
    later_tokens ${integer} NOT NULL,
    later_output_tokens ${integer} NOT NULL,
    settled ${integer} NOT NULL
  )`,
  `CREATE INDEX limit_reservations_later ON limit_reservations (pool_id, lease_until)
    WHERE settled = 0 AND later_output_tokens > 0`,
  // Who waits, in the order of \`place\`. A ticket whose holder was not seen for a while is void.
  `CREATE TABLE limit_tickets (
    number ${serial},
    id TEXT NOT NULL UNIQUE,
    pool_id ${integer} NOT NULL,
    place ${integer} NOT NULL,
    seen_at ${integer} NOT NULL,
    requests ${integer} NOT NULL,
    tokens ${integer} NOT NULL,
    input_tokens ${integer} NOT NULL,
    output_tokens ${integer} NOT NULL
  )`,
  `CREATE INDEX limit_tickets_place ON limit_tickets (pool_id, place, number)`,
  // Providers that are paused as a whole, also for pools to come. Milliseconds of the wall clock.
  `CREATE TABLE limit_pauses (provider TEXT PRIMARY KEY, until ${integer} NOT NULL)`,
  // The limits file that was last found good, and what it says.
  `CREATE TABLE limit_file (id ${integer} PRIMARY KEY, source TEXT NOT NULL, rules TEXT NOT NULL)`,
  // The queue. \`place\`, \`due_at\` (wall clock) and \`lease_until\` (the pool's clock) are milliseconds.
  `CREATE TABLE scheduled_requests (
    id ${serial},
    request_id TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tier TEXT NOT NULL,
    scheduled_time ${time} NOT NULL,
    actual_execution_time ${time},
    created_at ${time} NOT NULL,
    priority ${integer} NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'pending',
    estimated_tokens ${integer},
    execution_result TEXT,
    error_message TEXT,
    input_tokens ${integer},
    max_output_tokens ${integer},
    payload TEXT NOT NULL,
    attempts ${integer} NOT NULL DEFAULT 0,
    max_attempts ${integer} NOT NULL,
    pool_id ${integer} NOT NULL,
    place ${integer} NOT NULL,
    due_at ${integer} NOT NULL,
    lease TEXT,
    lease_until ${integer},
    reservation TEXT
  )`,
  `CREATE INDEX idx_scheduled_lookup ON scheduled_requests (provider, model, tier, status, scheduled_time)`,
  `CREATE INDEX idx_scheduled_order ON scheduled_requests (pool_id, status, place, id)`,
];

/** A window of the clock, from the buckets that fall into it: minutes of the last hour, hours of the last day, and today. */
const countersView = (dialect: {
  readonly iso: (milliseconds: string) => string;
  readonly limit: (dimension: string) => string;
}): string => `CREATE VIEW rate_limit_counters AS
  SELECT
    pool.provider, pool.model, pool.tier,
    ${dialect.iso('used.window_start')} AS window_start,
    ${dialect.iso('used.window_start + used.width')} AS window_end,
    used.window_type,
    used.request_count, used.token_count, used.input_token_count, used.output_token_count,
    ${dialect.limit('requests')} AS request_limit,
    ${dialect.limit('tokens')} AS token_limit,
    ${dialect.iso('used.updated_at')} AS updated_at
  FROM limit_pools AS pool JOIN (
    SELECT
      bucket.pool_id, kind.window_type, kind.width,
      bucket.starts_at - bucket.starts_at % kind.width AS window_start,
      sum(bucket.requests) AS request_count, sum(bucket.tokens) AS token_count,
      sum(bucket.input_tokens) AS input_token_count, sum(bucket.output_tokens) AS output_token_count,
      max(bucket.last_at) AS updated_at
    FROM limit_usage AS bucket
    JOIN (SELECT pool_id, max(last_at) AS newest FROM limit_usage GROUP BY pool_id) AS latest
      ON latest.pool_id = bucket.pool_id
    JOIN (
      SELECT 'minute' AS window_type, 60000 AS width, 1 AS finest, 3600000 AS kept
      UNION ALL SELECT 'hour', 3600000, 2, 86400000
      UNION ALL SELECT 'day', 86400000, 2, 86400000
    ) AS kind ON bucket.level <= kind.finest
      -- Of older windows, part has been dropped already.
      AND bucket.starts_at - bucket.starts_at % kind.width > latest.newest - kind.kept
    GROUP BY bucket.pool_id, kind.window_type, kind.width, bucket.starts_at - bucket.starts_at % kind.width
  ) AS used ON used.pool_id = pool.id`;

export const sqliteSchema: readonly string[] = [
  ...tables({ serial: 'INTEGER PRIMARY KEY', integer: 'INTEGER', time: 'TEXT' }).map((statement) =>
    statement.replace(/(PRIMARY KEY \(pool_id, level, starts_at\)\s+\))$/, '$1 WITHOUT ROWID'),
  ),
  countersView({
    iso: (milliseconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', (${milliseconds}) / 1000.0, 'unixepoch')`,
    limit: (dimension) => `json_extract(pool.limits, '$.${dimension}.' || used.window_type)`,
  }),
];

export const postgresSchema: readonly string[] = [
  ...tables({
    serial: 'BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY',
    integer: 'BIGINT',
    time: 'TIMESTAMPTZ',
  }),
  countersView({
    iso: (milliseconds) => `to_timestamp((${milliseconds}) / 1000.0)`,
    limit: (dimension) => `(pool.limits::jsonb -> '${dimension}' ->> used.window_type)::bigint`,
  }),
];
