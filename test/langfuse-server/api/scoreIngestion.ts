import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../http/apiError.ts';
import { parseRequest } from '../http/query.ts';
import type { Score, ScoreDataType } from '../data/types.ts';
import type { ApiContext, Handler } from './handler.ts';

const scoreSchema = z.object({
  id: z.string().nullish(),
  name: z.string(),
  value: z.union([z.string(), z.number()]),
  dataType: z.enum(['NUMERIC', 'BOOLEAN', 'CATEGORICAL', 'TEXT', 'CORRECTION']).nullish(),
  traceId: z.string().nullish(),
  observationId: z.string().nullish(),
  sessionId: z.string().nullish(),
  datasetRunId: z.string().nullish(),
  comment: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  environment: z.string().nullish(),
  configId: z.string().nullish(),
  queueId: z.string().nullish(),
});

/** POST scores: one, or an array as newer SDKs send. */
export const createScore: Handler = (context, request) => {
  const body = parseJson(request.body);
  if (Array.isArray(body)) return { body: body.map((score) => ({ id: storeScore(context, score, Date.now()) })) };
  return { body: { id: storeScore(context, body, Date.now()) } };
};

/**
 * Stores a score and returns its id.
 * @throws ApiError 400 when it is none
 */
export function storeScore(context: ApiContext, body: unknown, timestamp: number): string {
  const given = parseRequest(scoreSchema, body);
  const dataType = given.dataType ?? (typeof given.value === 'number' ? 'NUMERIC' : 'CATEGORICAL');
  const now = Date.now();
  const score: Score = {
    id: given.id ?? randomUUID(),
    name: given.name,
    dataType,
    value: toValue(dataType, given.value),
    source: 'API',
    timestamp,
    createdAt: Math.floor(now / 1000) * 1000,
    updatedAt: now,
    environment: given.environment ?? 'default',
    traceId: given.traceId ?? null,
    observationId: given.observationId ?? null,
    sessionId: given.sessionId ?? null,
    experimentId: given.datasetRunId ?? null,
    comment: given.comment ?? null,
    configId: given.configId ?? null,
    authorUserId: null,
    queueId: given.queueId ?? null,
    metadata: given.metadata ?? {},
  };
  context.ingest(() => context.dataset.putScore(score));
  return score.id;
}

function toValue(dataType: ScoreDataType, value: string | number): Score['value'] {
  if (dataType === 'NUMERIC') return Number(value);
  return dataType === 'BOOLEAN' ? Number(value) === 1 : String(value);
}

/** @throws ApiError 400 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new ApiError(400, { message: 'Invalid JSON', error: 'InvalidRequestError' });
  }
}
