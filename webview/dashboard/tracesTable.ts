import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { TraceList } from '../../src/opening/dashboard.ts';
import type { TracePage, TraceSummary } from '../../src/protocol/browse.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Sort } from '../shared/sort.ts';
import type { Column } from '../shared/table.ts';

/** The column that the list is in order of. */
export function traceSort(list: TraceList): Sort {
  return { column: { dearest: 'cost', slowest: 'duration', failed: 'started' }[list], descending: true };
}

export function traceKey({ projectId, id }: TraceSummary): string {
  return JSON.stringify([projectId, id]);
}

export function traceColumns({ traces }: TracePage, writing: Writing): readonly Column<TraceSummary>[] {
  const { numbers, times } = writing;
  const money = numbers.moneyColumn(traces.map(({ costUsd }) => costUsd));
  const columns: readonly Column<TraceSummary>[] = [
    {
      id: 'started',
      title: l10n.t('Started'),
      cell: ({ startedAt }) => html`<span class="quiet">${times.moment(startedAt, writing.now())}</span>`,
      value: ({ startedAt }) => startedAt,
      tooltip: ({ startedAt }) => times.iso(startedAt),
    },
    {
      id: 'trace',
      title: l10n.t('Trace'),
      cell: ({ name }) => name ?? none(l10n.t('no name')),
      value: ({ name }) => name,
      tooltip: ({ name, id }) => [name, id].filter((text) => text !== null).join('\n'),
    },
    {
      id: 'user',
      title: l10n.t('User'),
      cell: ({ userId }) => html`<span class="quiet">${userId ?? l10n.t('none')}</span>`,
      value: ({ userId }) => userId,
      className: 'wide-only',
    },
    {
      id: 'session',
      title: l10n.t('Session'),
      cell: ({ sessionId }) => html`<span class="quiet">${sessionId ?? l10n.t('none')}</span>`,
      value: ({ sessionId }) => sessionId,
      className: 'wide-only',
    },
    {
      id: 'duration',
      title: l10n.t('Duration'),
      number: true,
      cell: ({ durationSeconds }) => (durationSeconds === null ? none() : numbers.duration(durationSeconds)),
      value: ({ durationSeconds }) => durationSeconds,
    },
    {
      id: 'tokens',
      title: l10n.t('Tokens'),
      number: true,
      cell: ({ tokens }) => (tokens === null ? none() : numbers.tokens(tokens)),
      value: ({ tokens }) => tokens,
      tooltip: ({ tokens }) => (tokens === null ? null : numbers.count(tokens)),
    },
    {
      id: 'cost',
      title: l10n.t('Cost'),
      number: true,
      cell: ({ costUsd }) => (costUsd === null ? none(l10n.t('no price')) : money(costUsd)),
      value: ({ costUsd }) => costUsd,
      tooltip: ({ costUsd }) => (costUsd === null ? null : `$${costUsd}`),
    },
    {
      id: 'outcome',
      title: l10n.t('Outcome'),
      cell: outcome,
      value: ({ errors, fallbacks }) =>
        [counted(errors, 'error'), counted(fallbacks, 'fallback')].filter(Boolean).join(', '),
      className: 'outcome',
    },
  ];
  return columns.map((column) => ({ ...column, unsorted: true }));
}

function outcome({ errors, fallbacks }: TraceSummary): unknown {
  if (errors === 0 && fallbacks === 0) {
    return html`<span class="quiet">${l10n.t('ok')}</span>`;
  }
  const text = [counted(errors, 'error'), counted(fallbacks, 'fallback')].filter((part) => part !== '').join(', ');
  return html`<span class=${errors > 0 ? 'bad' : 'warn'}>${text}</span>`;
}

function counted(count: number, kind: 'error' | 'fallback'): string {
  if (count === 0) {
    return '';
  }
  if (kind === 'error') {
    return count === 1 ? l10n.t('1 error') : l10n.t('{0} errors', count);
  }
  return count === 1 ? l10n.t('1 fallback') : l10n.t('{0} fallbacks', count);
}
