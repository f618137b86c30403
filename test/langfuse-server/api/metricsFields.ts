import { sumOf } from '../data/totals.ts';
import { partCost } from './wire.ts';
import type { Observation, Score } from '../data/types.ts';

export type Cell = string | number | boolean | readonly string[] | null;

export interface Measure<T> {
  readonly read: (row: T) => number | null;
  /** Counted in whole numbers: a gap is 0, not null. */
  readonly integer: boolean;
}

const whole = <T>(read: (row: T) => number | null): Measure<T> => ({ read, integer: true });
const fraction = <T>(read: (row: T) => number | null): Measure<T> => ({ read, integer: false });
const textOrNull = (text: string | null): string | null => (text === '' ? null : text);

function millisecondsTo(row: Observation, end: number | null): number | null {
  return end === null ? null : end - row.startTime;
}

function perSecond(tokens: number, milliseconds: number | null): number | null {
  return milliseconds === null || milliseconds === 0 ? null : (tokens * 1000) / milliseconds;
}

/** Milliseconds and USD. Names and their order are those of the server's own error message. */
export const observationMeasures: Readonly<Record<string, Measure<Observation>>> = {
  count: whole(() => 1),
  traceId: whole(() => 1),
  uniqueUserIds: whole((row) => (row.userId === '' ? 0 : 1)),
  uniqueSessionIds: whole((row) => (row.sessionId === '' ? 0 : 1)),
  latency: fraction((row) => millisecondsTo(row, row.endTime)),
  streamingLatency: fraction((row) =>
    row.endTime === null || row.completionStartTime === null ? null : row.endTime - row.completionStartTime,
  ),
  inputTokens: whole((row) => sumOf(row.usageDetails, 'input')),
  outputTokens: whole((row) => sumOf(row.usageDetails, 'output')),
  totalTokens: whole((row) => row.usageDetails.total ?? 0),
  outputTokensPerSecond: fraction((row) =>
    perSecond(sumOf(row.usageDetails, 'output'), millisecondsTo(row, row.endTime)),
  ),
  tokensPerSecond: fraction((row) => perSecond(row.usageDetails.total ?? 0, millisecondsTo(row, row.endTime))),
  inputCost: fraction((row) => partCost(row, 'input')),
  outputCost: fraction((row) => partCost(row, 'output')),
  totalCost: fraction((row) => row.costDetails.total ?? null),
  timeToFirstToken: fraction((row) => millisecondsTo(row, row.completionStartTime)),
  countScores: whole(() => 0),
  toolDefinitions: whole(() => 0),
  toolCalls: whole(() => 0),
  costByType: fraction((row) => row.costDetails.total ?? null),
  usageByType: whole((row) => row.usageDetails.total ?? 0),
};

export const observationDimensions: Readonly<Record<string, (row: Observation) => Cell>> = {
  environment: (row) => row.environment,
  type: (row) => row.type,
  name: (row) => row.name,
  level: (row) => row.level,
  version: (row) => textOrNull(row.version),
  tags: (row) => row.tags,
  release: (row) => textOrNull(row.release),
  traceName: (row) => row.traceName,
  traceRelease: (row) => textOrNull(row.release),
  traceVersion: (row) => textOrNull(row.version),
  providedModelName: (row) => textOrNull(row.model),
  promptName: (row) => textOrNull(row.promptName),
  promptVersion: (row) => row.promptVersion,
  isRootObservation: (row) => row.isRoot,
  startTimeMonth: (row) => new Date(row.startTime).toISOString().slice(0, 7),
};

export const scoreMeasures: Readonly<Record<string, Measure<Score>>> = {
  count: whole(() => 1),
  value: fraction((score) => (typeof score.value === 'string' ? null : Number(score.value))),
};

export const scoreDimensions: Readonly<Record<string, (score: Score) => Cell>> = {
  environment: (score) => score.environment,
  name: (score) => score.name,
  source: (score) => score.source,
  dataType: (score) => score.dataType,
  configId: (score) => score.configId,
  timestampMonth: (score) => new Date(score.timestamp).toISOString().slice(0, 7),
  timestampDay: (score) => new Date(score.timestamp).toISOString().slice(0, 10),
  value: (score) => (typeof score.value === 'string' ? null : Number(score.value)),
  stringValue: (score) => (typeof score.value === 'string' ? score.value : null),
  booleanValue: (score) => (typeof score.value === 'boolean' ? score.value : null),
};
