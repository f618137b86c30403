import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { ClientBase } from 'pg';
import { migrationNames, migrationProvider } from '../migrations/migrations.ts';
import { initialTables } from '../migrations/initialTables.ts';
import { clientDialect } from './kyselyDialect.ts';
import { foreignError, newerError } from './postgresErrors.ts';

/** Names of our own: another product that uses Kysely may live in the same schema. */
const migrationTable = 'llm_metrics_migration';
const migrationLockTable = 'llm_metrics_migration_lock';

export interface SchemaState {
  readonly created: boolean;
  /** Names of the migrations that were run. */
  readonly migrations: readonly string[];
}

/** True when the current schema holds a metrics database. */
export async function isSetUp(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ found: 0 | 1 }>(
    `SELECT to_regclass(format('%I.%I', current_schema(), $1::text)) IS NOT NULL AS found`,
    [migrationTable],
  );
  return rows[0]?.found === 1;
}

/**
 * Creates the tables or brings them to this version's schema; processes that do so at the same time
 * take turns.
 * @throws EngineError database.foreign, .newer
 */
export async function migrate(client: ClientBase, location: string): Promise<SchemaState> {
  if ((await isSetUp(client)) && (await pending(client, location)).length === 0) {
    return { created: false, migrations: [] };
  }
  const key = `hashtextextended('langfuse-metrics migrate ' || current_schema(), 0)`;
  await client.query(`SELECT pg_advisory_lock(${key})`);
  try {
    const created = !(await isSetUp(client));
    if (created) {
      await requireFreeNames(client, location);
    } else if ((await pending(client, location)).length === 0) {
      return { created: false, migrations: [] };
    }
    return { created, migrations: await runMigrations(client) };
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${key})`);
  }
}

/** Names of the migrations that the database lacks. */
async function pending(client: ClientBase, location: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${migrationTable}`);
  const done = new Set(rows.map((row) => row.name));
  if ([...done].some((name) => !migrationNames.includes(name))) {
    throw newerError(location);
  }
  return migrationNames.filter((name) => !done.has(name));
}

async function requireFreeNames(client: ClientBase, location: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
       AND relname = ANY ($1::text[]) ORDER BY relname LIMIT 1`,
    [Object.keys(initialTables)],
  );
  const [taken] = rows;
  if (taken !== undefined) {
    throw foreignError(location, taken.name);
  }
}

async function runMigrations(client: ClientBase): Promise<string[]> {
  const { error, results = [] } = await new Migrator({
    db: new Kysely<unknown>({ dialect: clientDialect(client) }),
    provider: migrationProvider('postgres'),
    migrationTableName: migrationTable,
    migrationLockTableName: migrationLockTable,
  }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof Error ? error : new Error('A migration failed', { cause: error });
  }
  return results.map(({ migrationName }) => migrationName);
}
