import type { ClientBase } from 'pg';
import { newerError } from '../../store/postgres/postgresErrors.ts';
import { postgresSchema, schemaVersion } from '../schema.ts';

/** Makes the limiter's tables where they are missing; processes that do so at the same time take turns. @throws EngineError database.newer */
export async function prepareTables(client: ClientBase, location: string): Promise<void> {
  if (await isPrepared(client, location)) {
    return;
  }
  const key = `hashtextextended('langfuse-metrics limits ' || current_schema(), 0)`;
  // Held by the session: within a transaction that began before, the server may not look again.
  await client.query(`SELECT pg_advisory_lock(${key})`);
  try {
    if (!(await isPrepared(client, location))) {
      await makeTables(client);
    }
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${key})`);
  }
}

async function makeTables(client: ClientBase): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const statement of postgresSchema) {
      await client.query(statement);
    }
    await client.query('CREATE TABLE limit_schema (version BIGINT NOT NULL)');
    await client.query('INSERT INTO limit_schema VALUES ($1)', [schemaVersion]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function isPrepared(client: ClientBase, location: string): Promise<boolean> {
  const { rows: tables } = await client.query<{ found: 0 | 1 }>(
    `SELECT to_regclass(format('%I.limit_schema', current_schema())) IS NOT NULL AS found`,
  );
  if (tables[0]?.found !== 1) {
    return false;
  }
  const { rows } = await client.query<{ version: number }>('SELECT version FROM limit_schema');
  if ((rows[0]?.version ?? 0) > schemaVersion) {
    throw newerError(location);
  }
  return true;
}
