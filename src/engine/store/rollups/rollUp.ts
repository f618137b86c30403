import { sql, type Kysely } from 'kysely';
import { providerOf } from '../../export/modelName.ts';
import type { MetricsSchema, UsageRollupsTable } from '../schema.ts';
import type { SqlDialect } from '../sqlDialect.ts';
import type { WriteTransaction } from '../store.ts';
import { allCalls, allFallbacks, callColumns, selectSums, type CallSums } from './calls.ts';
import { LatencySketch } from './latencySketch.ts';
import {
  dimensions,
  mergeAlike,
  mergeRows,
  noMeasures,
  roundSums,
  type UsageDimensions,
  type UsageRow,
} from './usageRows.ts';

const hourMilliseconds = 3_600_000;
const levels = { hour: ['hour', 'modelHour'], day: ['day', 'modelDay'] } as const;

type Level = UsageRollupsTable['level'];

/** What one of several hours amounts to, row by row. */
interface HourRow {
  readonly hour: string;
  readonly row: UsageRow;
}

/**
 * Takes the hours in rollup_queue into usage_rollups, and no others: each is computed whole from its
 * rows, so that it matters neither how often nor in which order that is done. In the transaction of
 * the writes that it follows, readers see both or neither.
 * @param projectId null: of all projects
 * @returns how many hours it took in
 */
export async function rollUp(
  transaction: WriteTransaction,
  dialect: SqlDialect,
  projectId: string | null,
): Promise<number> {
  const { db } = transaction;
  // First of all: deleting waits for other transactions that have noted an hour, so that their rows are seen.
  const queued = await db
    .deleteFrom('rollup_queue')
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId ?? ''))
    .returningAll()
    .execute();
  const days = Map.groupBy(queued, (row) => JSON.stringify([row.project_id, row.hour.slice(0, 10)]));
  for (const [, rows] of days) {
    const [first] = rows;
    if (first !== undefined) {
      await rollUpDay(transaction, dialect, first.project_id, rows.map(({ hour }) => hour).sort());
    }
  }
  return queued.length;
}

/** Notes every hour that has calls or fallbacks and forgets what they amounted to: the next roll-up makes all anew. */
export async function queueEverything(db: Kysely<MetricsSchema>, dialect: SqlDialect): Promise<void> {
  await db.deleteFrom('usage_rollups').execute();
  await sql`
    INSERT INTO rollup_queue (project_id, hour)
    SELECT project_id, hour FROM (
      SELECT project_id, ${dialect.hourOf(sql.ref('created_at'))} AS hour FROM llm_generations
      UNION
      SELECT project_id, ${dialect.hourOf(sql.ref('created_at'))} AS hour FROM llm_events WHERE event_type = 'fallback'
    ) AS found
    WHERE true
    ON CONFLICT DO NOTHING`.execute(db);
}

/** @param hours of one UTC day, in order */
async function rollUpDay(
  transaction: WriteTransaction,
  dialect: SqlDialect,
  projectId: string,
  hours: readonly string[],
): Promise<void> {
  const { db } = transaction;
  const fresh: HourRow[] = [];
  for (const { from, to } of runsOf(hours)) {
    fresh.push(...(await callsByHour(db, dialect, projectId, from, to)));
    fresh.push(...(await fallbacksByHour(db, dialect, projectId, from, to)));
  }
  const byHour = Map.groupBy(fresh, ({ hour }) => hour);
  await remove(db, projectId, levels.hour, hours);
  const rows = hours.flatMap((hour) => {
    const own = mergeAlike((byHour.get(hour) ?? []).map(({ row }) => row));
    return [...placed('hour', hour, projectId, own), ...placed('modelHour', hour, projectId, byModel(own))];
  });
  const day = `${(hours[0] ?? '').slice(0, 10)}T00:00:00.000Z`;
  const others = await otherHours(db, projectId, day, hours);
  const whole = mergeAlike([...others, ...fresh.map(({ row }) => row)]);
  await remove(db, projectId, levels.day, [day]);
  rows.push(...placed('day', day, projectId, whole), ...placed('modelDay', day, projectId, byModel(whole)));
  await transaction.insertNew('usage_rollups', rows, 0);
}

/** Neighbouring hours together: `from` inclusive, `to` exclusive. */
function runsOf(hours: readonly string[]): { readonly from: string; readonly to: string }[] {
  const runs: { from: string; to: string }[] = [];
  for (const hour of hours) {
    const last = runs.at(-1);
    const next = new Date(Date.parse(hour) + hourMilliseconds).toISOString();
    if (last?.to === hour) {
      last.to = next;
    } else {
      runs.push({ from: hour, to: next });
    }
  }
  return runs;
}

