import {
  modelColourCount,
  panelCommands,
  type AskParams,
  type ColoursParams,
  type OpenParams,
  type PanelCommand,
  type PanelEnvelope,
  type PickItem,
  type PickParams,
  type SaveParams,
} from '../../protocol/panels.ts';
import type { QuestionName } from '../../protocol/questions.ts';
import type { TimeRange } from '../../protocol/scope.ts';
import { largestRowCap, type QueryOrigin, type RunSqlParams, type SqlTarget } from '../../protocol/sql.ts';

/**
 * The border to the documents of panels. Each reader gives back what it was given, narrowed, or null.
 * By hand and not by zod, which the extension host's bundle does without.
 */

type Fields = Readonly<Record<string, unknown>>;

export function readEnvelope(value: unknown): PanelEnvelope | null {
  const fields = readFields(value);
  return fields !== null && typeof fields.session === 'string' && 'message' in fields
    ? { session: fields.session, message: fields.message }
    : null;
}

/** The name is only known to be a text: the engine knows its questions and validates the parameters. */
export function readAsk(value: unknown): AskParams | null {
  const fields = readFields(value);
  return fields !== null && typeof fields.question === 'string'
    ? { question: fields.question as QuestionName, params: fields.params }
    : null;
}

export function readCommand(value: unknown): PanelCommand | null {
  const command = readFields(value)?.command;
  return panelCommands.find((known) => known === command) ?? null;
}

export function readOpen(value: unknown): OpenParams | null {
  const fields = readFields(value);
  const target = readFields(fields?.target);
  if (fields === null || target === null) {
    return null;
  }
  const texts = (...names: readonly string[]): boolean => names.every((name) => typeof target[name] === 'string');
  const isTrace = (): boolean => texts('projectId', 'traceId') && isTextOrNull(target.observationId);
  const valid: Readonly<Record<OpenParams['link'], () => boolean>> = {
    trace: isTrace,
    langfuse: isTrace,
    sourceRow: isTrace,
    rating: () => isTrace() && typeof target.good === 'boolean',
    // The tree hands its filter to the engine, which validates it.
    traces: () => readFields(target.scope) !== null,
    promptComparison: () =>
      texts('projectId', 'prompt') && (target.version === null || typeof target.version === 'number'),
    promptDiff: () => texts('projectId', 'prompt') && isTwoNumbers(target.versions),
    promptInLangfuse: () => texts('projectId', 'prompt') && typeof target.version === 'number',
    sql: () => texts('sql'),
    queryText: () => readOrigin(target) !== null,
    exportRange: () => readTimeRange(target) !== null,
    setting: () => typeof target.name === 'string' && target.name.startsWith('langfuseMetrics.'),
  };
  const link = fields.link;
  return typeof link === 'string' && Object.hasOwn(valid, link) && valid[link as OpenParams['link']]()
    ? ({ link, target } as unknown as OpenParams)
    : null;
}

export function readRunSql(value: unknown): RunSqlParams | null {
  const fields = readFields(value);
  const origin = readOrigin(fields?.origin);
  const parameters = readTexts(fields?.parameters);
  const maxRows = fields?.maxRows;
  return fields !== null && isText(fields.sql) && origin !== null && parameters !== null && isCount(maxRows)
    ? { sql: fields.sql, parameters, origin, maxRows: Math.min(maxRows, largestRowCap) }
    : null;
}

/** What a panel of results was opened about, as the editor kept it. */
export function readSqlTarget(value: unknown): SqlTarget | null {
  const fields = readFields(value);
  const origin = readOrigin(fields?.origin);
  const parameters = readTexts(fields?.parameters);
  return fields !== null && isText(fields.title) && isText(fields.sql) && origin !== null && parameters !== null
    ? { title: fields.title, sql: fields.sql, parameters, origin }
    : null;
}

export function readPick(value: unknown): PickParams | null {
  const fields = readFields(value);
  if (fields === null || !isText(fields.title) || !isText(fields.placeholder) || !Array.isArray(fields.items)) {
    return null;
  }
  const items = fields.items.map(readPickItem).filter((item) => item !== null);
  return { title: fields.title, placeholder: fields.placeholder, items, many: fields.many === true };
}

export function readTimeRange(value: unknown): TimeRange | null {
  const fields = readFields(value);
  const start = readTime(fields?.start);
  const end = readTime(fields?.end);
  return start === null || end === null ? null : { start, end };
}

export function readCopy(value: unknown): string | null {
  const text = readFields(value)?.text;
  return isText(text) ? text : null;
}

/** Longer titles would fill the row of tabs. */
const longestTitle = 60;

export function readTitle(value: unknown): string | null {
  const title = readFields(value)?.title;
  const line = isText(title) ? title.replaceAll(/\s+/gu, ' ').trim() : '';
  return line === '' ? null : Array.from(line).slice(0, longestTitle).join('');
}

export function readSave(value: unknown): SaveParams | null {
  const fields = readFields(value);
  if (fields === null || !isText(fields.name) || !isText(fields.content)) {
    return null;
  }
  // A name, never a path: the person chooses the folder.
  const plain = /^[\w .()-]+$/u.test(fields.name) && !fields.name.startsWith('.');
  return plain
    ? {
        name: fields.name,
        content: fields.content,
        encoding: fields.encoding === 'base64' ? 'base64' : 'utf8',
      }
    : null;
}

export function readColours(value: unknown): ColoursParams | null {
  const fields = readFields(value);
  if (fields === null || !isTextOrNull(fields.projectId) || !Array.isArray(fields.models)) {
    return null;
  }
  const models = fields.models.filter(isText).slice(0, modelColourCount);
  return { projectId: fields.projectId, models };
}

function readPickItem(value: unknown): PickItem | null {
  const fields = readFields(value);
  if (fields === null || !isText(fields.id) || !isText(fields.label)) {
    return null;
  }
  return {
    id: fields.id,
    label: fields.label,
    ...(isText(fields.description) ? { description: fields.description } : {}),
    ...(typeof fields.picked === 'boolean' ? { picked: fields.picked } : {}),
  };
}

function readOrigin(value: unknown): QueryOrigin | null {
  const fields = readFields(value);
  return fields !== null && isText(fields.uri) && isCount(fields.start) && isCount(fields.line)
    ? { uri: fields.uri, start: fields.start, line: fields.line }
    : null;
}

function readTexts(value: unknown): Readonly<Record<string, string>> | null {
  const fields = readFields(value);
  return fields !== null && Object.values(fields).every(isText) ? (fields as Readonly<Record<string, string>>) : null;
}

function readTime(value: unknown): string | null {
  return isText(value) && !Number.isNaN(Date.parse(value)) ? value : null;
}

function readFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTwoNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number');
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}
