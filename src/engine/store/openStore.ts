import { databasePath, type EngineConfig } from '../config/config.ts';
import type { Clock, Log } from '../ports.ts';
import { openPostgresStore } from './postgres/postgresStore.ts';
import { openSqliteStore } from './sqlite/sqliteStore.ts';
import type { MetricsStore, OnLockWait } from './store.ts';

export interface StoreOptions {
  readonly config: EngineConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** What this process does; shown to those who wait for it. */
  readonly purpose: string;
  /** SQLite only: a server lets everybody write at once. */
  readonly onLockWait: OnLockWait;
  /** Where a bundle keeps sql-wasm.wasm. */
  readonly wasmPath?: string;
}

/** The metrics database in the backend that the configuration names. Opens nothing before the first call. */
export function openStore({ config, wasmPath, onLockWait, ...shared }: StoreOptions): MetricsStore {
  switch (config.database.backend) {
    case 'sqlite':
      return openSqliteStore({
        ...shared,
        onLockWait,
        path: databasePath(config),
        commitToGit: config.database.commitToGit,
        ...(wasmPath === undefined ? {} : { wasmPath }),
      });
    case 'postgres':
      return openPostgresStore({ ...shared, server: config.database.postgres });
  }
}
