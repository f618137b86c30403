import { newestRows, type Dataset } from '../data/dataset.ts';
import { sumOf } from '../data/totals.ts';
import { fullMetadata, iso, isoOrNull, partCost, secondsBetween } from './wire.ts';
import type { Observation, Score, Trace } from '../data/types.ts';

const textOrNull = (text: string): string | null => (text === '' ? null : text);

/** Legacy endpoints parse texts that are JSON. */
function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The rows of a trace as legacy endpoints know them: one an id, no synthetic root. Oldest first. */
export function legacyRowsOf(dataset: Dataset, traceId: string): readonly Observation[] {
  const rows = [...newestRows(dataset.rowsOfTrace(traceId)).values()].filter(({ synthetic }) => !synthetic);
  return rows.sort((a, b) => a.startTime - b.startTime);
}

export function toLegacyObservation(row: Observation, projectId: string): Record<string, unknown> {
  const input = sumOf(row.usageDetails, 'input');
  const output = sumOf(row.usageDetails, 'output');
  const total = row.usageDetails.total ?? 0;
  const underSyntheticRoot = row.parentObservationId === `t-${row.traceId}`;
  return {
    id: row.id,
    traceId: row.traceId,
    startTime: iso(row.startTime),
    endTime: isoOrNull(row.endTime),
    projectId,
    parentObservationId: underSyntheticRoot ? null : row.parentObservationId,
    type: row.type,
    environment: row.environment,
    name: row.name,
    level: row.level,
    statusMessage: textOrNull(row.statusMessage),
    version: textOrNull(row.version),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    input: parsed(row.input),
    output: parsed(row.output),
    metadata: fullMetadata(row, true),
    model: textOrNull(row.model),
    modelParameters: row.modelParameters,
    completionStartTime: isoOrNull(row.completionStartTime),
    promptId: textOrNull(row.promptId),
    promptName: textOrNull(row.promptName),
    promptVersion: row.promptVersion,
    latency: secondsBetween(row.startTime, row.endTime),
    timeToFirstToken: secondsBetween(row.startTime, row.completionStartTime),
    usageDetails: row.usageDetails,
    costDetails: row.costDetails,
    usagePricingTierId: row.pricingTier?.id ?? null,
    usagePricingTierName: row.pricingTier?.name ?? null,
    modelId: row.pricing?.modelId ?? null,
    inputPrice: row.pricing?.inputPrice ?? null,
    outputPrice: row.pricing?.outputPrice ?? null,
    totalPrice: row.pricing?.totalPrice ?? null,
    calculatedInputCost: partCost(row, 'input'),
    calculatedOutputCost: partCost(row, 'output'),
    calculatedTotalCost: row.costDetails.total ?? 0,
    unit: 'TOKENS',
    promptTokens: input,
    completionTokens: output,
    totalTokens: total,
    usage: { unit: 'TOKENS', input, output, total },
  };
}

/** What every legacy answer about a trace carries; groups that were not asked for are emptied. */
export function toLegacyTrace(trace: Trace, projectId: string, withTexts: boolean): Record<string, unknown> {
  return {
    id: trace.id,
    projectId,
    name: textOrNull(trace.name),
    timestamp: iso(trace.timestamp),
    environment: trace.environment,
    tags: [...trace.tags].sort(),
    bookmarked: trace.bookmarked,
    release: textOrNull(trace.release),
    version: textOrNull(trace.version),
    userId: textOrNull(trace.userId),
    sessionId: textOrNull(trace.sessionId),
    public: trace.public,
    input: withTexts ? parsed(trace.input) : null,
    output: withTexts ? parsed(trace.output) : null,
    metadata: withTexts ? fullMetadata(trace, true) : {},
    createdAt: iso(trace.createdAt),
    updatedAt: iso(trace.updatedAt),
    externalId: null,
  };
}

export function traceMetrics(rows: readonly Observation[]): { totalCost: number; latency: number } {
  if (rows.length === 0) return { totalCost: 0, latency: 0 };
  const start = rows.reduce((first, row) => Math.min(first, row.startTime), Infinity);
  const end = rows.reduce((last, row) => Math.max(last, row.endTime ?? row.startTime), -Infinity);
  return { totalCost: rows.reduce((sum, row) => sum + (row.costDetails.total ?? 0), 0), latency: (end - start) / 1000 };
}

/** A trace that only OpenTelemetry told of: the server's own rule for rebuilding it from its rows. */
export function traceFromRows(traceId: string, rows: readonly Observation[]): Trace | undefined {
  const byTime = [...rows].sort((a, b) => a.startTime - b.startTime);
  const [first] = byTime;
  if (first === undefined) return undefined;
  const latest = <K extends keyof Observation>(key: K): Observation[K] | undefined =>
    [...byTime].reverse().find((row) => row[key] !== '' && row[key] !== null)?.[key];
  const root = byTime.find(({ parentObservationId }) => parentObservationId === null);
  return {
    id: traceId,
    timestamp: first.startTime,
    createdAt: Math.min(...rows.map(({ createdAt }) => createdAt)),
    updatedAt: Math.max(...rows.map(({ updatedAt }) => updatedAt)),
    name: latest('traceName') ?? root?.name ?? '',
    userId: latest('userId') ?? '',
    sessionId: latest('sessionId') ?? '',
    environment: first.environment,
    version: latest('version') ?? '',
    release: latest('release') ?? '',
    tags: [...new Set(rows.flatMap(({ tags }) => tags))],
    bookmarked: root?.bookmarked ?? false,
    public: rows.some((row) => row.public),
    input: root?.input ?? null,
    output: root?.output ?? null,
    metadata: root?.metadata ?? {},
    resource: root?.resource ?? null,
    scope: root?.scope ?? null,
  };
}

/** v2 knows sessions and data set runs as subjects, v1 does not. */
export function toLegacyScore(
  score: Score,
  projectId: string,
  trace: Trace | undefined,
  version: 1 | 2,
): Record<string, unknown> {
  const { value } = score;
  const ofTrace =
    trace === undefined
      ? null
      : { userId: textOrNull(trace.userId), tags: [...trace.tags].sort(), environment: trace.environment };
  return {
    id: score.id,
    projectId,
    environment: score.environment,
    name: score.name,
    ...(score.dataType === 'TEXT' ? {} : { value: typeof value === 'string' ? 0 : Number(value) }),
    source: score.source,
    authorUserId: score.authorUserId,
    comment: score.comment,
    metadata: score.metadata,
    configId: score.configId,
    queueId: score.queueId,
    executionTraceId: null,
    createdAt: iso(score.createdAt),
    updatedAt: iso(score.updatedAt),
    timestamp: iso(score.timestamp),
    traceId: score.traceId,
    observationId: score.observationId,
    ...(version === 2 ? { sessionId: score.sessionId, datasetRunId: score.experimentId } : {}),
    stringValue: typeof value === 'number' ? null : typeof value === 'boolean' ? (value ? 'True' : 'False') : value,
    dataType: score.dataType,
    trace: ofTrace === null || version === 1 ? ofTrace : { ...ofTrace, sessionId: textOrNull(trace!.sessionId) },
  };
}
