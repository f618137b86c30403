import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { SummaryAnswer } from '../../src/protocol/analytics.ts';
import type { Rate } from '../../src/protocol/figures.ts';
import type { Writing } from '../shared/panel.ts';
import { sparkline } from '../shared/sparkline.ts';
import { unpricedText } from '../shared/unpriced.ts';

/** A latency that grew by less is no news. */
const latencyGrowth = 1.1;

export interface KeyFigure {
  readonly label: string;
  /** Of how many, for shares; null for sums. */
  readonly n: string | null;
  /** Null: unknown, and `missing` says why. */
  readonly value: string | null;
  readonly missing: string;
  /** The exact value, its interval, what it leaves out. */
  readonly tooltip: string;
  /** Null without a previous period. */
  readonly change: { readonly text: string; readonly before: string; readonly worse: boolean } | null;
  readonly trend: readonly (number | null)[];
}

/** The six figures at the top. */
export function keyFigures(summary: SummaryAnswer, compare: boolean, writing: Writing): readonly KeyFigure[] {
  const figures = [
    cost(summary, writing),
    calls(summary, writing),
    tokens(summary, writing),
    success(summary, writing),
    latency(summary, writing),
    fallbacks(summary, writing),
  ];
  return compare ? figures : figures.map((figure) => ({ ...figure, change: null }));
}

/** @param figures null while nothing is known yet */
export function keyFigureList(figures: readonly KeyFigure[] | null): TemplateResult {
  return html`<ul class="figures" aria-label=${l10n.t('Key figures')}>
    ${(figures ?? unknownFigures()).map(
      ({ label, n, value, missing, tooltip, change, trend }) =>
        html`<li title=${tooltip}>
          <span class="caption">${label}${n === null ? nothing : html`<span class="n"> · n ${n}</span>`}</span>
          ${value === null ? html`<b class="missing">${missing}</b>` : html`<b>${withQuietUnit(value)}</b>`}
          <span class="change"
            >${
              change === null
                ? nothing
                : html`<span class=${change.worse ? 'warn' : ''}>${change.text}</span>
                    <span class="quiet">${l10n.t('vs {0}', change.before)}</span>`
            }</span
          >
          ${sparkline(trend, { width: 76, height: 26 })}
        </li>`,
    )}
  </ul>`;
}

function unknownFigures(): readonly KeyFigure[] {
  const labels = [
    l10n.t('Cost'),
    l10n.t('Calls'),
    l10n.t('Tokens'),
    l10n.t('Success rate'),
    l10n.t('p95 latency'),
    l10n.t('Fallback rate'),
  ];
  return labels.map((label) => ({ label, n: null, value: null, missing: '–', tooltip: '', change: null, trend: [] }));
}

function cost({ current, previous, sparklines }: SummaryAnswer, { numbers }: Writing): KeyFigure {
  return {
    label: l10n.t('Cost'),
    n: null,
    value: current.costUsd === null ? null : numbers.money(current.costUsd),
    missing: l10n.t('no price'),
    tooltip: [current.costUsd === null ? null : `$${current.costUsd}`, unpricedText(current.callsWithoutCost, numbers)]
      .filter((line) => line !== null)
      .join('\n'),
    change: changeOf(current.costUsd, previous.costUsd, (value) => numbers.money(value), numbers),
    trend: sparklines.costUsd,
  };
}

function calls({ current, previous, sparklines, traces }: SummaryAnswer, { numbers }: Writing): KeyFigure {
  return {
    label: l10n.t('Calls'),
    n: null,
    value: numbers.count(current.calls),
    missing: '',
    tooltip: l10n.t('in {0} traces', numbers.count(traces)),
    change: changeOf(current.calls, previous.calls, (value) => numbers.count(value), numbers),
    trend: sparklines.calls,
  };
}

