import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { Scope, ScopeFilters } from '../../../protocol/scope.ts';
import { isoTime } from '../../export/intervals.ts';
import { providerOf } from '../../export/modelName.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { callColumns, selectSums } from '../../store/rollups/calls.ts';
import { sketchOf } from '../../store/rollups/rollUp.ts';
import type { UsageDimensions, UsageMeasures } from '../../store/rollups/usageRows.ts';
import { fallbackEvents } from '../fallbacks/fallbackEvents.ts';
import type { UsageRollupsTable } from '../../store/schema.ts';
import { CallSums, type SummedRow } from './callSums.ts';
import { callsInScope } from './callsInScope.ts';
import type { TimeBuckets } from './timeBuckets.ts';
import { planUsage, type Piece, type Span } from './usagePlan.ts';

export type Dimension = Exclude<keyof UsageDimensions, 'kind'>;
type Key = Readonly<Partial<Record<Dimension, string | number | null>>>;

/** Calls of one combination of the dimensions asked for, in one bucket. */
export interface UsageGroup {
  readonly key: Key;
  /** Number of its bucket; 0 where none were asked for. */
  readonly bucket: number;
  readonly sums: CallSums;
}

export interface UsageOptions {
  readonly by: readonly Dimension[];
  /**
   * Null for the whole range. By bucket only what points over time show is summed: calls, errors,
   * fallbacks, total tokens, cost and latency.
   */
  readonly buckets: TimeBuckets | null;
  /** False leaves out latencies and times to the first token, half of the work; true when absent. */
  readonly latency?: boolean;
}

type Row = Key & SummedRow & { readonly bucket: number; readonly sign: 1 | -1 };

/**
 * What the calls of a scope amount to, from rollups as far as they go. Fallbacks are those away from a
 * model; they have no prompt.
 */
export async function usageGroups(
  context: QuestionContext,
  scope: Scope,
  options: UsageOptions,
): Promise<readonly UsageGroup[]> {
  const { range, filters = {} } = scope;
  const whole = { from: Date.parse(range.start), to: Date.parse(range.end) };
  const plan = onlyInCalls(filters)
    ? { pieces: [], raw: [whole] }
    : planUsage(options.buckets?.spans(range) ?? [whole], {
        stale: await staleHours(context, scope),
        everyDimension: [...options.by, ...filteredDimensions(filters)].some((dimension) => !ofModel.has(dimension)),
        subtract: options.buckets !== null,
      });
  const groups = new Groups(options.by);
  if (plan.pieces.length > 0) {
    groups.add(await rolledUp(context, scope, plan.pieces, options));
  }
  for (const span of plan.raw) {
    groups.add(await fromCalls(context, within(scope, span), options));
  }
  // Rollups tell no prompt of a fallback.
  for (const span of filters.prompts === undefined ? plan.raw : [whole]) {
    groups.add(await fromEvents(context, within(scope, span), options));
  }
  return groups.all();
}

class Groups {
  readonly #by: readonly Dimension[];
  readonly #groups = new Map<string, UsageGroup>();

  constructor(by: readonly Dimension[]) {
    this.#by = by;
  }

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const values = this.#by.map((dimension) => row[dimension] ?? null);
      const id = JSON.stringify([row.bucket, ...values]);
      let group = this.#groups.get(id);
      if (group === undefined) {
        const key = Object.fromEntries(this.#by.map((dimension, index) => [dimension, values[index] ?? null]));
        group = { key, bucket: row.bucket, sums: new CallSums() };
        this.#groups.set(id, group);
      }
      group.sums.add(row, row.sign);
    }
  }

  all(): readonly UsageGroup[] {
    return [...this.#groups.values()];
  }
}

const within = (scope: Scope, { from, to }: Span): Scope => ({
  ...scope,
  range: { start: isoTime(from), end: isoTime(to) },
});

/** All that the model levels tell apart. */
const ofModel: ReadonlySet<Dimension> = new Set(['provider', 'model', 'environment']);

const onlyInCalls = ({ agents, users, sessions, tags }: ScopeFilters): boolean =>
  [agents, users, sessions, tags].some((filter) => filter !== undefined);

function filteredDimensions(filters: ScopeFilters): Dimension[] {
  const filtered: readonly (readonly [Dimension, unknown])[] = [
    ['provider', filters.providers],
    ['model', filters.models],
    ['environment', filters.environments],
    ['prompt_name', filters.prompts],
    ['prompt_version', filters.promptVersions],
    ['trace_name', filters.traceNames],
  ];
  return filtered.flatMap(([dimension, values]) => (values === undefined ? [] : [dimension]));
}

async function staleHours({ db }: QuestionContext, { range, projectId }: Scope): Promise<ReadonlySet<number>> {
  const day = 86_400_000;
  const rows = await db
    .selectFrom('rollup_queue')
    .select('hour')
    .distinct()
    .where('hour', '>=', isoTime(Math.floor(Date.parse(range.start) / day) * day))
    .where('hour', '<', isoTime(Math.ceil(Date.parse(range.end) / day) * day))
    .$if(projectId != null, (query) => query.where('project_id', '=', projectId ?? ''))
    .execute();
  return new Set(rows.map(({ hour }) => Date.parse(hour)));
}

const always: readonly (keyof UsageMeasures)[] = [
  'calls',
  'errors',
  'fallbacks',
  'calls_with_tokens',
  'total_tokens',
  'calls_with_cost',
  'cost_usd',
  'latency_seconds',
];
const inTotal: readonly (keyof UsageMeasures)[] = [
  'not_primary',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'input_cost_usd',
  'output_cost_usd',
  'cached_cost_usd',
  'timed_output_tokens',
  'output_seconds',
  'first_token_seconds',
];

