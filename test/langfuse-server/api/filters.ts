import { z } from 'zod';
import { invalidRequest } from '../http/apiError.ts';
import { parseRequest } from '../http/query.ts';
import { sumOf } from '../data/totals.ts';
import { fullMetadata, partCost, secondsBetween } from './wire.ts';
import type { Observation } from '../data/types.ts';

export type Predicate = (row: Observation) => boolean;

const filterSchema = z.array(
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('string'),
      column: z.string(),
      operator: z.enum(['=', 'contains', 'does not contain', 'starts with', 'ends with', 'matches']),
      value: z.string(),
    }),
    z.object({
      type: z.literal('stringOptions'),
      column: z.string(),
      operator: z.enum(['any of', 'none of']),
      value: z.array(z.string()),
    }),
    z.object({
      type: z.literal('arrayOptions'),
      column: z.string(),
      operator: z.enum(['any of', 'none of', 'all of']),
      value: z.array(z.string()),
    }),
    z.object({
      type: z.literal('datetime'),
      column: z.string(),
      operator: z.enum(['>', '<', '>=', '<=']),
      value: z.coerce.date(),
    }),
    z.object({
      type: z.literal('number'),
      column: z.string(),
      operator: z.enum(['=', '>', '<', '>=', '<=']),
      value: z.number(),
    }),
    z.object({ type: z.literal('boolean'), column: z.string(), operator: z.enum(['=', '<>']), value: z.boolean() }),
    z.object({
      type: z.literal('stringObject'),
      column: z.string(),
      key: z.string(),
      operator: z.enum(['=', 'contains', 'does not contain', 'starts with', 'ends with']),
      value: z.string(),
    }),
    z.object({
      type: z.literal('null'),
      column: z.string(),
      operator: z.enum(['is null', 'is not null']),
      value: z.literal(''),
    }),
  ]),
);

export type Filter = z.output<typeof filterSchema>[number];

type Cell = string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>;

/** Column names of the events table as the API knows them. There is no createdAt and no updatedAt. */
const columns: Readonly<Record<string, (row: Observation) => Cell>> = {
  id: (row) => row.id,
  type: (row) => row.type,
  name: (row) => row.name,
  traceId: (row) => row.traceId,
  startTime: (row) => row.startTime,
  endTime: (row) => row.endTime,
  environment: (row) => row.environment,
  level: (row) => row.level,
  statusMessage: (row) => row.statusMessage,
  version: (row) => row.version,
  release: (row) => row.release,
  userId: (row) => row.userId,
  sessionId: (row) => row.sessionId,
  traceName: (row) => row.traceName,
  tags: (row) => row.tags,
  traceTags: (row) => row.tags,
  isRootObservation: (row) => row.isRoot,
  hasParentObservation: (row) => row.parentObservationId !== null,
  parentObservationId: (row) => row.parentObservationId ?? '',
  latency: (row) => secondsBetween(row.startTime, row.endTime),
  timeToFirstToken: (row) => secondsBetween(row.startTime, row.completionStartTime),
  inputTokens: (row) => sumOf(row.usageDetails, 'input'),
  outputTokens: (row) => sumOf(row.usageDetails, 'output'),
  totalTokens: (row) => row.usageDetails.total ?? 0,
  inputCost: (row) => partCost(row, 'input'),
  outputCost: (row) => partCost(row, 'output'),
  totalCost: (row) => row.costDetails.total ?? null,
  model: (row) => row.model,
  providedModelName: (row) => row.model,
  modelId: (row) => row.pricing?.modelId ?? '',
  promptName: (row) => row.promptName,
  promptVersion: (row) => row.promptVersion,
  metadata: (row) => fullMetadata(row, false),
  input: (row) => row.input,
  output: (row) => row.output,
  hasInput: (row) => row.input !== null,
  hasOutput: (row) => row.output !== null,
};

/** Columns that are one to the database. */
const aliases: Readonly<Record<string, string>> = { traceTags: 'tags', model: 'providedModelName' };

export function canonicalColumn(column: string): string {
  return aliases[column] ?? column;
}

/** @throws ApiError 400: no JSON, no filter, or a column that does not exist */
export function parseFilters(text: string | undefined): readonly Filter[] {
  if (text === undefined || text === '') return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalidRequest('Invalid JSON in filter parameter');
  }
  const filters = parseRequest(filterSchema, json);
  for (const { column } of filters) {
    if (!Object.hasOwn(columns, column))
      throw invalidRequest(`Column ${column} does not match a UI / CH table mapping.`);
  }
  const texts = filters.filter(({ column }) => column === 'input' || column === 'output');
  if (texts.length > 0 && !texts.some(({ operator }) => operator === '=' || operator === 'matches')) {
    throw invalidRequest('Filters on input or output need at least one "=" or "matches" condition.');
  }
  return filters;
}

export function toPredicate(filters: readonly Filter[]): Predicate {
  const predicates = filters.map(predicateOf);
  return (row) => predicates.every((matches) => matches(row));
}

function predicateOf(filter: Filter): Predicate {
  const cell = columns[filter.column]!;
  switch (filter.type) {
    case 'string':
      return (row) => compareText(asText(cell(row)), filter.operator, filter.value);
    case 'stringObject':
      return (row) => {
        const value = (cell(row) as Readonly<Record<string, unknown>>)[filter.key];
        return compareText(
          typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value),
          filter.operator,
          filter.value,
        );
      };
    case 'stringOptions':
      return (row) => filter.value.includes(asText(cell(row))) === (filter.operator === 'any of');
    case 'arrayOptions':
      return (row) => {
        const values = cell(row) as readonly string[];
        if (filter.operator === 'all of') return filter.value.every((value) => values.includes(value));
        return filter.value.some((value) => values.includes(value)) === (filter.operator === 'any of');
      };
    case 'datetime':
      return (row) => compareNumber(cell(row), filter.operator, filter.value.getTime());
    case 'number':
      return (row) => compareNumber(cell(row), filter.operator, filter.value);
    case 'boolean':
      return (row) => (cell(row) === filter.value) === (filter.operator === '=');
    case 'null':
      return (row) => (cell(row) === null || cell(row) === '') === (filter.operator === 'is null');
  }
}

function asText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell === null ? '' : JSON.stringify(cell);
}

function compareText(text: string, operator: string, value: string): boolean {
  switch (operator) {
    case '=':
      return text === value;
    case 'does not contain':
      return !text.includes(value);
    case 'starts with':
      return text.startsWith(value);
    case 'ends with':
      return text.endsWith(value);
    default:
      return text.includes(value);
  }
}

function compareNumber(cell: Cell, operator: string, value: number): boolean {
  if (typeof cell !== 'number') return false;
  switch (operator) {
    case '>':
      return cell > value;
    case '<':
      return cell < value;
    case '>=':
      return cell >= value;
    case '<=':
      return cell <= value;
    default:
      return cell === value;
  }
}
