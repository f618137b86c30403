import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import * as z from 'zod';

/** Shares of a limit at which a budget speaks up, when its rule names none. */
const budgetLevels = [0.5, 0.8, 0.95, 1];

const text = z.string().trim().min(1);
const names = z.array(text).min(1);
const usd = z.number().positive();
const share = z.number().positive().max(1);
const least = z.number().int().positive();
const hours = z.number().positive().max(8784);
const level = z.number().positive().max(10);

const filters = z.strictObject({
  models: names.optional(),
  providers: names.optional(),
  prompts: names.optional(),
  promptVersions: z.array(z.number().int().positive()).min(1).optional(),
  environments: names.optional(),
  traceNames: names.optional(),
  agents: names.optional(),
  users: names.optional(),
  sessions: names.optional(),
  tags: names.optional(),
});

const timeZone = z.string().refine(isTimeZone, {
  error: () => l10n.t('must be the name of a time zone, such as Europe/Paris'),
});

const common = {
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .describe('Names the alert in commands and notifications; kept when the rule changes.'),
  title: text.optional().describe('What people read; made from the rule when left out.'),
  filters: filters.optional().describe('Only these calls; values of one field are alternatives.'),
};

const ofMoney = {
  limitUsd: usd.describe('USD.'),
  timeZone: timeZone.optional().describe('In which days, weeks and months begin; the system’s when left out.'),
};

const levels = (defaults: number[]): z.ZodDefault<z.ZodArray<typeof level>> =>
  z
    .array(level)
    .min(1)
    .default(defaults)
    .describe('Shares of the limit at which the alert fires, each once in a period: 0.8 is 80 %.');

const ofCalls = {
  windowHours: hours.default(24).describe('The last so many hours are measured.'),
  minCalls: least.default(20).describe('With fewer calls nothing is said.'),
};

const budget = z.strictObject({
  kind: z.literal('budget').describe('Cost of the day, week or month so far.'),
  ...common,
  period: z.enum(['day', 'week', 'month']),
  ...ofMoney,
  levels: levels(budgetLevels),
});

const forecast = z.strictObject({
  kind: z.literal('forecast').describe('Cost that the month is heading for.'),
  ...common,
  ...ofMoney,
  levels: levels([1]),
});

const errorRate = z.strictObject({
  kind: z.literal('errorRate').describe('Share of calls that ended in an error.'),
  ...common,
  limit: share.describe('0 to 1.'),
  ...ofCalls,
});

const fallbackRate = z.strictObject({
  kind: z.literal('fallbackRate').describe('Share of calls that another model had to serve.'),
  ...common,
  limit: share.describe('0 to 1.'),
  ...ofCalls,
});

const latency = z.strictObject({
  kind: z.literal('latency').describe('A percentile of how long calls take.'),
  ...common,
  percentile: z.union([z.literal(50), z.literal(90), z.literal(95), z.literal(99)]).default(95),
  limitSeconds: z.number().positive(),
  ...ofCalls,
});

const noData = z.strictObject({
  kind: z.literal('noData').describe('No call for some time.'),
  ...common,
  hours,
});

const qualityDrop = z.strictObject({
  kind: z.literal('qualityDrop').describe('Mean quality score, less than in the period of the same length before.'),
  ...common,
  limit: z.number().positive().describe('How far the mean may fall, in points of the score.'),
  windowHours: hours.default(168).describe('The last so many hours are measured.'),
  minScores: least.default(20).describe('With fewer scores in either period nothing is said.'),
});

const ruleSchema = z.discriminatedUnion('kind', [
  budget,
  forecast,
  errorRate,
  fallbackRate,
  latency,
  noData,
  qualityDrop,
]);

/** `.langfuse/alerts.json`. Its JSON schema for editors, media/schemas/alerts.json, is made from it. */
export const alertsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  alerts: z.array(ruleSchema),
});

export type AlertRule = z.output<typeof ruleSchema> & { readonly id: string };
export type AlertKind = AlertRule['kind'];
export type RuleOf<K extends AlertKind> = Extract<AlertRule, { readonly kind: K }>;

export interface RuleProblem {
  readonly message: string;
  /** Path inside the rule to the wrong value. */
  readonly path: readonly PropertyKey[];
}

export type CheckedRule =
  | { readonly rule: AlertRule; readonly problems: null }
  | { readonly rule: null; readonly problems: readonly RuleProblem[] };

/** Validates one rule as it was written. Without an id it gets one that stays while the rule stays. */
export function checkRule(written: unknown): CheckedRule {
  const checked = ruleSchema.safeParse(written);
  if (!checked.success) {
    return { rule: null, problems: checked.error.issues.map(({ message, path }) => ({ message, path })) };
  }
  const { data } = checked;
  return { rule: { ...data, id: data.id ?? `${data.kind}-${fingerprint(data)}` }, problems: null };
}

/** Tells a rule from another with the same id: a changed rule starts anew. Its title does not matter. */
export function fingerprint(rule: z.output<typeof ruleSchema>): string {
  const content = { ...rule, id: undefined, title: undefined };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
