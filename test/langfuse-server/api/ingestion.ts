import { z } from 'zod';
import { ApiError } from '../http/apiError.ts';
import { parseRequest } from '../http/query.ts';
import { parseJson, storeScore } from './scoreIngestion.ts';
import { numbersOf, priceReported, readUsage } from './usage.ts';
import type { Level, Observation, ObservationType, Trace } from '../data/types.ts';
import type { ApiContext, Handler } from './handler.ts';

const batchSchema = z.object({
  batch: z.array(
    z.object({ id: z.string(), type: z.string(), timestamp: z.string(), body: z.record(z.string(), z.unknown()) }),
  ),
});

type Event = z.output<typeof batchSchema>['batch'][number];
type Body = Readonly<Record<string, unknown>>;

/** What legacy senders said of one trace so far, by the ids of its parts. */
export interface TraceDraft {
  body: Body;
  readonly createdAt: number;
  readonly observations: Map<string, { body: Body; readonly type: string; readonly createdAt: number }>;
}

/** POST ingestion: the legacy SDKs' batches. Always 207; where only events are kept, scores alone pass. */
export const ingestBatch: Handler = (context, request) => {
  const { batch } = parseRequest(batchSchema, parseJson(request.body));
  const bearer = String(request.headers.authorization).startsWith('Bearer ');
  const successes: object[] = [];
  const errors: object[] = [];
  const changed = new Set<string>();
  for (const event of [...batch].sort(createsFirst)) {
    try {
      if (bearer && event.type !== 'score-create')
        throw new ApiError(401, { message: 'Access Scope Denied', error: 'UnauthorizedError' });
      const traceId = takeEvent(context, event);
      if (traceId !== null) changed.add(traceId);
      successes.push({ id: event.id, status: 201 });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push({ id: event.id, status: error.status, ...error.body });
    }
  }
  context.ingest(() => {
    for (const traceId of changed) writeTrace(context, traceId);
  });
  return { status: 207, body: { successes, errors } };
};

function createsFirst(a: Event, b: Event): number {
  return (
    Number(a.type.endsWith('-update')) - Number(b.type.endsWith('-update')) ||
    Date.parse(a.timestamp) - Date.parse(b.timestamp)
  );
}

/** Returns the id of the trace that changed; null for scores and logs. */
function takeEvent(context: ApiContext, { type, timestamp, body }: Event): string | null {
  if (type === 'score-create') {
    storeScore(context, body, Date.parse(timestamp));
    return null;
  }
  if (type === 'sdk-log') return null;
  if (context.options.generation === 'events')
    throw new ApiError(400, { message: 'Event type not accepted', error: notAccepted(type) });
  const id = textOf(body.id) ?? '';
  if (type === 'trace-create') {
    const draft = draftOf(context, id);
    draft.body = merge(draft.body, { timestamp, ...body });
    return id;
  }
  const match =
    /^(event|span|generation|agent|tool|chain|retriever|evaluator|embedding|guardrail|observation)-(create|update)$/.exec(
      type,
    );
  if (match === null) throw new ApiError(400, { message: 'Invalid request data', error: `Unknown event type ${type}` });
  const traceId = textOf(body.traceId) ?? traceOfDraft(context, id) ?? id;
  const { observations } = draftOf(context, traceId);
  const known = observations.get(id);
  const ownType = match[1] === 'observation' ? textOf(body.type) : match[1]?.toUpperCase();
  observations.set(id, {
    body: merge(known?.body ?? { startTime: timestamp }, body),
    type: known?.type ?? ownType ?? 'SPAN',
    createdAt: known?.createdAt ?? Date.now(),
  });
  return traceId;
}

function notAccepted(type: string): string {
  return `Event type "${type}" is not accepted by /api/public/ingestion when LANGFUSE_MIGRATION_V4_WRITE_MODE is events_only. This endpoint only accepts score and log events. Upgrade the client or integration to a v4-compatible SDK or OTLP ingestion path. As a temporary migration bridge, set LANGFUSE_MIGRATION_V4_WRITE_MODE=dual on both the web and worker services and redeploy. Docs: https://langfuse.com/self-hosting/upgrade/upgrade-guides/upgrade-v3-to-v4`;
}

function draftOf({ drafts }: ApiContext, traceId: string): TraceDraft {
  let draft = drafts.get(traceId);
  if (draft === undefined) {
    draft = { body: {}, createdAt: Date.now(), observations: new Map() };
    drafts.set(traceId, draft);
  }
  return draft;
}

/** Updates may leave the trace out. */
function traceOfDraft({ drafts }: ApiContext, observationId: string): string | null {
  for (const [traceId, { observations }] of drafts) if (observations.has(observationId)) return traceId;
  return null;
}

