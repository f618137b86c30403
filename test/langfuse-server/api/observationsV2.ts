import { z } from 'zod';
import { createRandom } from '../data/random.ts';
import { xxHash32 } from '../data/xxhash32.ts';
import { ApiError, invalidRequest, notFound } from '../http/apiError.ts';
import { parseRequest, queryObject } from '../http/query.ts';
import { canonicalColumn, parseFilters, toPredicate, type Filter, type Predicate } from './filters.ts';
import { iso, toWireObservation } from './wire.ts';
import type { ObservationCursor } from '../data/observationIndex.ts';
import type { Observation } from '../data/types.ts';
import type { ApiContext, Handler } from './handler.ts';

const types = [
  'GENERATION',
  'SPAN',
  'EVENT',
  'AGENT',
  'TOOL',
  'CHAIN',
  'RETRIEVER',
  'EVALUATOR',
  'EMBEDDING',
  'GUARDRAIL',
] as const;
const noJson =
  'parseIoAsJson=true is no longer supported on the v2 observations endpoint. Input/output fields are always returned as raw strings. Remove the parseIoAsJson parameter or set it to false.';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const cursorSchema = z
  .string()
  .transform(decodeCursor)
  .pipe(
    z.object({
      lastStartTimeTo: z.coerce.date(),
      lastTraceId: z.string(),
      lastId: z.string(),
      /** How many pages ended here without a row. */
      continuation: z.number().optional(),
    }),
  );

const querySchema = z.object({
  limit: z.coerce.number().min(0).max(1000).default(50),
  cursor: cursorSchema.optional(),
  fields: list.optional(),
  expandMetadata: z.string().optional(),
  parseIoAsJson: z
    .string()
    .refine((value) => value !== 'true', noJson)
    .optional(),
  name: z.string().optional(),
  type: z.enum(types).optional(),
  level: z.enum(['DEBUG', 'DEFAULT', 'WARNING', 'ERROR']).optional(),
  traceId: z.string().optional(),
  userId: z.string().optional(),
  sessionId: z.string().optional(),
  version: z.string().optional(),
  parentObservationId: z.string().optional(),
  isRootObservation: z.enum(['true', 'false']).optional(),
  environment: list.optional(),
  fromStartTime: z.iso.datetime({ offset: true }).optional(),
  toStartTime: z.iso.datetime({ offset: true }).optional(),
  filter: z.string().optional(),
});

type Query = z.output<typeof querySchema>;

interface Page {
  readonly positions: readonly number[];
  readonly cursor: string | null;
}

/** GET v2/observations: newest first by a keyset cursor, at most 1,000 rows a page. */
export const listObservationsV2: Handler = ({ options, dataset, rowCache }, request) => {
  if (options.generation === 'legacy') throw notFound('v2 APIs are only available in a Langfuse v4 write mode.');
  const query = parseRequest(querySchema, queryObject(request.query));
  const filters = parseFilters(query.filter);
  if (!Number.isInteger(query.limit)) throw notAnInteger(query.limit);
  const filled = options.generation === 'events' || options.generation === 'dual';
  const page = filled ? readPage({ options, dataset }, query, filters) : { positions: [], cursor: null };
  const groups = fieldGroups(query.fields);
  const wire = {
    projectId: options.projectId,
    groups,
    wholeMetadata: groups.has('io') || (query.expandMetadata ?? '') !== '',
    nestedMetadata: options.generation === 'dual',
  };
  const meta = page.cursor === null ? {} : { cursor: page.cursor };
  const toWire = (position: number): object => toWireObservation(dataset.row(position), wire);
  const rows = page.positions.length;
  if (request.asObject) return { body: { data: page.positions.map(toWire), meta }, rows };
  const shape = `${[...groups].sort().join()}/${wire.wholeMetadata}`;
  const data = page.positions.map((position) => rowCache.row(shape, position, () => JSON.stringify(toWire(position))));
  return { body: joinPage(data, meta), rows };
};

const comma = Buffer.from(',');

function joinPage(rows: readonly Buffer[], meta: object): Buffer {
  const parts = rows.flatMap((row, index) => (index === 0 ? [row] : [comma, row]));
  return Buffer.concat([Buffer.from('{"data":['), ...parts, Buffer.from(`],"meta":${JSON.stringify(meta)}}`)]);
}

function fieldGroups(fields: readonly string[] | undefined): ReadonlySet<string> {
  const names = (fields ?? []).flatMap((field) => field.split(',')).map((name) => name.trim());
  return new Set(names.every((name) => name === '') ? ['core', 'basic'] : names);
}

