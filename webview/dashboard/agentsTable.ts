import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { AgentsAnswer } from '../../src/protocol/analytics.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import type { Column } from '../shared/table.ts';

type Agent = AgentsAnswer['agents'][number];

const fewTasks = 20;
/** A success rate is marked when even the upper end of its interval is below this. */
const lowSuccess = 0.8;

export function agentColumns({ agents }: AgentsAnswer, { numbers }: Writing): readonly Column<Agent>[] {
  const money = numbers.moneyColumn(agents.map(({ costPerSuccessfulTaskUsd }) => costPerSuccessfulTaskUsd));
  return [
    {
      id: 'agent',
      title: l10n.t('Agent'),
      cell: ({ agent }) => agent,
      value: ({ agent }) => agent,
      tooltip: ({ agent }) => agent,
    },
    {
      id: 'tasks',
      title: l10n.t('Tasks'),
      number: true,
      cell: ({ tasks }) => numbers.count(tasks),
      value: ({ tasks }) => tasks,
    },
    {
      id: 'success',
      title: l10n.t('Success'),
      number: true,
      cell: ({ successRate: { value, count, n, high } }) => {
        if (value === null) {
          return none();
        }
        const text = n < fewTasks ? l10n.t('{0} of {1}', numbers.count(count), numbers.count(n)) : numbers.share(value);
        return html`<span class=${(high ?? 1) < lowSuccess ? 'bad' : ''}>${text}</span>`;
      },
      value: ({ successRate }) => successRate.value,
      tooltip: ({ successRate: { count, n, low, high } }) =>
        low === null || high === null
          ? null
          : l10n.t(
              '{0} of {1}, 95 % CI {2} to {3}',
              numbers.count(count),
              numbers.count(n),
              numbers.share(low),
              numbers.share(high),
            ),
    },
    {
      id: 'cost',
      title: l10n.t('Cost / success'),
      number: true,
      cell: ({ costPerSuccessfulTaskUsd }) =>
        costPerSuccessfulTaskUsd === null ? none() : money(costPerSuccessfulTaskUsd),
      value: ({ costPerSuccessfulTaskUsd }) => costPerSuccessfulTaskUsd,
    },
    {
      id: 'p95',
      title: 'p95',
      number: true,
      cell: ({ duration }) => (duration === null ? none() : numbers.duration(duration.p95)),
      value: ({ duration }) => duration?.p95 ?? null,
      tooltip: ({ duration }) => (duration === null ? null : `n ${numbers.count(duration.n)}`),
    },
    {
      id: 'steps',
      title: l10n.t('Steps, mean'),
      number: true,
      cell: ({ llmCallsPerTask }) => (llmCallsPerTask === null ? none() : numbers.decimal(llmCallsPerTask, 1)),
      value: ({ llmCallsPerTask }) => llmCallsPerTask,
    },
  ];
}
