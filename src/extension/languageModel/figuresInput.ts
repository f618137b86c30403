import { EngineError } from '../../engine/errors.ts';
import type { CostDimension } from '../../protocol/analytics.ts';
import type { Scope } from '../../protocol/scope.ts';

const figureTopics = ['models', 'costs', 'prompts', 'prompt_comparison', 'agents', 'fallbacks', 'summary'] as const;
type FigureTopic = (typeof figureTopics)[number];

/** What a model asked for, after package.json's schema; the engine validates scope and filters. */
export interface FiguresInput {
  readonly topic: FigureTopic;
  readonly scope: Scope;
  readonly compare: boolean;
  readonly by: CostDimension;
  readonly prompt: string | null;
  readonly versions: readonly string[];
}

const hour = 3_600_000;
const periods: Readonly<Record<string, number>> = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24, '90d': 90 * 24 };

/**
 * @param now milliseconds since the epoch
 * @throws EngineError question.invalid in words that a model can act on
 */
export function readFiguresInput(input: unknown, now: number): FiguresInput {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
  const topic = figureTopics.find((known) => known === fields.topic);
  if (topic === undefined) {
    throw new EngineError('question.invalid', `topic must be one of ${figureTopics.join(', ')}.`);
  }
  const prompt = typeof fields.prompt === 'string' && fields.prompt !== '' ? fields.prompt : null;
  if (topic === 'prompt_comparison' && prompt === null) {
    throw new EngineError('question.invalid', 'prompt_comparison needs `prompt`, the name of a prompt.');
  }
  return {
    topic,
    scope: { range: readRange(fields, now), filters: fields.filters ?? {} },
    compare: fields.compare !== false,
    by: typeof fields.by === 'string' ? (fields.by as CostDimension) : 'model',
    prompt,
    versions: Array.isArray(fields.versions) ? fields.versions.map(String) : [],
  };
}

function readRange({ period, start, end }: Readonly<Record<string, unknown>>, now: number): Scope['range'] {
  if (start === undefined && end === undefined) {
    const hours = periods[typeof period === 'string' ? period : '7d'];
    if (hours === undefined) {
      throw new EngineError('question.invalid', `period must be one of ${Object.keys(periods).join(', ')}.`);
    }
    return { start: new Date(now - hours * hour).toISOString(), end: new Date(now).toISOString() };
  }
  const from = timeOf(start);
  const to = end === undefined ? now : timeOf(end);
  if (!(from < to)) {
    throw new EngineError('question.invalid', 'start and end must be ISO-8601 times, start before end.');
  }
  return { start: new Date(from).toISOString(), end: new Date(to).toISOString() };
}

function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}
