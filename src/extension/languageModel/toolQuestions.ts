import type { Clock } from '../../engine/ports.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { Scope } from '../../protocol/scope.ts';
import { sqlSeconds } from '../../protocol/sql.ts';
import { shortened, type Answer, type AnswerTable, type AnswerValue } from './answerText.ts';
import {
  agentsTables,
  comparisonTables,
  costsTable,
  fallbackTables,
  modelsTable,
  promptsTable,
  summaryTable,
} from './figureTables.ts';
import { readFiguresInput, type FiguresInput } from './figuresInput.ts';

type Asking = Pick<Engine, 'ask' | 'query'>;

/** Rows of a statement for a model: fewer than for people, since each costs tokens. */
const mostToolRows = 200;
const usualToolRows = 50;
/** Rows of costs before the rest is summed up. */
const mostCostRows = 25;

/** The engine's own figures for a model's question. @throws EngineError */
export async function answerFigures(
  engine: Asking,
  clock: Clock,
  input: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  const asked = readFiguresInput(input, clock.now());
  const tables = await figureTables(engine, asked, signal);
  const coverage = await engine.ask('coverage', { scope: asked.scope }, signal);
  const { start, end } = asked.scope.range;
  const missing = coverage.missing.length;
  return {
    lines: [
      `${asked.topic}, ${start} to ${end} (UTC). The period before is of the same length. null: not known.`,
      coverage.exportedUntil === null
        ? 'Nothing has been exported from Langfuse yet.'
        : `Exported until ${coverage.exportedUntil}${missing === 0 ? '' : `; ${missing} time ranges of this period are missing`}.`,
    ],
    tables: tables.filter(({ rows }) => rows.length > 0),
  };
}

/** The rows of a read-only statement. @throws EngineError sql.notReadOnly, sql.failed, sql.timeout */
export async function answerSql(engine: Asking, input: unknown, signal: AbortSignal): Promise<Answer> {
  const { sql, maxRows } = (typeof input === 'object' && input !== null ? input : {}) as Readonly<
    Record<string, unknown>
  >;
  const wanted = typeof maxRows === 'number' && maxRows >= 1 ? Math.floor(maxRows) : usualToolRows;
  const limits = { maxRows: Math.min(wanted, mostToolRows), timeoutSeconds: sqlSeconds };
  const { columns, rows, truncated } = await engine.query(typeof sql === 'string' ? sql : '', limits, signal);
  const count = truncated ? `The first ${rows.length} rows; there are more.` : `${rows.length} rows.`;
  return {
    lines: [`${count} Money is USD, durations are seconds, times UTC.`],
    tables: columns.length === 0 ? [] : [{ heads: columns, rows: rows.map(shortTexts) }],
  };
}

function shortTexts(row: readonly AnswerValue[]): readonly AnswerValue[] {
  return row.map((value) => (typeof value === 'string' ? shortened(value) : value));
}

/** Tables and columns, or those of some tables alone with their types. @throws EngineError */
export async function answerSchema(engine: Asking, input: unknown, signal: AbortSignal): Promise<Answer> {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
  const wanted = Array.isArray(fields.tables) ? fields.tables.map(String) : [];
  const { backend, tables } = await engine.ask('schema', {}, signal);
  const shown = wanted.length === 0 ? tables : tables.filter(({ name }) => wanted.includes(name));
  const dialect = backend === 'postgres' ? 'PostgreSQL' : 'SQLite';
  return {
    lines: [
      `${dialect}. Times are UTC${backend === 'sqlite' ? ' as ISO-8601 text' : ''}, money USD, durations seconds; unknown is NULL.`,
      'Join rows of a trace by (project_id, trace_id); the id of a trace is llm_traces.id.',
    ],
    tables: [
      {
        heads: ['table', 'what a row is', 'columns'],
        rows: shown.map(({ name, comment, columns }) => [
          name,
          comment,
          columns
            .map((column) => (wanted.length === 0 ? column.name : `${column.name} ${column.type ?? ''}`.trimEnd()))
            .join(', '),
        ]),
      },
    ],
  };
}

async function figureTables(
  engine: Asking,
  { topic, scope, compare, by, prompt, versions }: FiguresInput,
  signal: AbortSignal,
): Promise<readonly AnswerTable[]> {
  switch (topic) {
    case 'models':
      return [modelsTable(await engine.ask('models', { scope, comparePrevious: compare }, signal))];
    case 'costs': {
      const params = { scope, by, limit: mostCostRows, comparePrevious: compare };
      return [costsTable(await engine.ask('costs', params, signal))];
    }
    case 'prompts':
      return [promptsTable(await engine.ask('prompts', { scope }, signal))];
    case 'prompt_comparison':
      return comparisonTables(await engine.ask('promptComparison', comparisonOf(scope, prompt, versions), signal));
    case 'agents':
      return agentsTables(await engine.ask('agents', { scope, comparePrevious: compare }, signal));
    case 'fallbacks':
      return fallbackTables(await engine.ask('fallbacks', { scope }, signal));
    case 'summary':
      return [summaryTable(await engine.ask('summary', { scope, bucket: 'day', timeZone: 'UTC' }, signal))];
  }
}

function comparisonOf(
  scope: Scope,
  prompt: string | null,
  versions: readonly string[],
): { scope: Scope; prompt: string; variants?: readonly string[] } {
  return { scope, prompt: prompt ?? '', ...(versions.length === 0 ? {} : { variants: versions }) };
}
