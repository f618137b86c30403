import type { ObservationDetail, ObservationTable, StepColumns, TraceOutline } from '../../../src/protocol/browse.ts';
import type { Answers } from './dashboardFixture.ts';

/** Answers about one trace, the same at every run. Not of a real database: what is tested is the panel. */

export interface FixtureStep {
  readonly id: string;
  readonly parent?: string;
  readonly type: string;
  readonly name?: string;
  /** Seconds after the trace began. */
  readonly start: number;
  readonly end?: number;
  readonly firstToken?: number;
  readonly model?: string;
  readonly tokens?: number;
  readonly costUsd?: number;
  readonly level?: string;
  readonly message?: string;
  readonly fallback?: boolean;
}

export const origin = Date.parse('2026-11-23T13:21:07.000Z');

/** The trace of the mock-ups: a review of code that meets a rate limit. */
export const reviewSteps: readonly FixtureStep[] = [
  { id: 'root', type: 'AGENT', name: 'code_review', start: 0, end: 48.62 },
  { id: 'plan', parent: 'root', type: 'SPAN', name: 'plan_review', start: 0, end: 4.87 },
  {
    id: 'plan-call',
    parent: 'plan',
    type: 'GENERATION',
    name: 'plan',
    start: 0.06,
    end: 4.85,
    firstToken: 1.1,
    model: 'claude-sonnet-4-5',
    tokens: 6100,
    costUsd: 0.0198,
  },
  { id: 'context', parent: 'root', type: 'SPAN', name: 'collect_context', start: 4.9, end: 12.99 },
  { id: 'diff', parent: 'context', type: 'TOOL', name: 'git.diff', start: 4.95, end: 5.42 },
  { id: 'search', parent: 'context', type: 'RETRIEVER', name: 'search_code', start: 5.45, end: 7.11 },
  {
    id: 'embed',
    parent: 'search',
    type: 'EMBEDDING',
    name: 'embed-query',
    start: 5.46,
    end: 5.58,
    model: 'text-embedding-3-small',
    tokens: 900,
    costUsd: 0.0002,
  },
  { id: 'vectors', parent: 'search', type: 'TOOL', name: 'pgvector.search', start: 5.62, end: 7.1 },
  {
    id: 'summary',
    parent: 'context',
    type: 'GENERATION',
    name: 'summarize_files',
    start: 7.1,
    end: 12.98,
    firstToken: 7.9,
    model: 'gemini-2.5-flash',
    tokens: 9100,
    costUsd: 0.0029,
  },
  { id: 'files', parent: 'root', type: 'AGENT', name: 'file_reviewer', start: 13, end: 31.85 },
  {
    id: 'review',
    parent: 'files',
    type: 'GENERATION',
    name: 'review_file',
    start: 13.05,
    end: 18.41,
    firstToken: 14.3,
    model: 'claude-sonnet-4-5',
    tokens: 12_400,
    costUsd: 0.0402,
  },
  {
    id: 'tests',
    parent: 'files',
    type: 'TOOL',
    name: 'run_tests',
    start: 18.45,
    end: 24.59,
    level: 'ERROR',
    message: 'exit code 1',
  },
  {
    id: 'explain-1',
    parent: 'files',
    type: 'GENERATION',
    name: 'explain_failure',
    start: 24.62,
    end: 25.88,
    model: 'gpt-4o',
    level: 'ERROR',
    message: '429 rate limit',
  },
  {
    id: 'fallback',
    parent: 'files',
    type: 'EVENT',
    name: 'rate_limit_fallback',
    start: 25.9,
    model: 'claude-sonnet-4-5',
    fallback: true,
  },
  {
    id: 'explain-2',
    parent: 'files',
    type: 'GENERATION',
    name: 'explain_failure',
    start: 25.94,
    end: 31.85,
    firstToken: 27.38,
    model: 'claude-sonnet-4-5',
    tokens: 21_500,
    costUsd: 0.0698,
    fallback: true,
  },
  {
    id: 'rank',
    parent: 'root',
    type: 'GENERATION',
    name: 'rank_findings',
    start: 31.9,
    end: 36.17,
    model: 'gpt-4o-mini',
    tokens: 4100,
    costUsd: 0.0011,
  },
  { id: 'pull', parent: 'root', type: 'TOOL', name: 'github.get_pull_request', start: 36.2, end: 36.88 },
  {
    id: 'policy',
    parent: 'root',
    type: 'GUARDRAIL',
    name: 'policy_check',
    start: 36.95,
    end: 38.04,
  },
  { id: 'write', parent: 'root', type: 'CHAIN', name: 'write_review', start: 38.05, end: 48.58 },
  {
    id: 'draft',
    parent: 'write',
    type: 'GENERATION',
    name: 'draft',
    start: 38.07,
    end: 46.09,
    firstToken: 39.2,
    model: 'claude-sonnet-4-5',
    tokens: 7140,
    costUsd: 0.0512,
  },
  { id: 'posted', parent: 'write', type: 'EVENT', name: 'review_posted', start: 48.57 },
];

