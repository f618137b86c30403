import { sql, type SelectQueryBuilder } from 'kysely';
import type { QuestionContext } from '../../questions/question.ts';
import type { SqlDialect } from '../../store/sqlDialect.ts';
import type { ExecutionsQuery, ExecutionTables } from './executionsInScope.ts';

/** What the figures of some executions are made from. */
export interface Tally {
  readonly executions: number;
  /** Executions whose success is known, and those that succeeded. */
  readonly judged: number;
  readonly successes: number;
  readonly latencies: readonly number[];
  readonly qualities: readonly number[];
  readonly feedback: readonly number[];
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  readonly costed: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** How many executions each source of success decided. */
  readonly sources: ReadonlyMap<string, number>;
}

export const emptyTally: Tally = {
  executions: 0,
  judged: 0,
  successes: 0,
  latencies: [],
  qualities: [],
  feedback: [],
  inputTokens: null,
  outputTokens: null,
  costUsd: null,
  costed: 0,
  firstAt: null,
  lastAt: null,
  sources: new Map(),
};

export interface PromptTally {
  readonly projectId: string;
  readonly promptId: string;
  readonly tally: Tally;
}

/**
 * Sums up executions by prompt version in one query. Values that percentiles and intervals need come
 * as one text a group: a tenth of the time that rows of their own would take.
 */
export async function tallyByVersion(
  query: ExecutionsQuery,
  { dialect }: Pick<QuestionContext, 'dialect'>,
): Promise<readonly PromptTally[]> {
  const rows = await selectOutcomes(query, dialect)
    .select((eb) => [
      dialect.joined(eb.ref('run.quality_score')).as('qualities'),
      dialect.joined(eb.ref('run.user_feedback')).as('feedback'),
      sql<number | null>`sum(${eb.ref('run.input_tokens')})`.as('input_tokens'),
      sql<number | null>`sum(${eb.ref('run.output_tokens')})`.as('output_tokens'),
    ])
    .execute();
  return mergeSources(
    rows.map((row) => ({
      ...toTally(row),
      qualities: numbersIn(row.qualities),
      feedback: numbersIn(row.feedback),
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
    })),
  );
}

/** The same without quality, feedback and tokens: an index holds the rest, so that no row is read. */
export async function tallyOutcomes(
  query: ExecutionsQuery,
  { dialect }: Pick<QuestionContext, 'dialect'>,
): Promise<readonly PromptTally[]> {
  const rows = await selectOutcomes(query, dialect).execute();
  return mergeSources(rows.map(toTally));
}

interface OutcomeRow {
  readonly project_id: string;
  readonly prompt_id: string;
  readonly success_source: string | null;
  readonly executions: number;
  readonly judged: number;
  readonly successes: number | null;
  readonly latencies: string | null;
  readonly cost_usd: number | null;
  readonly costed: number;
  readonly first_at: string;
  readonly last_at: string;
}

/**
 * A row for each version and source of success. Its columns are those of idx_prompt_executions_outcomes;
 * rows are sorted to be grouped, column by column: by what differs most first.
 */
function selectOutcomes(
  query: ExecutionsQuery,
  dialect: SqlDialect,
): SelectQueryBuilder<ExecutionTables, 'run', OutcomeRow> {
  return query
    .select(['run.project_id', 'run.prompt_id', 'run.success_source'])
    .select((eb) => [
      eb.fn.countAll<number>().as('executions'),
      eb.fn.count<number>('run.success').as('judged'),
      sql<number | null>`sum(CAST(${eb.ref('run.success')} AS integer))`.as('successes'),
      dialect.joined(eb.ref('run.latency_seconds')).as('latencies'),
      sql<number | null>`sum(${eb.ref('run.cost_usd')})`.as('cost_usd'),
      eb.fn.count<number>('run.cost_usd').as('costed'),
      eb.fn.min('run.executed_at').as('first_at'),
      eb.fn.max('run.executed_at').as('last_at'),
    ])
    .groupBy(['run.prompt_id', 'run.project_id', 'run.success_source']);
}

type SourceTally = Tally & { readonly projectId: string; readonly promptId: string };

function toTally(row: OutcomeRow): SourceTally {
  return {
    ...emptyTally,
    projectId: row.project_id,
    promptId: row.prompt_id,
    executions: row.executions,
    judged: row.judged,
    successes: row.successes ?? 0,
    latencies: numbersIn(row.latencies),
    costUsd: row.cost_usd,
    costed: row.costed,
    firstAt: row.first_at,
    lastAt: row.last_at,
    sources: row.success_source === null ? new Map() : new Map([[row.success_source, row.executions]]),
  };
}

function mergeSources(tallies: readonly SourceTally[]): readonly PromptTally[] {
  const versions = Map.groupBy(tallies, ({ projectId, promptId }) => JSON.stringify([projectId, promptId]));
  return [...versions.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ projectId: first.projectId, promptId: first.promptId, tally: others.reduce<Tally>(addTallies, first) }],
  );
}

export function addTallies(a: Tally, b: Tally): Tally {
  const sources = new Map(a.sources);
  for (const [source, count] of b.sources) {
    sources.set(source, (sources.get(source) ?? 0) + count);
  }
  return {
    executions: a.executions + b.executions,
    judged: a.judged + b.judged,
    successes: a.successes + b.successes,
    latencies: [...a.latencies, ...b.latencies],
    qualities: [...a.qualities, ...b.qualities],
    feedback: [...a.feedback, ...b.feedback],
    inputTokens: addKnown(a.inputTokens, b.inputTokens),
    outputTokens: addKnown(a.outputTokens, b.outputTokens),
    costUsd: addKnown(a.costUsd, b.costUsd),
    costed: a.costed + b.costed,
    firstAt: [a.firstAt, b.firstAt].filter((time) => time !== null).toSorted()[0] ?? null,
    lastAt: [a.lastAt, b.lastAt].filter((time) => time !== null).toSorted()[1] ?? a.lastAt ?? b.lastAt,
    sources,
  };
}

const addKnown = (a: number | null, b: number | null): number | null => (a === null ? b : a + (b ?? 0));

const numbersIn = (text: string | null): readonly number[] => (text === null ? [] : text.split(' ').map(Number));

/** What decided success, the most frequent first. */
export const sourcesOf = ({ sources }: Tally): readonly string[] =>
  [...sources].toSorted(([, a], [, b]) => b - a).map(([source]) => source);