/** Later values win; null and absent ones erase nothing; metadata is merged by key. */
function merge(old: Body, update: Body): Body {
  const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== null && value !== undefined));
  const metadata = { ...(old.metadata as object | undefined), ...(given.metadata as object | undefined) };
  return { ...old, ...given, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) };
}

function writeTrace(context: ApiContext, traceId: string): void {
  const draft = draftOf(context, traceId);
  const { dataset } = context;
  const hasEvents = context.options.generation === 'dual';
  const rows = [...draft.observations].map(([id, { body, type, createdAt }]) =>
    toObservation(context, traceId, draft, { id, body, type, createdAt }),
  );
  const trace = toTrace(traceId, draft, rows);
  dataset.putTrace(trace);
  for (const row of rows) {
    const underRoot = hasEvents && row.parentObservationId === null;
    dataset.putRow(underRoot ? { ...row, parentObservationId: `t-${traceId}`, isRoot: false } : row);
  }
  if (hasEvents) dataset.putRow(syntheticRoot(trace));
}

function toTrace(id: string, { body, createdAt }: TraceDraft, rows: readonly Observation[]): Trace {
  const input = asText(body.input);
  const output = asText(body.output);
  return {
    id,
    timestamp: timeOf(body.timestamp) ?? rows[0]?.startTime ?? createdAt,
    createdAt,
    updatedAt: Date.now(),
    ...sharedFields(body),
    name: textOf(body.name) ?? '',
    bookmarked: false,
    input,
    output,
    metadata: (body.metadata ?? {}) as Record<string, unknown>,
    resource: null,
    scope: null,
  };
}

/** What the server copies from a trace to all its rows. */
function sharedFields(
  body: Body,
): Pick<Observation, 'userId' | 'sessionId' | 'environment' | 'version' | 'release' | 'tags' | 'public'> {
  return {
    userId: textOf(body.userId) ?? '',
    sessionId: textOf(body.sessionId) ?? '',
    environment: textOf(body.environment) ?? 'default',
    version: textOf(body.version) ?? '',
    release: textOf(body.release) ?? '',
    tags: (body.tags ?? []) as string[],
    public: body.public === true,
  };
}

interface ObservationDraft {
  readonly id: string;
  readonly body: Body;
  readonly type: string;
  readonly createdAt: number;
}

function toObservation(
  context: ApiContext,
  traceId: string,
  draft: TraceDraft,
  { id, body, type, createdAt }: ObservationDraft,
): Observation {
  const model = textOf(body.model) ?? '';
  const reported = body.usageDetails ?? body.usage;
  const prompt = context.dataset.prompts.find(
    ({ name, version }) => name === body.promptName && version === body.promptVersion,
  );
  return {
    id,
    traceId,
    parentObservationId: textOf(body.parentObservationId),
    type: type as ObservationType,
    name: textOf(body.name) ?? '',
    startTime: timeOf(body.startTime) ?? createdAt,
    endTime: timeOf(body.endTime),
    completionStartTime: timeOf(body.completionStartTime),
    createdAt,
    updatedAt: Date.now(),
    level: (textOf(body.level) ?? 'DEFAULT') as Level,
    statusMessage: textOf(body.statusMessage) ?? '',
    traceName: textOf(draft.body.name),
    ...sharedFields({ ...draft.body, ...(body.version === undefined ? {} : { version: body.version }) }),
    isRoot: false,
    bookmarked: false,
    input: asText(body.input),
    output: asText(body.output),
    metadata: { ...(draft.body.metadata as object | undefined), ...(body.metadata as object | undefined) },
    resource: null,
    scope: null,
    model,
    modelParameters: body.modelParameters ?? null,
    ...priceReported(model, readUsage(reported), numbersOf(body.costDetails)),
    promptId: prompt?.id ?? '',
    promptName: textOf(body.promptName) ?? '',
    promptVersion: typeof body.promptVersion === 'number' ? body.promptVersion : null,
    synthetic: false,
  };
}

function syntheticRoot(trace: Trace): Observation {
  return {
    ...trace,
    id: `t-${trace.id}`,
    traceId: trace.id,
    parentObservationId: null,
    type: 'SPAN',
    startTime: trace.timestamp,
    endTime: null,
    completionStartTime: null,
    level: 'DEFAULT',
    statusMessage: '',
    traceName: trace.name,
    isRoot: true,
    model: '',
    modelParameters: {},
    pricing: null,
    pricingTier: null,
    usageDetails: {},
    costDetails: {},
    promptId: '',
    promptName: '',
    promptVersion: null,
    synthetic: true,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function timeOf(value: unknown): number | null {
  return typeof value === 'string' ? Date.parse(value) : null;
}

/** Texts are stored as they are, anything else as its JSON. */
function asText(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