export function columnsOf(steps: readonly FixtureStep[]): StepColumns {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  const number = (text: string): number => {
    const known = numbers.get(text) ?? texts.push(text) - 1;
    numbers.set(text, known);
    return known;
  };
  const orNull = (text: string | undefined): number | null => (text === undefined ? null : number(text));
  const rows = new Map(steps.map(({ id }, row) => [id, row]));
  const milliseconds = (seconds: number | undefined): number | null =>
    seconds === undefined ? null : Math.round(seconds * 1000);
  return {
    ids: steps.map(({ id }) => id),
    parents: steps.map(({ parent }) => (parent === undefined ? null : (rows.get(parent) ?? null))),
    orphans: steps.filter(({ parent }) => parent !== undefined && !rows.has(parent)).length,
    types: steps.map(({ type }) => number(type)),
    names: steps.map(({ name }) => orNull(name)),
    levels: steps.map(({ level = 'DEFAULT' }) => number(level)),
    statusMessages: steps.map(({ message }) => orNull(message)),
    models: steps.map(({ model }) => orNull(model)),
    origin,
    starts: steps.map(({ start }) => milliseconds(start) ?? 0),
    ends: steps.map(({ end }) => milliseconds(end)),
    firstTokens: steps.map(({ firstToken }) => milliseconds(firstToken)),
    tokens: steps.map(({ tokens }) => tokens ?? null),
    costsUsd: steps.map(({ costUsd }) => costUsd ?? null),
    fallbacks: steps.flatMap(({ fallback }, row) => (fallback === true ? [row] : [])),
    texts,
  };
}

export function outlineOf(steps: readonly FixtureStep[], change: Partial<TraceOutline> = {}): TraceOutline {
  return {
    projectId: 'support',
    id: 'trace-8812',
    name: 'code_review',
    startedAt: new Date(origin).toISOString(),
    durationSeconds: 48.62,
    costUsd: 0.186,
    tokens: 61_240,
    observations: steps.length,
    generations: steps.filter(({ type }) => type === 'GENERATION').length,
    errors: steps.filter(({ level }) => level === 'ERROR').length,
    fallbacks: 1,
    userId: 'u_8812',
    sessionId: 'main-1842',
    environment: 'production',
    tags: ['ci', 'pull-request'],
    metadata: '{"repository":"shop"}',
    release: null,
    version: null,
    inputText: 'Review pull request 8812',
    outputText: 'One test fails',
    inputCut: false,
    outputCut: false,
    scores: [],
    rating: false,
    steps: JSON.stringify(columnsOf(steps)),
    ...change,
  };
}

const explanation = [
  'test_vat_rounding fails because line 118 rounds each item before summing. The total is then one cent low for three items at 19 %. Round the sum instead.',
  ...Array.from(
    { length: 8 },
    (_, index) =>
      `Finding ${index + 1}: the function invoice_total is called with rounded items, so that every test of totals sees it.`,
  ),
].join('\n');

