import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { ExportReport } from '../../protocol/engine.ts';
import { askInOrder, askText, pickOne, type Answer, type Step } from '../quickInput/quickInput.ts';
import type { ExportPresenter } from './exportPresenter.ts';
import { endProblem, lastHours, parseTime, startProblem, type TimeRange } from './timeRange.ts';

const presetHours = [24, 7 * 24, 30 * 24, 90 * 24] as const;

/** "Export a time range…": presets, or two times typed in. */
export class ExportRangeCommand {
  readonly #presenter: ExportPresenter;
  readonly #clock: Clock;

  constructor(presenter: ExportPresenter, clock: Clock) {
    this.#presenter = presenter;
    this.#clock = clock;
  }

  async run(): Promise<ExportReport | null> {
    const range = await this.#ask();
    return range === null ? null : this.#presenter.run(range);
  }

  async #ask(): Promise<TimeRange | null> {
    let preset: number | 'custom' = 'custom';
    let start = '';
    let end = '';
    const askPreset = async (step: Step): Promise<Answer<number | 'custom'>> => {
      const answer = await pickOne({ ...step, placeholder: vscode.l10n.t('What to export'), choices: presetChoices() });
      preset = answer.kind === 'next' ? answer.value : preset;
      return answer;
    };
    const askStart = async (step: Step): Promise<Answer<string>> => {
      const answer = await askText({
        ...step,
        prompt: vscode.l10n.t('Export what started from this time on, in local time unless it ends with Z'),
        placeholder: example(this.#clock.now() - 7 * 24 * 3_600_000),
        value: start,
        check: (text) => problem(startProblem(text, this.#clock.now())),
      });
      start = answer.kind === 'next' ? answer.value : start;
      return answer;
    };
    const askEnd = async (step: Step): Promise<Answer<string>> => {
      const answer = await askText({
        ...step,
        prompt: vscode.l10n.t('and before this time; empty for now'),
        placeholder: example(this.#clock.now()),
        value: end,
        check: (text) => problem(endProblem(text, parseTime(start) ?? 0)),
      });
      end = answer.kind === 'next' ? answer.value : end;
      return answer;
    };
    const done = await askInOrder(vscode.l10n.t('Export a time range'), () =>
      preset === 'custom' ? [askPreset, askStart, askEnd] : [askPreset],
    );
    return done ? toRange(preset, start, end, this.#clock.now()) : null;
  }
}

function toRange(preset: number | 'custom', start: string, end: string, now: number): TimeRange | null {
  if (preset !== 'custom') {
    return lastHours(preset, now);
  }
  const from = parseTime(start);
  const to = parseTime(end);
  return from === null
    ? null
    : { start: new Date(from).toISOString(), end: to === null ? null : new Date(to).toISOString() };
}

function presetChoices(): readonly (vscode.QuickPickItem & { value: number | 'custom' })[] {
  const presets = presetHours.map((hours) => ({
    label: hours === 24 ? vscode.l10n.t('Last 24 hours') : vscode.l10n.t('Last {0} days', hours / 24),
    value: hours,
  }));
  return [...presets, { label: vscode.l10n.t('From … to …'), value: 'custom' }];
}

/** Local time as it may be typed: `2026-11-16T14:30`. */
function example(milliseconds: number): string {
  const date = new Date(milliseconds);
  const local = new Date(milliseconds - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
}

function problem(message: string | null): vscode.InputBoxValidationMessage | null {
  return message === null ? null : { message, severity: vscode.InputBoxValidationSeverity.Error };
}
