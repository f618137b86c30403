import { addShape, pickShape } from './shapes.ts';
import { createRandom, type Random } from './random.ts';
import { buildScores } from './scores.ts';
import { legacySender, pickSender, type Sender } from './senders.ts';
import { oddId, unicodeTexts, type Texts } from './texts.ts';
import { TraceBuilder } from './traceBuilder.ts';
import type { PromptVariant } from './prompts.ts';
import type { Traffic } from './traffic.ts';
import type { Observation, Trace, TraceData } from './types.ts';

/** What every trace of one dataset is made with. */
export interface TracePlan {
  readonly seed: number;
  readonly traces: number;
  /** Milliseconds since the epoch, exclusive: nothing starts later. */
  readonly end: number;
  readonly textBytes: number;
  /** Size of a huge text, and how many traces carry one. */
  readonly hugeTextBytes: number;
  readonly hugeTexts: number;
  /** The events table holds a synthetic root for a legacy sender's trace. */
  readonly syntheticRoots: boolean;
  /** Shares of the rows: resent under the same id, and not arrived yet. */
  readonly resent: number;
  readonly late: number;
  readonly texts: Texts;
  readonly traffic: Traffic;
  readonly prompts: readonly PromptVariant[];
}

const environments = [
  [70, 'production'],
  [18, 'staging'],
  [8, 'default'],
  [4, 'dev-eu'],
] as const;
const minute = 60_000;

/** The trace of that number: the same for the same plan, whatever was built before. */
export function buildTrace(plan: TracePlan, index: number): TraceData {
  const random = createRandom(plan.seed, index + 1);
  const shape = pickShape(random);
  const sender = shape === 'planCall' ? legacySender : pickSender(random);
  const ids = idMaker(random, sender);
  const trace = buildTraceFields(plan, index, shape, sender, ids.traceId, random);
  const builder = new TraceBuilder({
    trace,
    sender,
    random,
    texts: plan.texts,
    textBytes: plan.textBytes,
    id: ids.next,
  });
  const outcome = addShape(shape, builder, trace, random, plan.prompts);
  const rows = withHugeText(
    plan,
    index,
    sender.kind === 'legacy' && plan.syntheticRoots ? withSyntheticRoot(trace, builder.rows) : builder.rows,
  );
  const scores = buildScores(trace, rows, outcome, random);
  return { trace, scores, ...deliver(plan, rows, random) };
}

function buildTraceFields(
  plan: TracePlan,
  index: number,
  shape: string,
  sender: Sender,
  id: string,
  random: Random,
): Trace {
  const jittered = plan.traffic.at((index + random.next()) / plan.traces);
  // Nightly jobs and load tests start many traces in one millisecond.
  const timestamp = index % 40 < 6 && shape !== 'planCall' ? Math.floor(jittered / minute) * minute : jittered;
  const name = random.pick(traceNames[shape as keyof typeof traceNames]);
  const odd = random.chance(0.04);
  const arrived = timestamp + 400 + random.int(3000);
  const input = plan.textBytes === 0 ? null : odd ? random.pick(unicodeTexts) : rootInput(plan, random);
  return {
    id,
    timestamp,
    createdAt: arrived,
    updatedAt: arrived + random.int(60_000),
    name: random.chance(0.02) ? '' : name,
    userId: random.chance(0.85) ? `user-${random.int(40)}` : odd ? 'משתמש-7' : '',
    sessionId: random.chance(0.6) ? `session-${Math.floor(index / 4)}` : '',
    environment: random.weighted(environments),
    version: random.chance(0.7) ? `1.${Math.floor((index / plan.traces) * 6)}.0` : '',
    release: random.chance(0.6) ? `rel-${Math.floor((index / plan.traces) * 9)}` : '',
    tags: random.chance(0.7) ? random.pick(tagSets) : [],
    bookmarked: random.chance(0.02),
    public: random.chance(0.02),
    input,
    output: plan.textBytes === 0 ? null : plan.texts.slice(random, plan.textBytes * 0.5),
    metadata: traceMetadata(plan, random, odd),
    resource: sender.resource,
    scope: sender.scope,
  };
}

const traceNames = {
  agent: ['code_review_agent', 'support_agent', 'research_agent', 'sql_agent', 'triage_agent'],
  chat: ['chat', 'support-chat', 'translate', 'ask-docs'],
  planCall: ['auto_picker_llm', 'auto_picker_llm', 'code_formatter'],
  batch: ['nightly-embedding', 'reindex'],
  single: ['completion', 'classify', 'چت'],
  orphan: ['remote-worker'],
} as const;

