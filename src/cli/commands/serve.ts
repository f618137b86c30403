import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import { BackgroundExport, type BackgroundRun, type BackgroundState } from '../../engine/export/background.ts';
import type { Log } from '../../engine/ports.ts';
import type { ExportReport } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { evaluateNewAlerts } from '../newAlerts.ts';
import { withSession, type Session } from '../session.ts';
import { AlertWebhook } from '../webhook.ts';

interface ServeFlags extends GlobalOptions {
  readonly webhook?: URL;
}

/** Not read from `.env`: a cloned repository must not choose where alerts are sent to. */
const webhookVariable = 'LANGFUSE_METRICS_WEBHOOK';

export function addServeCommand(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description(l10n.t('export every interval (EXPORT_INTERVAL_MINUTES) until SIGTERM or SIGINT'))
    .addOption(
      new Option(
        '--webhook <address>',
        l10n.t('tell this address of alerts that fire or recover, by POST (default: {0})', webhookVariable),
      ).argParser(parseAddress),
    )
    .addHelpText('after', `\n${l10n.t('Ends with 0 when told to end, and with 2 when Langfuse refuses the keys.')}`)
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<ServeFlags>();
      const webhook = flags.webhook ?? webhookIn(cli);
      const summary = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'serve', needsKeys: true, timestamps: true }, (session) =>
          serve(cli, session, webhook, signal),
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
async function serve(
  cli: Cli,
  { engine, config, log }: Session,
  webhookUrl: URL | null,
  signal: AbortSignal,
): Promise<ServeSummary> {
  const { clock, fetch } = cli;
  const webhook = webhookUrl === null ? null : new AlertWebhook({ url: webhookUrl, clock, fetch, log });
  // Also after an export that failed: silence is what some alerts are about.
  const tellAlerts = async (stop: AbortSignal): Promise<void> => {
    const report = stop.aborted ? null : await evaluateNewAlerts(engine, log, stop);
    if (report !== null) {
      await webhook?.tell(report, stop);
    }
  };
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
          .finally(() => tellAlerts(stop))
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

/** @throws EngineError config.invalid, which names the variable and never its value */
function webhookIn(cli: Cli): URL | null {
  const value = cli.environment[webhookVariable]?.trim() ?? '';
  if (value === '') {
    return null;
  }
  const url = toAddress(value);
  if (url === null) {
    throw new EngineError('config.invalid', l10n.t('{0}: expected an http or https address', webhookVariable));
  }
  return url;
}

function parseAddress(value: string): URL {
  const url = toAddress(value);
  if (url === null) {
    throw new InvalidArgumentError(l10n.t('Expected an http or https address.'));
  }
  return url;
}

function toAddress(value: string): URL | null {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
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
