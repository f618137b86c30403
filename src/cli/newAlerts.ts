import { isCancellation } from '../engine/errors.ts';
import type { Log } from '../engine/ports.ts';
import type { AlertReport } from '../protocol/analytics.ts';
import type { Engine } from '../protocol/engine.ts';

/**
 * Evaluates the alerts after an export and logs what is new in them. An evaluation that fails is no
 * failure of the export, nor is one that was cancelled.
 * @returns null when there was none
 */
export async function evaluateNewAlerts(engine: Engine, log: Log, signal: AbortSignal): Promise<AlertReport | null> {
  try {
    const report = await engine.evaluateAlerts(signal);
    for (const { id, state, title, message } of report.alerts) {
      if (report.fired.includes(id)) {
        log.warn(`Alert: ${title}: ${message}`);
      } else if (report.recovered.includes(id)) {
        log.info(`Alert recovered: ${title}: ${message}`);
      } else if (state === 'invalid') {
        log.warn(`Alert rule: ${message}`);
      }
    }
    return report;
  } catch (error) {
    if (!isCancellation(error)) {
      log.warn(`The alerts were not evaluated: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  }
}