/** Input and output of the call that answered after the fallback. */
export const explainTexts = {
  input: JSON.stringify([
    {
      role: 'system',
      content: `You review pull requests. Explain each failing test in one paragraph, name the line that causes it. ${'Be exact. '.repeat(180)}`,
    },
    { role: 'user', content: 'Two tests fail after the change in billing/invoice.py. Here is the diff and the log.' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call_7',
          type: 'function',
          function: { name: 'run_tests', arguments: '{"path":"billing","verbose":true}' },
        },
      ],
    },
    {
      role: 'tool',
      name: 'run_tests',
      tool_call_id: 'call_7',
      content: JSON.stringify({
        exit_code: 1,
        failed: ['test_vat_rounding', 'test_total'],
        log: 'E assert 118.99 == 119.00\n'.repeat(700),
        coverage: { lines: 0.91, branches: 0.84, files: 12, missed: ['invoice.py'] },
      }),
    },
  ]),
  output: JSON.stringify({ role: 'assistant', content: explanation }),
};

export function detailOf(step: FixtureStep, change: Partial<ObservationDetail> = {}): ObservationDetail {
  const table: ObservationTable =
    step.type === 'EVENT' ? 'llm_events' : step.model === undefined ? 'llm_spans' : 'llm_generations';
  return {
    id: step.id,
    parentId: step.parent ?? null,
    table,
    type: step.type,
    name: step.name ?? null,
    startedAt: new Date(origin + step.start * 1000).toISOString(),
    endedAt: step.end === undefined ? null : new Date(origin + step.end * 1000).toISOString(),
    firstTokenAt: null,
    level: step.level ?? 'DEFAULT',
    statusMessage: step.message ?? null,
    model: step.model ?? null,
    tokens: step.tokens ?? null,
    costUsd: step.costUsd ?? null,
    fallback: step.fallback === true,
    orphan: false,
    hasChildren: false,
    inputText: `{"step":"${step.id}"}`,
    outputText: `the result of ${step.id}`,
    inputCut: false,
    outputCut: false,
    metadata: null,
    modelParameters: null,
    environment: 'production',
    version: null,
    provider: null,
    promptName: null,
    promptVersion: null,
    costSource: null,
    usage: [],
    fallbackOf: null,
    scores: [],
    row: {},
    ...change,
  };
}

const explainDetail: Partial<ObservationDetail> = {
  inputText: explainTexts.input,
  outputText: explainTexts.output,
  metadata:
    '{"branch":"main","attempt":2,"runner":"ci-4","retries":[1,2],"job":"8812","commit":"a1b2c3","by":"u_8812"}',
  modelParameters: '{"temperature":0.2,"max_tokens":2048,"top_p":1,"seed":7,"stop":["END"]}',
  provider: 'anthropic',
  promptName: 'agents/reviewer',
  promptVersion: 3,
  costSource: 'langfuse',
  usage: [
    { kind: 'input', tokens: 16_160, costUsd: 0.0485 },
    { kind: 'input_cached_tokens', tokens: 4000, costUsd: 0.0012 },
    { kind: 'output', tokens: 1340, costUsd: 0.0201 },
  ],
  fallbackOf: { originalModel: 'gpt-4o', fallbackModel: 'claude-sonnet-4-5', reason: '429 rate limit' },
  scores: [
    {
      id: 's1',
      observationId: 'explain-2',
      name: 'helpful',
      dataType: 'NUMERIC',
      value: 0.82,
      stringValue: null,
      source: 'EVAL',
      comment: null,
      at: '2026-11-23T13:24:00.000Z',
    },
    {
      id: 's2',
      observationId: 'explain-2',
      name: 'user_feedback',
      dataType: 'BOOLEAN',
      value: 0,
      stringValue: 'False',
      source: 'API',
      comment: 'The line is right, the reason is not.',
      at: '2026-11-23T13:30:00.000Z',
    },
  ],
};

export function traceAnswers(
  steps: readonly FixtureStep[] = reviewSteps,
  details: Readonly<Record<string, Partial<ObservationDetail>>> = { 'explain-2': explainDetail },
): Answers {
  return {
    traceOutline: () => outlineOf(steps),
    traceSearch: ({ text }) => ({
      observationIds: explainTexts.input.toLowerCase().includes(text.toLowerCase()) ? ['explain-2'] : [],
    }),
    observation: ({ observationId }) => {
      const step = steps.find(({ id }) => id === observationId);
      return step === undefined ? null : detailOf(step, details[observationId]);
    },
  };
}