function readPage(
  { options, dataset }: Pick<ApiContext, 'options' | 'dataset'>,
  query: Query,
  filters: readonly Filter[],
): Page {
  if (query.limit === 0) return { positions: [], cursor: null };
  const after = query.cursor === undefined ? undefined : toCursor(query.cursor);
  const matches = predicateOf(query, filters);
  const wanted = pageLength(options.continuation, options.seed, query);
  const positions: number[] = [];
  for (const position of dataset.positions(timeRange(query, filters), after)) {
    if (matches !== null && !matches(dataset.row(position))) continue;
    if (positions.length === wanted) {
      const last = positions[wanted - 1];
      const cursor = last === undefined ? emptyPageCursor(dataset.row(position), query) : cursorAt(dataset.row(last));
      return { positions, cursor };
    }
    positions.push(position);
  }
  return { positions, cursor: null };
}

/** A condition on startTime in `filter` disables both time parameters. */
function timeRange(query: Query, filters: readonly Filter[]): { from?: number; to?: number } {
  if (filters.some(({ column }) => column === 'startTime')) return {};
  return {
    ...(query.fromStartTime === undefined ? {} : { from: Date.parse(query.fromStartTime) }),
    ...(query.toStartTime === undefined ? {} : { to: Date.parse(query.toStartTime) }),
  };
}

/** Parameters and filters must all hold; a filter replaces the parameter on its own column. */
function predicateOf(query: Query, filters: readonly Filter[]): Predicate | null {
  const taken = new Set(filters.map(({ column }) => canonicalColumn(column)));
  const simple: Filter[] = [];
  for (const column of [
    'name',
    'traceId',
    'userId',
    'sessionId',
    'version',
    'parentObservationId',
    'type',
    'level',
  ] as const) {
    const value = query[column];
    if (value !== undefined && !taken.has(column)) simple.push({ type: 'string', column, operator: '=', value });
  }
  if (query.environment !== undefined && !taken.has('environment')) {
    simple.push({ type: 'stringOptions', column: 'environment', operator: 'any of', value: query.environment });
  }
  if (query.isRootObservation !== undefined && !taken.has('isRootObservation')) {
    simple.push({
      type: 'boolean',
      column: 'isRootObservation',
      operator: '=',
      value: query.isRootObservation === 'true',
    });
  }
  const all = [...simple, ...filters];
  return all.length === 0 ? null : toPredicate(all);
}

/** Since November 2026 a query that ran out of budget gives a short or empty page and a cursor to go on with. */
function pageLength(share: number, seed: number, query: Query): number {
  const stops = query.cursor?.continuation ?? 0;
  if (share === 0 || stops >= 2) return query.limit;
  const key = `${query.cursor?.lastId ?? ''}/${query.cursor?.lastTraceId ?? ''}/${stops}/${query.fromStartTime ?? ''}`;
  const random = createRandom(seed, xxHash32(key));
  if (!random.chance(share)) return query.limit;
  return random.chance(0.4) ? 0 : random.int(query.limit);
}

/** The last row given out. */
function cursorAt(last: Observation): string {
  return encodeCursor({ lastStartTimeTo: iso(last.startTime), lastTraceId: last.traceId, lastId: last.id });
}

/** Where the page began: behind the same row as before, or before the row that comes next. */
function emptyPageCursor(next: Observation, { cursor }: Query): string {
  const place =
    cursor === undefined
      ? { lastStartTimeTo: iso(next.startTime + 1), lastTraceId: '', lastId: '' }
      : {
          lastStartTimeTo: iso(cursor.lastStartTimeTo.getTime()),
          lastTraceId: cursor.lastTraceId,
          lastId: cursor.lastId,
        };
  return encodeCursor({ ...place, continuation: (cursor?.continuation ?? 0) + 1 });
}

function encodeCursor(cursor: object): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64');
}

/** @throws ApiError 400 */
function decodeCursor(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as unknown;
  } catch {
    throw invalidRequest('Invalid cursor format');
  }
}

function toCursor(cursor: NonNullable<Query['cursor']>): ObservationCursor {
  return { startTime: cursor.lastStartTimeTo.getTime(), traceId: cursor.lastTraceId, id: cursor.lastId };
}

/** The database sees limit + 1 and wants an integer. */
function notAnInteger(limit: number): ApiError {
  const value = String(limit + 1);
  const error = `Value ${value} cannot be parsed as Int32 for query parameter 'limit' because it isn't parsed completely: only 1 of ${value.length} bytes was parsed: ${value.charAt(0)}. `;
  return new ApiError(500, { message: 'Internal Server Error', error });
}
