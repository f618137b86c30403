import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../../src/engine/ports.ts';
import { FileLock } from '../../../src/engine/store/sqlite/fileLock.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { score, StoreFixture } from '../../unit/store/fixture.ts';
import { StoreProcess } from './childProcess.ts';

const write = (store: MetricsStore, id: string, signal?: AbortSignal): Promise<unknown> =>
  store.write((transaction) => transaction.upsert('llm_scores', [score(id)]), signal);
const ids = async (store: MetricsStore): Promise<unknown[]> =>
  store.read(async (db) =>
    (await db.selectFrom('llm_scores').select('id').orderBy('id').execute()).map(({ id }) => id),
  );

describe('One writer at a time', () => {
  let fixture: StoreFixture;
  let processes: StoreProcess[];
  beforeEach(() => {
    fixture = new StoreFixture();
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((child) => child.kill()));
    await fixture.clean();
  });
  const start = (...args: string[]): StoreProcess => {
    const child = new StoreProcess(args);
    processes.push(child);
    return child;
  };

  it('waits for a living writer, says who it is, and goes on at once when that one is killed', async () => {
    const holder = start('hold', fixture.path, 'A');
    await holder.told(1);
    const waits: (string | null)[] = [];
    const store = fixture.open({ onLockWait: (text) => waits.push(text) });
    const writing = write(store, 'mine');
    await systemClock.sleep(300);
    assert.equal(waits.length, 1);
    assert.match(waits[0] ?? '', new RegExp(`^process ${holder.pid} \\(test A\\), since 20..-`));
    assert.deepEqual(await ids(fixture.open()), [], 'readers do not wait');
    await holder.kill();
    const killed = Date.now();
    await writing;
    assert.ok(Date.now() - killed < 1000, `${Date.now() - killed} ms`);
    assert.deepEqual(waits.slice(1), [null]);
    assert.deepEqual(await ids(store), ['mine']);
  });

  it('can be told to wait no longer', async () => {
    const holder = fixture.open();
    await write(holder, 'a');
    const controller = new AbortController();
    const waiting = write(fixture.open(), 'b', controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 100);
    await assert.rejects(waiting, { name: 'AbortError' });
    await holder.flush();
    await write(fixture.open(), 'c');
  });

  it('does not blame a process that is dead', () => {
    const path = `${fixture.folder}/x.lock`;
    const holder = new FileLock(path, 'export', systemClock);
    const other = new FileLock(path, 'export', systemClock);
    assert.equal(holder.tryAcquire(), true);
    assert.equal(other.tryAcquire(), false);
    assert.equal(other.owner()?.pid, process.pid);
    const note = { pid: 2 ** 22 + 1, host: os.hostname(), purpose: 'export', since: '2026-01-01T00:00:00.000Z' };
    writeFileSync(`${path}.json`, JSON.stringify(note));
    assert.equal(other.owner(), null);
    writeFileSync(`${path}.json`, 'torn');
    assert.equal(other.owner(), null);
    holder.release();
    assert.equal(other.tryAcquire(), true);
    other.release();
  });

  it('also means one among the threads of a process', async () => {
    const path = `${fixture.folder}/x.lock`;
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(workerData);
      database.exec('BEGIN EXCLUSIVE');
      parentPort.postMessage('held');
      parentPort.once('message', () => { database.close(); parentPort.postMessage('free'); });`;
    const worker = new Worker(source, { eval: true, workerData: path });
    const next = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
    try {
      await next();
      const lock = new FileLock(path, 'export', systemClock);
      assert.equal(lock.tryAcquire(), false);
      const freed = next();
      worker.postMessage('free it');
      await freed;
      assert.equal(lock.tryAcquire(), true);
      lock.release();
    } finally {
      await worker.terminate();
    }
  });

  it('takes turns: two processes that write at once both get on, and nothing is lost', async function () {
    this.timeout(60_000);
    const steps = 12;
    const children = ['A', 'B'].map((name) => start('write', fixture.path, name, '2000', String(steps)));
    await Promise.all(children.map((child) => child.told(5)));
    assert.ok(
      children.some((child) => child.messages.length < steps),
      'neither waited for the other to finish',
    );
    await Promise.all(children.map((child) => child.ended()));
    const { rows } = await fixture
      .open()
      .query(`SELECT substr(id, 1, 1), count(*) FROM llm_scores GROUP BY 1 ORDER BY 1`, { maxRows: 9 });
    assert.deepEqual(rows, [
      ['A', steps * 10],
      ['B', steps * 10],
    ]);
  });

  it('shows each process what the other saved, and its own unsaved rows', async () => {
    const [a, b] = [fixture.open(), fixture.open()];
    await write(a, '1');
    assert.deepEqual([await ids(a), await ids(b)], [['1'], []]);
    await a.flush();
    assert.deepEqual(await ids(b), ['1']);
    await write(b, '2');
    await b.flush();
    await write(a, '3');
    await a.flush();
    assert.deepEqual(
      [await ids(a), await ids(b)],
      [
        ['1', '2', '3'],
        ['1', '2', '3'],
      ],
    );
  });

  it('saves by itself when a writer falls silent', async () => {
    const silent = fixture.open();
    await write(silent, 'a');
    await write(fixture.open(), 'b');
    assert.deepEqual(await ids(fixture.open()), ['a']);
  });

  it('allows one export of a project, names the one that runs, and forgets it when it is killed', async () => {
    const exporting = start('holdExport', fixture.path, 'A');
    await exporting.told(1);
    const store = fixture.open();
    await assert.rejects(store.lockExport('project'), {
      code: 'export.alreadyRunning',
      message: new RegExp(`process ${exporting.pid} \\(test A\\), since 20`),
    });
    const other = await store.lockExport('another/../project');
    await assert.rejects(fixture.open().lockExport('another/../project'), { code: 'export.alreadyRunning' });
    await other.release();
    await exporting.kill();
    await (await store.lockExport('project')).release();
    await (await fixture.open().lockExport('project')).release();
  });
});
