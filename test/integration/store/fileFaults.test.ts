import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  lstatSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { migrationNames } from '../../../src/engine/store/migrations/migrations.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { score, StoreFixture } from '../../unit/store/fixture.ts';
import { StoreProcess } from './childProcess.ts';

const save = async (store: MetricsStore, id = 'a'): Promise<void> => {
  await store.write((transaction) => transaction.upsert('llm_scores', [score(id, { comment: 'x'.repeat(20_000) })]));
  await store.flush();
};
const count = (store: MetricsStore): Promise<unknown> =>
  store.query('SELECT count(*) FROM llm_scores', { maxRows: 1 }).then(({ rows }) => rows[0]?.[0]);

/** Root may write anywhere; file modes bind it only under another effective user. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  const root = process.geteuid?.() === 0;
  if (root) {
    process.seteuid?.(65_534);
  }
  try {
    await work();
  } finally {
    if (root) {
      process.seteuid?.(0);
    }
  }
}

describe('The metrics database file', () => {
  let fixture: StoreFixture;
  beforeEach(() => (fixture = new StoreFixture()));
  afterEach(() => fixture.clean());

  const makeFile = async (): Promise<Buffer> => {
    const store = fixture.open();
    await save(store);
    await store.close();
    return readFileSync(fixture.path);
  };

  /** Every way in is refused with this code, says what to do, and leaves the file as it is. */
  async function assertRefused(code: string, content: Buffer): Promise<void> {
    mkdirSync(path.dirname(fixture.path), { recursive: true });
    writeFileSync(fixture.path, content);
    const store = fixture.open();
    for (const attempt of [
      () => store.setup(),
      () => save(store),
      () => count(store),
      () => store.read(() => Promise.resolve()),
    ]) {
      await assert.rejects(attempt, (error: { code: string; hint: string; message: string }) => {
        assert.equal(error.code, code);
        assert.ok(error.hint.length > 10 && error.message.includes(fixture.path));
        return true;
      });
    }
    await store.close();
    assert.ok(readFileSync(fixture.path).equals(content));
  }

  it('is refused when it is no database', () =>
    assertRefused('database.foreign', Buffer.from('{"not": "a database"}')));

  it('is refused when it is the database of another program', async () => {
    const other = path.join(fixture.folder, 'other.db');
    const database = new DatabaseSync(other);
    database.exec('CREATE TABLE llm_generations (id)');
    database.close();
    await assertRefused('database.foreign', readFileSync(other));
  });

  for (const cut of [1, 4096, 50_000]) {
    it(`is refused when its last ${cut} bytes are missing`, async () => {
      const whole = await makeFile();
      await assertRefused('database.corrupt', whole.subarray(0, whole.length - cut));
    });
  }

  it('is refused when only a few bytes of it are left', async () => {
    await assertRefused('database.corrupt', (await makeFile()).subarray(0, 50));
  });

  it('is refused when pages in it are overwritten', async () => {
    const bytes = Buffer.from(await makeFile());
    bytes.fill(0xaa, 4096, 5 * 4096);
    await assertRefused('database.corrupt', bytes);
  });

  it('is refused when a newer version of this product wrote it', async () => {
    await makeFile();
    const database = new DatabaseSync(fixture.path);
    database.exec(`INSERT INTO kysely_migration VALUES ('9999_from_the_future', '2030-01-01T00:00:00.000Z')`);
    database.close();
    await assertRefused('database.newer', readFileSync(fixture.path));
  });

  it('is left alone while a journal of another program lies beside it', async () => {
    const before = await makeFile();
    writeFileSync(`${fixture.path}-journal`, 'unfinished');
    const store = fixture.open();
    await assert.rejects(count(store), { code: 'database.locked' });
    await assert.rejects(save(store, 'b'), { code: 'database.locked' });
    assert.ok(readFileSync(fixture.path).equals(before));
  });

  it('is read when another program switched on its write-ahead log, and after that program wrote', async () => {
    await makeFile();
    const database = new DatabaseSync(fixture.path);
    database.exec(`PRAGMA journal_mode = WAL; UPDATE llm_scores SET name = 'changed'`);
    database.close();
    const store = fixture.open();
    assert.deepEqual((await store.query('SELECT name FROM llm_scores', { maxRows: 9 })).rows, [['changed']]);
    await save(store, 'b');
    assert.equal(await count(store), 2);
  });

  it('keeps what another program wrote while we had unsaved changes, and says that ours are gone', async () => {
    await makeFile();
    const store = fixture.open();
    await store.write((transaction) => transaction.upsert('llm_scores', [score('ours')]));
    const database = new DatabaseSync(fixture.path);
    database.exec(`UPDATE llm_scores SET name = 'theirs'`);
    database.close();
    await assert.rejects(store.flush(), { code: 'database.failed', message: /Another program changed/ });
    assert.deepEqual((await store.query('SELECT id, name FROM llm_scores', { maxRows: 9 })).rows, [['a', 'theirs']]);
  });

  it('can be read but not written in a folder without write access', async () => {
    const before = await makeFile();
    chmodSync(fixture.folder, 0o755);
    const folder = path.dirname(fixture.path);
    const names = readdirSync(folder);
    chmodSync(folder, 0o555);
    await asOrdinaryUser(async () => {
      const store = fixture.open();
      assert.equal(await count(store), 1);
      await assert.rejects(save(store, 'b'), { code: 'database.readOnly' });
      await assert.rejects(store.lockExport('p'), { code: 'database.readOnly' });
      await store.close();
    });
    chmodSync(folder, 0o755);
    assert.ok(readFileSync(fixture.path).equals(before));
    assert.deepEqual(readdirSync(folder), names);
  });

  it('is not replaced when it may not be written itself', async () => {
    const before = await makeFile();
    chmodSync(fixture.folder, 0o755);
    chmodSync(path.dirname(fixture.path), 0o777);
    for (const name of readdirSync(path.dirname(fixture.path))) {
      chmodSync(path.join(path.dirname(fixture.path), name), 0o666);
    }
    chmodSync(fixture.path, 0o444);
    await asOrdinaryUser(async () => {
      const store = fixture.open();
      await assert.rejects(save(store, 'b'), { code: 'database.readOnly' });
      await store.close();
    });
    assert.ok(readFileSync(fixture.path).equals(before));
  });

  it('cannot be made where its folder is a file', async () => {
    const store = fixture.open({ path: path.join(fixture.folder, 'taken', 'llm_metrics.db') });
    writeFileSync(path.join(fixture.folder, 'taken'), 'a file');
    await assert.rejects(store.setup(), { code: 'database.readOnly' });
  });

  it('stays whole when the disk is full, and is saved once there is room', async () => {
    const before = await makeFile();
    // The largest file that the child may write is half of what it has to save; a block is 512 or 1024 bytes.
    const child = new StoreProcess(
      ['fullDisk', fixture.path, 'B', '5000'],
      `ulimit -f ${Math.floor(before.length / 2048)} && `,
    );
    await child.ended();
    assert.deepEqual(child.messages, ['database.full', 'database.full']);
    assert.ok(readFileSync(fixture.path).equals(before));
    assert.deepEqual(
      readdirSync(path.dirname(fixture.path)).filter((name) => name.endsWith('.tmp')),
      [],
    );
    assert.equal(await count(fixture.open()), 1);
  });

  it('keeps its mode, and a symbolic link stays a link', async () => {
    await makeFile();
    chmodSync(fixture.path, 0o600);
    const link = path.join(fixture.folder, 'link.db');
    symlinkSync(fixture.path, link);
    await save(fixture.open({ path: link }), 'b');
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(statSync(fixture.path).mode & 0o777, 0o600);
    assert.equal(await count(fixture.open()), 2);
  });

  it('starts anew from an empty file', async () => {
    await makeFile();
    truncateSync(fixture.path, 0);
    const store = fixture.open();
    assert.equal(await count(store), 0);
    await save(store);
    assert.equal(await count(store), 1);
  });

  it('is set up once: the second time there is nothing to do', async () => {
    const first = await fixture.open().setup();
    assert.equal(first.created, true);
    assert.deepEqual(first.migrations, migrationNames);
    const bytes = readFileSync(fixture.path);
    assert.deepEqual(await fixture.open().setup(), { location: fixture.path, created: false, migrations: [] });
    assert.ok(readFileSync(fixture.path).equals(bytes));
  });

  it('is not saved again by a write that changes nothing', async () => {
    await makeFile();
    const { ino } = statSync(fixture.path);
    await save(fixture.open());
    assert.equal(statSync(fixture.path).ino, ino);
  });

  it('is kept out of Git with its folder, unless the setting or the user says otherwise', async () => {
    const gitignore = path.join(path.dirname(fixture.path), '.gitignore');
    const lines = (): string[] =>
      readFileSync(gitignore, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
    await save(fixture.open());
    assert.deepEqual(lines(), ['*', '!rate-limits.json', '!alerts.json']);
    await save(fixture.open({ commitToGit: true }), 'b');
    assert.deepEqual(lines(), ['*', '!.gitignore', '!llm_metrics.db', '!rate-limits.json', '!alerts.json']);
    writeFileSync(gitignore, '# mine\n*.lock\n');
    await save(fixture.open(), 'c');
    assert.equal(readFileSync(gitignore, 'utf8'), '# mine\n*.lock\n');
    const elsewhere = path.join(fixture.folder, 'data', 'metrics.db');
    await save(fixture.open({ path: elsewhere }));
    assert.ok(!readdirSync(path.dirname(elsewhere)).includes('.gitignore'));
  });

  it('lets Git see limits and alert rules, also where an earlier version kept them out', async () => {
    const { folder } = fixture;
    spawnSync('git', ['init', '--quiet'], { cwd: folder });
    const home = path.dirname(fixture.path);
    mkdirSync(home, { recursive: true });
    writeFileSync(
      path.join(home, '.gitignore'),
      '# Written by Langfuse Metrics: this folder holds prompts, completions and user ids.\n*\n',
    );
    await save(fixture.open());
    for (const file of ['rate-limits.json', 'alerts.json', 'rate_limits.db']) {
      writeFileSync(path.join(home, file), '');
    }
    const { stdout } = spawnSync('git', ['status', '--porcelain', '--untracked-files=all'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const seen = stdout.split('\n').filter((line) => line !== '');
    assert.deepEqual(seen.sort(), ['?? .langfuse/alerts.json', '?? .langfuse/rate-limits.json']);
  });
});
