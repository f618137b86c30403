import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Counts } from '../../tools/counts.ts';

const runner = path.resolve('test/tools/nodeSuite.ts');

describe('the runner of the mocha suites', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'langfuse-metrics-runner-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (spec: string, ...flags: string[]): { counts: Counts; exitCode: number | null; errors: string } => {
    const file = path.join(folder, 'sample.test.mjs');
    const results = path.join(folder, 'results.json');
    writeFileSync(file, spec);
    const args = ['--import', 'tsx', runner, '--results', results, ...flags, file];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { counts: JSON.parse(readFileSync(results, 'utf8')) as Counts, exitCode: status, errors: stderr };
  };

  it('counts what passed and what failed, and fails when something failed', () => {
    const { counts, exitCode } = run(`
      it('holds', () => {});
      it('holds too', async () => {});
      describe('this', () => it('does not hold', () => { throw new Error('no'); }));
    `);
    const { failures, ...numbers } = counts;
    assert.deepEqual(numbers, { passed: 2, failed: 1 });
    assert.match(failures.join(), /^this does not hold\nError: no\n.*sample\.test\.mjs:4:/s);
    assert.equal(exitCode, 1);
  });

  it('passes when everything passed', () => {
    const { counts, exitCode } = run(`it('holds', () => {});`);
    assert.deepEqual(counts, { passed: 1, failed: 0, failures: [] });
    assert.equal(exitCode, 0);
  });

  it('counts a skipped test as failed', () => {
    const { passed, failed, failures } = run(`it.skip('is left out', () => {});`).counts;
    assert.deepEqual([passed, failed], [0, 1]);
    assert.match(failures.join(), /^is left out\nError: Pending test forbidden/);
  });

  it('runs only the tests that --grep chooses', () => {
    const { counts } = run(`it('one', () => {}); it('two', () => {}); it('twofold', () => {});`, '--grep', '^two');
    assert.deepEqual(counts, { passed: 2, failed: 0, failures: [] });
  });

  it('fails when something that a test started never ends, and says what', () => {
    const { counts, exitCode, errors } = run(`it('leaves a timer behind', () => { setInterval(() => {}, 1000); });`);
    assert.deepEqual(counts, { passed: 1, failed: 0, failures: [] });
    assert.equal(exitCode, 1);
    assert.match(errors, /still runs: .*Timeout/);
  });
});
