import fc from 'fast-check';
import assert from 'node:assert/strict';
import { engineConfigSchema } from '../../../src/engine/config/config.ts';
import { resolveServer } from '../../../src/engine/store/postgres/connection.ts';
import {
  asConnectionString,
  connectionString,
  type ConnectionParts,
} from '../../../src/extension/database/connection.ts';
import { checkAddress, checkConnectionString, parseAddress } from '../../../src/extension/database/connectionChecks.ts';

describe('a PostgreSQL connection that is typed in', () => {
  it('names the server by host alone, with a port, as an IPv6 address or by the folder of a socket', () => {
    assert.deepEqual(parseAddress(' db.example.com '), { host: 'db.example.com', port: 5432 });
    assert.deepEqual(parseAddress('db.example.com:5433'), { host: 'db.example.com', port: 5433 });
    assert.deepEqual(parseAddress('[2001:db8::1]'), { host: '2001:db8::1', port: 5432 });
    assert.deepEqual(parseAddress('[::1]:6000'), { host: '::1', port: 6000 });
    assert.deepEqual(parseAddress('/var/run/postgresql'), { host: '/var/run/postgresql', port: 5432 });
  });

  it('is refused when the server is no host', () => {
    for (const text of [
      '',
      ' ',
      'a b',
      'host:',
      'host:0',
      'host:65536',
      'me@host',
      'host/db',
      '::1',
      'host?x',
      '[x]',
    ]) {
      assert.equal(checkAddress(text)?.severity, 'error', text);
    }
  });

  it('keeps every host and port as they are', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4());
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        assert.deepEqual(parseAddress(`${name}:${port}`), { host: name, port });
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        assert.deepEqual(parseAddress(`[${name}]:${port}`), { host: name, port });
      }),
    );
  });

  it('is refused as a connection string exactly when the engine would refuse it', () => {
    const accepts = (connectionString: string): boolean =>
      engineConfigSchema.safeParse({ workspace: '/', database: { postgres: { connectionString } } }).success;
    const examples = [
      'postgres://u:p@h:5432/d',
      'postgresql://h',
      ' postgres://h/d ',
      'postgres://h:x/d',
      'http://h',
      '',
    ];
    for (const text of examples) {
      assert.equal(checkConnectionString(text) === null, accepts(text), text);
    }
    fc.assert(
      fc.property(fc.constantFrom('', 'postgres://', 'postgresql://'), fc.string(), (scheme, rest) => {
        assert.equal(checkConnectionString(scheme + rest) === null, accepts(scheme + rest));
      }),
    );
  });
});

describe('a PostgreSQL connection in parts', () => {
  const parts = { host: 'db', port: 5432, database: 'metrics', user: 'me', password: '', ssl: null } as const;

  it('is read by the engine as it was meant, whatever the names and the password hold', async () => {
    const text = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((value) => value.trim() !== '' && value.isWellFormed());
    const database = text.filter((value) => !/[?#]/.test(value) && !/(^|\/)\.{1,2}(\/|$)/.test(value));
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom('::1', '/var/run/postgresql', 'localhost'));
    const port = fc.integer({ min: 1, max: 65_535 });
    await fc.assert(
      fc.asyncProperty(host, port, database, text, text, async (...values) => {
        const [name, at, into, user, password] = values;
        const expected = { host: name, port: at, database: into, user, password };
        const written = connectionString({ ...expected, ssl: null });
        const { host: h, port: p, database: d, user: u, password: w } = await readByEngine(written);
        assert.deepEqual({ host: h, port: p, database: d, user: u, password: w }, expected);
      }),
    );
  });

  it('is encrypted as chosen; without a choice, unless the server is on this machine', async () => {
    const ssl = async (mode: ConnectionParts['ssl'], host: string = parts.host): Promise<unknown> =>
      (await readByEngine(connectionString({ ...parts, host, ssl: mode }))).ssl;
    assert.equal(await ssl('disable'), false);
    assert.deepEqual(await ssl('require'), { rejectUnauthorized: false });
    assert.deepEqual(await ssl('verify-full'), {});
    assert.deepEqual(await ssl(null), { rejectUnauthorized: false });
    assert.equal(await ssl(null, 'localhost'), false);
    assert.equal(await ssl(null, '::1'), false);
  });

  it('may be handed over by code, as may a connection string', () => {
    assert.equal(asConnectionString({ ...parts, password: 'p@ss' }), 'postgres://me:p%40ss@db:5432/metrics');
    assert.equal(
      asConnectionString({ ...parts, ssl: 'verify-full' }),
      'postgres://me@db:5432/metrics?sslmode=verify-full',
    );
    assert.equal(asConnectionString({ connectionString: 'postgres://h/d' }), 'postgres://h/d');
  });

  it('is refused from code when something is missing or of another type', () => {
    const wrong = [
      { ...parts, port: '5432' },
      { ...parts, user: undefined },
      { ...parts, database: 'a?b' },
    ];
    for (const value of [null, undefined, 'postgres://h', {}, { connectionString: 'http://h' }, ...wrong]) {
      assert.equal(asConnectionString(value), null);
    }
  });
});

async function readByEngine(text: string): Promise<Awaited<ReturnType<typeof resolveServer>>['client']> {
  const config = engineConfigSchema.parse({ workspace: '/', database: { postgres: { connectionString: text } } });
  return (await resolveServer(config.database.postgres, 'test')).client;
}
