import type { ObservationDetail, ScoreSummary, TraceOutline, UsageKind } from '../../src/protocol/browse.ts';

/** What the right side shows: an observation, or the trace itself. */
export interface Subject {
  /** Null for the trace itself. */
  readonly observationId: string | null;
  readonly inputText: string | null;
  readonly outputText: string | null;
  readonly inputCut: boolean;
  readonly outputCut: boolean;
  readonly metadata: string | null;
  readonly modelParameters: string | null;
  readonly provider: string | null;
  readonly version: string | null;
  readonly prompt: { readonly name: string; readonly version: number | null } | null;
  readonly costSource: string | null;
  readonly costUsd: number | null;
  readonly tokens: number | null;
  readonly usage: readonly UsageKind[];
  readonly fallbackOf: ObservationDetail['fallbackOf'];
  readonly scores: readonly ScoreSummary[];
}

export function subjectOfObservation(detail: ObservationDetail): Subject {
  const { id, promptName, promptVersion, ...rest } = detail;
  return {
    ...rest,
    observationId: id,
    prompt: promptName === null ? null : { name: promptName, version: promptVersion },
  };
}

export function subjectOfTrace(outline: TraceOutline): Subject {
  return {
    observationId: null,
    inputText: outline.inputText,
    outputText: outline.outputText,
    inputCut: outline.inputCut,
    outputCut: outline.outputCut,
    metadata: outline.metadata,
    modelParameters: null,
    provider: null,
    version: outline.version,
    prompt: null,
    costSource: null,
    costUsd: outline.costUsd,
    tokens: outline.tokens,
    usage: [],
    fallbackOf: null,
    scores: outline.scores.filter(({ observationId }) => observationId === null),
  };
}
