import * as l10n from '@vscode/l10n';
import type { ExportReport } from '../protocol/engine.ts';

const shownSetAside = 10;

/** An export's report for a person. */
export function exportSummary(report: ExportReport, locale: string): string {
  const numbers = new Intl.NumberFormat(locale);
  const { counts, window, setAside, unreconciled } = report;
  const amounts: readonly (readonly [string, number])[] = [
    [l10n.t('traces'), counts.traces],
    [l10n.t('generations'), counts.generations],
    [l10n.t('spans'), counts.spans],
    [l10n.t('events'), counts.events],
    [l10n.t('scores'), counts.scores],
    [l10n.t('prompts'), counts.prompts],
    [l10n.t('requests'), report.requests],
  ];
  const names = Math.max(...amounts.map(([name]) => name.length));
  const figures = Math.max(...amounts.map(([, amount]) => numbers.format(amount).length));
  const lines = [
    headline(report),
    l10n.t('from {0} to {1}', window.start, window.end),
    ...amounts.map(([name, amount]) => `  ${name.padEnd(names)}  ${numbers.format(amount).padStart(figures)}`),
  ];
  if (setAside.length > 0) {
    lines.push(l10n.t('Set aside, because they could not be read: {0}', numbers.format(setAside.length)));
    lines.push(...setAside.slice(0, shownSetAside).map(({ stream, id, reason }) => `  ${stream} ${id}: ${reason}`));
    if (setAside.length > shownSetAside) {
      lines.push(l10n.t('  … and {0} more (--json lists all)', numbers.format(setAside.length - shownSetAside)));
    }
  }
  if (unreconciled.length > 0) {
    lines.push(l10n.t('Days whose counts still differ from the server’s:'));
    lines.push(
      ...unreconciled.map(({ day, server, local, reason }) =>
        l10n.t('  {0}: server {1}, here {2} ({3})', day, numbers.format(server), numbers.format(local), reason),
      ),
    );
  }
  return lines.join('\n');
}

function headline({ status }: ExportReport): string {
  return status === 'cancelled'
    ? l10n.t('Export interrupted; the next one goes on from here. In the database:')
    : l10n.t('Export completed. In the database:');
}
