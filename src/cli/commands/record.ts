import * as l10n from '@vscode/l10n';
import { Argument, type Command } from 'commander';
import type { RecordKind } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { recordStream, type BadValue, type RecordReport } from '../recordStream.ts';
import { withSession } from '../session.ts';

interface RecordFlags extends GlobalOptions {
  readonly strict?: true;
}

const kinds: readonly RecordKind[] = ['task', 'execution'];

export function addRecordCommand(program: Command, cli: Cli): void {
  program
    .command('record')
    .description(
      l10n.t('write tasks of agents or executions of prompts, as JSON or NDJSON on stdin, into the database'),
    )
    .addArgument(
      new Argument('<kind>', l10n.t('task goes into agent_task_results, execution into prompt_executions')).choices(
        kinds,
      ),
    )
    .option('--strict', l10n.t('write nothing when any record is bad'))
    .addHelpText('after', () => `\n${fieldHelp()}`)
    .action(async (kind: RecordKind, _options: object, command: Command) => {
      const flags = command.optsWithGlobals<RecordFlags>();
      const report = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'record', needsKeys: false, timestamps: false }, ({ engine }) =>
          recordStream(engine, cli.stdin, {
            kind,
            strict: flags.strict ?? false,
            onBad: (bad) => cli.diagnostics.line(describeBad(bad)),
            signal,
          }),
        ),
      );
      if (flags.json) {
        printJson(cli, report);
      } else {
        cli.stdout.write(`${summary(report)}\n`);
      }
      cli.finish(report.bad === 0 ? exitCodes.done : exitCodes.failed);
    });
}

function describeBad({ line, problems }: BadValue): string {
  return l10n.t('line {0}: {1}', line, problems.join('; '));
}

function summary({ read, written, unchanged, bad }: RecordReport): string {
  return [
    l10n.t('Records: {0}', read),
    l10n.t('written: {0}', written),
    l10n.t('unchanged: {0}', unchanged),
    l10n.t('bad: {0}', bad),
  ].join(' · ');
}

/** The columns of the two tables, those that must be given first. */
const fields: Readonly<Record<RecordKind, readonly (readonly string[])[]>> = {
  task: [
    ['task_id', 'agent_name', 'started_at'],
    ['trace_id', 'agent_version', 'task_type', 'task_description', 'completed_at', 'duration_seconds', 'success'],
    ['quality_score', 'confidence_score', 'total_cost_usd', 'total_tokens', 'llm_calls_count', 'fallback_count'],
    ['result_data', 'error_message', 'metadata'],
  ],
  execution: [
    ['execution_id', 'prompt_id', 'executed_at'],
    ['trace_id', 'observation_id', 'provider', 'model', 'environment', 'latency_seconds', 'input_tokens'],
    ['output_tokens', 'cost_usd', 'success', 'quality_score', 'user_feedback', 'output_text', 'metadata'],
  ],
};

function fieldHelp(): string {
  const lists = kinds.flatMap((kind) => {
    const [required = [], ...others] = fields[kind];
    return [l10n.t('{0}, required: {1}', kind, required.join(', ')), ...others.map((names) => `  ${names.join(', ')}`)];
  });
  return [
    l10n.t('A record is an object with fields named as the columns, a line each, or in one JSON array:'),
    ...lists,
    l10n.t(
      'Times are ISO 8601, without a zone local; money is USD, durations are seconds; success is true or false; scores are 0 to 1.',
    ),
    l10n.t(
      'In place of prompt_id (support-chat:v4): prompt_name and prompt_version. A record whose id is known replaces the earlier one.',
    ),
    l10n.t('Ends with 1 when records were bad; the good ones are written, without --strict.'),
  ].join('\n');
}
