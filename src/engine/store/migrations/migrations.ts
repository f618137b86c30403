import { sql, type Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { viewStatements } from '../../analytics/queries/namedQueries.ts';
import { costTables } from './costTables.ts';
import { initialTables, type TableDefinition } from './initialTables.ts';
import { postgresDdl } from './postgresDdl.ts';
import { rollupTables } from './rollupTables.ts';
import { rollupTriggers } from './rollupTriggers.ts';
import { sqliteDdl } from './sqliteDdl.ts';

/** Turns a table's definition into statements of one dialect. */
type Ddl = (name: string, table: TableDefinition) => string[];
export type Dialect = 'sqlite' | 'postgres';

const ddls: Readonly<Record<Dialect, Ddl>> = { sqlite: sqliteDdl, postgres: postgresDdl };

/** What success is shown by for every prompt at once, so that no row need be read: a tenth of the time. */
const promptOutcomeIndex = [
  `CREATE INDEX "idx_prompt_executions_outcomes" ON "prompt_executions"
     (executed_at, prompt_id, project_id, success, success_source, cost_usd, latency_seconds)`,
  // The new one begins with the same column.
  'DROP INDEX "idx_prompt_executions_executed_at"',
];

/** What trees of traces are grouped by; a row of an index of PostgreSQL must stay small, and names need not. */
const traceGroupColumns = {
  sqlite: 'created_at, total_cost_usd, user_id, session_id, name, environment',
  postgres: 'created_at, total_cost_usd',
} as const satisfies Record<Dialect, string>;

/** The groups of the tree of traces, so that no row with its texts need be read: a third of the time. */
const traceGroupIndex = (dialect: Dialect): string[] => [
  `CREATE INDEX "idx_llm_traces_groups" ON "llm_traces" (${traceGroupColumns[dialect]})`,
  // The new one begins with the same column.
  'DROP INDEX "idx_llm_traces_created_at"',
];

/** The few agents among all spans, so that the results of traces need not read every span. */
const agentIndex = [
  `CREATE INDEX "idx_llm_spans_agents" ON "llm_spans" (project_id, trace_id) WHERE observation_type = 'AGENT'`,
];

/** The few tasks that scripts recorded, so that each question about tasks finds at once that there are none. */
const recordedTaskIndex = [
  `CREATE INDEX "idx_agent_task_results_recorded" ON "agent_task_results" (started_at, trace_id, agent_name)
     WHERE project_id = 'local'`,
];

/** Every migration of the metrics database, by name, in order, the same on both dialects. A released one never changes. */
const statements: Readonly<Record<string, (ddl: Ddl, dialect: Dialect) => string[]>> = {
  '0001_initial': (ddl) => Object.entries(initialTables).flatMap(([name, table]) => ddl(name, table)),
  '0002_prices_and_alerts': (ddl) => Object.entries(costTables).flatMap(([name, table]) => ddl(name, table)),
  '0003_usage_rollups': (ddl, dialect) => [
    ...Object.entries(rollupTables).flatMap(([name, table]) => ddl(name, table)),
    ...rollupTriggers(dialect),
  ],
  '0004_named_queries': (_, dialect) => viewStatements(dialect),
  '0005_prompt_outcomes': () => promptOutcomeIndex,
  '0006_trace_groups': (_, dialect) => traceGroupIndex(dialect),
  '0007_agents': () => agentIndex,
  '0008_recorded_tasks': () => recordedTaskIndex,
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
