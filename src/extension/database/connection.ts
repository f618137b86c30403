import { sslModes } from '../../engine/config/backends.ts';
import type { EngineConfigInput } from '../../engine/config/config.ts';

export type DatabaseConfig = NonNullable<EngineConfigInput['database']>;

/** How to reach a PostgreSQL database: a connection string, or its parts. */
export type Connection = NonNullable<DatabaseConfig['postgres']>;

/** The value as a connection when it has a connection string or all parts that a server needs, else null. */
export function asConnection(value: unknown): Connection | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { connectionString, host, port, database, user, password, ssl } = value as Partial<
    Record<keyof Connection, unknown>
  >;
  if (typeof connectionString === 'string') {
    return { connectionString };
  }
  if (
    typeof host !== 'string' ||
    typeof port !== 'number' ||
    typeof database !== 'string' ||
    typeof user !== 'string'
  ) {
    return null;
  }
  const mode = sslModes.find((one) => one === ssl);
  return {
    host,
    port,
    database,
    user,
    ...(typeof password === 'string' ? { password } : {}),
    ...(mode === undefined ? {} : { ssl: mode }),
  };
}
