import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { ApiError } from '../http/apiError.ts';
import { numbersOf, priceReported } from './usage.ts';
import type { Level, Observation, ObservationType } from '../data/types.ts';
import type { ApiContext, Handler } from './handler.ts';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const nanoseconds = z.union([z.string(), z.number()]);
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullish(),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes: z.array(attribute).default([]),
  status: z.object({ code: z.union([z.number(), z.string()]).optional(), message: z.string().optional() }).default({}),
});
const exportSchema = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes: z.array(attribute).default([]) }).default({ attributes: [] }),
        scopeSpans: z.array(
          z.object({
            scope: z
              .object({ name: z.string().default(''), version: z.string().default('') })
              .default({ name: '', version: '' }),
            spans: z.array(spanSchema),
          }),
        ),
      }),
    )
    .default([]),
});

type Span = z.output<typeof spanSchema>;
type Attributes = Readonly<Record<string, unknown>>;

/** POST otel/v1/traces: OTLP as JSON, gzip allowed. Attributes are mapped as Langfuse maps its own SDKs' and gen_ai's. */
export const ingestSpans: Handler = (context, request) => {
  const type = String(request.headers['content-type'] ?? '');
  if (!type.includes('application/json')) throw new ApiError(400, { error: 'Invalid content type' });
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body;
  const { resourceSpans } = parseExport(body);
  const rows = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = readAttributes(resource.attributes);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => toObservation(context, span, resourceAttributes, scope)),
    );
  });
  if (context.options.generation === 'events' || context.options.generation === 'dual')
    context.ingest(() => context.dataset.addRows(rows));
  else context.ingest(() => rows.forEach((row) => context.dataset.putRow(row)));
  return { body: {} };
};

function parseExport(body: Buffer): z.output<typeof exportSchema> {
  try {
    return exportSchema.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new ApiError(400, { error: 'Failed to parse OTel JSON' });
  }
}

function readAttributes(
  attributes: readonly { key: string; value: Readonly<Record<string, unknown>> }[],
): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]));
}

function readValue(value: Readonly<Record<string, unknown>>): unknown {
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return Number(value.doubleValue);
  if ('arrayValue' in value) {
    const { values = [] } = value.arrayValue as { values?: Record<string, unknown>[] };
    return values.map(readValue);
  }
  return value.stringValue ?? value.boolValue ?? null;
}

function toObservation(
  context: ApiContext,
  span: Span,
  resource: Attributes,
  scope: { name: string; version: string },
): Observation {
  const attributes = readAttributes(span.attributes);
  const first = (...keys: string[]): string | null => firstText(attributes, keys);
  const now = Date.now();
  const parent = span.parentSpanId === '' ? null : (span.parentSpanId ?? null);
  const appRoot = String(attributes['langfuse.internal.is_app_root']) === 'true';
  const isRoot = parent === null || appRoot;
  const model = first('langfuse.observation.model.name', 'gen_ai.response.model', 'gen_ai.request.model') ?? '';
  const type = typeOf(attributes, model);
  const promptName = type === 'GENERATION' ? first('langfuse.observation.prompt.name') : null;
  const promptVersion = promptName === null ? null : Number(attributes['langfuse.observation.prompt.version'] ?? NaN);
  return {
    id: span.spanId,
    traceId: span.traceId,
    parentObservationId: parent,
    type,
    name: first('gen_ai.tool.name') ?? span.name,
    startTime: milliseconds(span.startTimeUnixNano),
    endTime: milliseconds(span.endTimeUnixNano),
    completionStartTime: timeOf(attributes['langfuse.observation.completion_start_time']),
    createdAt: now,
    updatedAt: now,
    level: levelOf(attributes, span),
    statusMessage: first('langfuse.observation.status_message') ?? span.status.message ?? '',
    version: first('langfuse.version') ?? firstText(resource, ['service.version']) ?? '',
    release: first('langfuse.release') ?? firstText(resource, ['langfuse.release']) ?? '',
    environment:
      first('langfuse.environment', 'deployment.environment.name', 'deployment.environment') ??
      firstText(resource, ['langfuse.environment', 'deployment.environment.name', 'deployment.environment']) ??
      'default',
    userId: first('langfuse.user.id', 'user.id') ?? '',
    sessionId: first('langfuse.session.id', 'session.id', 'gen_ai.conversation.id') ?? '',
    traceName: first('langfuse.trace.name') ?? (isRoot ? span.name : null),
    tags: tagsOf(attributes['langfuse.trace.tags']),
    isRoot,
    bookmarked: false,
    public: String(attributes['langfuse.trace.public']) === 'true',
    input: first('langfuse.observation.input', 'input.value', 'gen_ai.input.messages'),
    output: first('langfuse.observation.output', 'output.value', 'gen_ai.output.messages'),
    metadata: metadataOf(attributes),
    resource: readable(resource),
    scope: { name: scope.name, version: scope.version },
    model,
    modelParameters: jsonOf(attributes['langfuse.observation.model.parameters']) ?? {},
    ...priceReported(model, usageOf(attributes), numbersOf(jsonOf(attributes['langfuse.observation.cost_details']))),
    promptId:
      context.dataset.prompts.find(({ name, version }) => name === promptName && version === promptVersion)?.id ?? '',
    promptName: promptName ?? '',
    promptVersion: promptVersion === null || Number.isNaN(promptVersion) ? null : promptVersion,
    synthetic: false,
  };
}

