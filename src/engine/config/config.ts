import * as l10n from '@vscode/l10n';
import path from 'node:path';
import * as z from 'zod';
import { EngineError } from '../errors.ts';
import { databaseBackends, sslModes } from './backends.ts';

/** Bounds and defaults of every setting, in one place; package.json and the CLI repeat none of them by hand (a test compares). */
export const settings = {
  pageSize: { min: 1, max: 1000, default: 1000 },
  intervalMinutes: { min: 1, max: 1440, default: 30 },
  lookbackHours: { min: 1, max: 87_600, default: 24 },
  overlapHours: { min: 0.5, max: 720, default: 24 },
  capturedTextLength: { min: 0, max: 10_000_000, default: 4000 },
} as const;

/** Request quotas differ by plan, and no endpoint tells the plan. `auto`: Hobby on Langfuse Cloud, none elsewhere. */
export const langfusePlans = ['auto', 'hobby', 'core', 'pro', 'selfHosted'] as const;

const baseUrl = z
  .string()
  .trim()
  .transform((text) => text.replace(/\/+$/, ''))
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    error: () => l10n.t('must be an http or https address, such as https://cloud.langfuse.com'),
  });

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

const bounded = (bounds: Bounds): z.ZodDefault<z.ZodNumber> =>
  z.number().min(bounds.min).max(bounds.max).default(bounds.default);

const whole = (bounds: Bounds): z.ZodDefault<z.ZodNumber> =>
  z
    .number()
    .int({ error: () => l10n.t('must be a whole number') })
    .min(bounds.min)
    .max(bounds.max)
    .default(bounds.default);

const names = (...defaults: string[]): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  z.array(z.string().trim().min(1)).default(defaults);

const text = (): z.ZodString =>
  z
    .string()
    .trim()
    .min(1, { error: () => l10n.t('must not be empty') });

/** A PostgreSQL server: one connection string, or its parts. */
const postgresSchema = z.object({
  /** postgres://user:password@host:port/database, with libpq's parameters; the parts then do not count. */
  connectionString: z
    .string()
    .trim()
    .refine((value) => /^postgres(ql)?:\/\//.test(value) && URL.canParse(value), {
      error: () => l10n.t('must be an address such as postgres://user:password@host:5432/database'),
    })
    .optional(),
  host: text().default('localhost'),
  port: z.number().int().min(1).max(65_535).default(5432),
  database: text().default('llm_metrics'),
  /** Absent: the name of the system's user. */
  user: text().optional(),
  password: z.string().optional(),
  /** As libpq's sslmode. Absent: disable for this machine, require for any other. */
  ssl: z.enum(sslModes).optional(),
  /** File with the certificate of the authority that signed the server's. */
  ca: text().optional(),
});

export const engineConfigSchema = z.object({
  /** Absolute path of the folder that .langfuse/ lives in. */
  workspace: z.string().refine((folder) => path.isAbsolute(folder), {
    error: () => l10n.t('must be an absolute path'),
  }),
  database: z
    .object({
      backend: z.enum(databaseBackends).default('sqlite'),
      /** Of the SQLite file: relative to the workspace, or absolute. */
      path: text().default('.langfuse/llm_metrics.db'),
      /** True leaves the metrics file out of .langfuse/.gitignore. */
      commitToGit: z.boolean().default(false),
      postgres: postgresSchema.prefault({}),
    })
    .prefault({}),
  langfuse: z.object({ baseUrl, publicKey: text(), secretKey: text() }).nullable().default(null),
  export: z
    .object({
      /** Rows asked for in one request (EXPORT_BATCH_SIZE). */
      pageSize: whole(settings.pageSize),
      intervalMinutes: bounded(settings.intervalMinutes),
      /** How far back the first export reaches (EXPORT_LOOKBACK_HOURS). */
      lookbackHours: bounded(settings.lookbackHours),
      /** How much of what is covered each run reads again, for late and changed rows. */
      overlapHours: bounded(settings.overlapHours),
      /** Characters kept of each prompt, completion, input and output; 0 keeps none. */
      capturedTextLength: whole(settings.capturedTextLength),
      plan: z.enum(langfusePlans).default('auto'),
    })
    .prefault({}),
  outcome: z
    .object({
      /** Boolean or categorical scores that say whether a run succeeded; the first name that a run carries decides. */
      successScores: names('success', 'task_success', 'correct', 'resolved', 'passed'),
      /** Categories of those scores that mean success, compared without case. */
      successCategories: names('success', 'succeeded', 'pass', 'passed', 'correct', 'resolved', 'good', 'yes', 'true'),
      /** Numeric scores from 0 to 1 that rate a result. */
      qualityScores: names('quality', 'quality_score', 'helpfulness', 'relevance', 'accuracy'),
      /** Numeric or boolean scores given by users. */
      feedbackScores: names('user_feedback', 'user-feedback', 'feedback', 'thumbs'),
    })
    .prefault({}),
  /** Alert rules as written; each is checked when it is evaluated, so that a broken one stops no other. */
  alerts: z.array(z.unknown()).default([]),
});

export type EngineConfigInput = z.input<typeof engineConfigSchema>;
export type EngineConfig = z.output<typeof engineConfigSchema>;
export type LangfusePlan = (typeof langfusePlans)[number];

/**
 * Validates what a host gathered from settings, environment and flags.
 * @param nameOf how the host's user knows a value (a setting's or a variable's name), by its path in the schema
 * @throws EngineError config.invalid that names each wrong value, never a secret's text
 */
export function parseConfig(input: EngineConfigInput, nameOf: (path: string) => string): EngineConfig {
  const result = engineConfigSchema.safeParse(input);
  if (result.success) {
    return result.data;
  }
  const problems = result.error.issues.map((issue) => `${nameOf(issue.path.join('.'))}: ${issue.message}`);
  throw new EngineError('config.invalid', problems.join('; '), {
    hint: l10n.t('Correct the value named above and try again.'),
  });
}

/** Absolute path of the metrics database. */
export function databasePath(config: EngineConfig): string {
  return path.resolve(config.workspace, config.database.path);
}
