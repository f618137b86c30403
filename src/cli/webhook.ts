import { backoffMilliseconds, retryAfterMilliseconds } from '../engine/langfuse/backoff.ts';
import type { Clock, Fetch, Log } from '../engine/ports.ts';
import type { AlertReport, AlertState } from '../protocol/analytics.ts';

/** After these a receiver is given up until the next time: about a minute of trying. */
const attempts = 8;
const attemptMilliseconds = 10_000;
/** The next export has news of its own. */
const longestWaitMilliseconds = 60_000;

export interface WebhookOptions {
  /** Where to. Its path and query may hold secrets, so that only its host is ever logged. */
  readonly url: URL;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly log: Log;
  readonly random?: () => number;
}

/** What a receiver gets: the alerts that fire since it was told last, and those that have recovered. */
interface WebhookBody {
  readonly evaluatedAt: string;
  readonly fired: readonly AlertState[];
  readonly recovered: readonly AlertState[];
}

/**
 * Tells a receiver what is new in the alerts, by POST, with patience: network failures, 408, 429 and
 * 5xx are tried again, and what could not be told is told the next time.
 */
export class AlertWebhook {
  readonly #options: WebhookOptions;
  /** Alerts whose last change has not been told. */
  readonly #untold = new Map<string, 'fired' | 'recovered'>();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /** Posts nothing when nothing is new. Ends early, with the news kept, when `signal` is aborted. */
  async tell(report: AlertReport, signal: AbortSignal): Promise<void> {
    report.fired.forEach((id) => this.#untold.set(id, 'fired'));
    report.recovered.forEach((id) => this.#untold.set(id, 'recovered'));
    const { evaluatedAt, alerts } = report;
    const [fired, recovered] = [this.#pick(alerts, 'fired'), this.#pick(alerts, 'recovered')];
    if (fired.length + recovered.length === 0 || (await this.#deliver({ evaluatedAt, fired, recovered }, signal))) {
      this.#untold.clear();
    }
  }

  #pick(alerts: readonly AlertState[], change: 'fired' | 'recovered'): AlertState[] {
    return alerts.filter(({ id }) => this.#untold.get(id) === change);
  }

  async #deliver(body: WebhookBody, signal: AbortSignal): Promise<boolean> {
    const { url, clock, log, random = Math.random } = this.#options;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const outcome = await post(body, this.#options, signal);
      if (outcome.kind === 'taken') {
        log.debug(`Webhook ${url.host}: told.`);
        return true;
      }
      if (outcome.kind === 'refused' || attempt === attempts) {
        log.warn(`Webhook ${url.host}: not told of the alerts: ${outcome.reason}.`);
        return false;
      }
      const wait = Math.max(backoffMilliseconds(attempt, random), outcome.waitMilliseconds);
      log.info(`Webhook ${url.host}: ${outcome.reason}; trying again in ${String(Math.ceil(wait / 1000))} s.`);
      // Aborted, it ends the loop.
      await clock.sleep(wait, signal).catch(() => undefined);
    }
    return false;
  }
}

type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly waitMilliseconds: number };

async function post(body: WebhookBody, { url, fetch, clock }: WebhookOptions, signal: AbortSignal): Promise<Outcome> {
  let response: Response;
  try {
    response = await fetch(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMilliseconds)]),
    });
    await response.body?.cancel();
  } catch {
    // The failure's text may repeat the address with its secrets.
    return { kind: 'later', reason: 'no answer', waitMilliseconds: 0 };
  }
  const reason = `HTTP ${String(response.status)}`;
  if (response.ok) {
    return { kind: 'taken' };
  }
  if (response.status < 500 && response.status !== 408 && response.status !== 429) {
    return { kind: 'refused', reason };
  }
  const asked = retryAfterMilliseconds(response.headers.get('retry-after'), clock.now()) ?? 0;
  return { kind: 'later', reason, waitMilliseconds: Math.min(asked, longestWaitMilliseconds) };
}
