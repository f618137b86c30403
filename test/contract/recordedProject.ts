import type { Recording } from './recordings.ts';
import type { Dataset } from '../langfuse-server/data/dataset.ts';
import type { Observation, PromptVersion, Score } from '../langfuse-server/data/types.ts';

type Json = Record<string, unknown>;

/** Puts every row that the recordings show into the stand-in's empty project, so that it can be asked the same. */
export function loadRecordedProject(dataset: Dataset, recordings: readonly Recording[]): void {
  dataset.addRows([...mergeRows(recordings, '/api/public/v2/observations').values()].map(toObservation));
  for (const score of mergeRows(recordings, '/api/public/v3/scores').values()) dataset.putScore(toScore(score));
  for (const recording of recordings) {
    const prompt = recording.body as Json;
    if (recording.status === 200 && recording.target.startsWith('/api/public/v2/prompts/'))
      dataset.putPrompt(toPrompt(prompt));
  }
}

/** One row an id, with all that any answer told of it. Answers cut metadata: of two values the longer is the whole one. */
function mergeRows(recordings: readonly Recording[], path: string): ReadonlyMap<string, Json> {
  const rows = new Map<string, Json>();
  for (const recording of recordings) {
    if (recording.status !== 200 || recording.method !== 'GET' || recording.target.split('?')[0] !== path) continue;
    for (const row of (recording.body as { data: Json[] }).data) {
      const key = JSON.stringify([row.traceId, row.id]);
      const known = rows.get(key) ?? {};
      const metadata = [known.metadata, row.metadata].sort((a, b) => length(b) - length(a))[0];
      const told = Object.entries(row).filter(([name, value]) => value !== null || !(name in known));
      rows.set(key, { ...known, ...Object.fromEntries(told), ...(metadata === undefined ? {} : { metadata }) });
    }
  }
  return rows;
}

function length(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

function toObservation(row: Json): Observation {
  const modelId = (row.modelId ?? '') as string;
  const tierId = row.usagePricingTierId as string | null | undefined;
  const price = (value: unknown): number | null => (value == null ? null : Number(value));
  return {
    ...(row as unknown as Observation),
    startTime: time(row.startTime)!,
    endTime: time(row.endTime),
    completionStartTime: time(row.completionStartTime),
    createdAt: time(row.createdAt) ?? 0,
    updatedAt: time(row.updatedAt) ?? 0,
    isRoot: row.isRootObservation === true,
    traceName: (row.traceName ?? null) as string | null,
    tags: (row.tags ?? []) as string[],
    input: (row.input ?? null) as string | null,
    output: (row.output ?? null) as string | null,
    metadata: (row.metadata ?? {}) as Json,
    resource: null,
    scope: null,
    model: (row.model ?? '') as string,
    pricing:
      modelId === ''
        ? null
        : {
            modelId,
            inputPrice: price(row.inputPrice),
            outputPrice: price(row.outputPrice),
            totalPrice: price(row.totalPrice),
          },
    pricingTier: tierId == null ? null : { id: tierId, name: row.usagePricingTierName as string },
    usageDetails: (row.usageDetails ?? {}) as Record<string, number>,
    costDetails: (row.costDetails ?? {}) as Record<string, number>,
    promptId: (row.promptId ?? '') as string,
    promptName: (row.promptName ?? '') as string,
    promptVersion: (row.promptVersion ?? null) as number | null,
    synthetic: false,
  };
}

function toScore(row: Json): Score {
  const subject = (row.subject ?? { kind: 'trace', id: '' }) as { kind: string; id: string; traceId?: string };
  return {
    ...(row as unknown as Score),
    timestamp: time(row.timestamp)!,
    createdAt: time(row.createdAt)!,
    updatedAt: time(row.updatedAt)!,
    traceId: subject.kind === 'trace' ? subject.id : (subject.traceId ?? null),
    observationId: subject.kind === 'observation' ? subject.id : null,
    sessionId: subject.kind === 'session' ? subject.id : null,
    experimentId: null,
  };
}

function toPrompt(body: Json): PromptVersion {
  return { ...(body as unknown as PromptVersion), createdAt: time(body.createdAt)!, updatedAt: time(body.updatedAt)! };
}

function time(value: unknown): number | null {
  return typeof value === 'string' ? Date.parse(value) : null;
}
