import { z } from 'zod';
import { invalidRequest } from '../http/apiError.ts';
import { parseRequest, queryObject } from '../http/query.ts';
import { firstWhere } from '../data/observationIndex.ts';
import { iso } from './wire.ts';
import type { Score } from '../data/types.ts';
import type { Handler } from './handler.ts';

const dataTypes = ['NUMERIC', 'CATEGORICAL', 'BOOLEAN', 'CORRECTION', 'TEXT'];
const commaList = z.string().transform((text) => text.split(','));

const dataTypeList = commaList.superRefine((values, context) => {
  for (const value of values) {
    if (dataTypes.includes(value)) continue;
    context.addIssue({
      code: 'custom',
      message: `Invalid dataType value: "${value}". Allowed: ${dataTypes.join(', ')}`,
    });
  }
});

const cursorSchema = z.object({ v: z.literal(1), lastTimestamp: z.coerce.date(), lastId: z.string() });

const querySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().optional(),
  fields: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['core', 'details', 'subject', 'annotation'])))
    .optional(),
  id: commaList.optional(),
  name: commaList.optional(),
  source: commaList.optional(),
  dataType: dataTypeList.optional(),
  environment: commaList.optional(),
  configId: commaList.optional(),
  queueId: commaList.optional(),
  authorUserId: commaList.optional(),
  traceId: commaList.optional(),
  sessionId: commaList.optional(),
  experimentId: commaList.optional(),
  observationId: commaList.optional(),
  value: commaList.optional(),
  valueMin: z.coerce.number().optional(),
  valueMax: z.coerce.number().optional(),
  fromTimestamp: z.iso.datetime({ offset: true }).optional(),
  toTimestamp: z.iso.datetime({ offset: true }).optional(),
});

type Query = z.output<typeof querySchema>;

/** GET v3/scores: newest first by a keyset cursor, at most 100 a page; refuses what it does not know. */
export const listScoresV3: Handler = ({ options, dataset }, request) => {
  const query = parseRequest(querySchema, queryObject(request.query));
  const subjects = [query.traceId, query.sessionId, query.experimentId].filter((value) => value !== undefined);
  if (subjects.length > 1) throw invalidRequest('traceId, sessionId and experimentId are mutually exclusive');
  if (query.observationId !== undefined && query.traceId === undefined)
    throw invalidRequest('observationId requires traceId');
  const matches = predicateOf(query);
  const { scores } = dataset;
  const groups = new Set<string>(query.fields);
  const rows: Score[] = [];
  let cursor: string | undefined;
  for (let index = firstAfter(scores, query.cursor); index < scores.length; index++) {
    const score = scores[index]!;
    if (!matches(score)) continue;
    const last = rows[rows.length - 1];
    if (rows.length === query.limit && last !== undefined) {
      cursor = encodeCursor(last);
      break;
    }
    rows.push(score);
  }
  const data = rows.map((score) => toWireScore(score, options.projectId, groups));
  return {
    body: { data, meta: { limit: query.limit, ...(cursor === undefined ? {} : { cursor }) } },
    rows: data.length,
  };
};

function toWireScore(score: Score, projectId: string, groups: ReadonlySet<string>): Record<string, unknown> {
  return {
    id: score.id,
    projectId,
    name: score.name,
    source: score.source,
    timestamp: iso(score.timestamp),
    environment: score.environment,
    createdAt: iso(score.createdAt),
    updatedAt: iso(score.updatedAt),
    ...(groups.has('details') ? { comment: score.comment, configId: score.configId, metadata: score.metadata } : {}),
    ...(groups.has('annotation') ? { authorUserId: score.authorUserId, queueId: score.queueId } : {}),
    ...(groups.has('subject') ? { subject: subjectOf(score) } : {}),
    dataType: score.dataType,
    value: score.value,
  };
}

function subjectOf(score: Score): Record<string, unknown> {
  if (score.observationId !== null) return { kind: 'observation', id: score.observationId, traceId: score.traceId };
  if (score.traceId !== null) return { kind: 'trace', id: score.traceId };
  if (score.sessionId !== null) return { kind: 'session', id: score.sessionId };
  return { kind: 'experiment', id: score.experimentId };
}

function predicateOf(query: Query): (score: Score) => boolean {
  const from = query.fromTimestamp === undefined ? -Infinity : Date.parse(query.fromTimestamp);
  const to = query.toTimestamp === undefined ? Infinity : Date.parse(query.toTimestamp);
  const keys = [
    'id',
    'name',
    'source',
    'dataType',
    'environment',
    'configId',
    'queueId',
    'authorUserId',
    'traceId',
    'sessionId',
    'experimentId',
    'observationId',
    'value',
  ] as const;
  const asked = keys.flatMap((key) => (query[key] === undefined ? [] : [[key, new Set(query[key])] as const]));
  const { valueMin, valueMax } = query;
  return (score) => {
    if (score.timestamp < from || score.timestamp >= to) return false;
    if (valueMin !== undefined && !(typeof score.value === 'number' && score.value >= valueMin)) return false;
    if (valueMax !== undefined && !(typeof score.value === 'number' && score.value <= valueMax)) return false;
    return asked.every(([key, values]) => values.has(String(score[key])));
  };
}

function encodeCursor(score: Score): string {
  return Buffer.from(JSON.stringify({ v: 1, lastTimestamp: iso(score.timestamp), lastId: score.id })).toString(
    'base64url',
  );
}

/** @throws ApiError 400 */
function firstAfter(scores: readonly Score[], text: string | undefined): number {
  if (text === undefined) return 0;
  const cursor = decodeCursor(text);
  const time = cursor.lastTimestamp.getTime();
  return firstWhere(scores.length, (index) => {
    const score = scores[index]!;
    return score.timestamp < time || (score.timestamp === time && score.id < cursor.lastId);
  });
}

function decodeCursor(text: string): z.output<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw invalidRequest('Invalid cursor format');
  }
}
