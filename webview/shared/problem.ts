import * as l10n from '@vscode/l10n';
import type { CoverageAnswer } from '../../src/protocol/analytics.ts';
import type { PanelCommand } from '../../src/protocol/panels.ts';
import type { Writing } from './panel.ts';
import type { FailedReading } from './readings.ts';
import { remedies, type Note } from './states.ts';

export interface ProblemInput {
  readonly failed: FailedReading | null;
  /** Of the last thing that a person asked for. */
  readonly failure: string | null;
  readonly coverage: CoverageAnswer | null;
  readonly writing: Writing;
  readonly run: (command: PanelCommand) => void;
}

/**
 * The one failure that is told under the scope: of the questions first, since the numbers below depend
 * on them, then of what a person asked for, then of the last export.
 */
export function problemOf({ failed, failure, coverage, writing, run }: ProblemInput): Note | null {
  const { times, now } = writing;
  const log = { label: l10n.t('Show log'), run: () => run('langfuseMetrics.showLog') };
  if (failed !== null) {
    const { error, answeredAt } = failed;
    const age = answeredAt === null ? null : l10n.t('Numbers below are from {0}.', times.moment(answeredAt, now()));
    const text = [error.message, error.hint, age].filter((part) => part !== null).join(' ');
    return { kind: 'error', text, actions: remedies(error, run) };
  }
  if (failure !== null) {
    return { kind: 'error', text: failure, actions: [log] };
  }
  if (coverage?.lastRun?.status !== 'failed' || coverage.exportedUntil === null) {
    return null;
  }
  const { at, errorMessage } = coverage.lastRun;
  const text = l10n.t(
    'Export failed at {0}: {1} Numbers below are from {2}.',
    times.moment(at, now()),
    sentence(errorMessage ?? l10n.t('it gave no reason')),
    times.moment(coverage.exportedUntil, now()),
  );
  return {
    kind: 'error',
    text,
    actions: [{ label: l10n.t('Set keys'), run: () => run('langfuseMetrics.setKeys') }, log],
  };
}

/** With a full stop at its end. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
