import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrationNames } from '../../../src/engine/store/migrations/migrations.ts';
import { systemClock } from '../../../src/engine/ports.ts';
import { StoreFixture } from '../../unit/store/fixture.ts';
import { StoreProcess } from './childProcess.ts';

/** Answers of another SQLite than ours: the sqlite3 shell where it is installed, else the runtime's own. */
function judge(file: string, sql: string): string[] {
  const shell = spawnSync('sqlite3', ['-readonly', file, sql], { encoding: 'utf8' });
  if (shell.error === undefined) {
    assert.equal(shell.stderr, '');
    return shell.stdout.trim().split('\n');
  }
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(sql).all();
  database.close();
  return rows.map((row) => Object.values(row).join('|'));
}

const random = (below: number): number => Math.floor(Math.random() * below);

describe('Killing a process that writes', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;
  beforeEach(() => (fixture = new StoreFixture()));
  afterEach(() => fixture.clean());

  /** Kills again and again; after each time the file is whole and holds all that was reported as saved. */
  async function killWhileWriting(rounds: number, bytes: number, patience: number): Promise<void> {
    let durable = 0;
    for (let round = 0; round < rounds; round++) {
      const child = new StoreProcess(['write', fixture.path, `r${round}`, String(bytes)]);
      await child.told(1);
      await systemClock.sleep(random(patience));
      await child.kill();
      durable += child.messages.length * 10;
      assert.deepEqual(judge(fixture.path, 'PRAGMA integrity_check'), ['ok']);
      const [stored = ''] = judge(fixture.path, 'SELECT count(*) FROM llm_scores');
      const [partial] = judge(
        fixture.path,
        `SELECT count(*) FROM (SELECT 1 FROM llm_scores GROUP BY substr(id, 1, length(id) - 2) HAVING count(*) <> 10)`,
      );
      assert.ok(Number(stored) >= durable, `${stored} rows of ${durable} that were saved`);
      assert.equal(partial, '0', 'a transaction is there whole or not at all');
      durable = Number(stored);
    }
    await fixture.open().setup();
    await fixture.open().write(({ db }) => db.deleteFrom('llm_scores').execute());
    const left = readdirSync(path.dirname(fixture.path)).filter((name) => name.endsWith('.tmp'));
    assert.deepEqual(left, [], 'unfinished saves are cleared away');
  }

  it('loses nothing that was saved, with small saves', () => killWhileWriting(8, 100, 150));

  it('loses nothing that was saved, in the middle of saving megabytes', () => killWhileWriting(8, 300_000, 400));

  it('leaves no half-made database while creating and migrating', async () => {
    for (let round = 0; round < 6; round++) {
      const folder = path.join(fixture.folder, `round${round}`);
      const child = new StoreProcess(['setUp', folder]);
      await child.told(1);
      await systemClock.sleep(random(120));
      await child.kill();
      const files = readdirSync(folder).map((name) => path.join(folder, name, 'metrics.db'));
      for (const file of files.slice(-2).filter((name) => existsSync(name))) {
        assert.deepEqual(judge(file, 'PRAGMA integrity_check'), ['ok']);
        assert.deepEqual(judge(file, 'SELECT name FROM kysely_migration ORDER BY name'), migrationNames);
      }
      assert.ok(files.filter((name) => existsSync(name)).length >= child.messages.length);
      const last = files.at(-1) ?? '';
      await fixture.open({ path: last }).setup();
      assert.deepEqual(judge(last, 'SELECT count(*) FROM llm_traces'), ['0']);
    }
  });
});
