import type { QuestionContext } from '../questions/question.ts';

/** What reading rows takes of a question's context. */
export type Database = Pick<QuestionContext, 'db' | 'dialect'>;
