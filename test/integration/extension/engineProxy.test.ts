import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { EngineConfigInput } from '../../../src/engine/config/config.ts';
import type { DatabaseConfig } from '../../../src/extension/database/connection.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import { silentLog } from '../../../src/engine/ports.ts';
import { EngineProxy } from '../../../src/extension/engine/engineProxy.ts';
import { sharedServer } from '../postgres/sharedServer.ts';

const require = createRequire(import.meta.url);

describe('the engine behind its proxy', () => {
  let folder: string;
  let scriptPath: string;
  let config: Omit<EngineConfigInput, 'database'>;
  let database: DatabaseConfig;
  let proxy: EngineProxy;
  const lines: string[] = [];

  before(async function () {
    this.timeout(30_000);
    folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-proxy-'));
    scriptPath = path.join(folder, 'worker.cjs');
    await build({
      entryPoints: ['src/extension/engine/worker.ts'],
      outfile: scriptPath,
      bundle: true,
      platform: 'node',
      target: 'node22',
      mainFields: ['module', 'main'],
      logLevel: 'error',
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const start = (script: string, translations: Record<string, string> | null = null): EngineProxy =>
    new EngineProxy({
      scriptPath: script,
      workerData: { wasmPath: require.resolve('sql.js/dist/sql-wasm.wasm'), translations, language: 'en' },
      config: () => Promise.resolve(config),
      database: () => Promise.resolve(database),
      log: { ...silentLog, error: (message) => lines.push(message) },
    });

  beforeEach(async () => {
    lines.length = 0;
    const workspace = await mkdtemp(path.join(folder, 'workspace-'));
    config = { workspace };
    database = {};
    proxy = start(scriptPath);
  });
  afterEach(() => proxy.close());

  it('makes a database that any SQLite can read', async () => {
    const { location, created } = await proxy.setup();
    assert.equal(created, true);
    assert.equal(location, path.join(config.workspace, '.langfuse', 'llm_metrics.db'));
    const database = new DatabaseSync(location, { readOnly: true });
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
    database.close();
    assert.ok(tables.some(({ name }) => name === 'llm_generations'));
  });

  it('answers questions with plain rows', async () => {
    await proxy.setup();
    const result = await proxy.query(`SELECT 1 AS one, 'é' AS e`, { maxRows: 10 });
    assert.deepEqual(result, { columns: ['one', 'e'], rows: [[1, 'é']], truncated: false });
  });

  it('keeps code, message and hint of an engine error, and names the setting that is wrong', async () => {
    config = { ...config, export: { pageSize: 0 } };
    await assert.rejects(proxy.setup(), {
      name: 'EngineError',
      code: 'config.invalid',
      message: /^langfuseMetrics\.export\.pageSize: /,
      hint: /./,
    });
  });

  it('runs each call with the settings of its moment', async () => {
    const first = await proxy.setup();
    database = { path: 'elsewhere.db' };
    const second = await proxy.setup();
    assert.notEqual(first.location, second.location);
    assert.equal(second.location, path.join(config.workspace, 'elsewhere.db'));
  });

  it('makes the tables of a PostgreSQL database that is tried out, while another one is in use', async function () {
    this.timeout(60_000);
    const server = await sharedServer();
    const name = await server.createDatabase();
    const tried: DatabaseConfig = { backend: 'postgres', postgres: { connectionString: server.url(name) } };
    const { created, location } = await proxy.testDatabase(tried);
    assert.equal(created, true);
    assert.equal(location, `postgres://postgres@127.0.0.1:${server.port}/${name}`);
    const [row] = await server.sql(name, `SELECT count(*)::int AS n FROM pg_tables WHERE tablename = 'llm_traces'`);
    assert.deepEqual(row, { n: 1 });
    assert.equal((await proxy.setup()).location, path.join(config.workspace, '.langfuse', 'llm_metrics.db'));
    await assert.rejects(
      proxy.testDatabase({
        backend: 'postgres',
        postgres: { host: '127.0.0.1', port: server.port, user: 'x', password: 'y' },
      }),
      { name: 'EngineError', code: 'database.auth' },
    );
    await proxy.close();
    await server.dropDatabase(name);
  });

  it('tests keys although there is no database to say', async () => {
    const nowhere = new EngineProxy({
      scriptPath,
      workerData: { wasmPath: require.resolve('sql.js/dist/sql-wasm.wasm'), translations: null, language: 'en' },
      config: () => Promise.resolve(config),
      database: () => Promise.reject(new EngineError('database.missing', 'none')),
      log: silentLog,
    });
    const credentials = { baseUrl: 'http://127.0.0.1:9', publicKey: 'pk-lf-a', secretKey: 'sk-lf-b' };
    await assert.rejects(nowhere.testCredentials(credentials), { code: 'langfuse.unreachable' });
    await assert.rejects(nowhere.runs(1), { code: 'database.missing' });
    await nowhere.close();
  });

  it('speaks the language of the editor', async () => {
    const french = start(scriptPath, { 'must be a whole number': 'doit être un nombre entier' });
    config = { ...config, export: { pageSize: 1.5 } };
    await assert.rejects(french.setup(), /pageSize: doit être un nombre entier/);
    await french.close();
  });

  it('cancels a call that is under way', async () => {
    const server = http.createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const abort = new AbortController();
    const credentials = { baseUrl: `http://127.0.0.1:${port}`, publicKey: 'pk-lf-a', secretKey: 'sk-lf-b' };
    server.once('request', () => abort.abort());
    await assert.rejects(proxy.testCredentials(credentials, abort.signal), { name: 'AbortError' });
    server.closeAllConnections();
    server.close();
  });

  it('fails the calls of a thread that dies with its last words, and starts another for the next call', async () => {
    const script = path.join(folder, 'dies.cjs');
    await writeFile(
      script,
      `require('node:worker_threads').parentPort.on('message', () => { throw new Error('no luck'); });`,
    );
    const dying = start(script);
    await assert.rejects(dying.setup(), { name: 'EngineError', code: 'engine.crashed', message: /no luck/ });
    await writeFile(script, await readFile(scriptPath));
    assert.equal((await dying.setup()).created, true);
    assert.ok(lines.some((line) => line.includes('no luck')));
    await dying.close();
  });

  it('closes within seconds although a thread does not answer', async function () {
    this.timeout(10_000);
    const script = path.join(folder, 'deaf.cjs');
    await writeFile(script, `require('node:worker_threads').parentPort.on('message', () => undefined);`);
    const deaf = start(script);
    const call = assert.rejects(deaf.setup(), { code: 'engine.crashed' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await deaf.close();
    await call;
  });

  it('opens anew after it was closed', async () => {
    await proxy.setup();
    await proxy.close();
    assert.deepEqual(await proxy.runs(10), []);
  });
});
