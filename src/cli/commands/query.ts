import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import type { QueryResult } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession } from '../session.ts';

type Format = 'table' | 'csv' | 'json';

interface QueryFlags extends GlobalOptions {
  readonly maxRows: number;
  readonly format: Format;
}

const defaultMaxRows = 1000;

export function addQueryCommand(program: Command, cli: Cli): void {
  program
    .command('query')
    .description(l10n.t('run one read-only SQL statement on the database'))
    .argument('<sql>', l10n.t('the statement, or - to read it from stdin'))
    .addOption(
      new Option('--max-rows <number>', l10n.t('rows to print at most'))
        .argParser(parseMaxRows)
        .default(defaultMaxRows),
    )
    .addOption(
      new Option('--format <format>', l10n.t('table cuts long values; --json is the same as json'))
        .choices(['table', 'csv', 'json'] satisfies Format[])
        .default('table' satisfies Format),
    )
    .action(async (argument: string, _options: object, command: Command) => {
      const flags = command.optsWithGlobals<QueryFlags>();
      const sql = argument === '-' ? await text(cli.stdin) : argument;
      const result = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'query', needsKeys: false, timestamps: false }, ({ engine }) =>
          engine.query(sql, { maxRows: flags.maxRows }, signal),
        ),
      );
      await print(cli, result, flags.json ? 'json' : flags.format);
      cli.finish(exitCodes.done);
    });
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

function parseMaxRows(value: string): number {
  const rows = Number(value);
  if (!Number.isSafeInteger(rows) || rows < 1) {
    throw new InvalidArgumentError(l10n.t('Expected a whole number above 0.'));
  }
  return rows;
}
