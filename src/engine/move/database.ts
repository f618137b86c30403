import * as l10n from '@vscode/l10n';
import { sql } from 'kysely';
import { stat } from 'node:fs/promises';
import { databasePath, type EngineConfig } from '../config/config.ts';
import { EngineError } from '../errors.ts';
import type { MetricsStore } from '../store/store.ts';

/**
 * The configuration with the database that an address names.
 * @throws EngineError config.invalid, which does not repeat the address: it may hold a password
 */
export function databaseAt(config: EngineConfig, address: string): EngineConfig {
  const { database } = config;
  if (/^postgres(ql)?:\/\//.test(address) && URL.canParse(address)) {
    const postgres = { ...database.postgres, connectionString: address };
    return { ...config, database: { ...database, backend: 'postgres', postgres } };
  }
  const file = /^sqlite:(.+)$/.exec(address)?.[1];
  if (file !== undefined) {
    return { ...config, database: { ...database, backend: 'sqlite', path: file } };
  }
  throw new EngineError('config.invalid', l10n.t('This names no database that metrics can be moved to or from.'), {
    hint: l10n.t('Write postgres://user:password@host:5432/database or sqlite:PATH.'),
  });
}

/** One end of a move. */
export interface MoveEnd {
  readonly config: EngineConfig;
  readonly store: MetricsStore;
}

/**
 * @throws EngineError database.missing when there is nothing to move, and config.invalid when both
 * ends are one database, by whatever names
 */
export async function checkEnds(source: MoveEnd, target: MoveEnd): Promise<void> {
  if (!(await source.store.exists())) {
    throw new EngineError('database.missing', l10n.t('There is no metrics database at {0}.', source.store.location), {
      hint: l10n.t('Export first, or name the database to move from.'),
    });
  }
  if (source.config.database.backend !== target.config.database.backend) {
    return;
  }
  const [one, other] = [await identity(source), await identity(target)];
  if (one !== null && one === other) {
    throw new EngineError('config.invalid', l10n.t('{0} is the database to move from.', target.store.location), {
      hint: l10n.t('Name another database to move to.'),
    });
  }
}

/** Null for a file that does not exist yet. */
async function identity(of: MoveEnd): Promise<string | null> {
  if (of.config.database.backend === 'sqlite') {
    const file = await stat(databasePath(of.config), { bigint: true }).catch(() => null);
    return file === null ? null : `${file.dev}:${file.ino}`;
  }
  const { rows } = await of.store.read((db) =>
    sql<{ identity: string }>`
      SELECT concat_ws(' ', pg_postmaster_start_time(), current_database(), current_schema()) AS identity`.execute(db),
  );
  return rows[0]?.identity ?? null;
}
