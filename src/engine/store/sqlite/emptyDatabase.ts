import type { Kysely } from 'kysely';
import type { MetricsSchema } from '../schema.ts';
import { OpenDatabase } from './openDatabase.ts';
import { SqlJsLoader } from './sqlJs.ts';

/**
 * Runs `work` on a metrics database without rows, which lives in memory for as long: questions about a
 * database that does not exist have the answers of an empty one, and asking creates nothing.
 * @param wasmPath where a bundle keeps sql-wasm.wasm; undefined for the installed package
 */
export async function withEmptyDatabase<T>(
  wasmPath: string | undefined,
  work: (db: Kysely<MetricsSchema>) => Promise<T>,
): Promise<T> {
  const instance = await new SqlJsLoader(wasmPath).instantiate();
  const database = await OpenDatabase.open(instance, { bytes: null, stamp: null }, ':memory:');
  try {
    return await work(database.kysely);
  } finally {
    database.close();
  }
}
