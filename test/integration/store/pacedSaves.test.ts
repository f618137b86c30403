import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock, type Clock } from '../../../src/engine/ports.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { score, StoreFixture } from '../../unit/store/fixture.ts';

/** Real time, of which hours can pass at once: then a save is due. */
class SkippingClock implements Clock {
  #skipped = 0;

  skip(): void {
    this.#skipped += 3_600_000;
  }

  now(): number {
    return systemClock.now() + this.#skipped;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds, signal);
  }
}

/** Ten rows of 10 KB: more than a page each, so that a torn file would show. */
const write = (store: MetricsStore, name: string): Promise<unknown> =>
  store.write((transaction) =>
    transaction.upsert(
      'llm_scores',
      Array.from({ length: 10 }, (_, row) => score(`${name}-${row}`, { comment: name.repeat(10_000) })),
    ),
  );

/** Names with whole sets of rows in the file, as another program sees it. */
function saved(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    const sql = 'SELECT substr(id, 1, 1) AS name FROM llm_scores GROUP BY 1 HAVING count(*) = 10 ORDER BY 1';
    return database
      .prepare(sql)
      .all()
      .map((row) => row.name);
  } finally {
    database.close();
  }
}

describe('A paced save', () => {
  let fixture: StoreFixture;
  let clock: SkippingClock;
  let store: MetricsStore;
  beforeEach(async () => {
    fixture = new StoreFixture();
    clock = new SkippingClock();
    store = fixture.open({ clock });
    await write(store, 'a');
    clock.skip();
  });
  afterEach(() => fixture.clean());

  it('is written while work goes on, and holds what was there when it began', async () => {
    await write(store, 'b');
    assert.equal(existsSync(fixture.path), false, 'the write has not waited for the file');
    await write(store, 'c');
    while (!existsSync(fixture.path)) {
      await systemClock.sleep(5);
    }
    assert.deepEqual(saved(fixture.path), ['a', 'b']);
    await store.flush();
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c']);
  });

  it('keeps other writers out until it is durable, and lets them in when nothing else is unsaved', async () => {
    await write(store, 'b');
    const other = fixture.open();
    await write(other, 'c');
    await other.flush();
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c']);
    await write(store, 'd');
    await store.flush();
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c', 'd']);
  });

  it('is waited for when others want to write, whose turn comes then', async () => {
    const waiting = write(fixture.open(), 'o');
    await systemClock.sleep(100);
    await write(store, 'b');
    assert.deepEqual(saved(fixture.path), ['a', 'b']);
    await Promise.all([waiting, write(store, 'c')]);
    // The other one is waited for in turn: until it has fallen silent and its rows are saved.
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'o']);
  });

  it('that fails makes the next write say so, and loses nothing', async () => {
    writeFileSync(`${fixture.path}-journal`, 'of another program');
    await write(store, 'b');
    await systemClock.sleep(100);
    await assert.rejects(write(store, 'c'), { code: 'database.locked' });
    assert.equal(existsSync(fixture.path), false);
    rmSync(`${fixture.path}-journal`);
    await store.flush();
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c']);
  });

  it('that failed is made up for when the store is closed', async () => {
    writeFileSync(`${fixture.path}-journal`, 'of another program');
    await write(store, 'b');
    await systemClock.sleep(100);
    rmSync(`${fixture.path}-journal`);
    await store.close();
    assert.deepEqual(saved(fixture.path), ['a', 'b']);
  });
});

describe('A save that is written ahead', () => {
  let fixture: StoreFixture;
  let clock: SkippingClock;
  let store: MetricsStore;
  beforeEach(async () => {
    fixture = new StoreFixture();
    clock = new SkippingClock();
    store = fixture.open({ clock });
    await write(store, 'a');
    await store.flush();
    await write(store, 'b');
    await store.writeAhead();
  });
  afterEach(() => fixture.clean());

  it('leaves the file as it is until the flush, which adds what has changed since', async () => {
    await write(store, 'c');
    await store.write(({ db }) => db.deleteFrom('llm_scores').where('id', 'like', 'a%').execute());
    assert.deepEqual(saved(fixture.path), ['a']);
    await store.flush();
    assert.deepEqual(saved(fixture.path), ['b', 'c']);
    assert.deepEqual(
      readdirSync(path.dirname(fixture.path)).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('holds a file that has grown a lot since', async () => {
    for (const name of 'cdefghijklmnopqrstuvwxyz') {
      await write(store, name);
    }
    await store.flush();
    assert.equal(saved(fixture.path).length, 26);
  });

  it('is completed when a save would be due, and when others want to write', async () => {
    clock.skip();
    await write(store, 'c');
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c']);
    await write(store, 'd');
    await store.writeAhead();
    const waiting = write(fixture.open(), 'o');
    await systemClock.sleep(100);
    await write(store, 'e');
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c', 'd', 'e']);
    await waiting;
  });

  it('that fails loses nothing', async () => {
    writeFileSync(`${fixture.path}-journal`, 'of another program');
    await write(store, 'c');
    await assert.rejects(store.flush(), { code: 'database.locked' });
    rmSync(`${fixture.path}-journal`);
    assert.deepEqual(saved(fixture.path), ['a']);
    await store.flush();
    assert.deepEqual(saved(fixture.path), ['a', 'b', 'c']);
  });

  it('does not replace a file that another program has changed meanwhile', async () => {
    const other = new DatabaseSync(fixture.path);
    other.exec(`DELETE FROM llm_scores WHERE id = 'a-0'`);
    other.close();
    await assert.rejects(store.flush(), { code: 'database.failed' });
    assert.deepEqual(saved(fixture.path), []);
    assert.deepEqual(
      readdirSync(path.dirname(fixture.path)).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('is completed when the store is closed', async () => {
    await store.close();
    assert.deepEqual(saved(fixture.path), ['a', 'b']);
  });
});
