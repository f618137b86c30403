import { sql, type RawBuilder } from 'kysely';
import * as z from 'zod';
import type { CostDimension, CostRow, CostsAnswer, CostsParams } from '../../../protocol/analytics.ts';
import type { Missing } from '../../../protocol/figures.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { callColumns, type CallsQuery } from '../../store/rollups/calls.ts';
import type { CallSums } from '../calls/callSums.ts';
import { callsInScope } from '../calls/callsInScope.ts';
import { previousScope, scopeSchema } from '../calls/scope.ts';
import { usageGroups, type Dimension } from '../calls/usageGroups.ts';

const defaultLimit = 20;

const dimensions = [
  'model',
  'provider',
  'agent',
  'prompt',
  'user',
  'session',
  'tag',
  'environment',
  'traceName',
] as const satisfies readonly CostDimension[];

const paramsSchema: z.ZodType<CostsParams> = z.strictObject({
  scope: scopeSchema,
  by: z.enum(dimensions),
  limit: z.number().int().min(1).max(10_000).exactOptional(),
  comparePrevious: z.boolean().exactOptional(),
});

interface Sums {
  readonly calls: number;
  readonly cost: number | null;
  readonly without_cost: number;
  readonly tokens: number | null;
}

/** Dimensions that only the calls themselves have. */
type CallDimension = 'agent' | 'user' | 'session' | 'tag';
type Group = Sums & { readonly key: string | null };

/** Where the money goes, by one dimension. A trace that several agents recorded a task of is the first one's. */
export const costsQuestion: Question<'costs'> = {
  params: paramsSchema,
  async answer(params, context): Promise<CostsAnswer> {
    const { scope, by, comparePrevious, limit = defaultLimit } = params;
    const groups = (await groupsOf(context, scope, by)).sort(dearestFirst);
    const total = by === 'tag' ? await totalOf(context, scope) : sumOf(groups);
    const before = comparePrevious === true ? await groupsOf(context, previousScope(scope), by) : [];
    const previous = new Map(before.map((group) => [group.key, group.cost]));
    const shown = groups.slice(0, limit);
    const rest = groups.slice(limit);
    const shownKeys = new Set(shown.map(({ key }) => key));
    const previousRest = sumOf(before.filter(({ key }) => !shownKeys.has(key)));
    return {
      range: scope.range,
      by,
      totalCostUsd: total.cost,
      callsWithoutCost: total.without_cost,
      calls: total.calls,
      rows: shown.map((group) => toRow(group.key, group, total, previous.get(group.key) ?? null)),
      others: rest.length === 0 ? null : toRow(null, sumOf(rest), total, previousRest.cost),
      missing: missingOf(total),
    };
  },
};

function groupsOf(context: QuestionContext, scope: Scope, by: CostDimension): Promise<Group[]> {
  switch (by) {
    case 'model':
    case 'provider':
    case 'environment':
      return rolledUp(context, scope, by);
    case 'prompt':
      return rolledUp(context, scope, 'prompt_name');
    case 'traceName':
      return rolledUp(context, scope, 'trace_name');
    case 'agent':
    case 'user':
    case 'session':
    case 'tag':
      return fromCalls(context, scope, by);
  }
}

async function rolledUp(context: QuestionContext, scope: Scope, dimension: Dimension): Promise<Group[]> {
  const groups = await usageGroups(context, scope, { by: [dimension], buckets: null, latency: false });
  // Others are fallbacks away from a model that was not called.
  const called = groups.filter(({ sums }) => sums.calls > 0);
  return called.map(({ key, sums }) => ({ key: key[dimension] as string | null, ...sumsOf(sums) }));
}

function sumsOf({ calls, callsWithCost, costUsd, totalTokens }: CallSums): Sums {
  return { calls, cost: costUsd, without_cost: calls - callsWithCost, tokens: totalTokens };
}

/** For what rollups do not hold. */
function fromCalls(context: QuestionContext, scope: Scope, by: CallDimension): Promise<Group[]> {
  return joined(context, callsInScope(context, scope), by)
    .select((eb) => [
      keyOf(by).as('key'),
      eb.fn.countAll<number>().as('calls'),
      sql<number | null>`sum(call.cost_usd)`.as('cost'),
      sql<number>`count(*) - count(call.cost_usd)`.as('without_cost'),
      sql<number | null>`sum(call.total_tokens)`.as('tokens'),
    ])
    .groupBy(keyOf(by))
    .execute();
}

async function totalOf(context: QuestionContext, scope: Scope): Promise<Sums> {
  const groups = await usageGroups(context, scope, { by: [], buckets: null, latency: false });
  return sumOf(groups.map(({ sums }) => sumsOf(sums)));
}

function keyOf(by: CallDimension): RawBuilder<string | null> {
  switch (by) {
    case 'agent':
      return sql`task.agent`;
    case 'tag':
      return sql`tag.value`;
    case 'user':
    case 'session':
      return callColumns[by];
  }
}

/** With what the key is read from. */
function joined({ dialect }: QuestionContext, calls: CallsQuery, by: CallDimension): CallsQuery {
  if (by === 'agent') {
    return calls.leftJoin(agentsOfTraces, (join) => join.onRef('task.trace_id', '=', 'call.trace_id'));
  }
  if (by === 'tag') {
    const tags = dialect.elementsOf(sql<string>`coalesce(trace.tags, call.tags)`);
    return calls.leftJoin(tags.as('tag'), (join) => join.onTrue());
  }
  return calls;
}

/** One agent a trace, so that its calls are counted once. */
const agentsOfTraces = sql<{ trace_id: string; agent: string }>`(
  SELECT trace_id, min(agent_name) AS agent FROM agent_task_results WHERE trace_id IS NOT NULL GROUP BY trace_id
)`.as('task');

function dearestFirst(a: Group, b: Group): number {
  return (b.cost ?? -1) - (a.cost ?? -1) || b.calls - a.calls || (a.key ?? '').localeCompare(b.key ?? '');
}

function sumOf(groups: readonly Sums[]): Sums {
  const add = (a: number | null, b: number | null): number | null => (b === null ? a : (a ?? 0) + b);
  return groups.reduce<Sums>(
    (total, group) => ({
      calls: total.calls + group.calls,
      cost: add(total.cost, group.cost),
      without_cost: total.without_cost + group.without_cost,
      tokens: add(total.tokens, group.tokens),
    }),
    { calls: 0, cost: null, without_cost: 0, tokens: null },
  );
}

function toRow(key: string | null, group: Sums, total: Sums, previousCostUsd: number | null): CostRow {
  return {
    key,
    costUsd: group.cost,
    callsWithoutCost: group.without_cost,
    calls: group.calls,
    totalTokens: group.tokens,
    share: group.cost === null || total.cost === null || total.cost === 0 ? null : group.cost / total.cost,
    previousCostUsd,
  };
}

function missingOf({ calls, cost }: Sums): Missing {
  if (cost !== null) {
    return {};
  }
  return { totalCostUsd: calls === 0 ? 'noCalls' : 'noCost' };
}
