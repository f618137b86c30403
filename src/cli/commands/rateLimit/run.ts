import * as l10n from '@vscode/l10n';
import { Option, type Command } from 'commander';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Outcome, TokenUsage } from '../../../protocol/limiter.ts';
import { EngineError } from '../../../engine/errors.ts';
import type { Cli } from '../../cli.ts';
import { exitCodes, type ExitCode } from '../../exitCodes.ts';
import { reportRefusal, withoutEndSeconds } from './acquire.ts';
import { addCallOptions, addLease, addPriority, parseSeconds, type CallFlags } from './options.ts';
import { UsageLines } from './usageLines.ts';
import { withLimiter } from './withLimiter.ts';

interface Ended {
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly usage: TokenUsage;
}

export function addRunCommand(group: Command, cli: Cli): void {
  const command = group
    .command('run')
    .description(
      l10n.t('wait for admission, run a command, and settle from its exit code and the usage that it prints as JSON'),
    )
    .argument('<command...>', l10n.t('after --'))
    .addOption(
      new Option('--wait <seconds>', l10n.t('how long to wait in line (default: as long as it takes)')).argParser(
        parseSeconds,
      ),
    );
  addLease(addPriority(addCallOptions(command))).action(
    async (line: [string, ...string[]], _options: object, run: Command) => {
      const { wait, lease, ...flags } = run.optsWithGlobals<CallFlags>();
      const request = { ...flags, waitSeconds: wait ?? withoutEndSeconds, leaseSeconds: lease };
      await withLimiter(cli, flags, async (limiter) => {
        const admitted = await cli.untilInterrupted((signal) => limiter.acquire(request, signal));
        if (!admitted.granted) {
          reportRefusal(cli, admitted);
          cli.finish(exitCodes.tryLater);
          return;
        }
        const { reservation } = admitted;
        try {
          const { outcome, exitCode, usage } = await runCommand(cli, line);
          await limiter.report({ reservation, outcome, ...usage });
          cli.finish(exitCode as ExitCode);
        } catch (error) {
          await limiter.report({ reservation, outcome: 'unused' });
          throw error;
        }
      });
    },
  );
}

/**
 * Its streams are passed on. @throws EngineError config.invalid when it cannot be started
 */
function runCommand(cli: Cli, [file, ...args]: [string, ...string[]]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: cli.workingDirectory, stdio: ['inherit', 'pipe', 'inherit'] });
    const usage = new UsageLines();
    child.stdout.on('data', (chunk: Buffer) => {
      usage.add(chunk.toString('utf8'));
      cli.stdout.write(chunk);
    });
    // The child gets a terminal's Ctrl+C itself; what is sent to this process alone is passed on.
    const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal);
    process.on('SIGINT', passOn).on('SIGTERM', passOn);
    const stopPassing = (): void => void process.off('SIGINT', passOn).off('SIGTERM', passOn);
    child.on('error', (error) => {
      stopPassing();
      reject(
        new EngineError('config.invalid', l10n.t('{0} could not be started: {1}', file, error.message), {
          hint: l10n.t('Check the command after --.'),
        }),
      );
    });
    child.on('close', (code, signal) => {
      stopPassing();
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ outcome: exitCode === 0 ? 'succeeded' : 'failed', exitCode, usage: usage.last });
    });
  });
}
