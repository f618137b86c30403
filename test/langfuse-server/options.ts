import type { FaultRule } from './http/faults.ts';

/**
 * Which Langfuse the stand-in is: `legacy` a v3 server, `events` v4 as it comes, `eventsInLegacyMode`
 * v4 whose events table is not filled, `dual` v4 that serves both.
 */
export type Generation = 'events' | 'legacy' | 'eventsInLegacyMode' | 'dual';

/** Langfuse Cloud's plans; `none` is a self-hosted server, which has no limits. */
export type Plan = 'none' | 'hobby' | 'core' | 'pro';

export interface LangfuseServerOptions {
  readonly port: number;
  readonly generation: Generation;
  /** What health says; must fit the generation. */
  readonly version: string;
  readonly seed: number;
  /** Roughly this many observations (traces are whole); 0 starts an empty project. */
  readonly observations: number;
  /** Milliseconds since the epoch, exclusive end of the generated data. A fixed instant unless given. */
  readonly end: number;
  readonly days: number;
  /** Average characters of input and output together. */
  readonly textBytes: number;
  /** Traces that carry one text of hugeTextBytes. */
  readonly hugeTexts: number;
  readonly hugeTextBytes: number;
  /** Share of rows that were sent twice (events table only). */
  readonly resent: number;
  /** Share of rows that have not arrived; they do after `lateAfterRequests` requests, or by releaseLate(). */
  readonly late: number;
  readonly lateAfterRequests: number | null;
  /** Adds the Cloud's `_deprecation` to legacy answers. */
  readonly cloud: boolean;
  readonly plan: Plan;
  /** Shortens the plan's windows; null keeps minute, hour and day. */
  readonly rateWindowSeconds: number | null;
  /** Answers larger than this are refused. */
  readonly maxResponseBytes: number;
  /** 422 is what the server's own code sends; how the Cloud's edge refuses is not known. */
  readonly tooLargeStatus: 413 | 422;
  readonly publicKey: string;
  readonly secretKey: string;
  /** viewer may only read, ingestion only write. */
  readonly keyType: 'full' | 'viewer' | 'ingestion';
  readonly projectId: string;
  readonly retentionDays: number | null;
  /** 64-bit integers of the metrics endpoint as strings, as older ClickHouse settings give them. */
  readonly numbersAsStrings: boolean;
  /** Share of v2/observations pages that end early, or are empty, although more follows. */
  readonly continuation: number;
  readonly latencyMs: number;
  /** Ingested rows become visible this much later. */
  readonly ingestionDelayMs: number;
  /** Compresses answers for clients that accept it. */
  readonly gzip: boolean;
  /** Memory for serialised rows. */
  readonly cacheBytes: number;
  readonly faults: readonly FaultRule[];
}

const versions: Readonly<Record<Generation, string>> = {
  events: '4.16.0',
  dual: '4.16.0',
  eventsInLegacyMode: '4.16.0',
  legacy: '3.225.4',
};

export function withDefaults(options: Partial<LangfuseServerOptions>): LangfuseServerOptions {
  return {
    port: 0,
    generation: 'events',
    version: versions[options.generation ?? 'events'],
    seed: 1,
    observations: 2000,
    end: Date.parse('2026-11-22T12:00:00.000Z'),
    days: 30,
    textBytes: 400,
    hugeTexts: 0,
    hugeTextBytes: 2_000_000,
    resent: 0.004,
    late: 0.004,
    lateAfterRequests: null,
    cloud: false,
    plan: 'none',
    rateWindowSeconds: null,
    maxResponseBytes: 5_000_000,
    tooLargeStatus: 422,
    publicKey: 'pk-lf-00000000-0000-4000-a000-000000000001',
    secretKey: 'sk-lf-00000000-0000-4000-a000-000000000001',
    keyType: 'full',
    projectId: 'proj-stand-in',
    retentionDays: null,
    numbersAsStrings: false,
    continuation: 0,
    latencyMs: 0,
    ingestionDelayMs: 0,
    gzip: true,
    cacheBytes: 400_000_000,
    faults: [],
    ...options,
  };
}