async function rolledUp(
  { db, dialect }: QuestionContext,
  scope: Scope,
  pieces: readonly Piece[],
  { by, buckets, latency = true }: UsageOptions,
): Promise<readonly Row[]> {
  const values = pieces.map(
    ({ level, from, to }, index) =>
      sql`(${sql.lit(index)}, ${sql.lit(level)}, ${dialect.time(isoTime(from))}, ${dialect.time(isoTime(to))})`,
  );
  const columns = [sql.ref('piece.number'), ...(['kind', ...by] as const).map((name) => sql.ref(`used.${name}`))];
  const measures = (buckets === null ? [...always, ...inTotal] : always).map(
    (name) => sql`sum(${sql.ref(`used.${name}`)}) AS ${sql.ref(name)}`,
  );
  const timed = buckets === null ? ['latency_sketch', 'first_token_sketch'] : ['latency_sketch'];
  const sketches = (latency ? timed : []).map(
    (name) => sql`${dialect.joined(sql.ref(`used.${name}`))} AS ${sql.ref(name)}`,
  );
  // A cross join keeps SQLite from looking for pieces row by row.
  const { rows } = await sql<Omit<Row, 'bucket'> & { readonly number: number }>`
    WITH piece (number, level, starts, ends) AS (VALUES ${sql.join(values)})
    SELECT ${sql.join([...columns, ...measures, ...sketches])}
    FROM piece CROSS JOIN usage_rollups AS used
    WHERE used.level = piece.level AND used.start >= piece.starts AND used.start < piece.ends
      AND ${sql.join(conditions(scope), sql` AND `)}
    GROUP BY ${sql.join(columns)}`.execute(db);
  return rows.flatMap((row) =>
    (pieces[row.number]?.uses ?? []).map(({ span, sign }) => ({ ...row, bucket: span, sign })),
  );
}

function conditions({ projectId, filters = {} }: Scope): readonly Expression<SqlBool>[] {
  const { models, providers, environments, prompts, promptVersions, traceNames } = filters;
  const isOneOf = (column: string, values: readonly (string | number)[] | undefined): Expression<SqlBool>[] =>
    values === undefined ? [] : [sql`${sql.ref(`used.${column}`)} IN (${sql.join(values)})`];
  return [
    sql`1 = 1`,
    ...(projectId == null ? [] : isOneOf('project_id', [projectId])),
    ...isOneOf('model', models),
    ...isOneOf('provider', providers),
    ...isOneOf('environment', environments),
    ...isOneOf('prompt_name', prompts),
    ...isOneOf('prompt_version', promptVersions),
    ...isOneOf('trace_name', traceNames),
  ];
}

const callDimensions = {
  provider: sql`call.provider`,
  model: sql`call.model`,
  environment: sql`call.environment`,
  prompt_name: sql`call.prompt_name`,
  prompt_version: sql`call.prompt_version`,
  trace_name: callColumns.traceName,
} as const satisfies Readonly<Record<Dimension, RawBuilder<unknown>>>;

/** What a row of calls or events is grouped by. */
type Grouped = Key & { readonly kind: UsageRollupsTable['kind']; readonly hour?: string };

async function fromCalls(
  context: QuestionContext,
  scope: Scope,
  { by, buckets, latency = true }: UsageOptions,
): Promise<readonly Row[]> {
  const columns: Readonly<Record<string, RawBuilder<unknown>>> = {
    kind: callColumns.kind,
    ...Object.fromEntries(by.map((name) => [name, callDimensions[name]])),
    ...(buckets === null ? {} : { hour: context.dialect.hourOf(sql.ref('call.created_at')) }),
  };
  const query = callsInScope(context, scope)
    .select(Object.entries(columns).map(([name, column]) => column.as(name)))
    .groupBy(Object.values(columns))
    .$castTo<Grouped>();
  const rows = await selectSums(query, context.dialect).execute();
  return rows.map(({ latencies, first_tokens, hour, ...row }) => ({
    ...row,
    bucket: bucketOf(hour, buckets),
    sign: 1,
    latency_sketch: latency ? sketchOf(latencies) : null,
    first_token_sketch: latency ? sketchOf(first_tokens) : null,
  }));
}

/** Buckets begin at whole hours, so each hour lies in one of them. */
function bucketOf(hour: string | null | undefined, buckets: TimeBuckets | null): number {
  return buckets === null || hour == null ? 0 : buckets.indexOf(Date.parse(hour));
}

async function fromEvents(context: QuestionContext, scope: Scope, { buckets }: UsageOptions): Promise<readonly Row[]> {
  const columns: Readonly<Record<string, RawBuilder<unknown>>> = {
    model: sql`event.original_model`,
    environment: sql`event.environment`,
    trace_name: sql`coalesce(trace.name, event.trace_name)`,
    ...(buckets === null ? {} : { hour: context.dialect.hourOf(sql.ref('event.created_at')) }),
  };
  const groups = await fallbackEvents(context, scope)
    .select(Object.entries(columns).map(([name, column]) => column.as(name)))
    .groupBy(Object.values(columns))
    .$castTo<{ model: string | null; environment: string; trace_name: string | null; hour?: string }>()
    .select((eb) => eb.fn.countAll<number>().as('fallbacks'))
    .execute();
  const { providers } = scope.filters ?? {};
  return groups
    .map(({ hour, ...group }) => ({
      ...group,
      kind: 'fallback' as const,
      provider: providerOf(group.model),
      bucket: bucketOf(hour, buckets),
      sign: 1 as const,
    }))
    .filter(({ provider }) => providers?.includes(provider ?? '') ?? true);
}
