import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { Refused } from '../../../protocol/limiter.ts';
import { printJson, type Cli } from '../../cli.ts';
import { exitCodes } from '../../exitCodes.ts';
import {
  addCallOptions,
  addLease,
  addPriority,
  addWait,
  usageOf,
  addUsageOptions,
  type CallFlags,
  type UsageFlags,
} from './options.ts';
import { withLimiter } from './withLimiter.ts';

export function addAcquireCommand(group: Command, cli: Cli): void {
  const command = group
    .command('acquire')
    .description(l10n.t('take one call under all of its limits; prints the reservation that report settles'));
  addLease(addWait(addPriority(addCallOptions(command)))).action(async (_options: object, acquire: Command) => {
    const { wait, lease, ...flags } = acquire.optsWithGlobals<CallFlags>();
    const request = { ...flags, waitSeconds: wait, leaseSeconds: lease };
    const result = await cli.untilInterrupted((signal) =>
      withLimiter(cli, flags, (limiter) => limiter.acquire(request, signal)),
    );
    if (flags.json) {
      printJson(cli, result);
    } else if (result.granted) {
      cli.stdout.write(`${result.reservation}\n`);
    } else {
      reportRefusal(cli, result);
    }
    cli.finish(result.granted ? exitCodes.done : exitCodes.tryLater);
  });
}

export function addWaitCommand(group: Command, cli: Cli): void {
  const command = group
    .command('wait')
    .description(l10n.t('wait until such a call would be admitted, without taking anything'));
  addWait(addCallOptions(command)).action(async (_options: object, waiting: Command) => {
    const { wait, ...flags } = waiting.optsWithGlobals<CallFlags>();
    const request = { ...flags, waitSeconds: wait ?? withoutEndSeconds };
    const result = await cli.untilInterrupted((signal) =>
      withLimiter(cli, flags, (limiter) => limiter.wait(request, signal)),
    );
    if (flags.json) {
      printJson(cli, result);
    } else if (!result.granted) {
      reportRefusal(cli, result);
    }
    cli.finish(result.granted ? exitCodes.done : exitCodes.tryLater);
  });
}

/** The longest wait there is: a week. */
export const withoutEndSeconds = 604_800;

interface ReportFlags extends UsageFlags {
  readonly failed?: true;
  readonly unused?: true;
}

export function addReportCommand(group: Command, cli: Cli): void {
  const command = group
    .command('report')
    .description(l10n.t('settle a reservation with what the call really used; without numbers, at its estimate'))
    .argument('<reservation>', l10n.t('what acquire printed'))
    .option('--failed', l10n.t('the provider was asked and gave no answer'))
    .option('--unused', l10n.t('the provider was never asked: everything is given back'));
  addUsageOptions(command).action(async (reservation: string, _options: object, report: Command) => {
    const flags = report.optsWithGlobals<ReportFlags>();
    const usage = await usageOf(cli, flags);
    const outcome = flags.unused ? 'unused' : flags.failed ? 'failed' : 'succeeded';
    const result = await withLimiter(cli, flags, (limiter) => limiter.report({ ...usage, reservation, outcome }));
    if (flags.json) {
      printJson(cli, result);
    } else if (result.settled === 'late') {
      cli.diagnostics.line(l10n.t('The lease had run out: the call counts at its estimate, and over-use on top.'));
    }
    cli.finish(exitCodes.done);
  });
}

export function reportRefusal(cli: Cli, { limitedBy, retryAfterMs }: Refused): void {
  const seconds = (retryAfterMs / 1000).toFixed(1);
  cli.diagnostics.line(
    limitedBy.dimension === 'pause'
      ? l10n.t('Paused. Try again in {0} s.', seconds)
      : l10n.t(
          'Limited to {0} {1} in a {2}. Try again in {3} s.',
          limitedBy.limit,
          limitedBy.dimension,
          limitedBy.window,
          seconds,
        ),
  );
}
