import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { LimitInForce, LimitsReport, LimitSource, LimiterStatus, PoolFilter } from '../../../protocol/limiter.ts';
import type { QueryResult } from '../../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../../cli.ts';
import { exitCodes } from '../../exitCodes.ts';
import { addFilterOptions, filterOf, parseSeconds } from './options.ts';
import { withLimiter } from './withLimiter.ts';

type FilterFlags = GlobalOptions & PoolFilter;

export function addStatusCommand(group: Command, cli: Cli): void {
  const command = group.command('status').description(l10n.t('what every window holds, who waits, what is queued'));
  addFilterOptions(command).action(async (_options: object, status: Command) => {
    const flags = status.optsWithGlobals<FilterFlags>();
    const result = await withLimiter(cli, flags, (limiter) => limiter.status(filterOf(flags)));
    if (flags.json) {
      printJson(cli, result);
    } else {
      await printTable(cli, statusTable(result));
    }
    cli.finish(exitCodes.done);
  });
}

export function addLimitsCommand(group: Command, cli: Cli): void {
  group
    .command('limits')
    .description(l10n.t('the limits in force and where each comes from; fails when the file is broken'))
    .action(async (_options: object, limits: Command) => {
      const flags = limits.optsWithGlobals<GlobalOptions>();
      const result = await withLimiter(cli, flags, (limiter) => limiter.limits());
      if (flags.json) {
        printJson(cli, result);
      } else {
        await printTable(cli, limitsTable(result));
      }
      cli.finish(result.problem === null ? exitCodes.done : exitCodes.wrongUsage);
    });
}

interface PauseFlags extends GlobalOptions, PoolFilter {
  readonly for?: number;
  readonly resume?: true;
}

export function addPauseCommand(group: Command, cli: Cli): void {
  const command = group
    .command('pause')
    .description(l10n.t('stop the calls of a provider or a model'))
    .option('--for <seconds>', l10n.t('for how long (default: until --resume)'), parseSeconds)
    .option('--resume', l10n.t('let calls pass again'));
  addFilterOptions(command).action(async (_options: object, pause: Command) => {
    const flags = pause.optsWithGlobals<PauseFlags>();
    const filter = filterOf(flags);
    const { provider } = filter;
    if (provider === undefined) {
      return command.error(`error: ${l10n.t('--provider is missing')}`);
    }
    await withLimiter(cli, flags, (limiter) =>
      flags.resume ? limiter.resume(filter) : limiter.pause({ ...filter, provider, seconds: flags.for }),
    );
    printDone(cli, flags);
  });
}

export function addResetCommand(group: Command, cli: Cli): void {
  const command = group.command('reset').description(l10n.t('forget what was used; all pools unless some are named'));
  addFilterOptions(command).action(async (_options: object, reset: Command) => {
    const flags = reset.optsWithGlobals<FilterFlags>();
    await withLimiter(cli, flags, (limiter) => limiter.reset(filterOf(flags)));
    printDone(cli, flags);
  });
}

function printDone(cli: Cli, flags: GlobalOptions): void {
  if (flags.json) {
    printJson(cli, { done: true });
  }
  cli.finish(exitCodes.done);
}

async function printTable(cli: Cli, table: QueryResult): Promise<void> {
  const { formatTable } = await import('../../formatTable.ts');
  cli.stdout.write(formatTable(table, ''));
}

function statusTable({ pools }: LimiterStatus): QueryResult {
  const rows = pools.flatMap((pool) =>
    pool.windows.map((window) => [
      pool.provider,
      pool.model,
      pool.tier,
      `${window.dimension}/${window.window}`,
      window.used,
      window.limit,
      window.resetMs === null ? null : Math.ceil(window.resetMs / 1000),
      pool.waiting,
      pool.queued,
      pool.pausedUntil,
    ]),
  );
  const columns = [
    'provider',
    'model',
    'tier',
    'window',
    'used',
    'limit',
    'reset_s',
    'waiting',
    'queued',
    'paused_until',
  ];
  return { columns, rows, truncated: false };
}

function limitsTable({ entries }: LimitsReport): QueryResult {
  const rows = entries.flatMap(({ provider, model, tier, limits }) =>
    limits.map((limit) => [provider, model, tier, nameOf(limit), limit.limit, describe(limit.source)]),
  );
  return { columns: ['provider', 'model', 'tier', 'window', 'limit', 'source'], rows, truncated: false };
}

const nameOf = ({ dimension, window }: LimitInForce): string => `${dimension}/${window}`;

function describe(source: LimitSource): string {
  switch (source.kind) {
    case 'settings':
      return l10n.t('your settings');
    case 'preset':
      return l10n.t('preset of {0}', source.date);
    case 'header':
      return l10n.t('response header at {0}', source.at);
  }
}
