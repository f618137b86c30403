import type { Scope } from '../../../protocol/scope.ts';
import { judgeQuality } from '../../export/derive/outcome.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { scoresOfCallsInScope } from './callsInScope.ts';

export interface ScoredCall {
  readonly provider: string | null;
  readonly model: string | null;
  /** 0 to 1. */
  readonly quality: number;
}

/** Calls that carry a quality score of their own; the newest of the first listed name counts. */
export async function qualityOfCalls(context: QuestionContext, scope: Scope): Promise<readonly ScoredCall[]> {
  const rules = context.config.outcome;
  const scores = await scoresOfCallsInScope(context, scope)
    .where('score.name', 'in', rules.qualityScores)
    .select([
      'call.project_id',
      'call.trace_id',
      'call.id',
      'call.provider',
      'call.model',
      'score.name',
      'score.data_type',
      'score.value',
      'score.string_value',
      'score.created_at',
    ])
    .execute();
  const byCall = Map.groupBy(scores, (score) => JSON.stringify([score.project_id, score.trace_id, score.id]));
  return [...byCall.values()].flatMap((own) => {
    const [first] = own;
    const quality = judgeQuality(own, rules);
    return first === undefined || quality === null ? [] : [{ provider: first.provider, model: first.model, quality }];
  });
}
