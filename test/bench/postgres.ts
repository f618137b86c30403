/**
 * Upserts 200,000 generations into PostgreSQL twice in one run, into the same tables and indexes:
 * through the store, and as the loop that one writes first, multi-row INSERT … ON CONFLICT. Asserts
 * that the store is at least `leastRatio` times as fast.
 */
import pg from 'pg';
import { systemClock, silentLog } from '../../src/engine/ports.ts';
import { parseConfig } from '../../src/engine/config/config.ts';
import { openStore } from '../../src/engine/store/openStore.ts';
import type { BulkRow, MetricsStore } from '../../src/engine/store/store.ts';
import { PostgresServer } from '../integration/postgres/postgresServer.ts';
import { generation } from '../unit/store/fixture.ts';

const count = Number(process.env.BENCH_ROWS ?? 200_000);
const rowsPerTransaction = 1000;
/** What fits: a statement takes 65,535 parameters, a generation has 47. */
const rowsPerInsert = 1000;
const leastRatio = 1.5;

/** Spread over the key space as random ids are, the same in every run. */
const id = (index: number, digits: number): string =>
  ((BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(digits, '0').slice(-digits);

function row(index: number): BulkRow<'llm_generations'> {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
  const input = 100 + (index % 900);
  return generation(id(index, 16), {
    trace_id: id(Math.floor(index / 8), 32),
    parent_observation_id: id(index + 1, 16),
    created_at: at,
    updated_at: at,
    ingested_at: at,
    end_time: at,
    name: 'answer',
    trace_name: 'support',
    environment: 'production',
    user_id: `user-${index % 500}`,
    session_id: `session-${index % 5000}`,
    tags: '["support","beta"]',
    latency_seconds: 1.25,
    model: 'gpt-4o-mini',
    provider: 'openai',
    input_tokens: input,
    output_tokens: 50,
    total_tokens: input + 50,
    usage_details: JSON.stringify({ input, output: 50, total: input + 50 }),
    cost_usd: input * 1e-6,
    input_cost_usd: input * 9e-7,
    output_cost_usd: input * 1e-7,
    cost_source: 'langfuse',
    cost_details: JSON.stringify({ input: input * 9e-7, output: input * 1e-7, total: input * 1e-6 }),
    model_parameters: '{"temperature":0.2}',
    metadata: JSON.stringify({ agent: 'support', customer: `c-${index % 300}`, attempt: index % 3 }),
    prompt_text: 'Summarise this ticket. '.repeat(20),
    completion_text: 'The customer asks for a refund. '.repeat(15),
  });
}

function* batches(): Generator<BulkRow<'llm_generations'>[]> {
  for (let start = 0; start < count; start += rowsPerTransaction) {
    yield Array.from({ length: Math.min(rowsPerTransaction, count - start) }, (_, index) => row(start + index));
  }
}

/** Seconds that `work` takes for all rows; making them does not count. */
async function timed(work: (rows: BulkRow<'llm_generations'>[]) => Promise<void>): Promise<number> {
  let milliseconds = 0;
  for (const rows of batches()) {
    const began = performance.now();
    await work(rows);
    milliseconds += performance.now() - began;
  }
  return milliseconds / 1000;
}

function open(server: PostgresServer, database: string): MetricsStore {
  const config = parseConfig(
    { workspace: '/', database: { backend: 'postgres', postgres: { connectionString: server.url(database) } } },
    (name) => name,
  );
  return openStore({ config, clock: systemClock, log: silentLog, purpose: 'bench', onLockWait: () => undefined });
}

async function storeSeconds(server: PostgresServer): Promise<number> {
  const store = open(server, await server.createDatabase());
  await store.setup();
  const seconds = await timed(async (rows) => {
    await store.write((transaction) => transaction.upsert('llm_generations', rows));
  });
  await store.close();
  return seconds;
}

async function loopSeconds(server: PostgresServer): Promise<number> {
  const database = await server.createDatabase();
  const store = open(server, database);
  await store.setup();
  await store.close();
  const client = new pg.Client(server.url(database));
  await client.connect();
  const { rows: known } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'llm_generations'`,
  );
  const columns = known.map(({ name }) => name);
  const names = columns.map((column) => `"${column}"`).join(', ');
  const assignments = columns.map((column) => `"${column}" = excluded."${column}"`).join(', ');
  const seconds = await timed(async (rows) => {
    await client.query('BEGIN');
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      const some = rows.slice(start, start + rowsPerInsert) as unknown as Record<string, unknown>[];
      const values = some.map(
        (_, index) => `(${columns.map((__, column) => `$${index * columns.length + column + 1}`).join(', ')})`,
      );
      await client.query(
        `INSERT INTO llm_generations (${names}) VALUES ${values.join(', ')}
         ON CONFLICT (project_id, trace_id, id) DO UPDATE SET ${assignments}
         WHERE excluded.updated_at > llm_generations.updated_at`,
        some.flatMap((given) => columns.map((column) => given[column] ?? null)),
      );
    }
    await client.query('COMMIT');
  });
  await client.end();
  return seconds;
}

const rate = (seconds: number): string => `${Math.round(count / seconds)} rows/s (${seconds.toFixed(1)} s)`;

const server = await PostgresServer.start({ settings: [] });
try {
  const ours = await storeSeconds(server);
  const theirs = await loopSeconds(server);
  const ratio = theirs / ours;
  console.log(`PostgreSQL, ${count} generations: store ${rate(ours)}, INSERT … ON CONFLICT loop ${rate(theirs)}`);
  console.log(`ratio ${ratio.toFixed(2)} (at least ${leastRatio})`);
  if (ratio < leastRatio) {
    process.exitCode = 1;
  }
} finally {
  await server.remove();
}
