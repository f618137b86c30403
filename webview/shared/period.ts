import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import type { Period } from '../../src/opening/period.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import { choices } from './choices.ts';
import type { Writing } from './panel.ts';

const hour = 3_600_000;

/** Hours of the periods that have a key of their own. */
export const presetHours = [24, 7 * 24, 30 * 24] as const;

/** `24 h`, `7 d`; what a range of two moments is called. */
export function periodLength(period: Period, { numbers }: Writing): string {
  const hours = period.kind === 'last' ? period.hours : (Date.parse(period.end) - Date.parse(period.start)) / hour;
  return hours <= 24 ? l10n.t('{0} h', numbers.count(hours)) : l10n.t('{0} d', numbers.count(hours / 24));
}

/** `16 Nov 14:32 – 23 Nov 14:32`. */
export function rangeText({ start, end }: TimeRange, { times, now }: Writing): string {
  return `${times.moment(start, now())} – ${times.moment(end, now())}`;
}

export interface PeriodPicker {
  readonly period: Period;
  readonly writing: Writing;
  readonly choose: (period: Period) => void;
  readonly custom: () => void;
  /** Looks back to the first call: every other number of hours. Left out by panels that do not offer it. */
  readonly all?: () => void;
}

export function periodPicker({ period, writing, choose, custom, all }: PeriodPicker): TemplateResult {
  const hours = period.kind === 'last' ? period.hours : null;
  const presets = presetHours.map((hours) => ({ value: hours, label: periodLength({ kind: 'last', hours }, writing) }));
  const isPreset = presets.some(({ value }) => value === hours);
  return html`${choices<number | null>({
      label: l10n.t('Period'),
      chosen: period.kind === 'range' ? undefined : isPreset ? hours : null,
      choices: [...presets, ...(all === undefined ? [] : [{ value: null, label: l10n.t('All') }])],
      choose: (hours) => (hours === null ? all?.() : choose({ kind: 'last', hours })),
    })}
    <button type="button" class=${period.kind === 'range' ? 'custom chosen' : 'custom'} @click=${custom}>
      ${l10n.t('Custom…')}
    </button>`;
}