async function callsByHour(
  db: Kysely<MetricsSchema>,
  dialect: SqlDialect,
  projectId: string,
  from: string,
  to: string,
): Promise<HourRow[]> {
  const calls = allCalls(db)
    .where('call.project_id', '=', projectId)
    .where('call.created_at', '>=', from)
    .where('call.created_at', '<', to)
    .select((eb) => [
      dialect.hourOf(eb.ref('call.created_at')).as('hour'),
      callColumns.kind.as('kind'),
      'call.provider',
      'call.model',
      'call.environment',
      'call.prompt_name',
      'call.prompt_version',
      callColumns.traceName.as('trace_name'),
    ])
    .groupBy((eb) => [
      sql.ref('hour'),
      sql.ref('kind'),
      eb.ref('call.provider'),
      eb.ref('call.model'),
      eb.ref('call.environment'),
      eb.ref('call.prompt_name'),
      eb.ref('call.prompt_version'),
      callColumns.traceName,
    ]);
  const groups = await selectSums(calls, dialect).execute();
  return groups.map((group) => ({ hour: group.hour, row: callsRow(group) }));
}

/** Column by column: an object made of all but a few members of another took longer than reading it from SQLite. */
function callsRow(group: UsageDimensions & CallSums): UsageRow {
  return roundSums({
    kind: group.kind,
    provider: group.provider,
    model: group.model,
    environment: group.environment,
    prompt_name: group.prompt_name,
    prompt_version: group.prompt_version,
    trace_name: group.trace_name,
    calls: group.calls,
    errors: group.errors,
    not_primary: group.not_primary,
    fallbacks: 0,
    calls_with_tokens: group.calls_with_tokens,
    input_tokens: group.input_tokens,
    cached_tokens: group.cached_tokens,
    output_tokens: group.output_tokens,
    reasoning_tokens: group.reasoning_tokens,
    total_tokens: group.total_tokens,
    calls_with_cost: group.calls_with_cost,
    cost_usd: group.cost_usd,
    input_cost_usd: group.input_cost_usd,
    output_cost_usd: group.output_cost_usd,
    cached_cost_usd: group.cached_cost_usd,
    timed_output_tokens: group.timed_output_tokens,
    output_seconds: group.output_seconds,
    latency_seconds: group.latency_seconds,
    first_token_seconds: group.first_token_seconds,
    latency_sketch: sketchOf(group.latencies),
    first_token_sketch: sketchOf(group.first_tokens),
  });
}

/** @param values seconds, with blanks between */
export function sketchOf(values: string | null): string | null {
  if (values === null) {
    return null;
  }
  const sketch = new LatencySketch();
  for (const value of values.split(' ')) {
    sketch.add(Number(value));
  }
  return sketch.toText();
}

async function fallbacksByHour(
  db: Kysely<MetricsSchema>,
  dialect: SqlDialect,
  projectId: string,
  from: string,
  to: string,
): Promise<HourRow[]> {
  const groups = await allFallbacks(db)
    .where('event.project_id', '=', projectId)
    .where('event.created_at', '>=', from)
    .where('event.created_at', '<', to)
    .select((eb) => [
      dialect.hourOf(eb.ref('event.created_at')).as('hour'),
      'event.original_model as model',
      'event.environment',
      sql<string | null>`coalesce(trace.name, event.trace_name)`.as('trace_name'),
      eb.fn.countAll<number>().as('fallbacks'),
    ])
    .groupBy((eb) => [
      sql.ref('hour'),
      eb.ref('event.original_model'),
      eb.ref('event.environment'),
      sql`coalesce(trace.name, event.trace_name)`,
    ])
    .execute();
  return groups.map(({ hour, ...group }) => ({
    hour,
    row: {
      ...noMeasures,
      ...group,
      kind: 'fallback',
      provider: providerOf(group.model),
      prompt_name: null,
      prompt_version: null,
    },
  }));
}

/** What the hours of a day that are not being computed anew amount to. */
function otherHours(
  db: Kysely<MetricsSchema>,
  projectId: string,
  day: string,
  hours: readonly string[],
): Promise<UsageRow[]> {
  return db
    .selectFrom('usage_rollups')
    .select([...dimensions, ...(Object.keys(noMeasures) as (keyof typeof noMeasures)[])])
    .where('level', '=', 'hour')
    .where('start', '>=', day)
    .where('start', '<', new Date(Date.parse(day) + 24 * hourMilliseconds).toISOString())
    .where('start', 'not in', hours)
    .where('project_id', '=', projectId)
    .execute();
}

async function remove(
  db: Kysely<MetricsSchema>,
  projectId: string,
  of: readonly Level[],
  starts: readonly string[],
): Promise<void> {
  await db
    .deleteFrom('usage_rollups')
    .where('level', 'in', of)
    .where('start', 'in', starts)
    .where('project_id', '=', projectId)
    .execute();
}

function byModel(rows: readonly UsageRow[]): UsageRow[] {
  return mergeRows(rows, ({ kind, provider, model, environment }) => ({
    kind,
    provider,
    model,
    environment,
    prompt_name: null,
    prompt_version: null,
    trace_name: null,
  }));
}

function placed(level: Level, start: string, projectId: string, rows: readonly UsageRow[]): UsageRollupsTable[] {
  return rows.map((row, slot) => ({ ...row, level, start, project_id: projectId, slot }));
}
