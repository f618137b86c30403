import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import { BackgroundExport, type BackgroundRun, type BackgroundState } from '../../engine/export/background.ts';
import type { Log } from '../../engine/ports.ts';
import type { ExportReport } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession, type Session } from '../session.ts';

export function addServeCommand(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description(l10n.t('export every interval (EXPORT_INTERVAL_MINUTES) until SIGTERM or SIGINT'))
    .addHelpText('after', `\n${l10n.t('Ends with 0 when told to end, and with 2 when Langfuse refuses the keys.')}`)
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<GlobalOptions>();
      const summary = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'serve', needsKeys: true, timestamps: true }, (session) =>
          serve(cli, session, signal),
        ),
      );
      if (flags.json) {
        printJson(cli, summary);
      }
      cli.finish(exitCodes.done);
    });
}

/** What `serve --json` prints at its end. */
interface ServeSummary {
  /** Exports that ended with a report. */
  readonly runs: number;
  readonly lastRun: ExportReport | null;
}

/** @throws EngineError auth.*: a process's keys do not change, so it would be of no use to go on */
async function serve(cli: Cli, { engine, config, log }: Session, signal: AbortSignal): Promise<ServeSummary> {
  let summary: ServeSummary = { runs: 0, lastRun: null };
  const logState = stateLogger(log);
  await new Promise<void>((resolve, reject) => {
    const background = new BackgroundExport({
      clock: cli.clock,
      intervalMinutes: config.export.intervalMinutes,
      run: async (stop) => {
        // Between runs the process holds neither the database's memory nor its lock.
        const report = await engine
          .export({ trigger: 'service', range: null }, () => undefined, stop)
          .finally(() => engine.close());
        summary = { runs: summary.runs + 1, lastRun: report };
        return report;
      },
      onState: (state) => {
        logState(state);
        if (state.kind === 'paused') {
          const { error } = state;
          void background.stop().then(() => reject(toError(error)));
        }
      },
    });
    background.start();
    const stop = (): void => void background.stop().then(resolve, reject);
    if (signal.aborted) {
      stop();
    } else {
      signal.addEventListener('abort', stop, { once: true });
    }
  });
  return summary;
}

function toError({ code, message, hint }: ErrorData): EngineError {
  return new EngineError(code, message, hint === null ? {} : { hint });
}

/** One line for each start and end of a run. */
function stateLogger(log: Log): (state: BackgroundState) => void {
  let lastSeen: BackgroundRun | null = null;
  return (state) => {
    if (state.kind === 'running') {
      log.info('Export started.');
    }
    if (state.kind === 'stopped') {
      log.info('Stopped.');
    }
    if (state.kind !== 'waiting') {
      return;
    }
    const next = `Next export at ${new Date(state.nextAt).toISOString()}.`;
    if (state.lastRun === null || state.lastRun.endedAt === lastSeen?.endedAt) {
      log.info(next);
    } else if (state.lastRun.outcome === 'failed') {
      log.warn(`${describeRun(state.lastRun)} ${next}`);
    } else {
      log.info(`${describeRun(state.lastRun)} ${next}`);
    }
    lastSeen = state.lastRun;
  };
}

function describeRun(run: BackgroundRun): string {
  switch (run.outcome) {
    case 'finished': {
      const { counts, status, requests, setAside } = run.report;
      const rows = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
      return `Export ${status}: ${rows.join(', ')}, ${setAside.length} set aside, ${requests} requests.`;
    }
    case 'cancelled':
      return 'Export cancelled.';
    case 'elsewhere':
      return `Not exported: ${run.error.message}`;
    case 'failed':
      return `Export failed: ${run.error.message}`;
  }
}
