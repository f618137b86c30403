import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import * as z from 'zod';
import type {
  TraceFilter,
  TraceGroup,
  TraceGroupPage,
  TraceGroupsParams,
  TraceGrouping,
} from '../../protocol/browse.ts';
import type { Database } from './database.ts';
import { decodeCursor, encodeCursor } from '../questions/cursor.ts';
import { localDate, localDayRange, startOfLocalDay } from './localDays.ts';
import { traceConditions, type Traces } from './traceFilter.ts';

const halfDay = 43_200_000;

/** The agent of a trace's task. */
const agentName = sql<string | null>`(
  select a.agent_name from agent_task_results as a where a.task_id = t.id and a.project_id = t.project_id
)`;

const keys: Record<Exclude<TraceGrouping, 'day'>, RawBuilder<string | null>> = {
  session: sql<string | null>`t.session_id`,
  user: sql<string | null>`t.user_id`,
  name: sql<string | null>`t.name`,
  agent: agentName,
};

/** The condition that a trace is in a group. @param group as in TraceGroup.key */
export function withinGroup(
  grouping: TraceGrouping,
  group: string | null,
  timeZone: string,
): (eb: Traces) => Expression<SqlBool> {
  if (grouping === 'day') {
    const range = group === null ? null : localDayRange(group, timeZone);
    return (eb) =>
      range === null
        ? sql<SqlBool>`1 = 0`
        : eb.and([eb('t.created_at', '>=', range.start), eb('t.created_at', '<', range.end)]);
  }
  const key = keys[grouping];
  return () => (group === null ? sql<SqlBool>`${key} is null` : sql<SqlBool>`${key} = ${group}`);
}

interface Totals {
  readonly traces: number;
  readonly costUsd: number | null;
}

async function totalsOf({ db, dialect }: Database, filter: TraceFilter): Promise<Totals> {
  const row = await db
    .selectFrom('llm_traces as t')
    .select((eb) => [eb.fn.countAll<number>().as('traces'), eb.fn.sum<number | null>('t.total_cost_usd').as('cost')])
    .where((eb) => traceConditions(eb, dialect, filter))
    .executeTakeFirstOrThrow();
  return { traces: row.traces, costUsd: row.cost };
}

async function newestBefore({ db, dialect }: Database, filter: TraceFilter): Promise<string | null> {
  const row = await db
    .selectFrom('llm_traces as t')
    .select('t.created_at')
    .where((eb) => traceConditions(eb, dialect, filter))
    .orderBy('t.created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.created_at ?? null;
}

const withRange = (filter: TraceFilter, start: string, end: string): TraceFilter => ({
  ...filter,
  scope: { ...filter.scope, range: { start, end } },
});

/** Walks from day to day with traces, so that only the days that are shown are read. */
async function dayGroups(
  database: Database,
  { filter, timeZone, limit, cursor }: TraceGroupsParams,
): Promise<TraceGroupPage> {
  const { start, end } = filter.scope.range;
  const groups: TraceGroup[] = [];
  let before = cursor ? decodeCursor(cursor, z.tuple([z.string()]))[0] : end;
  for (;;) {
    const newestAt = start < before ? await newestBefore(database, withRange(filter, start, before)) : null;
    if (newestAt === null) {
      return { groups, nextCursor: null };
    }
    if (groups.length === limit) {
      return { groups, nextCursor: encodeCursor([before]) };
    }
    const begins = startOfLocalDay(newestAt, timeZone);
    const from = begins > start ? begins : start;
    const totals = await totalsOf(database, withRange(filter, from, before));
    groups.push({ key: localDate(Date.parse(begins) + halfDay, timeZone), newestAt, ...totals });
    before = from;
  }
}

/** Groups by a value of the trace, those with the newest traces first. */
async function valueGroups(
  { db, dialect }: Database,
  key: RawBuilder<string | null>,
  { filter, limit, cursor }: TraceGroupsParams,
): Promise<TraceGroupPage> {
  const newest = sql<string>`max(t.created_at)`;
  let select = db
    .selectFrom('llm_traces as t')
    .select((eb) => [
      key.as('key'),
      eb.fn.countAll<number>().as('traces'),
      eb.fn.sum<number | null>('t.total_cost_usd').as('costUsd'),
      eb.fn.max('t.created_at').as('newestAt'),
    ])
    .where((eb) => traceConditions(eb, dialect, filter))
    .groupBy(key)
    .orderBy(newest, 'desc')
    .orderBy(sql`coalesce(${key}, '')`)
    .limit(limit + 1);
  if (cursor) {
    const [at, value] = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    select = select.having(sql<SqlBool>`${newest} < ${at} or (${newest} = ${at} and coalesce(${key}, '') > ${value})`);
  }
  const rows = await select.execute();
  const groups = rows.slice(0, limit);
  const last = groups.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { groups, nextCursor: more ? encodeCursor([last.newestAt, last.key ?? '']) : null };
}

export function traceGroups(database: Database, params: TraceGroupsParams): Promise<TraceGroupPage> {
  return params.grouping === 'day' ? dayGroups(database, params) : valueGroups(database, keys[params.grouping], params);
}
