import type { EngineConfigInput } from '../../engine/config/config.ts';
import { sslModes } from '../../engine/config/backends.ts';
import { checkConnectionString, checkDatabase } from './connectionChecks.ts';

export type DatabaseConfig = NonNullable<EngineConfigInput['database']>;

/** How to reach a PostgreSQL database, in parts. */
export interface ConnectionParts {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Empty where the server asks for none. */
  readonly password: string;
  /** Null: encrypt unless the server is on this machine. */
  readonly ssl: (typeof sslModes)[number] | null;
}

/** The parts as one connection string, which every client reads alike. */
export function connectionString({ host, port, database, user, password, ssl }: ConnectionParts): string {
  const credentials = [user, ...(password === '' ? [] : [password])].map(encodeURIComponent).join(':');
  const name = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const query = ssl === null ? '' : `?sslmode=${ssl}`;
  return `postgres://${credentials}@${name}:${port}/${encodeURI(database)}${query}`;
}

/** What code hands over, as a connection string: one already, or all parts that a server needs; else null. */
export function asConnectionString(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const given = value as Readonly<Record<string, unknown>>;
  if (typeof given.connectionString === 'string') {
    return checkConnectionString(given.connectionString) === null ? given.connectionString : null;
  }
  const { host, port, database, user, password = '' } = given;
  const complete =
    typeof host === 'string' &&
    typeof port === 'number' &&
    typeof database === 'string' &&
    typeof user === 'string' &&
    typeof password === 'string';
  if (!complete || checkDatabase(database) !== null) {
    return null;
  }
  const ssl = sslModes.find((mode) => mode === given.ssl) ?? null;
  return connectionString({ host, port, database, user, password, ssl });
}
