import { sql } from 'kysely';
import type { Scope } from '../../../protocol/scope.ts';
import type { QuestionContext } from '../../questions/question.ts';
import type { CallsQuery } from '../../store/rollups/calls.ts';
import { callsInScope } from '../calls/callsInScope.ts';

/** Calls of one model that are alike in what is known of them. */
export interface UsageGroup {
  readonly model: string | null;
  readonly hasCost: boolean;
  /** Of its calls, together: USD. */
  readonly costUsd: number | null;
  readonly calls: number;
  /** Tokens by usage kind; a mere total only where the calls say nothing else. Empty without any usage. */
  readonly tokens: Readonly<Record<string, number>>;
}

type Detail = 'kinds' | 'total' | 'none';

interface GroupKey {
  readonly model: string | null;
  readonly has_cost: number;
  readonly detail: Detail;
}

/**
 * The usage of a scope by model and kind.
 * @param embeddings calls of embedding models alone, else all others
 */
export async function usageByModel(
  context: QuestionContext,
  scope: Scope,
  embeddings: boolean,
): Promise<readonly UsageGroup[]> {
  const { dialect } = context;
  const members = dialect.membersOf(sql<string | null>`call.usage_details`);
  const detail = sql<Detail>`CASE
    WHEN EXISTS (SELECT 1 FROM ${members} AS member WHERE member.key <> 'total') THEN 'kinds'
    WHEN EXISTS (SELECT 1 FROM ${members} AS member) THEN 'total' ELSE 'none' END`;
  const calls = callsOfKind(context, scope, embeddings);
  const key = [
    sql<string | null>`call.model`.as('model'),
    sql<number>`CASE WHEN call.cost_usd IS NULL THEN 0 ELSE 1 END`.as('has_cost'),
    detail.as('detail'),
  ] as const;
  const groups = await calls
    .select((eb) => [
      ...key,
      eb.fn.countAll<number>().as('calls'),
      eb.fn.sum<number | null>('call.cost_usd').as('cost'),
    ])
    .groupBy(['call.model', 'has_cost', 'detail'])
    .execute();
  const kinds = await calls
    .innerJoin(members.as('member'), (join) => join.onTrue())
    .select([
      ...key,
      sql<string>`member.key`.as('kind'),
      sql<number>`sum(cast(member.value AS double precision))`.as('tokens'),
    ])
    .groupBy(['call.model', 'has_cost', 'detail', 'member.key'])
    .execute();
  return groups.map((group) => ({
    model: group.model,
    hasCost: group.has_cost === 1,
    costUsd: group.cost,
    calls: group.calls,
    tokens: tokensOf(group, kinds),
  }));
}

/** How many calls of the scope `usageByModel` leaves out. */
export async function callsOfOtherKind(context: QuestionContext, scope: Scope, embeddings: boolean): Promise<number> {
  const [row] = await callsOfKind(context, scope, !embeddings)
    .select((eb) => eb.fn.countAll<number>().as('calls'))
    .execute();
  return row?.calls ?? 0;
}

function callsOfKind(context: QuestionContext, scope: Scope, embeddings: boolean): CallsQuery {
  return callsInScope(context, scope).where('call.observation_type', embeddings ? '=' : '!=', 'EMBEDDING');
}

function tokensOf(
  group: GroupKey,
  kinds: readonly (GroupKey & { readonly kind: string; readonly tokens: number })[],
): Readonly<Record<string, number>> {
  const own = kinds.filter(
    (row) => row.model === group.model && row.has_cost === group.has_cost && row.detail === group.detail,
  );
  const counted = own.filter(({ kind }) => kind !== 'total' || group.detail === 'total');
  return Object.fromEntries(counted.map(({ kind, tokens }) => [kind, tokens]));
}
