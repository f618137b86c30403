import { pickFallback, pickModel } from './models.ts';
import { pickVariant, type PromptVariant } from './prompts.ts';
import type { Random } from './random.ts';
import type { TraceBuilder } from './traceBuilder.ts';
import type { Observation, Trace } from './types.ts';

/** What the generator knows about a trace: the truth that its scores and levels tell. */
export interface Outcome {
  readonly success: boolean;
  /** The observation that scores are about; null when the trace made no call. */
  readonly subject: string | null;
}

export type Shape = 'agent' | 'chat' | 'planCall' | 'batch' | 'single' | 'orphan';

const shapes: readonly (readonly [number, Shape])[] = [
  [34, 'agent'],
  [28, 'chat'],
  [24, 'planCall'],
  [2, 'batch'],
  [10, 'single'],
  [2, 'orphan'],
];

export function pickShape(random: Random): Shape {
  return random.weighted(shapes);
}

type AddRows = (build: TraceBuilder, trace: Trace, random: Random, prompts: readonly PromptVariant[]) => Outcome;

export function addShape(shape: Shape, ...parts: Parameters<AddRows>): Outcome {
  const builders: Readonly<Record<Shape, AddRows>> = { agent, chat, planCall, batch, single, orphan };
  return builders[shape](...parts);
}

const errors = [
  '429 Too Many Requests',
  'Error: 529 overloaded',
  'Timeout after 30 s',
  'JSON parse error: unexpected "}"',
];

const agent: AddRows = (build, trace, random, prompts) => {
  const prompt = pickVariant(random, prompts, agentPrompts[trace.name] ?? 'research/plan');
  const success = random.chance(prompt.successRate);
  const steps = 1 + random.int(3);
  const start = trace.timestamp;
  const root = build.root({ type: 'AGENT', name: trace.name, start, duration: 2000 + steps * 4000 + random.int(4000) });
  build.span({ type: 'GUARDRAIL', name: 'input-guard', parent: root, start: start + 2, duration: 4 + random.int(20) });
  const retriever = build.span({ type: 'RETRIEVER', name: 'retrieve', parent: root, start: start + 30, duration: 90 });
  build.embedding('embed-query', retriever, start + 31);
  let at = start + 140;
  let last: Observation | null = null;
  for (let step = 0; step < steps; step++) {
    const chain = build.span({ type: 'CHAIN', name: `step-${step + 1}`, parent: root, start: at, duration: 3500 });
    last = build.call({ name: 'llm-call', parent: chain, start: at + 5, model: pickModel(random), prompt });
    at = (last.endTime ?? at) + 10;
    const failed = !success && random.chance(0.3);
    build.span({
      type: 'TOOL',
      name: random.pick(['search-docs', 'run_sql', 'read_file', 'http_get']),
      parent: chain,
      start: at,
      duration: 20 + random.int(400),
      metadata: { k: random.int(9) + 1, attempt: step + 1 },
      ...(failed ? { level: 'ERROR', statusMessage: random.pick(errors), output: null } : {}),
    });
    at += 450;
  }
  if (random.chance(0.15)) addFallback(build, random, root, at);
  build.span({
    type: 'EVALUATOR',
    name: 'self-check',
    parent: root,
    start: at,
    duration: 60,
    level: success ? 'DEFAULT' : 'WARNING',
  });
  return { success, subject: last?.id ?? null };
};

const agentPrompts: Readonly<Record<string, string>> = {
  code_review_agent: 'code-review/find-bugs',
  support_agent: 'support-chat',
  sql_agent: 'sql-writer',
  triage_agent: 'support/refund policy',
};