const types: readonly ObservationType[] = [
  'SPAN',
  'GENERATION',
  'EVENT',
  'AGENT',
  'TOOL',
  'CHAIN',
  'RETRIEVER',
  'EVALUATOR',
  'EMBEDDING',
  'GUARDRAIL',
];
const operations: Readonly<Record<string, ObservationType>> = {
  chat: 'GENERATION',
  completion: 'GENERATION',
  text_completion: 'GENERATION',
  generate_content: 'GENERATION',
  generate: 'GENERATION',
  embeddings: 'EMBEDDING',
  invoke_agent: 'AGENT',
  create_agent: 'AGENT',
  execute_tool: 'TOOL',
};

function typeOf(attributes: Attributes, model: string): ObservationType {
  const named = firstText(attributes, ['langfuse.observation.type'])?.toUpperCase();
  const known = types.find((type) => type === named);
  if (known !== undefined) return known;
  const operation = firstText(attributes, ['gen_ai.operation.name']);
  const mapped = operation === null ? undefined : operations[operation];
  return mapped ?? (model === '' ? 'SPAN' : 'GENERATION');
}

const levels: Readonly<Record<string, Level>> = {
  DEBUG: 'DEBUG',
  TRACE: 'DEBUG',
  DEFAULT: 'DEFAULT',
  INFO: 'DEFAULT',
  WARNING: 'WARNING',
  WARN: 'WARNING',
  ERROR: 'ERROR',
  FATAL: 'ERROR',
};

function levelOf(attributes: Attributes, span: Span): Level {
  const level = firstText(attributes, ['langfuse.observation.level']);
  const failed = span.status.code === 2 || span.status.code === 'STATUS_CODE_ERROR';
  return (level === null ? undefined : levels[level.toUpperCase()]) ?? (failed ? 'ERROR' : 'DEFAULT');
}

function usageOf(attributes: Attributes): Record<string, number> {
  const own = jsonOf(attributes['langfuse.observation.usage_details']);
  if (own !== undefined) return numbersOf(own);
  return numbersOf({
    input: attributes['gen_ai.usage.input_tokens'],
    output: attributes['gen_ai.usage.output_tokens'],
  });
}

const metadataPrefixes = ['langfuse.observation.metadata', 'langfuse.trace.metadata', 'langfuse.metadata'];

/** One attribute a key, or one with all as JSON; values that are JSON are read back as such. */
function metadataOf(attributes: Attributes): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  for (const prefix of metadataPrefixes) {
    const whole = jsonOf(attributes[prefix]);
    if (typeof whole === 'object' && whole !== null) Object.assign(metadata, whole);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith(`${prefix}.`)) metadata[key.slice(prefix.length + 1)] = readStored(value);
    }
  }
  return metadata;
}

function readable(values: Attributes): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, readStored(value)]));
}

/** Metadata is stored as text and parsed on read; integers that JavaScript cannot hold stay text. */
function readStored(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const parsed = JSON.parse(value) as unknown;
    return typeof parsed === 'number' && Number.isInteger(parsed) && !Number.isSafeInteger(parsed) ? value : parsed;
  } catch {
    return value;
  }
}

function tagsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  const parsed = readStored(value);
  if (Array.isArray(parsed)) return parsed.map(String);
  return typeof value === 'string' ? value.split(',').map((tag) => tag.trim()) : [];
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  const parsed = readStored(value);
  return typeof parsed === 'object' ? parsed : undefined;
}

function timeOf(value: unknown): number | null {
  return typeof value === 'string' ? Date.parse(value.replaceAll('"', '')) : null;
}

function firstText(attributes: Attributes, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = attributes[key];
    if (value !== undefined && value !== null && value !== '')
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
  return null;
}

/** Nanoseconds are floored to milliseconds. */
function milliseconds(value: string | number): number {
  return Number(BigInt(value) / 1_000_000n);
}
