import * as l10n from '@vscode/l10n';
import type { QuestionAnswer, QuestionName } from '../../protocol/questions.ts';
import { alertStatesQuestion } from '../analytics/alerts/alertStates.ts';
import { coverageQuestion } from '../analytics/calls/coverage.ts';
import { modelsQuestion } from '../analytics/calls/models.ts';
import { summaryQuestion } from '../analytics/calls/summary.ts';
import { usageQuestion } from '../analytics/calls/usage.ts';
import { costsQuestion } from '../analytics/costs/costs.ts';
import { repriceQuestion } from '../analytics/costs/reprice.ts';
import { spendQuestion } from '../analytics/costs/spend.ts';
import { fallbacksQuestion } from '../analytics/fallbacks/fallbacks.ts';
import { agentsQuestion } from '../analytics/agents/agents.ts';
import { agentTasksQuestion } from '../analytics/agents/agentTasks.ts';
import { promptComparisonQuestion } from '../analytics/prompts/promptComparison.ts';
import { promptDriftQuestion } from '../analytics/prompts/promptDrift.ts';
import { promptFailuresQuestion } from '../analytics/prompts/promptFailures.ts';
import { promptLensQuestion } from '../analytics/prompts/promptLens.ts';
import { promptOutcomesQuestion, promptsQuestion } from '../analytics/prompts/prompts.ts';
import { promptTrendQuestion } from '../analytics/prompts/promptTrend.ts';
import { promptVersionQuestion } from '../analytics/prompts/promptVersion.ts';
import { schemaQuestion } from '../analytics/queries/databaseSchema.ts';
import { namedQueriesQuestion } from '../analytics/queries/namedQueries.ts';
import {
  facetsQuestion,
  observationQuestion,
  traceChildrenQuestion,
  traceCountQuestion,
  traceGroupsQuestion,
  traceOutlineQuestion,
  traceQuestion,
  traceSearchQuestion,
  tracesQuestion,
} from '../browse/questions.ts';
import { EngineError } from '../errors.ts';
import type { Question, QuestionContext } from './question.ts';

/** Every question by its name. */
const questions: { readonly [Q in QuestionName]?: Question<Q> } = {
  summary: summaryQuestion,
  models: modelsQuestion,
  usage: usageQuestion,
  coverage: coverageQuestion,
  costs: costsQuestion,
  spend: spendQuestion,
  reprice: repriceQuestion,
  fallbacks: fallbacksQuestion,
  alertStates: alertStatesQuestion,
  namedQueries: namedQueriesQuestion,
  schema: schemaQuestion,
  prompts: promptsQuestion,
  promptOutcomes: promptOutcomesQuestion,
  promptComparison: promptComparisonQuestion,
  promptTrend: promptTrendQuestion,
  promptDrift: promptDriftQuestion,
  promptFailures: promptFailuresQuestion,
  promptLens: promptLensQuestion,
  promptVersion: promptVersionQuestion,
  agents: agentsQuestion,
  agentTasks: agentTasksQuestion,
  traceGroups: traceGroupsQuestion,
  traces: tracesQuestion,
  traceCount: traceCountQuestion,
  trace: traceQuestion,
  traceOutline: traceOutlineQuestion,
  traceSearch: traceSearchQuestion,
  traceChildren: traceChildrenQuestion,
  observation: observationQuestion,
  facets: facetsQuestion,
};

/**
 * Answers one question.
 * @param params as a host received them; validated here
 * @throws EngineError question.invalid that names each wrong parameter
 */
export async function answerQuestion<Q extends QuestionName>(
  name: Q,
  params: unknown,
  context: QuestionContext,
): Promise<QuestionAnswer<Q>> {
  const question: Question<Q> | undefined = Object.hasOwn(questions, name) ? questions[name] : undefined;
  if (question === undefined) {
    throw new EngineError('question.invalid', l10n.t('There is no question named {0}.', name));
  }
  const checked = question.params.safeParse(params);
  if (!checked.success) {
    const problems = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new EngineError('question.invalid', `${name}: ${problems.join('; ')}`, {
      hint: l10n.t('Correct the value named above and try again.'),
    });
  }
  return question.answer(checked.data, context);
}
