import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { promptId } from '../export/derive/derivedRows.ts';
import { capText } from '../export/rows.ts';
import type { BulkRow } from '../store/store.ts';

/** The project of rows that scripts record. */
export const recordedProject = 'local';

const given = z.string({
  error: ({ input }) => (input === undefined ? l10n.t('is required') : undefined),
});
const requiredText = given.trim().min(1, { error: () => l10n.t('must not be empty') });
const text = z.string().nullable().default(null);
const amount = z.number().min(0).nullable().default(null);
const count = z.number().int().min(0).nullable().default(null);
const share = z.number().min(0).max(1).nullable().default(null);
const flag = z
  .union([z.boolean(), z.literal(0), z.literal(1)])
  .nullable()
  .default(null);

/** As databases and Python write them too; without a zone it is local time, as everywhere on the command line. */
const time = given
  .transform((value) => value.trim().replace(/^(\d{4}-\d\d-\d\d) /, '$1T'))
  .pipe(
    z.iso.datetime({ offset: true, local: true, error: () => l10n.t('must be a time such as 2026-01-31T09:00:00Z') }),
  )
  .transform((value) => new Date(value).toISOString());

/** An object, or the JSON text of one. */
const metadata = z.preprocess(
  (value) => (typeof value === 'string' ? parsed(value) : value),
  z
    .record(z.string(), z.json(), { error: () => l10n.t('must be a JSON object') })
    .nullable()
    .default(null),
);

/** Text as it is, anything else as JSON. */
const result = z
  .union([z.string(), z.json().transform((value) => JSON.stringify(value))])
  .nullable()
  .default(null);

const taskSchema = z
  .strictObject({
    task_id: requiredText,
    agent_name: requiredText,
    started_at: time,
    trace_id: text,
    agent_version: text,
    task_type: text,
    task_description: text,
    completed_at: time.nullable().default(null),
    duration_seconds: amount,
    success: flag,
    quality_score: share,
    confidence_score: share,
    total_cost_usd: amount,
    total_tokens: count,
    llm_calls_count: count,
    fallback_count: count,
    result_data: result,
    error_message: text,
    metadata,
  })
  .refine((task) => task.completed_at === null || task.completed_at >= task.started_at, {
    path: ['completed_at'],
    error: () => l10n.t('must not be before started_at'),
  });

const executionSchema = z
  .strictObject({
    execution_id: requiredText,
    prompt_id: requiredText.optional(),
    prompt_name: requiredText.optional(),
    prompt_version: z.number().int().min(0).nullable().default(null),
    executed_at: time,
    trace_id: text,
    observation_id: text,
    provider: text,
    model: text,
    environment: text,
    latency_seconds: amount,
    input_tokens: count,
    output_tokens: count,
    cost_usd: amount,
    success: flag,
    quality_score: share,
    user_feedback: z.number().nullable().default(null),
    output_text: text,
    metadata,
  })
  .refine((execution) => (execution.prompt_id === undefined) !== (execution.prompt_name === undefined), {
    path: ['prompt_id'],
    error: () => l10n.t('give prompt_id (such as support-chat:v4), or prompt_name and prompt_version'),
  });

function outcome(success: boolean | 0 | 1 | null): {
  success: 0 | 1 | null;
  success_source: string | null;
} {
  return success === null
    ? { success: null, success_source: null }
    : { success: success ? 1 : 0, success_source: 'recorded' };
}

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

export type Checked<Row> = { readonly row: Row } | { readonly problems: readonly string[] };

/** @param textLimit characters kept of a result's text */
export function checkTask(value: unknown, textLimit: number): Checked<BulkRow<'agent_task_results'>> {
  return check(taskSchema, value, (task) => ({
    ...task,
    ...outcome(task.success),
    project_id: recordedProject,
    duration_seconds: task.duration_seconds ?? secondsBetween(task.started_at, task.completed_at),
    result_data: capText(task.result_data, textLimit),
    metadata: json(task.metadata),
  }));
}

/** @param textLimit characters kept of an output's text */
export function checkExecution(value: unknown, textLimit: number): Checked<BulkRow<'prompt_executions'>> {
  return check(executionSchema, value, ({ prompt_id, prompt_name, prompt_version, ...execution }) => ({
    ...execution,
    ...outcome(execution.success),
    project_id: recordedProject,
    prompt_id: prompt_id ?? promptId(prompt_name ?? '', prompt_version),
    output_text: capText(execution.output_text, textLimit),
    metadata: json(execution.metadata),
  }));
}

function check<Value, Row>(schema: z.ZodType<Value>, value: unknown, toRow: (value: Value) => Row): Checked<Row> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problems: [l10n.t('must be a JSON object')] };
  }
  const checked = schema.safeParse(inColumnNames(value));
  if (checked.success) {
    return { row: toRow(checked.data) };
  }
  return { problems: checked.error.issues.map((issue) => [...issue.path, issue.message].join(': ')) };
}

/** Names may be written as the columns are, or in camelCase as `--json` has them. */
function inColumnNames(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field,
    ]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema says what it should have been.
    return text;
  }
}

function secondsBetween(start: string, end: string | null): number | null {
  return end === null ? null : (Date.parse(end) - Date.parse(start)) / 1000;
}
