import type { Kysely } from 'kysely';
import type * as z from 'zod';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../protocol/questions.ts';
import type { EngineConfig } from '../config/config.ts';
import type { Clock } from '../ports.ts';
import type { MetricsSchema } from '../store/schema.ts';
import type { SqlDialect } from '../store/sqlDialect.ts';

/** What a question may use. All queries of one question see the same state of the database. */
export interface QuestionContext {
  readonly db: Kysely<MetricsSchema>;
  /** What `db` writes otherwise than the other backend. */
  readonly dialect: SqlDialect;
  readonly clock: Clock;
  readonly config: EngineConfig;
  readonly signal: AbortSignal | undefined;
}

/** One question: what it may be asked with, and how it is answered. */
export interface Question<Q extends QuestionName> {
  readonly params: z.ZodType<QuestionParams<Q>>;
  answer(params: QuestionParams<Q>, context: QuestionContext): Promise<QuestionAnswer<Q>>;
}
