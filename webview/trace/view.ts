import type { ObservationDetail, TraceOutline } from '../../src/protocol/browse.ts';
import type { TraceTarget } from '../../src/protocol/panels.ts';
import type { DetailMode, DetailSection } from './detailView.ts';
import { foldedIds, type ShownTrace } from './shownTrace.ts';

/** All that the panel keeps for the next time it is drawn. */
export interface TraceView {
  /** Null: the trace itself. */
  readonly selected: string | null;
  /** Ids of folded steps; at most `mostFolds`. */
  readonly folded: readonly string[];
  readonly query: string;
  readonly mode: DetailMode;
  readonly foldedSections: readonly DetailSection[];
  /** What was shown, to be painted first; null when it is too much to keep. */
  readonly outline: TraceOutline | null;
  readonly detail: ObservationDetail | null;
}

/** What the editor keeps of a panel is read before it is painted: more than this is faster asked anew. */
const mostKeptSteps = 2000;
const mostKeptText = 200_000;
const mostFolds = 2000;

function firstView(target: TraceTarget): TraceView {
  return {
    selected: target.observationId,
    folded: [],
    query: '',
    mode: 'messages',
    foldedSections: ['parameters', 'metadata'],
    outline: null,
    detail: null,
  };
}

/** What was kept, as far as it is of this version of the panel. */
export function readView(kept: unknown, target: TraceTarget): TraceView {
  return typeof kept === 'object' && kept !== null && 'selected' in kept && 'foldedSections' in kept
    ? withReadableOutline({ ...firstView(target), ...(kept as Partial<TraceView>) })
    : firstView(target);
}

/** An outline of another form was kept by another version of the extension. */
function withReadableOutline(view: TraceView): TraceView {
  return typeof view.outline?.steps === 'string' ? view : { ...view, outline: null };
}

/** @param detail of what is selected; null while it is not there */
export function viewToKeep(view: TraceView, shown: ShownTrace | null, detail: ObservationDetail | null): TraceView {
  return {
    ...view,
    folded: shown === null ? view.folded : foldedIds(shown).slice(0, mostFolds),
    outline: shown !== null && shown.tree.size <= mostKeptSteps && isShort(shown.outline) ? shown.outline : null,
    detail: detail !== null && isShort(detail) ? detail : null,
  };
}

function isShort({ inputText, outputText }: Pick<ObservationDetail, 'inputText' | 'outputText'>): boolean {
  return (inputText?.length ?? 0) + (outputText?.length ?? 0) <= mostKeptText;
}

export function readTarget(target: unknown): TraceTarget {
  const { projectId = '', traceId = '', observationId = null } = (target ?? {}) as Partial<TraceTarget>;
  return { projectId, traceId, observationId };
}
