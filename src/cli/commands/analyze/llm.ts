import * as l10n from '@vscode/l10n';
import type { ReportColumn } from '../../formatTable.ts';
import type { Report } from '../../report/report.ts';
import type { ReportSource } from './analyze.ts';

export async function llmReport({ engine, scope, cells, signal }: ReportSource): Promise<Report> {
  const answer = await engine.ask('models', { scope }, signal);
  const columns: readonly ReportColumn[] = [
    { title: l10n.t('Model'), align: 'left' },
    { title: l10n.t('Provider'), align: 'left' },
    { title: l10n.t('Calls'), align: 'right' },
    { title: l10n.t('Tokens'), align: 'right' },
    { title: l10n.t('Cost'), align: 'right' },
    { title: l10n.t('Cost / 1,000 calls'), align: 'right' },
    { title: l10n.t('p50'), align: 'right' },
    { title: l10n.t('p95'), align: 'right' },
    { title: l10n.t('First token p50'), align: 'right' },
    { title: l10n.t('Errors'), align: 'right' },
    { title: l10n.t('Fallbacks'), align: 'right' },
    { title: l10n.t('Quality'), align: 'right' },
  ];
  const rows = answer.models.map((model) => [
    model.model ?? l10n.t('unknown'),
    model.provider ?? l10n.t('unknown'),
    cells.count(model.calls),
    cells.tokens(model.totalTokens),
    cells.money(model.costUsd),
    cells.money(model.costPer1000CallsUsd),
    cells.duration(model.latency?.p50),
    cells.duration(model.latency?.p95),
    cells.duration(model.timeToFirstToken?.p50),
    cells.rate(model.errorRate),
    cells.rate(model.fallbackRate),
    cells.mean(model.quality),
  ]);
  const { total } = answer;
  const priced =
    total.callsWithoutCost === 0 ? '' : l10n.t(', {0} calls without price', cells.count(total.callsWithoutCost));
  return {
    document: answer,
    records: answer.models,
    tables: [{ heading: '', columns, rows, empty: l10n.t('No calls in this period.') }],
    notes:
      rows.length === 0
        ? []
        : [
            l10n.t(
              '{0} calls, {1} tokens, {2}{3}',
              cells.count(total.calls),
              cells.tokens(total.totalTokens),
              cells.money(total.costUsd),
              priced,
            ),
          ],
  };
}
