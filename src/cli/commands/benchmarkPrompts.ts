import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { PromptComparison, VersionComparison } from '../../protocol/analytics.ts';
import type { Cli } from '../cli.ts';
import { withReportOptions, type ReportFlags } from '../report/period.ts';
import type { Report } from '../report/report.ts';
import { runReport, type ReportSource } from './analyze/analyze.ts';
import { versionCells, versionColumns } from './analyze/prompts.ts';

interface BenchmarkFlags extends ReportFlags {
  readonly variants?: readonly string[];
}

const defaultDays = 30;

export function addBenchmarkPromptsCommand(program: Command, cli: Cli): void {
  const command = program
    .command('benchmark-prompts')
    .description(l10n.t('compare versions of a prompt, with a verdict for each pair'))
    .argument('<name>', l10n.t('the prompt'))
    .option(
      '--variants <list>',
      l10n.t('versions or labels, separated by commas; the first is the baseline'),
      parseList,
    );
  withReportOptions(command, defaultDays).action(async (name: string, _options: object, self: Command) => {
    const flags = self.optsWithGlobals<BenchmarkFlags>();
    await runReport(cli, flags, (source) => benchmarkReport(source, name, flags.variants), defaultDays);
  });
}

async function benchmarkReport(
  { engine, scope, cells, signal }: ReportSource,
  prompt: string,
  variants: readonly string[] | undefined,
): Promise<Report> {
  const params = { scope, prompt, ...(variants === undefined ? {} : { variants }) };
  const answer = await engine.ask('promptComparison', params, signal);
  return {
    document: answer,
    records: answer.comparisons,
    tables: [
      {
        heading: '',
        columns: versionColumns(),
        rows: answer.variants.map((variant) => versionCells(variant, cells)),
        empty: l10n.t('No version of {0} ran in this period.', prompt),
      },
    ],
    notes: verdicts(answer),
  };
}

function verdicts({ comparisons }: PromptComparison): string[] {
  return comparisons.flatMap((comparison: VersionComparison) => [
    comparison.verdict,
    ...comparison.confounders.map(({ sentence }) => `  ${sentence}`),
  ]);
}

function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
