import * as l10n from '@vscode/l10n';
import type { ReportColumn } from '../../formatTable.ts';
import type { Report } from '../../report/report.ts';
import type { ReportSource } from './analyze.ts';

const shownSteps = 20;

export async function agentsReport({ engine, scope, cells, signal }: ReportSource): Promise<Report> {
  const answer = await engine.ask('agents', { scope }, signal);
  const columns: readonly ReportColumn[] = [
    { title: l10n.t('Agent'), align: 'left' },
    { title: l10n.t('Task type'), align: 'left' },
    { title: l10n.t('Tasks'), align: 'right' },
    { title: l10n.t('Success'), align: 'right' },
    { title: l10n.t('95 % interval'), align: 'right' },
    { title: l10n.t('p50'), align: 'right' },
    { title: l10n.t('p95'), align: 'right' },
    { title: l10n.t('Quality'), align: 'right' },
    { title: l10n.t('Cost'), align: 'right' },
    { title: l10n.t('Cost / success'), align: 'right' },
    { title: l10n.t('LLM calls'), align: 'right' },
    { title: l10n.t('Fallbacks'), align: 'right' },
  ];
  const groups = answer.agents.flatMap((agent) =>
    agent.taskTypes.length < 2 ? agent.taskTypes : [agent, ...agent.taskTypes],
  );
  const rows = groups.map((group) => [
    group.agent,
    group.taskType ?? l10n.t('all'),
    cells.count(group.tasks),
    cells.rate(group.successRate),
    cells.interval(group.successRate),
    cells.duration(group.duration?.p50),
    cells.duration(group.duration?.p95),
    cells.mean(group.quality),
    cells.money(group.costUsd),
    cells.money(group.costPerSuccessfulTaskUsd),
    cells.count(group.llmCalls),
    cells.count(group.fallbacks),
  ]);
  const steps = answer.failureSteps
    .slice(0, shownSteps)
    .map((step) => [step.agent, step.step, cells.count(step.failures), step.message ?? '']);
  return {
    document: answer,
    records: answer.agents.flatMap(({ taskTypes }) => taskTypes),
    tables: [
      { heading: '', columns, rows, empty: l10n.t('No agent finished a task in this period.') },
      ...(steps.length === 0
        ? []
        : [
            {
              heading: l10n.t('Where failures start'),
              columns: [
                { title: l10n.t('Agent'), align: 'left' },
                { title: l10n.t('Step'), align: 'left' },
                { title: l10n.t('Failures'), align: 'right' },
                { title: l10n.t('Message'), align: 'left' },
              ] as const,
              rows: steps,
              empty: '',
            },
          ]),
    ],
    notes: [],
  };
}
