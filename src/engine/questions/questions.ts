import * as l10n from '@vscode/l10n';
import type { QuestionAnswer, QuestionName } from '../../protocol/questions.ts';
import { namedQueriesQuestion } from '../analytics/queries/namedQueries.ts';
import {
  facetsQuestion,
  observationQuestion,
  traceChildrenQuestion,
  traceCountQuestion,
  traceGroupsQuestion,
  traceQuestion,
  tracesQuestion,
} from '../browse/questions.ts';
import { EngineError } from '../errors.ts';
import type { Question, QuestionContext } from './question.ts';

/** Every question by its name. */
const questions: { readonly [Q in QuestionName]?: Question<Q> } = {
  namedQueries: namedQueriesQuestion,
  traceGroups: traceGroupsQuestion,
  traces: tracesQuestion,
  traceCount: traceCountQuestion,
  trace: traceQuestion,
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
