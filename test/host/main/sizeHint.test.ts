import assert from 'node:assert/strict';
import type { DatabaseBackend } from '../../../src/engine/config/backends.ts';
import { systemClock } from '../../../src/engine/ports.ts';
import { SizeHint } from '../../../src/extension/database/sizeHint.ts';
import { ExportController } from '../../../src/extension/exports/exportController.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import type { Engine, ExportReport } from '../../../src/protocol/engine.ts';

const report = { status: 'completed' } as ExportReport;

describe('the hint that a file has become large', () => {
  let traces: number;
  let backend: DatabaseBackend;
  let answer: string | undefined;
  let asked: string[];
  let remembered: Map<string, unknown>;
  let disposables: { dispose(): void }[];

  beforeEach(() => {
    traces = 100_001;
    backend = 'sqlite';
    answer = undefined;
    asked = [];
    remembered = new Map();
    disposables = [];
  });
  afterEach(() => disposables.forEach((disposable) => disposable.dispose()));

  /** A window of the editor, which remembers what others before it did. */
  const openWindow = (): { export: () => Promise<void> } => {
    const engine = {
      export: () => Promise.resolve(report),
      query: () => Promise.resolve({ columns: ['n'], rows: [[traces]], truncated: false }),
    } as Partial<Engine> as Engine;
    const controller = new ExportController(engine, systemClock);
    const hint = new SizeHint({
      engine,
      controller,
      database: { backend: () => Promise.resolve(backend) },
      connections: { read: () => Promise.resolve(null) },
      memory: {
        keys: () => [...remembered.keys()],
        get: <T>(key: string, fallback?: T) => (remembered.get(key) ?? fallback) as T,
        update: (key: string, value: unknown) => {
          remembered.set(key, value);
          return Promise.resolve();
        },
      },
      messages: { record: (error) => assert.fail(String(error)) },
      numbers: new Numbers('en'),
      ask: (text) => {
        asked.push(text);
        return Promise.resolve(answer);
      },
    });
    disposables.push(controller, hint);
    return {
      export: async () => {
        await controller.run({ trigger: 'timer', range: null });
        await new Promise((resolve) => setTimeout(resolve, 10));
      },
    };
  };

  it('comes once a window, with the number of traces', async () => {
    const window = openWindow();
    await window.export();
    await window.export();
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? '', /100,001 traces/);
    await openWindow().export();
    assert.equal(asked.length, 2);
  });

  it('does not come before a file has passed 100,000 traces, nor for a server', async () => {
    traces = 100_000;
    await openWindow().export();
    traces = 5_000_000;
    backend = 'postgres';
    await openWindow().export();
    assert.deepEqual(asked, []);
  });

  it('does not come again to who has asked for that', async () => {
    answer = 'Don’t ask again';
    await openWindow().export();
    await openWindow().export();
    assert.equal(asked.length, 1);
  });
});
