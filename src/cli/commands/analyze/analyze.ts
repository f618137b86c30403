import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import { Numbers } from '../../../format/numbers.ts';
import { Times } from '../../../format/times.ts';
import type { Engine } from '../../../protocol/engine.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Cli } from '../../cli.ts';
import { exitCodes } from '../../exitCodes.ts';
import { Cells } from '../../report/cells.ts';
import { scopeOf, withReportOptions, type ReportFlags } from '../../report/period.ts';
import { printReport, type Report } from '../../report/report.ts';
import { withSession } from '../../session.ts';
import { agentsReport } from './agents.ts';
import { costsReport, withCostsOptions, type CostsFlags } from './costs.ts';
import { llmReport, withLlmOptions, type LlmFlags } from './llm.ts';
import { promptsReport } from './prompts.ts';

/** What a report is made from. */
export interface ReportSource {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly cells: Cells;
  readonly signal: AbortSignal;
}

/** Asks the engine for one report and prints it. */
export async function runReport(
  cli: Cli,
  flags: ReportFlags,
  makeReport: (source: ReportSource) => Promise<Report>,
  usualDays?: number,
): Promise<void> {
  const now = cli.clock.now();
  const scope = scopeOf(flags, now, usualDays);
  const cells = new Cells(new Numbers(cli.locale), new Times(cli.locale), now);
  const report = await cli.untilInterrupted((signal) =>
    withSession(cli, flags, { purpose: 'analyze', needsKeys: false, timestamps: false }, ({ engine }) =>
      makeReport({ engine, scope, cells, signal }),
    ),
  );
  await printReport(cli, flags, report);
  cli.finish(exitCodes.done);
}

export function addAnalyzeCommand(program: Command, cli: Cli): void {
  const analyze = program.command('analyze').description(l10n.t('what models, prompts, agents and calls cost and do'));
  const reports = [
    ['prompts', l10n.t('prompts and their versions: runs, success, quality, cost'), promptsReport],
    ['agents', l10n.t('agents and their tasks: success, duration, cost, where failures start'), agentsReport],
  ] as const;
  for (const [name, description, makeReport] of reports) {
    withReportOptions(analyze.command(name).description(description)).action(
      async (_options: object, command: Command) => {
        await runReport(cli, command.optsWithGlobals<ReportFlags>(), makeReport);
      },
    );
  }
  withLlmOptions(withReportOptions(analyze.command('llm')))
    .description(l10n.t('models: calls, tokens, cost, latency, errors, fallbacks'))
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<LlmFlags>();
      await runReport(cli, flags, (source) => llmReport(source, flags));
    });
  withCostsOptions(withReportOptions(analyze.command('costs')))
    .description(l10n.t('costs by model, agent, prompt, user …; the month’s forecast; the price by another model'))
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<CostsFlags>();
      await runReport(cli, flags, (source) => costsReport(source, flags));
    });
}
