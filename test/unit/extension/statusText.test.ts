import assert from 'node:assert/strict';
import type { BackgroundState } from '../../../src/engine/export/background.ts';
import type { Spent } from '../../../src/extension/status/spending.ts';
import type { StatusInput } from '../../../src/extension/status/statusInput.ts';
import { statusView, type StatusView } from '../../../src/extension/status/statusText.ts';
import { context, noCounts, now, plain, someProgress } from './builders.ts';

const minute = 60_000;
const waiting: BackgroundState = { kind: 'waiting', nextAt: now + 29 * minute, lastRun: null, failures: 0 };
const error = { code: 'langfuse.unreachable', message: 'cloud.langfuse.com cannot be reached.', hint: null } as const;
const failed: BackgroundState = {
  ...waiting,
  failures: 1,
  lastRun: { outcome: 'failed', endedAt: now - minute, error, first: true },
};

const spent: Spent = {
  todayUsd: 9.12,
  todayMissing: null,
  monthToDateUsd: 301.5,
  callsWithoutCost: 41,
  monthEnd: '2026-12-01T00:00:00.000Z',
  forecast: { costUsd: 428, low: 405, high: 452 },
};

function view(fields: Partial<StatusInput> = {}): StatusView {
  const input: StatusInput = {
    hasKeys: true,
    project: 'support-bot',
    database: { backend: 'sqlite', location: '.langfuse/llm_metrics.db' },
    running: null,
    background: waiting,
    lastExportAt: now - 5 * minute,
    spent: null,
    ...fields,
  };
  return statusView(input, context);
}

const running = (progress: ReturnType<typeof someProgress> | null): StatusInput['running'] => ({
  request: { trigger: 'timer', range: null },
  since: now,
  progress,
});

describe('the status bar', () => {
  it('leads to the keys while there are none', () => {
    const { text, command } = view({ hasKeys: false, project: null });
    assert.deepEqual([text, command], ['Connect Langfuse', 'langfuseMetrics.setKeys']);
  });

  it('says when the last export was, with UTC and the next one in the tooltip', () => {
    const { text, tooltip } = view();
    assert.equal(text, 'Exported 14:27');
    assert.deepEqual(tooltip.map(plain), [
      'Langfuse project: support-bot',
      'Database: SQLite, .langfuse/llm_metrics.db',
      'Last export: 14:27, 5 min ago (2026-11-23T14:27:00.000Z)',
      'Next export: 15:01, in 29 min (2026-11-23T15:01:00.000Z)',
    ]);
  });

  it('says what today cost, and leads to the dashboard', () => {
    const { text, command, links } = view({ spent });
    assert.deepEqual([text, command], ['$9.12 today', 'langfuseMetrics.openDashboard']);
    assert.equal(links[0]?.command, 'langfuseMetrics.openDashboard');
    assert.deepEqual(view({ spent }).tooltip.slice(1, 5).map(plain), [
      'Today: $9.12',
      'This month: $301.50',
      'Calls without price: 41',
      'Expected by 30 Nov: $428.00 (80 % interval $405.00 to $452.00)',
    ]);
  });

  it('says that nothing was spent only when that is known', () => {
    assert.equal(view({ spent: { ...spent, todayUsd: 0 } }).text, '$0.00 today');
    const unknown = { ...spent, todayUsd: null, monthToDateUsd: null, callsWithoutCost: 0, forecast: null };
    const notExported = view({ spent: { ...unknown, todayMissing: 'noCalls' } });
    assert.equal(notExported.text, 'Exported 14:27');
    assert.equal(notExported.tooltip[1], 'Today: not exported yet');
    const unpriced = view({ spent: { ...unknown, todayMissing: 'noCost' } });
    assert.equal(unpriced.tooltip[1], 'Today: no price');
  });

  it('keeps the cost while it exports', () => {
    const { text, icon, command } = view({ spent, running: running(someProgress()) });
    assert.deepEqual([icon, text, command], ['sync~spin', '$9.12 today', 'langfuseMetrics.runs.focus']);
  });

  it('says in the tooltip which server keeps the metrics, or that there is none yet', () => {
    const at = (location: string | null): readonly string[] =>
      view({ database: { backend: 'postgres', location } }).tooltip;
    assert.equal(at('postgres://me@db:5432/metrics')[1], 'Database: PostgreSQL, postgres://me@db:5432/metrics');
    assert.equal(at(null)[1], 'Database: PostgreSQL, not connected');
  });

  it('says so when there is no export yet', () => {
    assert.equal(view({ lastExportAt: null }).text, 'Not exported yet');
  });

  it('counts rows while it exports, and offers to cancel', () => {
    const { text, icon, links } = view({ running: running(someProgress()) });
    assert.deepEqual([icon, text], ['sync~spin', 'Exporting, 12,400 rows']);
    assert.equal(links[0]?.command, 'langfuseMetrics.cancelExport');
    assert.equal(view({ running: running(null) }).text, 'Exporting');
    assert.equal(view({ running: running(someProgress({ counts: noCounts })) }).text, 'Exporting');
  });

  it('says that it waits, and how long', () => {
    const progress = someProgress({ waiting: { reason: 'quota', seconds: 41, detail: '' } });
    assert.equal(plain(view({ running: running(progress) }).text), 'Export waiting 41 s');
  });

  it('shows a failure without alarm, until an export has succeeded', () => {
    const { text, urgent, tooltip } = view({ background: failed });
    assert.deepEqual([text, urgent], ['Export failed', false]);
    assert.ok(tooltip.includes('Last failure: cloud.langfuse.com cannot be reached.'));
    assert.equal(view({ background: failed, lastExportAt: now }).text, 'Exported 14:32');
  });

  it('alarms only when a person must act', () => {
    const { text, urgent, command, links } = view({ background: { kind: 'paused', error } });
    assert.deepEqual([text, urgent, command], ['Langfuse keys refused', true, 'langfuseMetrics.setKeys']);
    assert.equal(links[0]?.command, 'langfuseMetrics.setKeys');
  });

  it('tells that the background export is off, and offers to start it', () => {
    const { icon, tooltip, links } = view({ background: { kind: 'stopped', lastRun: null } });
    assert.equal(icon, 'debug-pause');
    assert.ok(tooltip.some((line) => line.includes('the background export is off')));
    assert.ok(links.some(({ command }) => command === 'langfuseMetrics.startBackgroundExport'));
  });
});
