import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import { parseConfig, type EngineConfigInput } from '../../../src/engine/config/config.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { score } from '../../unit/store/fixture.ts';
import type { PostgresServer } from './postgresServer.ts';
import { sharedServer } from './sharedServer.ts';

type PostgresInput = NonNullable<NonNullable<EngineConfigInput['database']>['postgres']>;

describe('A PostgreSQL database that cannot be used', function () {
  this.timeout(60_000);
  let server: PostgresServer;
  let database: string;
  let stores: MetricsStore[];

  before(async () => {
    server = await sharedServer();
  });
  beforeEach(async () => {
    database = await server.createDatabase();
    stores = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await server.dropDatabase(database);
  });

  const open = (changes: PostgresInput = {}): MetricsStore => {
    const whole = { host: '127.0.0.1', port: server.port, user: server.user, password: server.password, database };
    const config = parseConfig(
      { workspace: '/', database: { backend: 'postgres', postgres: { ...whole, ...changes } } },
      (name) => name,
    );
    const store = openStore({
      config,
      clock: systemClock,
      log: silentLog,
      purpose: 'test',
      onLockWait: () => undefined,
    });
    stores.push(store);
    return store;
  };
  const write = (store: MetricsStore, ...ids: string[]): Promise<unknown> =>
    store.write((transaction) =>
      transaction.upsert(
        'llm_scores',
        ids.map((id) => score(id)),
      ),
    );
  /** Fails with the code, and neither message, hint nor cause give the password away. */
  const rejects = async (promise: Promise<unknown>, code: string): Promise<void> => {
    await assert.rejects(promise, (error: Error & { code: string; hint: string | null }) => {
      assert.equal(error.code, code, error.message);
      assert.ok(error.hint !== null);
      const said = JSON.stringify([error.message, error.hint, error.stack, String(error.cause), error.cause]);
      assert.ok(!said.includes(server.password) && !said.includes(encodeURIComponent(server.password)), said);
      return true;
    });
  };

  it('names a wrong password, an unknown role, host, port and database', async () => {
    await rejects(open({ password: 'wrong' }).setup(), 'database.auth');
    await rejects(open({ user: 'nobody' }).setup(), 'database.auth');
    await rejects(open({ host: 'no-such-host.invalid', ssl: 'disable' }).setup(), 'database.unreachable');
    await rejects(open({ port: 1 }).setup(), 'database.unreachable');
    await rejects(open({ database: 'missing' }).setup(), 'database.missing');
    await rejects(open({ ssl: 'require' }).setup(), 'database.unreachable');
    await rejects(open({ connectionString: `${server.url('missing')}?sslmode=disable` }).setup(), 'database.missing');
    assert.ok(!open({ connectionString: server.url(database) }).location.includes('cret'));
  });

  it('names missing rights, and a database that can only be read', async () => {
    await server.sql(database, `DROP ROLE IF EXISTS reader`);
    await server.sql(database, `CREATE ROLE reader LOGIN PASSWORD 'reader'`);
    const reader = { user: 'reader', password: 'reader' };
    await rejects(open(reader).setup(), 'database.forbidden');
    assert.equal(await open(reader).exists(), false);
    await write(open(), 'a');
    await server.sql(database, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader');
    assert.deepEqual((await open(reader).query('SELECT count(*) FROM llm_scores', { maxRows: 1 })).rows, [[1]]);
    await rejects(write(open(reader), 'b'), 'database.forbidden');
    await server.sql(database, `ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await rejects(write(open(), 'c'), 'database.readOnly');
  });

  it('leaves tables of the same names alone, and a newer schema', async () => {
    await server.sql(database, 'CREATE TABLE llm_traces (mine int)');
    await rejects(open().setup(), 'database.foreign');
    await server.sql(database, 'DROP TABLE llm_traces');
    await open().setup();
    await server.sql(database, `INSERT INTO llm_metrics_migration VALUES ('9999_later', '2030-01-01T00:00:00Z')`);
    await rejects(write(open(), 'a'), 'database.newer');
    await rejects(open().setup(), 'database.newer');
  });

  it('is set up once, however many try at once', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => open().setup()));
    assert.equal(results.filter(({ created }) => created).length, 1);
    assert.deepEqual(
      results.flatMap(({ migrations }) => migrations),
      results.find(({ created }) => created)?.migrations,
    );
    assert.equal(await open().exists(), true);
  });

  it('is found again after its sessions were ended, in the middle of a transaction too', async () => {
    const store = open();
    let runs = 0;
    await store.write(async (transaction) => {
      runs += 1;
      await transaction.upsert('llm_scores', [score('a')]);
      if (runs === 1) {
        await server.sql(
          'postgres',
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
        );
      }
      await transaction.upsert('llm_scores', [score('b')]);
    });
    assert.equal(runs, 2);
    assert.deepEqual(await server.sql(database, 'SELECT id FROM llm_scores ORDER BY id'), [{ id: 'a' }, { id: 'b' }]);
  });

  it('asks how a commit ended whose answer was lost, and repeats nothing', async () => {
    const proxy = await CommitBreaker.start(server.port);
    const store = open({ port: proxy.port });
    await store.setup();
    let runs = 0;
    proxy.armed = true;
    await store.write(async ({ db }) => {
      runs += 1;
      await db
        .insertInto('metrics_state')
        .values({ key: 'once', value: String(runs) })
        .execute();
    });
    assert.equal(proxy.armed, false, 'the answer was lost');
    assert.equal(runs, 1);
    assert.deepEqual(await server.sql(database, 'SELECT value FROM metrics_state'), [{ value: '1' }]);
    await store.close();
    await proxy.close();
  });

  it('takes an export lock again that a restart broke, unless another exporter has it', async () => {
    const [ours, theirs] = [open(), open()];
    await write(ours, 'a');
    const lock = await ours.lockExport('project');
    await assert.rejects(theirs.lockExport('project'), {
      code: 'export.alreadyRunning',
      message: new RegExp(`process ${process.pid} on \\S+ \\(test\\), since 20`),
    });
    const breakAll = (): Promise<unknown> =>
      server.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
    await breakAll();
    await write(ours, 'b');
    await assert.rejects(theirs.lockExport('project'), { code: 'export.alreadyRunning' });
    await breakAll();
    const stolen = await theirs.lockExport('project');
    await assert.rejects(write(ours, 'c'), { code: 'export.alreadyRunning' });
    await stolen.release();
    await lock.release();
    await (await theirs.lockExport('project')).release();
  });
});

/** Passes everything on until, armed, it has seen a COMMIT go by: then it cuts the connection and swallows the answer. */
class CommitBreaker {
  armed = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(target: number): Promise<CommitBreaker> {
    const { connect } = await import('node:net');
    const server = createServer();
    const breaker = new CommitBreaker(server);
    server.on('connection', (client) => {
      const upstream = connect(target, '127.0.0.1');
      let broken = false;
      breaker.#sockets.add(client).add(upstream);
      client.on('data', (data) => {
        upstream.write(data);
        if (breaker.armed && data.includes('COMMIT')) {
          breaker.armed = false;
          broken = true;
        }
      });
      upstream.on('data', (data) => (broken ? client.destroy() : client.write(data)));
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on('error', () => undefined).on('close', () => other.destroy());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return breaker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
