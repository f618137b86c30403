import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { StepColumns, TraceOutline } from '../../src/protocol/browse.ts';
import type { PanelCommand } from '../../src/protocol/panels.ts';
import type { Writing } from '../shared/panel.ts';
import type { Reading } from '../shared/readings.ts';
import { emptyState, note, remedies, type Note, type StateAction } from '../shared/states.ts';
import type { TraceReader } from './traceReader.ts';

export interface EmptyTraceInput {
  readonly reading: Reading<TraceOutline | null>;
  /** Nothing is said about waiting yet. */
  readonly patient: boolean;
  readonly traceId: string;
  readonly hasKeys: boolean;
  readonly run: (command: PanelCommand) => void;
  readonly openInLangfuse: () => void;
  readonly readAgain: () => void;
}

/** What stands in the place of everything while there is no trace to show. */
export function emptyTrace(input: EmptyTraceInput): TemplateResult | typeof nothing {
  const { reading, patient, traceId, hasKeys, run, openInLangfuse, readAgain } = input;
  const { error, pending } = reading;
  if (error !== null) {
    const text = [error.message, error.hint].filter((part) => part !== null).join(' ');
    const again = { label: l10n.t('Try again'), run: readAgain };
    return html`<main>${note({ kind: 'error', text, actions: [again, ...remedies(error, run)] })}</main>`;
  }
  if (pending) {
    return patient ? nothing : html`<main><p class="waiting-words quiet">${l10n.t('Reading the trace…')}</p></main>`;
  }
  const actions: readonly StateAction[] = [
    { label: l10n.t('Export now'), run: () => run('langfuseMetrics.export') },
    ...(hasKeys ? [{ label: l10n.t('Open in Langfuse'), run: openInLangfuse }] : []),
  ];
  return html`<main>
    ${emptyState({
      title: l10n.t('This trace is not in the database'),
      text: l10n.t(
        'The trace {0} was removed from the database, or has not been exported into it. Another database may be open now.',
        traceId,
      ),
      actions,
    })}
  </main>`;
}

/** What failed: reading the trace anew, then what a person asked for. */
export function problemNote(
  reader: TraceReader,
  failure: string | null,
  { times, now }: Writing,
  run: (command: PanelCommand) => void,
): Note | null {
  const { error, answeredAt } = reader.outline;
  if (error !== null) {
    const age =
      answeredAt === null || answeredAt === 0
        ? null
        : l10n.t('What is below is from {0}.', times.moment(answeredAt, now()));
    const text = [error.message, error.hint, age].filter((part) => part !== null).join(' ');
    return { kind: 'error', text, actions: remedies(error, run) };
  }
  const log = { label: l10n.t('Show log'), run: () => run('langfuseMetrics.showLog') };
  return failure === null ? null : { kind: 'error', text: failure, actions: [log] };
}

/** What the database lacks of the trace; null when it lacks nothing that it knows of. */
export function partialNote({ observations }: TraceOutline, steps: StepColumns, { numbers }: Writing): string | null {
  const open = steps.ends.filter((end, row) => end === null && steps.texts[steps.types[row] ?? -1] !== 'EVENT').length;
  const missing = observations - steps.ids.length;
  const said = [
    missing <= 0
      ? null
      : l10n.t('{0} of {1} steps are not in the database.', numbers.count(missing), numbers.count(observations)),
    steps.orphans === 0
      ? null
      : steps.orphans === 1
        ? l10n.t('The parent of 1 step is not in the database: it stands at the first level.')
        : l10n.t(
            'The parents of {0} steps are not in the database: they stand at the first level.',
            numbers.count(steps.orphans),
          ),
    open === 0
      ? null
      : open === 1
        ? l10n.t('1 step has no end: it still ran when it was exported, or never said.')
        : l10n.t('{0} steps have no end: they still ran when they were exported, or never said.', numbers.count(open)),
  ].filter((part) => part !== null);
  return said.length === 0 ? null : said.join(' ');
}
