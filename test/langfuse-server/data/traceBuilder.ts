import { embeddingModel, priceUsage, roundCost, type Model } from './models.ts';
import type { PromptVariant } from './prompts.ts';
import type { Random } from './random.ts';
import type { Sender } from './senders.ts';
import type { Texts } from './texts.ts';
import type { Level, Observation, ObservationType, Trace } from './types.ts';

export interface Span {
  readonly type: ObservationType;
  readonly name: string;
  readonly parent: string | null;
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** Milliseconds; null: no end time, as legacy events have. */
  readonly duration: number | null;
  readonly level?: Level;
  readonly statusMessage?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly input?: string | null;
  readonly output?: string | null;
}

export interface Call {
  readonly name: string;
  readonly parent: string | null;
  readonly start: number;
  readonly model: Model;
  readonly prompt?: PromptVariant;
  readonly error?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What the row claims to be; instrumentations mislabel calls. */
  readonly type?: ObservationType;
  /** The sender put cost into metadata alone (the user's plan), Langfuse knows none. */
  readonly costInMetadataOnly?: boolean;
  /** Adds the plan's metadata: cost_usd and its parts, is_primary, latency_seconds, tier. */
  readonly plan?: { readonly isPrimary: boolean };
}

/** Collects the rows of one trace; ids, texts and shared fields come from here. */
export class TraceBuilder {
  readonly rows: Observation[] = [];
  readonly #trace: Trace;
  readonly #sender: Sender;
  readonly #random: Random;
  readonly #texts: Texts;
  readonly #textBytes: number;
  readonly #id: () => string;

  constructor(parts: {
    trace: Trace;
    sender: Sender;
    random: Random;
    texts: Texts;
    textBytes: number;
    id: () => string;
  }) {
    this.#trace = parts.trace;
    this.#sender = parts.sender;
    this.#random = parts.random;
    this.#texts = parts.texts;
    this.#textBytes = parts.textBytes;
    this.#id = parts.id;
  }

  /** Adds a row and returns its id. */
  span(span: Span): string {
    return this.#add(span, {}).id;
  }

  /** The span that stands for the whole trace: it carries the trace's own texts and metadata. */
  root(span: Omit<Span, 'parent' | 'input' | 'output' | 'metadata'>, parent: string | null = null): string {
    const { input, output, metadata } = this.#trace;
    return this.#add({ ...span, parent, input, output, metadata }, { isRoot: true, traceName: this.#trace.name }).id;
  }

