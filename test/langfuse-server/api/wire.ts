import { sumOf } from '../data/totals.ts';
import type { Observation } from '../data/types.ts';

export interface WireOptions {
  readonly projectId: string;
  /** Field groups; names that are none are ignored. */
  readonly groups: ReadonlySet<string>;
  /** Uncut metadata values. */
  readonly wholeMetadata: boolean;
  /** Direct v4 writes flatten what OpenTelemetry adds into dotted keys; dual writes keep it nested. */
  readonly nestedMetadata: boolean;
}

/** Characters that the light table keeps of each metadata value. */
const keptCharacters = 200;

export function isoOrNull(time: number | null): string | null {
  return time === null ? null : iso(time);
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** A row of v2/observations with the groups asked for, keys in the server's order. */
export function toWireObservation(row: Observation, options: WireOptions): Record<string, unknown> {
  const { groups } = options;
  const basic = groups.has('basic');
  const wire: Record<string, unknown> = {
    id: row.id,
    traceId: row.traceId,
    startTime: iso(row.startTime),
    endTime: isoOrNull(row.endTime),
    projectId: options.projectId,
    parentObservationId: row.parentObservationId,
    type: row.type,
  };
  if (basic) {
    wire.name = row.name;
    wire.level = row.level;
    wire.statusMessage = row.statusMessage;
    wire.version = row.version;
    wire.environment = row.environment;
  }
  if (groups.has('time')) {
    wire.completionStartTime = isoOrNull(row.completionStartTime);
    wire.createdAt = iso(row.createdAt);
    wire.updatedAt = iso(row.updatedAt);
  }
  if (groups.has('io')) {
    wire.input = row.input;
    wire.output = row.output;
  }
  if (groups.has('metadata')) {
    const metadata = fullMetadata(row, options.nestedMetadata);
    wire.metadata = options.wholeMetadata ? metadata : cutMetadata(metadata);
  }
  if (groups.has('model')) addModel(wire, row);
  if (groups.has('usage')) addUsage(wire, row);
  if (groups.has('prompt')) {
    wire.promptId = row.promptId;
    wire.promptName = row.promptName;
    wire.promptVersion = row.promptVersion;
  }
  if (groups.has('usage')) {
    wire.usagePricingTierId = row.pricingTier?.id ?? null;
    wire.usagePricingTierName = row.pricingTier?.name ?? null;
  }
  addDurations(wire, row, groups);
  if (basic) {
    wire.userId = row.userId;
    wire.sessionId = row.sessionId;
    wire.isRootObservation = row.isRoot;
  }
  if (groups.has('trace_context')) {
    wire.traceName = row.traceName;
    wire.release = row.release;
    wire.tags = row.tags;
  }
  if (basic) {
    wire.bookmarked = row.bookmarked;
    wire.public = row.public;
  }
  const pricing = groups.has('model') ? row.pricing : null;
  wire.modelId = pricing?.modelId ?? null;
  wire.inputPrice = decimal(pricing?.inputPrice);
  wire.outputPrice = decimal(pricing?.outputPrice);
  wire.totalPrice = decimal(pricing?.totalPrice);
  return wire;
}

function addModel(wire: Record<string, unknown>, row: Observation): void {
  wire.model = row.model;
  wire.internalModelId = row.pricing?.modelId ?? '';
  wire.modelParameters = row.modelParameters ?? {};
}

function addUsage(wire: Record<string, unknown>, row: Observation): void {
  wire.usageDetails = row.usageDetails;
  wire.inputUsage = sumOf(row.usageDetails, 'input');
  wire.outputUsage = sumOf(row.usageDetails, 'output');
  wire.totalUsage = row.usageDetails.total ?? 0;
  wire.costDetails = row.costDetails;
  wire.inputCost = partCost(row, 'input');
  wire.outputCost = partCost(row, 'output');
  wire.totalCost = row.costDetails.total ?? 0;
}

export function partCost(row: Observation, kind: 'input' | 'output'): number | null {
  return Object.keys(row.costDetails).some((key) => key.includes(kind)) ? sumOf(row.costDetails, kind) : null;
}

/** Seconds. A duration of 0 comes as null when the group metrics is asked for; the first token only with its groups. */
function addDurations(wire: Record<string, unknown>, row: Observation, groups: ReadonlySet<string>): void {
  const latency = secondsBetween(row.startTime, row.endTime);
  wire.latency = latency === 0 && groups.has('metrics') ? null : latency;
  const asked = groups.has('metrics') || groups.has('time');
  wire.timeToFirstToken = asked ? secondsBetween(row.startTime, row.completionStartTime) : null;
}

export function secondsBetween(start: number, end: number | null): number | null {
  return end === null ? null : (end - start) / 1000;
}

function decimal(price: number | null | undefined): string | null {
  return price == null ? null : String(price);
}

const flatCache = new WeakMap<object, Record<string, unknown>>();

export function fullMetadata(
  row: Pick<Observation, 'metadata' | 'resource' | 'scope'>,
  nested: boolean,
): Record<string, unknown> {
  if (row.resource === null && row.scope === null) return { ...row.metadata };
  if (nested)
    return { ...row.metadata, resourceAttributes: row.resource ?? {}, scope: { ...row.scope, attributes: {} } };
  return { ...row.metadata, ...flatten('scope', row.scope), ...flatten('resourceAttributes', row.resource) };
}

function flatten(prefix: string, values: Readonly<Record<string, unknown>> | null): Record<string, unknown> {
  if (values === null) return {};
  let flat = flatCache.get(values);
  if (flat === undefined) {
    flat = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));
    flatCache.set(values, flat);
  }
  return flat;
}

/** Values are stored as text and cut as text: a large object comes back as the beginning of its JSON. */
function cutMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, cutValue(value)]));
}

function cutValue(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= keptCharacters) return value;
  const characters = Array.from(text.slice(0, keptCharacters * 2));
  return characters.length <= keptCharacters ? value : characters.slice(0, keptCharacters).join('');
}
