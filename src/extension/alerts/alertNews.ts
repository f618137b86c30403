import type { AlertState } from '../../protocol/analytics.ts';

/** What a person was told of an alert in this workspace, whoever evaluated it. */
export interface Told {
  /** Where its calendar period began; null for alerts without one. */
  readonly period: string | null;
  readonly level: number;
  /** Of a rule that cannot be read. */
  readonly problem: string | null;
}

export type ToldById = Readonly<Record<string, Told>>;

export interface AlertNews {
  /** Those that the person has not heard of. */
  readonly fresh: readonly AlertState[];
  readonly told: ToldById;
}

/**
 * What of the alerts is news: each level of a period once, others once until they have recovered, a
 * broken rule once until it is broken in another way.
 */
export function newsOf(alerts: readonly AlertState[], before: ToldById): AlertNews {
  const told: Record<string, Told> = {};
  const fresh: AlertState[] = [];
  for (const alert of alerts) {
    const earlier = before[alert.id] ?? null;
    const now = toTell(alert);
    const isNews = now !== null && isNewer(now, earlier);
    if (isNews) {
      fresh.push(alert);
    }
    const kept = isNews ? now : stillHolds(alert, earlier) ? earlier : null;
    if (kept !== null) {
      told[alert.id] = kept;
    }
  }
  return { fresh, told };
}

function toTell(alert: AlertState): Told | null {
  switch (alert.state) {
    case 'firing':
      return { period: periodOf(alert), level: alert.level ?? 1, problem: null };
    case 'invalid':
      return { period: null, level: 0, problem: alert.message };
    case 'ok':
    case 'noData':
      return null;
  }
}

function isNewer(now: Told, earlier: Told | null): boolean {
  if (earlier?.problem !== now.problem) {
    return true;
  }
  return now.problem === null && (now.period !== earlier.period || now.level > earlier.level);
}

/** An alert without a period is done with once it has recovered; a level is not before its period ends. */
function stillHolds(alert: AlertState, earlier: Told | null): boolean {
  if (earlier === null) {
    return false;
  }
  return alert.state !== 'ok' || earlier.period !== null;
}

/** Only alerts with levels are about calendar periods; the others' moves on with the clock. */
function periodOf({ level, period }: AlertState): string | null {
  return level === null ? null : (period?.start ?? null);
}
