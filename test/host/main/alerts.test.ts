import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { systemClock } from '../../../src/engine/ports.ts';
import { AlertWatch } from '../../../src/extension/alerts/alertWatch.ts';
import { ExportController } from '../../../src/extension/exports/exportController.ts';
import type { RunList } from '../../../src/extension/runs/runHistory.ts';
import type { AlertReport, AlertState } from '../../../src/protocol/analytics.ts';
import type { Engine, ExportReport } from '../../../src/protocol/engine.ts';

const report = { status: 'completed' } as ExportReport;
const month = { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' };
const budget = (level: number | null): AlertState => ({
  id: 'money',
  title: 'Monthly budget',
  kind: 'budget',
  state: level === null ? 'ok' : 'firing',
  level,
  value: 84,
  limit: 100,
  unit: 'usd',
  message: '$84.00 of $100.00 spent this month (84 %).',
  since: null,
  period: month,
  scope: { range: month },
});

describe('the notification of an alert', () => {
  let alerts: readonly AlertState[];
  let answer: string | undefined;
  let warned: string[];
  let shown: string[];
  let badges: (number | undefined)[];
  let evaluations: number;
  let remembered: Map<string, unknown>;
  let disposables: { dispose(): void }[];

  beforeEach(() => {
    alerts = [];
    answer = undefined;
    warned = [];
    shown = [];
    badges = [];
    evaluations = 0;
    remembered = new Map();
    disposables = [];
  });
  afterEach(() => disposables.forEach((disposable) => disposable.dispose()));

  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

  /** A window of the editor, which remembers what others before it did. */
  const openWindow = (): { export: () => Promise<void>; read: () => Promise<void> } => {
    const engine = {
      export: () => Promise.resolve(report),
      evaluateAlerts: () => {
        evaluations += 1;
        return Promise.resolve<AlertReport>({ evaluatedAt: '', alerts, fired: [], recovered: [] });
      },
      ask: () => Promise.resolve(alerts),
    } as Partial<Engine> as Engine;
    const controller = new ExportController(engine, systemClock);
    const read = new vscode.EventEmitter<RunList>();
    const watch = new AlertWatch({
      engine,
      controller,
      history: { onDidRead: read.event },
      database: { mayExist: () => Promise.resolve(true) },
      memory: {
        keys: () => [...remembered.keys()],
        get: <T>(key: string, fallback?: T) => (remembered.get(key) ?? fallback) as T,
        update: (key: string, value: unknown) => {
          remembered.set(key, value);
          return Promise.resolve();
        },
      },
      messages: { record: (error) => assert.fail(String(error)) },
      view: { setBadge: (badge) => badges.push(badge?.value) },
      show: ({ id }) => {
        shown.push(id);
        return Promise.resolve();
      },
      warn: (text) => {
        warned.push(text);
        return Promise.resolve(answer);
      },
    });
    disposables.push(controller, read, watch);
    return {
      export: async () => {
        await controller.run({ trigger: 'timer', range: null });
        await settle();
      },
      read: async () => {
        read.fire({ runs: [], more: false, coverage: [] });
        await settle();
      },
    };
  };

  it('comes after an export, once for each level, and leaves a badge while it fires', async () => {
    const window = openWindow();
    await window.export();
    alerts = [budget(0.8)];
    await window.export();
    await window.export();
    alerts = [budget(1)];
    await window.export();
    alerts = [budget(null)];
    await window.export();
    assert.deepEqual(warned, Array(2).fill('Monthly budget: $84.00 of $100.00 spent this month (84 %).'));
    assert.deepEqual(badges, [undefined, 1, 1, 1, undefined]);
    assert.equal(evaluations, 5);
  });

  it('comes for what another process has found, without evaluating it again', async () => {
    alerts = [budget(0.8)];
    await openWindow().read();
    await openWindow().read();
    assert.equal(warned.length, 1);
    assert.equal(evaluations, 0);
  });

  it('names several alerts at once', async () => {
    alerts = [budget(0.8), { ...budget(null), id: 'e', title: 'Error rate', state: 'firing' }];
    await openWindow().export();
    assert.deepEqual(warned, ['2 alerts: Monthly budget, Error rate']);
  });

  it('says that a rule cannot be read', async () => {
    const message = '.langfuse/alerts.json:3: limitUsd: Invalid input';
    alerts = [{ ...budget(null), state: 'invalid', title: '.langfuse/alerts.json:3', message }];
    await openWindow().export();
    assert.deepEqual(warned, [`An alert rule cannot be read. ${message}`]);
    assert.deepEqual(badges, [1]);
  });

  it('opens what it is about', async () => {
    alerts = [budget(0.8)];
    await openWindow().export();
    assert.deepEqual(shown, []);
    remembered.clear();
    answer = 'Show';
    await openWindow().export();
    assert.deepEqual(shown, ['money']);
  });
});
