import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cliBundle } from './bundle.ts';
import { CliProcess, errorOf, type Ended } from './workspace.ts';

describe('langfuse-metrics', function () {
  this.timeout(60_000);

  async function run(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    return new CliProcess([await cliBundle(), ...args], { environment, stdin: '' }).ended;
  }

  it('lists its commands and exit codes on stdout when asked for help', async () => {
    const ended = await run(['--help']);
    assert.equal(ended.exitCode, 0);
    assert.equal(ended.stderr, '');
    for (const text of ['setup', 'export', 'serve', 'query', '--workspace', '75  try later']) {
      assert.ok(ended.stdout.includes(text), text);
    }
  });

  it('lists the flags of every command in the help of each', async () => {
    const { stdout } = await run(['export', '--help']);
    assert.match(stdout, /--start-time <time>[^]*--json[^]*local time/);
  });

  it('takes a missing and an unknown command for wrong usage', async () => {
    assert.equal((await run([])).exitCode, 2);
    const unknown = await run(['import', '--json']);
    assert.equal(unknown.exitCode, 2);
    assert.match(errorOf(unknown).message, /unknown command 'import'/);
    assert.match(unknown.stderr, /^langfuse-metrics: unknown command 'import'/);
  });

  it('speaks the language of the environment where it has been translated, else English', async () => {
    const texts = path.join(path.dirname(await cliBundle()), '..', 'media', 'l10n');
    await mkdir(texts, { recursive: true });
    await writeFile(path.join(texts, 'bundle.l10n.eo.json'), JSON.stringify({ 'Exit codes:': 'Elirkodoj:' }));
    assert.match((await run(['--help'], { LANG: 'eo.UTF-8' })).stdout, /^Elirkodoj:$/m);
    assert.match((await run(['--help'], { LANG: 'eo.UTF-8', LC_ALL: 'tlh' })).stdout, /^Exit codes:$/m);
    assert.match((await run(['--help'], { LC_ALL: 'C.UTF-8' })).stdout, /^Exit codes:$/m);
  });
});
