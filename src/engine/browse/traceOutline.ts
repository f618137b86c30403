import type { Kysely } from 'kysely';
import type {
  ObservationSummary,
  ScoreSummary,
  StepColumns,
  TraceDetail,
  TraceOutline,
  TraceParams,
} from '../../protocol/browse.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { traceDetail } from './traceDetail.ts';

/** From this value on a rating is a good one, as in the derived tables. */
const goodFrom = 0.5;

/**
 * A trace with its observations in columns; null when there is none of that id.
 * @param ratingName the score that ratings of people are written as
 */
export async function traceOutline(
  db: Kysely<MetricsSchema>,
  trace: TraceParams,
  ratingName: string,
): Promise<TraceOutline | null> {
  const detail = await traceDetail(db, trace);
  if (detail === null) {
    return null;
  }
  const { observationsInOrder, ...summary } = detail;
  return { ...summary, rating: ratingOf(detail, ratingName), steps: stepColumns(observationsInOrder) };
}

function ratingOf({ scores }: TraceDetail, name: string): boolean | null {
  const rated = (score: ScoreSummary): boolean =>
    score.name === name && score.observationId === null && score.value !== null;
  const value = scores.findLast(rated)?.value ?? null;
  return value === null ? null : value >= goodFrom;
}

/** Texts that repeat, each once, in the order of their first use. */
class TextNumbers {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    const number = this.texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  orNull(text: string | null): number | null {
    return text === null ? null : this.numberOf(text);
  }
}

/** @param observations by start time then id */
function stepColumns(observations: readonly ObservationSummary[]): StepColumns {
  const numbers = new TextNumbers();
  const rows = new Map(observations.map(({ id }, row) => [id, row]));
  const first = observations[0];
  const origin = first === undefined ? 0 : Date.parse(first.startedAt);
  const after = (time: string | null): number | null => (time === null ? null : Date.parse(time) - origin);
  return {
    ids: observations.map(({ id }) => id),
    parents: observations.map(({ parentId }) => (parentId === null ? null : (rows.get(parentId) ?? null))),
    orphans: observations.filter(({ orphan }) => orphan).length,
    types: observations.map(({ type }) => numbers.numberOf(type)),
    names: observations.map(({ name }) => numbers.orNull(name)),
    levels: observations.map(({ level }) => numbers.numberOf(level)),
    statusMessages: observations.map(({ statusMessage }) => numbers.orNull(statusMessage)),
    models: observations.map(({ model }) => numbers.orNull(model)),
    origin,
    starts: observations.map(({ startedAt }) => Date.parse(startedAt) - origin),
    ends: observations.map(({ endedAt }) => after(endedAt)),
    firstTokens: observations.map(({ firstTokenAt }) => after(firstTokenAt)),
    tokens: observations.map(({ tokens }) => tokens),
    costsUsd: observations.map(({ costUsd }) => costUsd),
    fallbacks: observations.flatMap(({ fallback }, row) => (fallback ? [row] : [])),
    texts: numbers.texts,
  };
}
