import { sql, type Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { initialTables } from './initialTables.ts';
import { sqliteDdl } from './sqliteDdl.ts';

/** Every migration of the metrics database, by name, in order. A released one never changes. */
const sqliteMigrations: Record<string, Migration> = {
  '0001_initial': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const [name, table] of Object.entries(initialTables)) {
        for (const statement of sqliteDdl(name, table)) {
          await sql.raw(statement).execute(db);
        }
      }
    },
  },
};

export const sqliteMigrationNames: readonly string[] = Object.keys(sqliteMigrations);

export const sqliteMigrationProvider: MigrationProvider = {
  getMigrations: () => Promise.resolve(sqliteMigrations),
};
