import fc from 'fast-check';
import assert from 'node:assert/strict';
import { engineConfigSchema } from '../../../src/engine/config/config.ts';
import { asConnection } from '../../../src/extension/database/connection.ts';
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

describe('a PostgreSQL connection that is handed over', () => {
  const parts = { host: 'db', port: 5432, database: 'metrics', user: 'me' };

  it('is a connection string, or parts that say all that a server needs', () => {
    assert.deepEqual(asConnection({ connectionString: 'postgres://h' }), { connectionString: 'postgres://h' });
    assert.deepEqual(asConnection(parts), parts);
    const whole = { ...parts, password: 'p', ssl: 'verify-full' };
    assert.deepEqual(asConnection(whole), whole);
  });

  it('is none when a part is missing or of another type', () => {
    for (const value of [
      null,
      undefined,
      'postgres://h',
      {},
      { ...parts, port: '5432' },
      { ...parts, user: undefined },
    ]) {
      assert.equal(asConnection(value), null);
    }
  });

  it('carries nothing that does not belong to it', () => {
    assert.deepEqual(asConnection({ ...parts, ssl: 'sometimes', ca: '/etc/x', other: 1 }), parts);
  });
});
