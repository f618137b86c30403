import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { FailingExecution, PromptFailuresAnswer } from '../../src/protocol/analytics.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';
import { versionName } from './versions.ts';

/** @param many versions are in the list */
export function failureColumns(many: boolean, { times, now }: Writing): readonly Column<FailingExecution>[] {
  const text = (
    id: string,
    title: string,
    pick: (run: FailingExecution) => string | null,
    missing: string,
  ): Column<FailingExecution> => ({
    id,
    title,
    className: id,
    cell: (run) => {
      const value = pick(run);
      return value === null ? none(missing) : oneLine(value);
    },
    value: pick,
    tooltip: pick,
  });
  return [
    {
      id: 'started',
      title: l10n.t('Started'),
      className: 'started',
      cell: ({ executedAt }) => html`<span class="quiet">${times.moment(executedAt, now())}</span>`,
      value: ({ executedAt }) => executedAt,
      tooltip: ({ executedAt, traceId }) =>
        traceId === null ? l10n.t('Recorded without a trace') : times.iso(executedAt),
    },
    ...(many
      ? [
          {
            id: 'version',
            title: l10n.t('Version'),
            className: 'version',
            cell: ({ version }: FailingExecution) => versionName(version),
            value: ({ version }: FailingExecution) => version,
          },
        ]
      : []),
    text('input', l10n.t('Input'), ({ inputPreview }) => inputPreview, l10n.t('not stored')),
    {
      id: 'reason',
      title: l10n.t('Reason'),
      className: 'reason',
      cell: ({ reason }) =>
        reason === null ? none(l10n.t('none given')) : html`<span class="bad">${oneLine(reason)}</span>`,
      value: ({ reason }) => reason,
      tooltip: ({ reason, successSource }) =>
        [reason, successSource].filter((part) => part !== null).join('\n') || null,
    },
    text('output', l10n.t('Output'), ({ outputPreview }) => outputPreview, l10n.t('not stored')),
    {
      id: 'model',
      title: l10n.t('Model'),
      className: 'model',
      cell: ({ model }) => model ?? none(l10n.t('unknown')),
      value: ({ model }) => model,
      tooltip: ({ model }) => model,
    },
  ];
}

export interface ReasonCount {
  readonly text: string;
  readonly count: number;
}

/** The most frequent reasons; the rest in one. */
export function topReasons({ reasons }: PromptFailuresAnswer, most: number): readonly ReasonCount[] {
  const named = reasons.map(({ reason, count }) => ({
    text: reason === null ? l10n.t('without a reason') : oneLine(reason),
    count,
  }));
  const rest = named.slice(most).reduce((sum, { count }) => sum + count, 0);
  return rest === 0 ? named : [...named.slice(0, most), { text: l10n.t('other reasons'), count: rest }];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