const chat: AddRows = (build, trace, random, prompts) => {
  const prompt = pickVariant(random, prompts, random.pick(['support-chat', 'translate', 'code-review/summarise']));
  const success = random.chance(prompt.successRate);
  const error = !success && random.chance(0.3) ? random.pick(errors) : undefined;
  const start = trace.timestamp;
  const root = build.root({
    type: random.pick(['SPAN', 'CHAIN']),
    name: trace.name,
    start,
    duration: 3000 + random.int(5000),
  });
  if (random.chance(0.5))
    build.span({ type: 'RETRIEVER', name: 'retrieve', parent: root, start: start + 5, duration: 55 });
  const call = build.call({
    name: 'llm-call',
    parent: root,
    start: start + 70,
    model: pickModel(random),
    prompt,
    ...(error === undefined ? {} : { error }),
  });
  // Some instrumentations report usage on a plain span: it costs money all the same.
  if (random.chance(0.08))
    build.call({ name: 'rerank', parent: root, start: start + 60, model: pickModel(random), type: 'SPAN' });
  build.span({ type: 'SPAN', name: 'post', parent: root, start: (call.endTime ?? start) + 1, duration: random.int(9) });
  if (random.chance(0.3))
    build.span({ type: 'EVENT', name: 'checkpoint', parent: root, start, duration: 0, level: 'DEBUG' });
  return { success, subject: call.id };
};

/** The user's own code: one call, its fallbacks as events, its costs in metadata. */
const planCall: AddRows = (build, trace, random) => {
  const model = pickModel(random);
  const isPrimary = !random.chance(0.18);
  const start = trace.timestamp + 3;
  const success = random.chance(isPrimary ? 0.86 : 0.7);
  const name = `llm_call_${model.provider}_${model.name}`;
  const at = isPrimary ? start : addFallback(build, random, null, start);
  const call = build.call({
    name,
    parent: null,
    start: at,
    model,
    plan: { isPrimary },
    costInMetadataOnly: model.pricing === null || random.chance(0.08),
    ...(success || random.chance(0.5) ? {} : { error: random.pick(errors) }),
  });
  return { success, subject: call.id };
};

/** The plan's events; returns when the call goes on. */
function addFallback(build: TraceBuilder, random: Random, parent: string | null, start: number): number {
  const model = pickModel(random);
  const fallback = pickFallback(random, model);
  const models = { original_model: model.name, fallback_model: fallback.name };
  const duration = parent === null ? null : 0;
  if (random.chance(0.7)) {
    const reason = `${random.pick(errors)} for ${model.name}`;
    build.span({
      type: 'EVENT',
      name: 'rate_limit_fallback',
      parent,
      start,
      duration,
      level: 'WARNING',
      metadata: { ...models, reason },
    });
  } else {
    const estimated = model.contextTokens + random.int(60_000);
    build.span({
      type: 'EVENT',
      name: 'context_length_fallback',
      parent,
      start,
      duration,
      level: 'WARNING',
      statusMessage: 'prompt too long',
      metadata: {
        ...models,
        estimated_tokens: estimated,
        original_max_context: model.contextTokens,
        fallback_max_context: Math.max(fallback.contextTokens, estimated),
      },
    });
  }
  if (random.chance(0.85)) {
    build.span({ type: 'EVENT', name: 'fallback_success', parent, start: start + 900, duration, metadata: models });
  }
  return start + 1000;
}

const batch: AddRows = (build, trace, random) => {
  const start = trace.timestamp;
  const root = build.root({ type: 'CHAIN', name: trace.name, start, duration: 9000 });
  const count = 20 + random.int(40);
  for (let item = 0; item < count; item++) build.embedding('embed', root, start, { item });
  return { success: true, subject: null };
};

const single: AddRows = (build, trace, random) => {
  const success = random.chance(0.8);
  const call = build.call({
    name: trace.name,
    parent: null,
    start: trace.timestamp,
    model: pickModel(random),
    metadata: trace.metadata,
  });
  return { success, subject: call.id };
};

/** The parent lives in another service that does not report here: no root row, or an application root with a parent. */
const orphan: AddRows = (build, trace, random) => {
  const remote = random.hex(16);
  if (random.chance(0.5)) {
    const root = build.root({ type: 'SPAN', name: trace.name, start: trace.timestamp, duration: 800 }, remote);
    const call = build.call({
      name: 'remote-call',
      parent: root,
      start: trace.timestamp + 1,
      model: pickModel(random),
    });
    return { success: true, subject: call.id };
  }
  const call = build.call({ name: 'orphan-child', parent: remote, start: trace.timestamp, model: pickModel(random) });
  return { success: true, subject: call.id };
};
