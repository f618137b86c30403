import { sql, type Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { viewStatements } from '../../analytics/queries/namedQueries.ts';
import { costTables } from './costTables.ts';
import { initialTables, type TableDefinition } from './initialTables.ts';
import { postgresDdl } from './postgresDdl.ts';
import { sqliteDdl } from './sqliteDdl.ts';

/** Turns a table's definition into statements of one dialect. */
type Ddl = (name: string, table: TableDefinition) => string[];
export type Dialect = 'sqlite' | 'postgres';

const ddls: Readonly<Record<Dialect, Ddl>> = { sqlite: sqliteDdl, postgres: postgresDdl };

/** Every migration of the metrics database, by name, in order, the same on both dialects. A released one never changes. */
const statements: Readonly<Record<string, (ddl: Ddl, dialect: Dialect) => string[]>> = {
  '0001_initial': (ddl) => Object.entries(initialTables).flatMap(([name, table]) => ddl(name, table)),
  '0002_prices_and_alerts': (ddl) => Object.entries(costTables).flatMap(([name, table]) => ddl(name, table)),
  '0004_named_queries': (_, dialect) => viewStatements(dialect),
};

export const migrationNames: readonly string[] = Object.keys(statements);

export function migrationProvider(dialect: Dialect): MigrationProvider {
  const migrations = Object.entries(statements).map(([name, of]): [string, Migration] => [
    name,
    { up: (db: Kysely<unknown>) => runAll(db, of(ddls[dialect], dialect)) },
  ]);
  return { getMigrations: () => Promise.resolve(Object.fromEntries(migrations)) };
}

async function runAll(db: Kysely<unknown>, list: readonly string[]): Promise<void> {
  for (const statement of list) {
    await sql.raw(statement).execute(db);
  }
}
