import type { TraceParams } from '../protocol/browse.ts';
import type { AskParams, TraceTarget } from '../protocol/panels.ts';

/** The steps of a trace. */
export function askedOutline({ projectId, traceId }: TraceParams): TraceParams {
  return { projectId, traceId };
}

/** What the document of a trace that was just opened asks. */
export function firstAskedOfTrace(target: TraceTarget): readonly AskParams[] {
  return [{ question: 'traceOutline', params: askedOutline(target) }];
}
