import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Workspace } from '../cli/workspace.ts';
import { corpusFiles, storedPrompts, storePrompts, writeFiles } from './corpus.ts';
import { expectedUses } from './corpus.table.ts';

interface Row {
  readonly file: string;
  readonly line: number;
  readonly promptName: string;
  readonly version: number | null;
  readonly label: string | null;
  readonly via: string;
}

const keyOf = ({ file, line, promptName, version, label, via }: Row): string =>
  [file, line, promptName, version, label, via].join(' ');

async function find(workspace: Workspace, ...args: readonly string[]): Promise<Row[]> {
  const ended = await workspace.run(['prompts', 'find', ...args, '--json']);
  assert.equal(ended.exitCode, 0, ended.stderr);
  return JSON.parse(ended.stdout) as Row[];
}

describe('prompts find', () => {
  let workspace: Workspace;

  beforeEach(async () => {
    workspace = await Workspace.create(null);
  });

  afterEach(() => workspace.remove());

  const write = async (file: string, text: string): Promise<string> => {
    const whole = path.join(workspace.folder, file);
    await mkdir(path.dirname(whole), { recursive: true });
    await writeFile(whole, text);
    return whole;
  };
  const call = (name: string): string => `from langfuse import Langfuse\n\nLangfuse().get_prompt("${name}")\n`;

  it('finds every use in the corpus and nothing else', async () => {
    const files = corpusFiles();
    const positive = [...files.keys()].filter((file) => file in expectedUses).length;
    assert.ok(positive >= 80 && files.size - positive >= 60, `${positive} of ${files.size} files have uses`);
    await workspace.run(['setup']);
    storePrompts(workspace.database, storedPrompts);
    writeFiles(workspace.folder, files);

    const found = new Set((await find(workspace)).map(keyOf));
    const expected = new Set(
      Object.entries(expectedUses).flatMap(([file, uses]) =>
        uses.map(([line, promptName, version, label, via]) => keyOf({ file, line, promptName, version, label, via })),
      ),
    );
    const missing = [...expected].filter((use) => !found.has(use));
    const wrong = [...found].filter((use) => !expected.has(use));
    const right = expected.size - missing.length;
    console.log(`      precision ${(right / found.size).toFixed(3)}, recall ${(right / expected.size).toFixed(3)}`);
    assert.deepEqual(wrong, [], 'found, and no use');
    assert.deepEqual(missing, [], 'a use, and not found');
  });

  it('needs no database for what syntax proves', async () => {
    await write('app.py', call('reviewer'));
    await write('prompts/reviewer.md', 'Some text');
    assert.deepEqual(await find(workspace), [
      { file: 'app.py', line: 2, promptName: 'reviewer', version: null, label: null, via: 'call' },
    ]);
  });

  it('looks only at the given files and folders, and still follows wrappers from elsewhere', async () => {
    await write('lib/load.py', 'def load(name):\n    return langfuse.get_prompt(name, label="staging")\n');
    await write('app/one.py', 'from lib.load import load\n\nload("one")\n');
    await write('app/two.py', call('two'));
    await write('app/three.py', call('three'));
    const uses = await find(
      workspace,
      path.join(workspace.folder, 'app', 'one.py'),
      path.join(workspace.folder, 'app/two.py'),
    );
    assert.deepEqual(
      uses.map(({ file, promptName, label }) => [file, promptName, label]),
      [
        ['app/one.py', 'one', 'staging'],
        ['app/two.py', 'two', null],
      ],
    );
  });

  it('names files outside the workspace by their whole path', async () => {
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-elsewhere-'));
    try {
      await writeFile(path.join(elsewhere, 'app.py'), call('far'));
      assert.deepEqual(
        (await find(workspace, elsewhere)).map(({ file }) => file),
        [`${elsewhere}/app.py`],
      );
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('passes over what tools made, what Git ignores and what is larger than 1 MB, but not .env', async () => {
    await write('.gitignore', 'generated/\n*.tmp.py\n.env\n');
    for (const folder of ['node_modules/x', 'dist', '.venv/lib', '.git', 'generated', 'pkg/__pycache__']) {
      await write(`${folder}/a.py`, call('hidden'));
    }
    await write('b.tmp.py', call('ignored'));
    await write('large.py', call('large') + '#'.repeat(1_000_001));
    await write('.env', 'LANGFUSE_PROMPT_NAME=kept\n');
    await write('pkg/.gitignore', 'secret.py\n');
    await write('pkg/secret.py', call('secret'));
    await write('pkg/open.py', call('open'));
    assert.deepEqual(
      (await find(workspace)).map(({ promptName }) => promptName),
      ['kept', 'open'],
    );
  });

  it('prints a table for a person, with lines counted from 1', async () => {
    await write('app.py', 'langfuse.get_prompt("a", label=env())\nlangfuse.get_prompt("b", version=3)\n');
    const ended = await workspace.run(['prompts', 'find']);
    assert.equal(ended.exitCode, 0);
    assert.deepEqual(
      ended.stdout.split('\n').map((line) => line.replace(/\s{2,}/g, ' | ')),
      [
        'place | prompt | version or label | found by',
        '──────── | ────── | ────────────────── | ────────',
        'app.py:1 | a | chosen at run time | call',
        'app.py:2 | b | v3 | call',
        '',
      ],
    );
  });

  it('says so when there is nothing, and prints an empty array', async () => {
    const ended = await workspace.run(['prompts', 'find']);
    assert.deepEqual([ended.exitCode, ended.stdout], [0, '']);
    assert.match(ended.stderr, /No uses/);
    assert.deepEqual(await find(workspace), []);
  });

  it('refuses a path that does not exist', async () => {
    const ended = await workspace.run(['prompts', 'find', 'nowhere', '--json']);
    assert.equal(ended.exitCode, 2);
    assert.match(ended.stdout, /There is no file or folder/);
  });
});