function tokens({ current, previous, sparklines }: SummaryAnswer, { numbers }: Writing): KeyFigure {
  return {
    label: l10n.t('Tokens'),
    n: null,
    value: current.totalTokens === null ? null : numbers.tokens(current.totalTokens),
    missing: l10n.t('none'),
    tooltip: current.totalTokens === null ? '' : numbers.count(current.totalTokens),
    change: changeOf(current.totalTokens, previous.totalTokens, (value) => numbers.tokens(value), numbers),
    trend: sparklines.totalTokens,
  };
}

function success({ successRate, previousSuccessRate }: SummaryAnswer, writing: Writing): KeyFigure {
  return {
    ...rateFigure(successRate, writing),
    label: l10n.t('Success rate'),
    missing: l10n.t('nothing scored'),
    change: rateChange(successRate, previousSuccessRate, writing, (now, before) => now.high < before.low),
    trend: [],
  };
}

function fallbacks({ current, previous, sparklines }: SummaryAnswer, writing: Writing): KeyFigure {
  return {
    ...rateFigure(current.fallbackRate, writing),
    label: l10n.t('Fallback rate'),
    missing: l10n.t('none'),
    change: rateChange(current.fallbackRate, previous.fallbackRate, writing, (now, before) => now.low > before.high),
    trend: sparklines.fallbackRate,
  };
}

function latency({ current, previous, sparklines }: SummaryAnswer, { numbers }: Writing): KeyFigure {
  const now = current.latency;
  const before = previous.latency;
  const seconds = (value: number): string => numbers.duration(value);
  return {
    label: l10n.t('p95 latency'),
    n: now === null ? null : numbers.count(now.n),
    value: now === null ? null : seconds(now.p95),
    missing: l10n.t('none'),
    tooltip: now === null ? '' : `p50 ${seconds(now.p50)} · p90 ${seconds(now.p90)} · p99 ${seconds(now.p99)}`,
    change:
      now === null || before === null
        ? null
        : {
            text: `${arrow(now.p95 - before.p95)}${seconds(Math.abs(now.p95 - before.p95))}`,
            before: seconds(before.p95),
            worse: now.p95 > before.p95 * latencyGrowth,
          },
    trend: sparklines.latencyP95,
  };
}

function rateFigure(rate: Rate, { numbers }: Writing): Pick<KeyFigure, 'n' | 'value' | 'tooltip'> {
  const { value, count, n, low, high } = rate;
  return {
    n: n === 0 ? null : numbers.count(n),
    value: value === null ? null : numbers.share(value),
    tooltip:
      low === null || high === null
        ? ''
        : l10n.t(
            '{0} of {1}, 95 % CI {2} to {3}',
            numbers.count(count),
            numbers.count(n),
            numbers.share(low),
            numbers.share(high),
          ),
  };
}

interface KnownRate {
  readonly low: number;
  readonly high: number;
}

/** Worse is only what the two intervals tell apart. */
function rateChange(
  now: Rate,
  before: Rate,
  { numbers }: Writing,
  worse: (now: KnownRate, before: KnownRate) => boolean,
): KeyFigure['change'] {
  if (now.value === null || before.value === null) {
    return null;
  }
  const known = ({ value, low, high }: Rate): KnownRate => ({ low: low ?? value ?? 0, high: high ?? value ?? 0 });
  return {
    text: numbers.points(now.value - before.value),
    before: numbers.share(before.value),
    worse: worse(known(now), known(before)),
  };
}

function changeOf(
  now: number | null,
  before: number | null,
  format: (value: number) => string,
  numbers: Writing['numbers'],
): KeyFigure['change'] {
  return now === null || before === null || before === 0
    ? null
    : { text: numbers.change(now, before), before: format(before), worse: false };
}

function arrow(difference: number): string {
  return difference === 0 ? '' : difference > 0 ? '▲\u202f' : '▼\u202f';
}

/** `128.2 M` with its unit in second-level text. */
function withQuietUnit(value: string): unknown {
  const parts = /^(.*\d)(\u202f\D+)$/.exec(value);
  return parts === null ? value : html`${parts[1]}<span class="unit">${parts[2]}</span>`;
}
