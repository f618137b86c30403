import * as z from 'zod';
import { number, requiredTime, text, time, wireNumber, wireText, wireAny } from './fields.ts';
import { metadataObject } from './metadata.ts';
import type { ScoreRecord } from './records.ts';
import { MalformedRow, readRow } from './rows.ts';

const common = {
  id: z.string().min(1),
  projectId: wireText,
  name: z.string().min(1),
  source: wireText,
  timestamp: z.string(),
  createdAt: wireText,
  updatedAt: wireText,
  environment: wireText,
  comment: wireText,
  configId: wireText,
  authorUserId: wireText,
  queueId: wireText,
  metadata: wireAny,
};

/** A row of v3/scores with the groups `details`, `subject` and `annotation`. */
const wireScore = z.object({
  ...common,
  dataType: z.string().min(1),
  value: z.union([z.number(), z.boolean(), z.string()]),
  subject: z.object({ kind: z.string(), id: z.string(), traceId: wireText }).nullish(),
});

/** A row of v2/scores or /scores: every value is a number, with the text beside it. */
const wireLegacyScore = z.object({
  ...common,
  dataType: wireText,
  value: wireNumber,
  stringValue: wireText,
  traceId: wireText,
  observationId: wireText,
  sessionId: wireText,
  datasetRunId: wireText,
});

type Value = Pick<ScoreRecord, 'dataType' | 'value' | 'stringValue'>;
type Subject = Pick<ScoreRecord, 'traceId' | 'observationId' | 'sessionId' | 'experimentId'>;

/** @throws MalformedRow when the row cannot be read. */
export function normaliseScore(wire: unknown, projectId: string): ScoreRecord {
  const row = readRow(wireScore, wire);
  return record(row, valueOf(row.dataType, row.value), subjectOf(row.subject), projectId);
}

/** @throws MalformedRow when the row cannot be read. */
export function normaliseLegacyScore(wire: unknown, projectId: string): ScoreRecord {
  const row = readRow(wireLegacyScore, wire);
  const stringValue = text(row.stringValue);
  const dataType = text(row.dataType) ?? (stringValue === null ? 'NUMERIC' : 'CATEGORICAL');
  const value = dataType === 'NUMERIC' || dataType === 'BOOLEAN' ? number(row.value) : stringValue;
  if (value === null) {
    throw new MalformedRow('value: missing');
  }
  const subject = {
    traceId: text(row.traceId),
    observationId: text(row.observationId),
    sessionId: text(row.sessionId),
    experimentId: text(row.datasetRunId),
  };
  return record(row, valueOf(dataType, value), subject, projectId);
}

function record(
  row: z.output<z.ZodObject<typeof common>>,
  value: Value,
  subject: Subject,
  projectId: string,
): ScoreRecord {
  return {
    projectId: text(row.projectId) ?? projectId,
    id: row.id,
    name: row.name,
    ...value,
    source: text(row.source) ?? 'API',
    timestamp: requiredTime(row.timestamp, 'timestamp'),
    createdAt: time(row.createdAt, 'createdAt'),
    updatedAt: time(row.updatedAt, 'updatedAt'),
    environment: text(row.environment) ?? 'default',
    ...subject,
    comment: text(row.comment),
    configId: text(row.configId),
    authorUserId: text(row.authorUserId),
    queueId: text(row.queueId),
    metadata: metadataObject(row.metadata),
  };
}

/** Values of data types newer than this file keep whichever form they came in. */
function valueOf(dataType: string, value: number | boolean | string): Value {
  if (dataType === 'BOOLEAN') {
    const flag = value === true || value === 1 || /^(true|1)$/i.test(String(value));
    return { dataType, value: flag ? 1 : 0, stringValue: String(flag) };
  }
  if (dataType === 'NUMERIC') {
    const parsed = typeof value === 'boolean' ? null : number(value);
    if (parsed === null) {
      throw new MalformedRow('value: no number');
    }
    return { dataType, value: parsed, stringValue: null };
  }
  return typeof value === 'number'
    ? { dataType, value, stringValue: null }
    : { dataType, value: null, stringValue: String(value) };
}

function subjectOf(subject: z.output<typeof wireScore>['subject']): Subject {
  const none: Subject = { traceId: null, observationId: null, sessionId: null, experimentId: null };
  if (subject == null) {
    return none;
  }
  switch (subject.kind) {
    case 'trace':
      return { ...none, traceId: subject.id };
    case 'observation':
      return { ...none, observationId: subject.id, traceId: text(subject.traceId) };
    case 'session':
      return { ...none, sessionId: subject.id };
    case 'experiment':
      return { ...none, experimentId: subject.id };
    default:
      return none;
  }
}
