import * as l10n from '@vscode/l10n';
import { Command, CommanderError, Option } from 'commander';
import { databaseBackends } from '../engine/config/backends.ts';
import { printJson, type Cli } from './cli.ts';
import { addAnalyzeCommand } from './commands/analyze/analyze.ts';
import { addBenchmarkPromptsCommand } from './commands/benchmarkPrompts.ts';
import { addAlertsCommand } from './commands/alerts.ts';
import { addExportCommand } from './commands/export.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addPromptsCommand } from './commands/prompts.ts';
import { addQueryCommand } from './commands/query.ts';
import { addRecordCommand } from './commands/record.ts';
import { addRateLimitCommand } from './commands/rateLimit/rateLimit.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSetupCommand } from './commands/setup.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { programName, reportFailure } from './failure.ts';

/**
 * Runs the command that `args` (without the program's own name) ask for. Every failure ends here,
 * as a message and an exit code.
 */
export async function runProgram(args: readonly string[], cli: Cli, version: string): Promise<void> {
  try {
    await createProgram(cli, version).parseAsync(args, { from: 'user' });
  } catch (error) {
    // What was meant for `--json` is known even when the line could not be parsed.
    const json = args.includes('--json');
    cli.finish(error instanceof CommanderError ? reportUsage(cli, error, json) : reportFailure(cli, error, json));
  }
}

function createProgram(cli: Cli, version: string): Command {
  const program = new Command(programName)
    .description(l10n.t('Langfuse history in a local SQLite database'))
    .version(version)
    .option('--json', l10n.t('print one JSON document on stdout and nothing else there'))
    .option('--workspace <folder>', l10n.t('the folder that holds .langfuse/ and .env (default: the current one)'))
    .option('--db <file>', l10n.t('the database (default: .langfuse/llm_metrics.db in the workspace)'))
    .addOption(new Option('--backend <name>', l10n.t('where metrics are stored')).choices(databaseBackends))
    .option('--verbose', l10n.t('log details to stderr'))
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(l10n.t('--help lists what is possible.'))
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: (text) => cli.diagnostics.line(text.trimEnd()),
      outputError: (text, write) => write(`${programName}: ${withoutPrefix(text)}`),
    })
    .addHelpText('after', `\n${exitCodeHelp()}`)
    // Sub-commands inherit it: errors are thrown, and the process ends in one place.
    .exitOverride();
  for (const add of [
    addSetupCommand,
    addExportCommand,
    addServeCommand,
    addAlertsCommand,
    addQueryCommand,
    addAnalyzeCommand,
    addBenchmarkPromptsCommand,
    addRecordCommand,
    addMigrateCommand,
    addPromptsCommand,
    addRateLimitCommand,
  ]) {
    add(program, cli);
  }
  return program;
}

/** Commander has written its message; help and version come this way too. */
function reportUsage(cli: Cli, error: CommanderError, json: boolean): ExitCode {
  if (error.exitCode === 0) {
    return exitCodes.done;
  }
  if (json) {
    printJson(cli, { error: { code: 'config.invalid', message: withoutPrefix(error.message), hint: null } });
  }
  return exitCodes.wrongUsage;
}

function withoutPrefix(message: string): string {
  return message.replace(/^error: /, '');
}

function exitCodeHelp(): string {
  const meanings: readonly (readonly [ExitCode, string])[] = [
    [exitCodes.done, l10n.t('done')],
    [exitCodes.failed, l10n.t('failed')],
    [exitCodes.wrongUsage, l10n.t('wrong usage or configuration, refused keys')],
    [exitCodes.tryLater, l10n.t('try later: database in use, another export running, server unavailable')],
    [exitCodes.interrupted, l10n.t('interrupted')],
  ];
  const lines = meanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return [l10n.t('Exit codes:'), ...lines].join('\n');
}
