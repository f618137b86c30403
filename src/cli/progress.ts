import * as l10n from '@vscode/l10n';
import type { Clock } from '../engine/ports.ts';
import type { ExportCounts, ExportPhase, ExportProgress, ExportWaiting } from '../protocol/engine.ts';
import type { Diagnostics } from './diagnostics.ts';

const statusEveryMilliseconds = 100;
const lineEveryMilliseconds = 5000;
/** A wait this long is worth a line of its own, because nothing else happens meanwhile. */
const longWaitSeconds = 5;

/** Shows an export's progress: rewritten in place on a terminal, else a line every few seconds. */
export class ProgressDisplay {
  readonly #diagnostics: Diagnostics;
  readonly #clock: Clock;
  readonly #numbers: Intl.NumberFormat;
  #shownAt = -Infinity;
  #phase: ExportPhase | null = null;
  #waiting: ExportWaiting | null = null;

  constructor(diagnostics: Diagnostics, clock: Clock, locale: string) {
    this.#diagnostics = diagnostics;
    this.#clock = clock;
    this.#numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  }

  show(progress: ExportProgress): void {
    const { showsStatus } = this.#diagnostics;
    const now = this.#clock.now();
    const pause = showsStatus ? statusEveryMilliseconds : lineEveryMilliseconds;
    if (now - this.#shownAt < pause && !this.#isNews(progress)) {
      return;
    }
    this.#shownAt = now;
    this.#phase = progress.phase;
    this.#waiting = progress.waiting;
    const text = describeProgress(progress, this.#numbers);
    if (showsStatus) {
      this.#diagnostics.status(text);
    } else {
      this.#diagnostics.line(text);
    }
  }

  end(): void {
    this.#diagnostics.status('');
  }

  #isNews({ phase, waiting }: ExportProgress): boolean {
    if (phase !== this.#phase) {
      return true;
    }
    if (this.#diagnostics.showsStatus) {
      return (waiting === null) !== (this.#waiting === null);
    }
    return (
      waiting !== null && waiting.reason !== this.#waiting?.reason && (waiting.seconds ?? Infinity) >= longWaitSeconds
    );
  }
}

/** One line: phase, share, rows, rate, time left, and what it waits for. */
export function describeProgress(progress: ExportProgress, numbers: Intl.NumberFormat): string {
  const parts = [phaseName(progress.phase)];
  if (progress.phase === 'observations') {
    parts.push(`${numbers.format(Math.floor(progress.fraction * 100))} %`);
  }
  const rows = rowsOf(progress.counts);
  if (rows > 0) {
    parts.push(l10n.t('{0} rows', numbers.format(rows)), l10n.t('{0} rows/s', numbers.format(progress.rowsPerSecond)));
  }
  if (progress.setAside > 0) {
    parts.push(l10n.t('{0} set aside', numbers.format(progress.setAside)));
  }
  if (progress.waiting !== null) {
    parts.push(describeWaiting(progress.waiting));
  } else if (progress.etaSeconds !== null && progress.phase === 'observations') {
    parts.push(l10n.t('{0} left', duration(progress.etaSeconds)));
  }
  return parts.join(' · ');
}

/** "41 s", "3 min", "2 h 05 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 100) {
    return l10n.t('{0} s', whole);
  }
  const minutes = Math.ceil(whole / 60);
  if (minutes < 100) {
    return l10n.t('{0} min', minutes);
  }
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

function rowsOf(counts: ExportCounts): number {
  return counts.generations + counts.spans + counts.events + counts.scores;
}

function phaseName(phase: ExportPhase): string {
  switch (phase) {
    case 'connecting':
      return l10n.t('Connecting');
    case 'observations':
      return l10n.t('Reading observations');
    case 'scores':
      return l10n.t('Reading scores and prompts');
    case 'deriving':
      return l10n.t('Computing results');
    case 'auditing':
      return l10n.t('Comparing counts with the server');
    case 'saving':
      return l10n.t('Saving');
  }
}

function describeWaiting({ reason, seconds, detail }: ExportWaiting): string {
  const wait = seconds === null ? l10n.t('waiting') : l10n.t('waiting {0}', duration(seconds));
  switch (reason) {
    case 'quota':
      return l10n.t('quota: {0} ({1})', wait, detail);
    case 'retry':
      return l10n.t('trying again: {0} ({1})', wait, detail);
    case 'lock':
      return l10n.t('database in use: {0} ({1})', wait, detail);
  }
}
