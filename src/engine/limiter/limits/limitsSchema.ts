import * as l10n from '@vscode/l10n';
import * as z from 'zod';

const whole = z
  .number()
  .int({ error: () => l10n.t('must be a whole number') })
  .min(1, { error: () => l10n.t('must be at least 1') });

const perWindow = (what: string): z.ZodOptional<z.ZodObject> =>
  z
    .strictObject({
      minute: whole.optional().describe(`${what} in any 60 seconds.`),
      hour: whole.optional().describe(`${what} in any 60 minutes.`),
      day: whole
        .optional()
        .describe(`${what} in any 24 hours, or in a calendar day where the provider resets at midnight.`),
    })
    .optional()
    .describe(`${what}, at most.`);

const name = z
  .string()
  .trim()
  .min(1, { error: () => l10n.t('must not be empty') });

const timeZone = name.refine(isTimeZone, {
  error: () => l10n.t('must be the name of a time zone, such as America/Los_Angeles'),
});

const entrySchema = z.strictObject({
  provider: name.toLowerCase().meta({
    description: 'openai, anthropic and gemini are counted as they count; any other name exactly as you report.',
    examples: ['openai', 'anthropic', 'gemini'],
  }),
  model: name
    .default('*')
    .describe(
      'A model, or a pattern with *. All models that match a pattern share one pool. Absent: all of the provider.',
    ),
  tier: name.optional().meta({
    description: 'Your tier with the provider. An entry without numbers takes those of the preset of this tier.',
    examples: ['free', 'tier1', 'tier2', 'tier3', 'tier4', 'tier5', 'start', 'build', 'scale'],
  }),
  time_zone: timeZone
    .optional()
    .describe('Days are calendar days in this time zone (IANA name). Absent: as the provider does, else any 24 hours.'),
  burst_seconds: z
    .number()
    .min(0.1)
    .max(60)
    .optional()
    .describe('How many seconds’ worth of a minute limit may be taken at once. Absent: all of it.'),
  requests: perWindow('Requests'),
  tokens: perWindow('Tokens, as the provider counts them'),
  input_tokens: perWindow('Input tokens'),
  output_tokens: perWindow('Output tokens'),
});

/** The limits file as users write it. */
export const limitsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  unknown: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe('What happens to calls of models that no entry covers: allow and count them, or refuse them.'),
  limits: z.array(entrySchema).default([]).describe('The most specific entry that matches a call applies.'),
});

export type LimitsFileEntry = z.output<typeof entrySchema>;

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