const tagSets = [['web'], ['web', 'beta'], ['batch'], ['premium', 'eu', 'beta'], ['ünïcode', 'quote"d', '🚀']] as const;

function rootInput(plan: TracePlan, random: Random): string {
  const question = plan.texts.slice(random, plan.textBytes * 0.4);
  return random.chance(0.5) ? question : `{"question":"${question}","nested":{"a":[1,2,{"b":null}]}}`;
}

function traceMetadata(plan: TracePlan, random: Random, odd: boolean): Record<string, unknown> {
  return {
    tenant: random.pick(['acme', 'globex', 'initech']),
    plan: random.pick(['free', 'pro']),
    requestNo: random.int(100_000),
    flags: { beta: random.chance(0.3) },
    ...(random.chance(0.1) ? { 'dotted.key': 'v', account: '007', bigInt: '9007199254740993' } : {}),
    ...(random.chance(0.06) ? { notes: plan.texts.slice(random, 260 + random.int(600)) } : {}),
    ...(odd ? { emoji: '😀'.repeat(150), bigObj: { text: 'x'.repeat(300), n: 1 } } : {}),
  };
}

/** Hex from OpenTelemetry, UUIDs from the legacy SDKs, and now and then what a client made up. */
function idMaker(random: Random, sender: Sender): { traceId: string; next: () => string } {
  if (random.chance(0.01)) return { traceId: oddId(random), next: () => oddId(random) };
  if (sender.kind === 'legacy') return { traceId: random.uuid(), next: () => random.uuid() };
  return { traceId: random.hex(32), next: () => random.hex(16) };
}

/** Rows of a legacy sender hang under a span that the server makes from the trace itself. */
function withSyntheticRoot(trace: Trace, rows: readonly Observation[]): Observation[] {
  const id = `t-${trace.id}`;
  const template = rows[0];
  if (template === undefined) return [];
  const root: Observation = {
    ...template,
    id,
    parentObservationId: null,
    type: 'SPAN',
    name: trace.name,
    startTime: trace.timestamp,
    endTime: null,
    completionStartTime: null,
    createdAt: trace.createdAt,
    updatedAt: trace.updatedAt,
    level: 'DEFAULT',
    statusMessage: '',
    isRoot: true,
    input: trace.input,
    output: trace.output,
    metadata: trace.metadata,
    model: '',
    modelParameters: {},
    pricing: null,
    pricingTier: null,
    usageDetails: {},
    costDetails: {},
    promptId: '',
    promptName: '',
    promptVersion: null,
    synthetic: true,
  };
  return [
    root,
    ...rows.map((row) => (row.parentObservationId === null ? { ...row, parentObservationId: id, isRoot: false } : row)),
  ];
}

/** A few traces carry a text of megabytes on their first row. */
function withHugeText(plan: TracePlan, index: number, rows: readonly Observation[]): readonly Observation[] {
  const step = Math.floor(plan.traces / (plan.hugeTexts + 1));
  const [first, ...rest] = rows;
  if (plan.hugeTexts === 0 || step === 0 || index === 0 || index % step !== 0 || index > plan.hugeTexts * step)
    return rows;
  return first === undefined ? rows : [{ ...first, input: plan.texts.huge(plan.hugeTextBytes) }, ...rest];
}

/** Some rows are sent twice (unchanged, changed, or with another start time), some arrive late. */
function deliver(plan: TracePlan, rows: readonly Observation[], random: Random): Pick<TraceData, 'rows' | 'late'> {
  const arrived: Observation[] = [];
  const late: Observation[] = [];
  for (const row of rows) {
    // The first row never comes late: a trace without a single row would be no trace.
    if (row !== rows[0] && random.chance(plan.late)) {
      late.push(row);
      continue;
    }
    arrived.push(row);
    if (plan.syntheticRoots && random.chance(plan.resent)) arrived.push(resend(plan, row, random));
  }
  return { rows: arrived, late };
}

function resend(plan: TracePlan, row: Observation, random: Random): Observation {
  const updatedAt = row.updatedAt + 1000 + random.int(30_000);
  const moved = Math.min(row.startTime + 7000, plan.end - 1);
  return random.weighted<Observation>([
    [1, row],
    [1, { ...row, updatedAt, statusMessage: 'sent again' }],
    [1, { ...row, updatedAt, startTime: moved, endTime: row.endTime === null ? null : Math.max(row.endTime, moved) }],
  ]);
}
