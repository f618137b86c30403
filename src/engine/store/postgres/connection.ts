import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import type { ClientConfig } from 'pg';
import type { EngineConfig } from '../../config/config.ts';
import { EngineError } from '../../errors.ts';
import { typeParsers } from './typeParsers.ts';

export type PostgresSettings = EngineConfig['database']['postgres'];

/** How to reach a server, with the password in `client` alone. */
export interface PostgresServer {
  /** For messages: postgres://user@host:port/database. */
  readonly location: string;
  readonly client: ClientConfig;
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly ssl: ClientConfig['ssl'];
  /** Settings of the session, as in libpq (`-c search_path=metrics`). */
  readonly options: string | undefined;
}

const connectMilliseconds = 15_000;
/** PostgreSQL cuts longer names off. */
const applicationNameBytes = 63;
const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Without secrets, without reading files. @throws EngineError config.invalid when the connection string cannot be read */
export function postgresLocation(settings: PostgresSettings): string {
  const { connectionString } = settings;
  if (connectionString === undefined) {
    return describe(settings.user, settings.host, settings.port, settings.database);
  }
  const url = URL.parse(connectionString);
  if (url === null) {
    throw unreadable();
  }
  return describe(
    url.username,
    url.searchParams.get('host') ?? url.hostname,
    url.port || '5432',
    url.pathname.slice(1),
  );
}

const describe = (user: string | undefined, host: string, port: number | string, database: string): string =>
  `postgres://${user === undefined || user === '' ? '' : `${user}@`}${host}:${port}/${database}`;

/** @throws EngineError config.invalid when the connection string or the certificate file cannot be read */
export async function resolveServer(settings: PostgresSettings, purpose: string): Promise<PostgresServer> {
  const target =
    settings.connectionString === undefined ? await fromParts(settings) : await fromString(settings.connectionString);
  return {
    location: postgresLocation(settings),
    client: {
      ...target,
      application_name: applicationName(purpose, null),
      connectionTimeoutMillis: connectMilliseconds,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: typeParsers,
    },
  };
}

async function fromParts(settings: PostgresSettings): Promise<Target> {
  const { host, port, database, user, password } = settings;
  const ca = settings.ca === undefined ? undefined : await readCertificate(settings.ca);
  const mode = settings.ssl ?? (isLocal(host) ? 'disable' : 'require');
  return { host, port, database, user, password, ssl: tls(mode, ca), options: undefined };
}

/** As psql reads it. The driver's own reading of sslmode differs, and its errors quote the string. */
async function fromString(connectionString: string): Promise<Target> {
  const { parse } = await import('pg-connection-string');
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(connectionString, { useLibpqCompat: true });
  } catch {
    throw unreadable();
  }
  const host = given(parsed.host) ?? 'localhost';
  return {
    host,
    port: Number(given(parsed.port) ?? 5432),
    database: given(parsed.database) ?? 'llm_metrics',
    user: given(parsed.user),
    password: given(parsed.password),
    ssl: (parsed.ssl as ClientConfig['ssl']) ?? tls(isLocal(host) ? 'disable' : 'require', undefined),
    options: parsed.options,
  };
}

/** The parser leaves what is not in the string empty, null or undefined. */
const given = (value: string | null | undefined): string | undefined =>
  value === null || value === '' ? undefined : value;

/** Loopback and Unix sockets: nobody else can listen there. */
const isLocal = (host: string): boolean => localHosts.has(host) || host.startsWith('/');

/** As in libpq: `require` encrypts, and checks the certificate only against an authority that is given. */
function tls(mode: NonNullable<PostgresSettings['ssl']>, ca: string | undefined): ClientConfig['ssl'] {
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return ca === undefined ? { rejectUnauthorized: false } : { ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return ca === undefined ? {} : { ca };
  }
}

async function readCertificate(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new EngineError('config.invalid', l10n.t('{0} cannot be read: {1}', file, (error as Error).message), {
      hint: l10n.t('Name the file of the certificate authority that signed the server’s certificate.'),
      cause: error,
    });
  }
}

const unreadable = (): EngineError =>
  new EngineError('config.invalid', l10n.t('The PostgreSQL connection string cannot be read.'), {
    hint: l10n.t('Write it as postgres://user:password@host:5432/database, with special characters percent-encoded.'),
  });

/**
 * What pg_stat_activity shows of this process, to every user of the server: who it is and, of an
 * export's lock, since when. The host's name gives way when the whole is too long.
 */
export function applicationName(purpose: string, since: number | null): string {
  const time = since === null ? '' : ` since ${new Date(since).toISOString().slice(0, 19)}Z`;
  const start = `langfuse-metrics ${ascii(purpose).slice(0, 12)} ${process.pid}@`;
  return `${start}${ascii(hostname()).slice(0, Math.max(1, applicationNameBytes - start.length - time.length))}${time}`;
}

const ascii = (text: string): string => text.replace(/[^\x21-\x7e]+/g, '-');
