import type { AlertReport } from '../../../protocol/analytics.ts';
import type { Numbers } from '../../../format/numbers.ts';
import type { EngineConfig } from '../../config/config.ts';
import { isoTime } from '../../export/intervals.ts';
import type { Clock } from '../../ports.ts';
import { withEmptyDatabase } from '../../store/sqlite/emptyDatabase.ts';
import { sqliteSqlDialect } from '../../store/sqlite/sqliteSqlDialect.ts';
import type { MetricsStore } from '../../store/store.ts';
import { keepStates, nextStates } from './alertStore.ts';
import { measureAll, type MeasuredRule } from './evaluate.ts';
import type { MeasureContext } from './measure.ts';
import { loadRules } from './ruleFile.ts';

interface AlertsOptions {
  readonly store: MetricsStore;
  readonly config: EngineConfig;
  readonly clock: Clock;
  readonly numbers: Numbers;
  readonly wasmPath: string | undefined;
}

/**
 * Evaluates every rule and keeps its state. A database that does not exist is not made for it: nothing
 * can be said then, and nothing fires.
 */
export async function evaluateAlerts(options: AlertsOptions, signal: AbortSignal | undefined): Promise<AlertReport> {
  const { store, config, clock, numbers, wasmPath } = options;
  const { rules, broken } = await loadRules(config.workspace, config.alerts);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const context = { clock, config, numbers, signal, timeZone };
  const measureIn = (rest: Pick<MeasureContext, 'db' | 'dialect'>): Promise<MeasuredRule[]> =>
    measureAll(rules, { ...context, ...rest });
  const now = isoTime(clock.now());
  if (!(await store.exists())) {
    const measured = await withEmptyDatabase(wasmPath, (db) => measureIn({ db, dialect: sqliteSqlDialect }));
    return nextStates([], { measured, broken, now, numbers }).report;
  }
  const { measured, stored } = await store.read(async (db) => {
    const rows = await db.selectFrom('alert_states').select('alert_id').execute();
    return { measured: await measureIn({ db, dialect: store.dialect }), stored: rows.length };
  }, signal);
  if (measured.length + broken.length + stored === 0) {
    return { evaluatedAt: now, alerts: [], fired: [], recovered: [] };
  }
  const report = await store.write(({ db }) => keepStates(db, { measured, broken, now, numbers }), signal);
  await store.flush();
  return report;
}
