import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { EngineError } from '../../engine/errors.ts';
import type { NamedQuery } from '../../protocol/analytics.ts';
import type { Engine, QueryResult } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession } from '../session.ts';

type Format = 'table' | 'csv' | 'json';

interface QueryFlags extends GlobalOptions {
  readonly name?: string;
  readonly list?: true;
  readonly days?: number;
  readonly maxRows: number;
  readonly timeout: number;
  readonly format: Format;
}

const defaultMaxRows = 1000;
const defaultTimeoutSeconds = 10;

export function addQueryCommand(program: Command, cli: Cli): void {
  program
    .command('query')
    .description(l10n.t('run one read-only SQL statement on the database, or one of the named queries'))
    .argument('[sql]', l10n.t('the statement, or - to read it from stdin'))
    .option('--name <name>', l10n.t('run the named query'))
    .addOption(new Option('--days <number>', l10n.t('how many days back the named query looks')).argParser(wholeNumber))
    .option('--list', l10n.t('list the named queries; each is a view in the database, too'))
    .addOption(
      new Option('--max-rows <number>', l10n.t('rows to print at most')).argParser(wholeNumber).default(defaultMaxRows),
    )
    .addOption(
      new Option('--timeout <seconds>', l10n.t('stop the statement after so long'))
        .argParser(seconds)
        .default(defaultTimeoutSeconds),
    )
    .addOption(
      new Option('--format <format>', l10n.t('table cuts long values; --json is the same as json'))
        .choices(['table', 'csv', 'json'] satisfies Format[])
        .default('table' satisfies Format),
    )
    .action(async (sql: string | undefined, _options: object, command: Command) => {
      const flags = command.optsWithGlobals<QueryFlags>();
      requireOneSource(sql, flags);
      const format = flags.json ? 'json' : flags.format;
      await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'query', needsKeys: false, timestamps: false }, async ({ engine }) => {
          if (flags.list === true) {
            await printList(cli, await engine.ask('namedQueries', {}), format);
          } else {
            await print(cli, await runQuery(cli, engine, sql, flags, signal), format);
          }
        }),
      );
      cli.finish(exitCodes.done);
    });
}

/** @throws EngineError config.invalid unless the flags say in one way what to do */
function requireOneSource(sql: string | undefined, { name, list, days }: QueryFlags): void {
  const given = [sql, name, list].filter((source) => source !== undefined).length;
  if (given !== 1) {
    throw new EngineError('config.invalid', l10n.t('Give one of: a statement, --name, --list.'));
  }
  if (days !== undefined && name === undefined) {
    throw new EngineError('config.invalid', l10n.t('--days needs --name.'));
  }
}

async function runQuery(
  cli: Cli,
  engine: Engine,
  argument: string | undefined,
  { name, days, maxRows, timeout }: QueryFlags,
  signal: AbortSignal,
): Promise<QueryResult> {
  const sql = name === undefined ? await statement(cli, argument ?? '') : await namedSql(engine, name, days);
  return engine.query(sql, { maxRows, timeoutSeconds: timeout }, signal);
}

async function statement(cli: Cli, argument: string): Promise<string> {
  return argument === '-' ? text(cli.stdin) : argument;
}

/** @throws EngineError config.invalid that names the nearest queries, or because this one knows no days */
async function namedSql(engine: Engine, name: string, days: number | undefined): Promise<string> {
  const queries = await engine.ask('namedQueries', days === undefined ? {} : { days });
  const query = queries.find((candidate) => candidate.name === name || candidate.view === name);
  if (query === undefined) {
    const { nearestNames } = await import('../../engine/questions/nearestNames.ts');
    const nearest = nearestNames(
      name,
      queries.map((candidate) => candidate.name),
    );
    throw new EngineError('config.invalid', l10n.t('There is no query named {0}.', name), {
      hint:
        nearest.length === 0
          ? l10n.t('query --list names them.')
          : l10n.t('Did you mean {0}? query --list names all.', nearest.join(', ')),
    });
  }
  if (days !== undefined && query.days === null) {
    throw new EngineError(
      'config.invalid',
      l10n.t('{0} looks at the whole history: --days means nothing to it.', name),
    );
  }
  return query.sql;
}

async function print(cli: Cli, result: QueryResult, format: Format): Promise<void> {
  switch (format) {
    case 'json':
      printJson(cli, result);
      return;
    case 'csv': {
      const { formatCsv } = await import('../formatCsv.ts');
      cli.stdout.write(formatCsv(result));
      break;
    }
    case 'table': {
      const { formatTable } = await import('../formatTable.ts');
      cli.stdout.write(formatTable(result, styleText('dim', 'NULL')));
      break;
    }
  }
  if (result.truncated) {
    cli.diagnostics.line(l10n.t('Only the first {0} rows; see --max-rows.', result.rows.length));
  }
}

async function printList(cli: Cli, queries: readonly NamedQuery[], format: Format): Promise<void> {
  if (format === 'json') {
    printJson(cli, { queries });
    return;
  }
  const columns = ['name', 'days', 'view', 'title'] as const;
  const rows = queries.map((query) => columns.map((column) => query[column]));
  await print(cli, { columns, rows, truncated: false }, format);
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError(l10n.t('Expected a whole number above 0.'));
  }
  return number;
}

function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 86_400)) {
    throw new InvalidArgumentError(l10n.t('Expected a number of seconds, at most 86400.'));
  }
  return number;
}
