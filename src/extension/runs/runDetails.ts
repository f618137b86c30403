import * as l10n from '@vscode/l10n';
import type { ExportRun } from '../../protocol/engine.ts';
import { countsText } from '../exports/exportTexts.ts';
import type { Numbers } from '../../format/numbers.ts';
import { statusText } from './runNodes.ts';

/** Everything that is known of a run as plain text, all set-aside rows included. */
export function runDetailsText(run: ExportRun, numbers: Numbers): string {
  const lines = [
    l10n.t('Export {0}', run.runId),
    '',
    field(l10n.t('State'), statusText(run.status)),
    field(l10n.t('Started'), run.startedAt),
    ...(run.completedAt === null ? [] : [field(l10n.t('Ended'), run.completedAt)]),
    field(l10n.t('Exported range'), l10n.t('{0} to {1}', run.window.start, run.window.end)),
    field(l10n.t('Project'), run.projectId),
    field(l10n.t('Rows'), countsText(run.counts, numbers)),
    field(l10n.t('Requests'), numbers.count(run.requests)),
    ...(run.errorMessage === null ? [] : [field(l10n.t('Error'), run.errorMessage)]),
    ...section(
      l10n.t('Rows set aside: {0}', numbers.count(run.setAside.length)),
      run.setAside.map(({ stream, id, reason }) => `${stream}  ${id}  ${reason}`),
    ),
    ...section(
      l10n.t('Days that differ from the server: {0}', numbers.count(run.unreconciled.length)),
      run.unreconciled.map(({ day, server, local, reason }) =>
        l10n.t('{0}  {1} here, {2} on the server: {3}', day, numbers.count(local), numbers.count(server), reason),
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function field(name: string, value: string): string {
  return l10n.t('{0}: {1}', name, value);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
