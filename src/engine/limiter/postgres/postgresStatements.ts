import { statements, type StatementName } from '../statements.ts';

/** Where PostgreSQL needs more than SQLite, whose transactions take turns as a whole and which tells new ids by itself. */
const ownStatements: Partial<Record<StatementName, string>> = {
  'pool.state': `${statements['pool.state']} FOR UPDATE`,
  'reservation.insert': `${statements['reservation.insert']} RETURNING id`,
  'queue.lock': `SELECT pg_advisory_xact_lock(hashtextextended('langfuse-metrics queue ' || current_schema(), 0))`,
};

export function postgresStatement(name: StatementName): string {
  let number = 0;
  return (ownStatements[name] ?? statements[name]).replaceAll('?', () => `$${(number += 1)}`);
}
