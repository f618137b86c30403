import * as l10n from '@vscode/l10n';
import type { PromptVersionFigures } from '../../../protocol/analytics.ts';
import type { ReportColumn } from '../../formatTable.ts';
import type { Cells } from '../../report/cells.ts';
import type { Report } from '../../report/report.ts';
import type { ReportSource } from './analyze.ts';

/** Columns of a table of versions, after the one that names them. */
export function versionColumns(): readonly ReportColumn[] {
  return [
    { title: l10n.t('Version'), align: 'left' },
    { title: l10n.t('Runs'), align: 'right' },
    { title: l10n.t('Scored'), align: 'right' },
    { title: l10n.t('Success'), align: 'right' },
    { title: l10n.t('95 % interval'), align: 'right' },
    { title: l10n.t('Quality'), align: 'right' },
    { title: l10n.t('Feedback'), align: 'right' },
    { title: l10n.t('Cost / run'), align: 'right' },
    { title: l10n.t('Cost'), align: 'right' },
    { title: l10n.t('p50'), align: 'right' },
    { title: l10n.t('p95'), align: 'right' },
  ];
}

export function versionCells(version: PromptVersionFigures, cells: Cells): string[] {
  const name = version.version === null ? l10n.t('unknown') : `v${version.version}`;
  return [
    [name, ...version.labels].join(' '),
    cells.count(version.executions),
    cells.count(version.successRate.n),
    cells.rate(version.successRate),
    cells.interval(version.successRate),
    cells.mean(version.quality),
    cells.mean(version.userFeedback),
    version.executions === 0 ? '–' : cells.money(version.costPerExecutionUsd),
    version.executions === 0 ? '–' : cells.money(version.costUsd),
    cells.duration(version.latency?.p50),
    cells.duration(version.latency?.p95),
  ];
}

export async function promptsReport({ engine, scope, cells, signal }: ReportSource): Promise<Report> {
  const answer = await engine.ask('prompts', { scope }, signal);
  const versions = answer.prompts.flatMap((prompt) => prompt.versions.map((version) => ({ prompt, version })));
  return {
    document: answer,
    records: versions.map(({ prompt, version }) => ({ prompt: prompt.prompt, ...version })),
    tables: [
      {
        heading: '',
        columns: [{ title: l10n.t('Prompt'), align: 'left' }, ...versionColumns()],
        rows: versions.map(({ prompt, version }) => [prompt.prompt, ...versionCells(version, cells)]),
        empty: l10n.t('No prompts in the database.'),
      },
    ],
    notes:
      answer.missing.executions === 'noLinkedPrompts'
        ? [l10n.t('No generation of this period is linked to a prompt.')]
        : [],
  };
}
