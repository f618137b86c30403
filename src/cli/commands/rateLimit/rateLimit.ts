import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addAcquireCommand, addReportCommand, addWaitCommand } from './acquire.ts';
import { addLimitsCommand, addPauseCommand, addResetCommand, addStatusCommand } from './control.ts';
import { addCompleteCommand, addFailCommand, addNextCommand, addScheduleCommand } from './queue.ts';
import { addRunCommand } from './run.ts';
import { addLimiterServeCommand } from './serve.ts';

/** Everything under `rate-limit`: the limits that all scripts of the workspace share. */
export function addRateLimitCommand(program: Command, cli: Cli): void {
  const group = program
    .command('rate-limit')
    .description(l10n.t('rate limits and a request queue, shared by all processes of the workspace'));
  for (const add of [
    addAcquireCommand,
    addReportCommand,
    addStatusCommand,
    addRunCommand,
    addWaitCommand,
    addScheduleCommand,
    addNextCommand,
    addCompleteCommand,
    addFailCommand,
    addPauseCommand,
    addResetCommand,
    addLimitsCommand,
    addLimiterServeCommand,
  ]) {
    add(group, cli);
  }
}
