import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { PromptOutcomes, PromptOutcomesAnswer, PromptVersionOutcomes } from '../../src/protocol/analytics.ts';
import { none, pathName } from '../shared/cells.ts';
import { intervalBar } from '../shared/intervalBar.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';

/** With fewer scored runs, counts are shown and no percentage. */
const fewScored = 20;
const barWidth = 90;

/** A prompt with the version that people use now. */
export interface PromptRow {
  readonly prompt: PromptOutcomes;
  readonly version: PromptVersionOutcomes;
}

/** The version in production, else the newest that ran; dearest prompts first. */
export function promptRows({ prompts }: PromptOutcomesAnswer): readonly PromptRow[] {
  return prompts
    .flatMap((prompt) => {
      const production = prompt.versions.find(
        ({ version }) => version !== null && version === prompt.productionVersion,
      );
      const version = production ?? prompt.versions.find(({ executions }) => executions > 0);
      return version === undefined ? [] : [{ prompt, version }];
    })
    .sort(
      (a, b) => (b.version.costUsd ?? -1) - (a.version.costUsd ?? -1) || b.version.executions - a.version.executions,
    );
}

export function promptKey({ prompt }: PromptRow): string {
  return JSON.stringify([prompt.projectId, prompt.prompt]);
}

/** @param compare opens the comparison of the prompt's versions */
export function promptColumns(
  rows: readonly PromptRow[],
  { numbers }: Writing,
  compare: (row: PromptRow) => void,
): readonly Column<PromptRow>[] {
  const money = numbers.moneyColumn(rows.map(({ version }) => version.costPerExecutionUsd));
  const from = rows.some(({ version }) => (version.successRate.low ?? 1) < 0.5 && version.successRate.n >= fewScored)
    ? 0
    : 0.5;
  return [
    {
      id: 'prompt',
      title: l10n.t('Prompt'),
      cell: ({ prompt }) => pathName(prompt.prompt),
      value: ({ prompt }) => prompt.prompt,
      tooltip: ({ prompt }) => prompt.prompt,
    },
    {
      id: 'version',
      title: l10n.t('Version'),
      cell: (row) => versionLink(row, compare),
      value: ({ version }) => version.version,
      tooltip: ({ version }) => version.labels.join(', ') || null,
    },
    {
      id: 'runs',
      title: l10n.t('Runs'),
      number: true,
      cell: ({ version }) => numbers.count(version.executions),
      value: ({ version }) => version.executions,
    },
    {
      id: 'scored',
      title: l10n.t('Scored'),
      number: true,
      cell: ({ version }) => (version.successRate.n === 0 ? none() : numbers.count(version.successRate.n)),
      value: ({ version }) => version.successRate.n,
      tooltip: ({ version }) => version.successSources.join(', ') || null,
    },
    {
      id: 'success',
      title: l10n.t('Success'),
      number: true,
      cell: ({ version: { successRate } }) => {
        const { value, count, n } = successRate;
        if (value === null) {
          return none();
        }
        return n < fewScored ? l10n.t('{0} of {1}', numbers.count(count), numbers.count(n)) : numbers.share(value);
      },
      value: ({ version }) => version.successRate.value,
      tooltip: ({ version: { successRate } }) => {
        const { count, n, low, high } = successRate;
        return low === null || high === null
          ? null
          : l10n.t(
              '{0} of {1}, 95 % CI {2} to {3}',
              numbers.count(count),
              numbers.count(n),
              numbers.share(low),
              numbers.share(high),
            );
      },
    },
    {
      id: 'interval',
      title: l10n.t('Success rate with its 95 % interval, {0} to 100 %', numbers.wholeShare(from)),
      head: html`<span class="scale"
        ><span>${numbers.count(from * 100)}</span><span>${numbers.wholeShare(1)}</span></span
      >`,
      unsorted: true,
      picture: true,
      className: 'wide-only',
      cell: ({ version: { successRate } }) => {
        const { value, low, high, n } = successRate;
        return value === null || low === null || high === null || n < fewScored
          ? none(n === 0 ? '' : l10n.t('too few'))
          : intervalBar({ value, low, high, from, to: 1, baseline: null, width: barWidth });
      },
      value: () => null,
    },
    {
      id: 'cost',
      title: l10n.t('Cost / run'),
      number: true,
      cell: ({ version }) =>
        version.costPerExecutionUsd === null ? none(l10n.t('no price')) : money(version.costPerExecutionUsd),
      value: ({ version }) => version.costPerExecutionUsd,
    },
    {
      id: 'p95',
      title: 'p95',
      number: true,
      cell: ({ version }) => (version.latency === null ? none() : numbers.duration(version.latency.p95)),
      value: ({ version }) => version.latency?.p95 ?? null,
      tooltip: ({ version }) => (version.latency === null ? null : `n ${numbers.count(version.latency.n)}`),
    },
  ];
}

function versionLink(row: PromptRow, compare: (row: PromptRow) => void): unknown {
  const { version } = row.version;
  if (version === null) {
    return none(l10n.t('unknown'));
  }
  const open = (event: Event): void => {
    event.stopPropagation();
    compare(row);
  };
  const label = l10n.t('Compare the versions of {0}', row.prompt.prompt);
  // Enter on the row does the same: no other stop for Tab.
  return html`<button
    type="button"
    class="link"
    tabindex="-1"
    title=${label}
    aria-label=${`v${version}, ${label}`}
    @click=${open}
  >
    v${version}
  </button>`;
}
