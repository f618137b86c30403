import * as l10n from '@vscode/l10n';
import { Command, CommanderError, Option } from 'commander';
import { databaseBackends } from '../engine/config/backends.ts';
import { printJson, type Cli } from './cli.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { programName, reportFailure } from './failure.ts';

type AddCommand = (program: Command, cli: Cli) => void;

/** Loads a sub-command. Scripts call `rate-limit` for each of their requests: it starts without all others. */
const commands: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ['setup', async () => (await import('./commands/setup.ts')).addSetupCommand],
  ['export', async () => (await import('./commands/export.ts')).addExportCommand],
  ['serve', async () => (await import('./commands/serve.ts')).addServeCommand],
  ['alerts', async () => (await import('./commands/alerts.ts')).addAlertsCommand],
  ['query', async () => (await import('./commands/query.ts')).addQueryCommand],
  ['analyze', async () => (await import('./commands/analyze/analyze.ts')).addAnalyzeCommand],
  ['benchmark-prompts', async () => (await import('./commands/benchmarkPrompts.ts')).addBenchmarkPromptsCommand],
  ['record', async () => (await import('./commands/record.ts')).addRecordCommand],
  ['migrate', async () => (await import('./commands/migrate.ts')).addMigrateCommand],
  ['prompts', async () => (await import('./commands/prompts.ts')).addPromptsCommand],
  ['rate-limit', async () => (await import('./commands/rateLimit/rateLimit.ts')).addRateLimitCommand],
]);

/**
 * Runs the command that `args` (without the program's own name) ask for. Every failure ends here,
 * as a message and an exit code.
 */
export async function runProgram(args: readonly string[], cli: Cli, version: string): Promise<void> {
  try {
    const program = createProgram(cli, version);
    for (const add of await commandsFor(args)) {
      add(program, cli);
    }
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // What was meant for `--json` is known even when the line could not be parsed.
    const json = args.includes('--json');
    cli.finish(error instanceof CommanderError ? reportUsage(cli, error, json) : reportFailure(cli, error, json));
  }
}

/** Those that the line names; all where it names none, for help and for the nearest name of a wrong one. */
async function commandsFor(args: readonly string[]): Promise<readonly AddCommand[]> {
  const named = commands.get(args[0] ?? '');
  const wanted = named === undefined ? [...commands.values()] : [named];
  return Promise.all(wanted.map((load) => load()));
}

function createProgram(cli: Cli, version: string): Command {
  return (
    new Command(programName)
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
      .exitOverride()
  );
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
