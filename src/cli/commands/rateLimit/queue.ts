import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import { text } from 'node:stream/consumers';
import type { EndResult, PoolFilter } from '../../../protocol/limiter.ts';
import { printJson, type Cli, type GlobalOptions } from '../../cli.ts';
import { exitCodes } from '../../exitCodes.ts';
import {
  addCallOptions,
  addFilterOptions,
  addLease,
  addPriority,
  addUsageOptions,
  addWait,
  filterOf,
  parseJson,
  parseSeconds,
  parseWhole,
  usageOf,
  type CallFlags,
  type UsageFlags,
} from './options.ts';
import { withLimiter } from './withLimiter.ts';

interface ScheduleFlags extends CallFlags {
  readonly id?: string;
  readonly payload?: string;
  readonly notBefore?: string;
  readonly maxAttempts?: number;
}

export function addScheduleCommand(group: Command, cli: Cli): void {
  const command = group
    .command('schedule')
    .description(l10n.t('store a request for a worker’s next; prints its id'))
    .option('--id <id>', l10n.t('an id of your own: scheduling it again changes nothing'))
    .option('--payload <json>', l10n.t('what the worker is given; - reads it from stdin'))
    .option('--not-before <time>', l10n.t('ISO 8601: the earliest start'))
    .option('--max-attempts <number>', l10n.t('attempts in all (default: 5)'), parseWhole);
  addPriority(addCallOptions(command)).action(async (_options: object, schedule: Command) => {
    const flags = schedule.optsWithGlobals<ScheduleFlags>();
    const payload = flags.payload === '-' ? await text(cli.stdin) : flags.payload;
    const request = { ...flags, payload: payload === undefined ? undefined : parseJson(payload) };
    const result = await withLimiter(cli, flags, (limiter) => limiter.schedule(request));
    if (flags.json) {
      printJson(cli, result);
    } else {
      cli.stdout.write(`${result.id}\n`);
    }
    cli.finish(exitCodes.done);
  });
}

interface NextFlags extends GlobalOptions, PoolFilter {
  readonly wait?: number;
  readonly lease?: number;
}

export function addNextCommand(group: Command, cli: Cli): void {
  const command = group
    .command('next')
    .description(l10n.t('take the next request that is due and admissible; prints it as JSON'));
  addLease(addWait(addFilterOptions(command))).action(async (_options: object, next: Command) => {
    const flags = next.optsWithGlobals<NextFlags>();
    const request = { ...filterOf(flags), waitSeconds: flags.wait, leaseSeconds: flags.lease };
    const result = await cli.untilInterrupted((signal) =>
      withLimiter(cli, flags, (limiter) => limiter.next(request, signal)),
    );
    if (flags.json) {
      printJson(cli, result);
    } else if (result.item !== null) {
      printJson(cli, result.item);
    } else {
      cli.diagnostics.line(
        result.retryAfterMs === null
          ? l10n.t('Nothing is queued.')
          : l10n.t('Nothing can start now. Try again in {0} s.', (result.retryAfterMs / 1000).toFixed(1)),
      );
    }
    cli.finish(result.item === null ? exitCodes.tryLater : exitCodes.done);
  });
}

interface CompleteFlags extends UsageFlags {
  readonly result?: string;
  readonly lease?: string;
}

export function addCompleteCommand(group: Command, cli: Cli): void {
  const command = group
    .command('complete')
    .description(l10n.t('end a request of the queue well, and settle its reservation'))
    .argument('<id>', l10n.t('its id'))
    .option('--result <json>', l10n.t('what came of it'))
    .option('--lease <lease>', l10n.t('what next printed: refused once another worker has it'));
  addUsageOptions(command).action(async (id: string, _options: object, complete: Command) => {
    const flags = complete.optsWithGlobals<CompleteFlags>();
    const result = flags.result === undefined ? undefined : parseJson(flags.result);
    const request = { ...(await usageOf(cli, flags)), id, lease: flags.lease, result };
    printEnd(cli, flags, await withLimiter(cli, flags, (limiter) => limiter.complete(request)));
  });
}

interface FailFlags extends UsageFlags {
  readonly error?: string;
  readonly lease?: string;
  readonly retry: boolean;
  readonly retryAfter?: number;
}

export function addFailCommand(group: Command, cli: Cli): void {
  const command = group
    .command('fail')
    .description(l10n.t('end an attempt badly: the request is tried again after a growing pause'))
    .argument('<id>', l10n.t('its id'))
    .option('--error <text>', l10n.t('why'))
    .option('--lease <lease>', l10n.t('what next printed: refused once another worker has it'))
    .option('--no-retry', l10n.t('no further attempt'))
    .option('--retry-after <seconds>', l10n.t('the pause before the next attempt'), parseSeconds);
  addUsageOptions(command).action(async (id: string, _options: object, fail: Command) => {
    const flags = fail.optsWithGlobals<FailFlags>();
    const { error, lease, retry, retryAfter } = flags;
    const request = { ...(await usageOf(cli, flags)), id, lease, error, retry, retryAfterSeconds: retryAfter };
    printEnd(cli, flags, await withLimiter(cli, flags, (limiter) => limiter.fail(request)));
  });
}

function printEnd(cli: Cli, flags: GlobalOptions, result: EndResult): void {
  if (flags.json) {
    printJson(cli, result);
  } else if (result.nextAttempt !== null) {
    cli.diagnostics.line(l10n.t('It will be tried again at {0}.', result.nextAttempt));
  }
  cli.finish(exitCodes.done);
}
