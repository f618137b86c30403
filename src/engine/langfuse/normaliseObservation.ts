import * as z from 'zod';
import {
  isObject,
  number,
  numbers,
  quickChecks,
  requiredTime,
  text,
  textOrJson,
  time,
  wireFlag,
  wireNumber,
  wireText,
  wireAny,
} from './fields.ts';
import { splitMetadata } from './metadata.ts';
import type { ObservationRecord, SourcePage } from './records.ts';
import { rowReader } from './rowReader.ts';
import { mapRows } from './rows.ts';
import type { RawPage } from './walk.ts';

/**
 * A row of v2/observations or of the legacy /observations. Only what identifies a row is demanded;
 * a wrong type anywhere sets the row aside. Unknown fields are ignored.
 */
const wireObservation = z.object({
  id: z.string().min(1),
  projectId: wireText,
  traceId: wireText,
  parentObservationId: wireText,
  type: z.string().min(1),
  name: wireText,
  startTime: z.string(),
  endTime: wireText,
  completionStartTime: wireText,
  createdAt: wireText,
  updatedAt: wireText,
  level: wireText,
  statusMessage: wireText,
  version: wireText,
  release: wireText,
  environment: wireText,
  userId: wireText,
  sessionId: wireText,
  traceName: wireText,
  tags: z.array(z.string()).nullish(),
  isRootObservation: wireFlag,
  bookmarked: wireFlag,
  public: wireFlag,
  input: wireAny,
  output: wireAny,
  metadata: wireAny,
  /** Servers send `model`; the specification and newer ones may say `providedModelName`. */
  model: wireText,
  providedModelName: wireText,
  modelId: wireText,
  internalModelId: wireText,
  modelParameters: wireAny,
  usageDetails: wireAny,
  costDetails: wireAny,
  promptName: wireText,
  promptVersion: wireNumber,
  latency: wireNumber,
  timeToFirstToken: wireNumber,
  totalCost: wireNumber,
  usage: wireAny,
  promptTokens: wireNumber,
  completionTokens: wireNumber,
  totalTokens: wireNumber,
  calculatedInputCost: wireNumber,
  calculatedOutputCost: wireNumber,
  calculatedTotalCost: wireNumber,
});

type WireObservation = z.output<typeof wireObservation>;

const readObservation = rowReader(wireObservation, quickChecks);

/** Rows that cannot be read are set aside. */
export function normaliseObservations(page: RawPage, projectId: string): SourcePage<ObservationRecord> {
  const mapped = mapRows('observations', page.rows, (row) => normaliseObservation(row, projectId));
  return { ...mapped, received: page.received, cursor: page.cursor };
}

/** @throws MalformedRow when the row cannot be read. */
export function normaliseObservation(wire: unknown, projectId: string): ObservationRecord {
  const row = readObservation(wire);
  const parentObservationId = text(row.parentObservationId);
  const { metadata, resourceAttributes } = splitMetadata(row.metadata);
  return {
    projectId: text(row.projectId) ?? projectId,
    id: row.id,
    traceId: text(row.traceId) ?? row.id,
    parentObservationId,
    type: row.type,
    name: text(row.name),
    startTime: requiredTime(row.startTime, 'startTime'),
    endTime: time(row.endTime, 'endTime'),
    completionStartTime: time(row.completionStartTime, 'completionStartTime'),
    createdAt: time(row.createdAt, 'createdAt'),
    updatedAt: time(row.updatedAt, 'updatedAt'),
    level: text(row.level) ?? 'DEFAULT',
    statusMessage: text(row.statusMessage),
    version: text(row.version),
    release: text(row.release),
    environment: text(row.environment) ?? 'default',
    userId: text(row.userId),
    sessionId: text(row.sessionId),
    traceName: text(row.traceName),
    tags: row.tags ?? [],
    isRoot: parentObservationId === null || row.isRootObservation === true,
    bookmarked: row.bookmarked === true,
    public: row.public === true,
    input: textOrJson(row.input),
    output: textOrJson(row.output),
    metadata,
    resourceAttributes,
    model: text(row.model) ?? text(row.providedModelName),
    modelId: text(row.modelId) ?? text(row.internalModelId),
    modelParameters: modelParameters(row.modelParameters),
    usageDetails: usageOf(row),
    costDetails: costOf(row),
    promptName: text(row.promptName),
    promptVersion: number(row.promptVersion),
    latencySeconds: number(row.latency),
    timeToFirstTokenSeconds: number(row.timeToFirstToken),
  };
}

/** Servers say {} or "" when the sender named none. */
function modelParameters(value: unknown): unknown {
  if (value == null || value === '' || (isObject(value) && Object.keys(value).length === 0)) {
    return null;
  }
  return value;
}

/** Servers before usageDetails carry counts in `usage` or in three fields, with 0 for unknown. */
function usageOf(row: WireObservation): Record<string, number> {
  if (row.usageDetails != null) {
    return numbers(row.usageDetails, 'usageDetails');
  }
  const usage = numbers(row.usage, 'usage');
  return known({
    input: number(row.promptTokens) ?? usage.input,
    output: number(row.completionTokens) ?? usage.output,
    total: number(row.totalTokens) ?? usage.total,
  });
}

/** The total is 0 on the wire when no cost is known: without parts it says nothing. */
function costOf(row: WireObservation): Record<string, number> {
  if (row.costDetails != null) {
    return numbers(row.costDetails, 'costDetails');
  }
  return known({
    input: number(row.calculatedInputCost),
    output: number(row.calculatedOutputCost),
    total: number(row.calculatedTotalCost) ?? number(row.totalCost),
  });
}

/** Without a positive number nothing is known; with one the zeros beside it are. */
function known(values: Readonly<Record<string, number | null | undefined>>): Record<string, number> {
  const result = numbers(values, 'values');
  return Object.values(result).some((value) => value > 0) ? result : {};
}
