import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Clock } from '../../../src/engine/ports.ts';
import { BackgroundTimer } from '../../../src/extension/background/backgroundTimer.ts';
import { ContextKeyWriter } from '../../../src/extension/context/contextKeys.ts';
import { ExportController } from '../../../src/extension/exports/exportController.ts';
import { KeyStore } from '../../../src/extension/keys/keyStore.ts';
import { ExportFolder } from '../../../src/extension/workspace/exportFolder.ts';
import type { Engine, ExportReport, ExportRequest } from '../../../src/protocol/engine.ts';

const minute = 60_000;
const report: ExportReport = {
  runId: 'run',
  status: 'completed',
  window: { start: '2026-11-23T00:00:00.000Z', end: '2026-11-23T01:00:00.000Z' },
  counts: { traces: 0, generations: 0, spans: 0, events: 0, scores: 0, prompts: 0 },
  requests: 1,
  setAside: [],
  unreconciled: [],
};

/** Time that passes only when a test says so. */
class HandClock implements Clock {
  #now = Date.parse('2026-11-23T08:00:00.000Z');
  #sleepers: { until: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => reject(signal?.reason as Error);
      signal?.addEventListener('abort', cancel, { once: true });
      this.#sleepers.push({ until: this.#now + milliseconds, wake: resolve });
    });
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    while (this.#now < end) {
      this.#now = Math.min(end, this.#now + 5000);
      const due = this.#sleepers.filter(({ until }) => until <= this.#now);
      this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
      due.forEach(({ wake }) => wake());
      await settled();
    }
  }
}

/** Lets everything that waits for promises alone go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function secretsInMemory(): vscode.SecretStorage {
  const secrets = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  return {
    keys: () => Promise.resolve([...secrets.keys()]),
    get: (key: string) => Promise.resolve(secrets.get(key)),
    store: (key: string, value: string) => {
      secrets.set(key, value);
      changed.fire({ key });
      return Promise.resolve();
    },
    delete: (key: string) => {
      secrets.delete(key);
      changed.fire({ key });
      return Promise.resolve();
    },
    onDidChange: changed.event,
  } as vscode.SecretStorage;
}

function mementoInMemory(): vscode.Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) ?? fallback) as T,
    update: (key: string, value: unknown) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

describe('the background export of a window', () => {
  let clock: HandClock;
  let keys: KeyStore;
  let controller: ExportController;
  let database: vscode.EventEmitter<void>;
  let timer: BackgroundTimer;
  let disposables: { dispose(): void }[];
  let requests: ExportRequest[];
  let told: unknown[];
  let outcome: () => Promise<ExportReport>;

  const credentials = { baseUrl: 'http://127.0.0.1:9', publicKey: 'pk-lf-a', secretKey: 'sk-lf-b' };

  beforeEach(async () => {
    clock = new HandClock();
    requests = [];
    told = [];
    outcome = () => Promise.resolve(report);
    const folder = new ExportFolder();
    keys = new KeyStore(secretsInMemory(), folder);
    const engine = {
      export: (request: ExportRequest) => {
        requests.push(request);
        return outcome();
      },
    } as Partial<Engine> as Engine;
    controller = new ExportController(engine, clock);
    const messages = {
      show: (error: unknown) => {
        told.push(error);
        return Promise.resolve();
      },
    };
    const contextKeys = new ContextKeyWriter();
    database = new vscode.EventEmitter();
    timer = new BackgroundTimer({
      controller,
      folder,
      keys,
      database: { onDidChange: database.event },
      memory: mementoInMemory(),
      messages,
      contextKeys,
      clock,
    });
    disposables = [folder, keys, controller, database, timer];
    await timer.arrange();
  });
  afterEach(() => disposables.forEach((disposable) => disposable.dispose()));

  const setKeys = async (): Promise<void> => {
    await keys.store(credentials, { projectName: 'project' });
    await timer.arrange();
    await settled();
  };

  it('waits for keys', async () => {
    await clock.pass(120 * minute);
    assert.equal(requests.length, 0);
    assert.equal(timer.state.kind, 'stopped');
  });

  it('runs soon after there are keys, then every interval', async () => {
    await setKeys();
    await clock.pass(minute);
    assert.deepEqual(requests, [{ trigger: 'timer', range: null }]);
    await clock.pass(28 * minute);
    assert.equal(requests.length, 1);
    await clock.pass(2 * minute);
    assert.equal(requests.length, 2);
    await clock.pass(300 * minute);
    assert.equal(requests.length, 12);
  });

  it('counts an export by command as the one that was due', async () => {
    await setKeys();
    await controller.run({ trigger: 'command', range: null });
    await settled();
    await clock.pass(29 * minute);
    assert.equal(requests.length, 1);
    await clock.pass(2 * minute);
    assert.equal(requests.length, 2);
  });

  it('runs soon after the metrics go to another database', async () => {
    await setKeys();
    await clock.pass(minute);
    database.fire();
    await settled();
    await clock.pass(minute);
    assert.equal(requests.length, 2);
  });

  it('stops and starts by command', async () => {
    await setKeys();
    await timer.setEnabled(false);
    await clock.pass(120 * minute);
    assert.equal(requests.length, 0);
    await timer.setEnabled(true);
    await settled();
    await clock.pass(minute);
    assert.equal(requests.length, 1);
  });

  it('tells of a failure once, and tries again later', async () => {
    outcome = () => Promise.reject(new EngineError('langfuse.unreachable', 'no network'));
    await setKeys();
    await clock.pass(600 * minute);
    assert.ok(requests.length > 2 && requests.length < 8, `${requests.length} attempts`);
    assert.deepEqual(
      told.map((error) => (error as EngineError).code),
      ['langfuse.unreachable'],
    );
  });

  it('does not knock again with keys that were refused, until others are set', async () => {
    outcome = () => Promise.reject(new EngineError('auth.invalid', 'refused'));
    await setKeys();
    await clock.pass(600 * minute);
    assert.equal(requests.length, 1);
    assert.equal(told.length, 1);
    assert.equal(timer.state.kind, 'paused');
    outcome = () => Promise.resolve(report);
    await setKeys();
    await clock.pass(minute);
    assert.equal(requests.length, 2);
  });

  it('leaves an export alone that runs already', async () => {
    let finish: (value: ExportReport) => void = () => undefined;
    outcome = () => new Promise((resolve) => (finish = resolve));
    await setKeys();
    const byCommand = controller.run({ trigger: 'command', range: { start: report.window.start, end: null } });
    await clock.pass(20 * minute);
    assert.equal(requests.length, 1);
    assert.equal(told.length, 0);
    finish(report);
    assert.equal(await byCommand, report);
  });
});