  embedding(
    name: string,
    parent: string | null,
    start: number,
    metadata: Readonly<Record<string, unknown>> = {},
  ): string {
    const tokens = 4 + this.#random.int(600);
    const total = roundCost((tokens * embeddingModel.totalPricePerMillion) / 1e6);
    const span = { type: 'EMBEDDING', name, parent, start, duration: 20 + this.#random.int(120), metadata } as const;
    return this.#add(span, {
      model: embeddingModel.name,
      pricing: embeddingModel.pricing,
      pricingTier: embeddingModel.pricingTier,
      usageDetails: { input: tokens, total: tokens },
      costDetails: { total },
      output: null,
    }).id;
  }

  /** Adds a call of a model; returns the row. */
  call(call: Call): Observation {
    const random = this.#random;
    const { model } = call;
    const failed = call.error !== undefined;
    const firstToken = Math.round(random.around(model.firstToken, 0.35) * 1000);
    const output = Math.max(1, Math.round(random.around(180, 0.8)));
    const duration = failed ? firstToken : firstToken + Math.round((output / model.tokensPerSecond) * 1000);
    const { usageDetails, costDetails } = failed
      ? { usageDetails: {}, costDetails: {} }
      : priceUsage(model, this.#tokens(model, output));
    const planMetadata =
      call.plan === undefined || failed
        ? {}
        : planFields(model, usageDetails, costDetails, duration, call.plan.isPrimary);
    const bare = call.costInMetadataOnly === true;
    const type = call.type ?? 'GENERATION';
    return this.#add(
      {
        type,
        name: call.name,
        parent: call.parent,
        start: call.start,
        duration,
        ...(failed ? { level: 'ERROR', statusMessage: call.error, output: null } : {}),
        metadata: { ...call.metadata, ...planMetadata },
        input: this.#messages(),
      },
      {
        completionStartTime: !failed && random.chance(0.8) ? call.start + firstToken : null,
        model: type === 'GENERATION' ? model.name : '',
        modelParameters: random.chance(0.7) ? { temperature: random.int(11) / 10, max_tokens: 1024 } : {},
        pricing: bare || type !== 'GENERATION' ? null : model.pricing,
        pricingTier: bare || failed || type !== 'GENERATION' ? null : model.pricingTier,
        usageDetails,
        costDetails: bare ? {} : costDetails,
        promptId: call.prompt?.id ?? '',
        promptName: call.prompt?.name ?? '',
        promptVersion: call.prompt?.version ?? null,
      },
    );
  }

  #tokens(model: Model, output: number): Record<string, number> {
    const random = this.#random;
    const input = Math.max(8, Math.round(random.around(900, 0.9)));
    const usage: Record<string, number> = { input, output };
    if (model.cachedInput !== null && random.chance(0.4))
      usage.input_cached_tokens = Math.round(input * 2 * random.next());
    if (model.cacheWrite !== null && random.chance(0.15))
      usage.input_cache_creation = Math.round(input * random.next());
    if (model.firstToken > 2) usage.output_reasoning_tokens = Math.round(output * 3 * random.next());
    return usage;
  }

  #messages(): string | null {
    if (this.#textBytes === 0) return null;
    const [system, user] = [this.#text(0.15), this.#text(0.35)];
    return `[{"role":"system","content":"${system}"},{"role":"user","content":"${user}"}]`;
  }

  #text(share: number): string {
    return this.#texts.slice(this.#random, this.#textBytes * share * (0.5 + this.#random.next()));
  }

  #textOrNull(share: number): string | null {
    return this.#textBytes === 0 ? null : this.#text(share);
  }

  #add(span: Span, own: Partial<Observation>): Observation {
    const trace = this.#trace;
    const propagated = this.#sender.propagates || own.isRoot === true;
    const endTime = span.duration === null ? null : span.start + span.duration;
    const arrived = (endTime ?? span.start) + 300 + this.#random.int(4000);
    const isEvent = span.type === 'EVENT';
    const row: Observation = {
      id: this.#id(),
      traceId: trace.id,
      parentObservationId: span.parent,
      type: span.type,
      name: span.name,
      startTime: span.start,
      endTime,
      completionStartTime: null,
      createdAt: arrived,
      updatedAt: arrived,
      level: span.level ?? 'DEFAULT',
      statusMessage: span.statusMessage ?? '',
      version: trace.version,
      release: propagated ? trace.release : '',
      environment: trace.environment,
      userId: propagated ? trace.userId : '',
      sessionId: propagated ? trace.sessionId : '',
      traceName: propagated ? trace.name : null,
      tags: propagated ? trace.tags : [],
      isRoot: span.parent === null,
      bookmarked: trace.bookmarked && span.parent === null,
      public: trace.public,
      input: span.input === undefined ? (isEvent ? null : this.#textOrNull(0.5)) : span.input,
      output: span.output === undefined ? (isEvent ? null : this.#textOrNull(0.5)) : span.output,
      metadata: span.metadata ?? {},
      resource: this.#sender.resource,
      scope: this.#sender.scope,
      model: '',
      modelParameters: this.#sender.resource === null && span.type !== 'GENERATION' ? null : {},
      pricing: null,
      pricingTier: null,
      usageDetails: {},
      costDetails: {},
      promptId: '',
      promptName: '',
      promptVersion: null,
      synthetic: false,
      ...own,
    };
    this.rows.push(row);
    return row;
  }
}

/** The metadata that the user's own code sends with each call. */
function planFields(
  model: Model,
  usage: Readonly<Record<string, number>>,
  cost: Readonly<Record<string, number>>,
  durationMs: number,
  isPrimary: boolean,
): Record<string, unknown> {
  const fields = { is_primary: isPrimary, latency_seconds: durationMs / 1000, tier: model.tier };
  const inputCost = cost.input ?? (usage.input ?? 0) * 2e-7;
  const total = cost.total ?? roundCost(inputCost + (usage.output ?? 0) * 8e-7);
  return { cost_usd: total, input_cost_usd: inputCost, output_cost_usd: roundCost(total - inputCost), ...fields };
}
