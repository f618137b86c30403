import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import type { Bucketing, Scope, TimeRange } from '../../../protocol/scope.ts';

/** Any ISO-8601 time with a zone; becomes UTC with milliseconds, as times are stored. */
const timeSchema = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: () => l10n.t('is no ISO 8601 time with a zone, such as 2026-01-31T09:00:00Z'),
  })
  .transform((time) => new Date(time).toISOString());

export const rangeSchema: z.ZodType<TimeRange> = z
  .object({ start: timeSchema, end: timeSchema })
  .refine(({ start, end }) => start < end, { error: () => l10n.t('must begin before it ends') });

const texts = z.array(z.string()).min(1).exactOptional();

export const filtersSchema = z
  .strictObject({
    models: texts,
    providers: texts,
    prompts: texts,
    promptVersions: z.array(z.number().int()).min(1).exactOptional(),
    environments: texts,
    traceNames: texts,
    agents: texts,
    users: texts,
    sessions: texts,
    tags: texts,
  })
  .refine(({ prompts, promptVersions }) => promptVersions === undefined || prompts?.length === 1, {
    error: () => l10n.t('versions need exactly one prompt'),
  });

export const scopeSchema: z.ZodType<Scope> = z.strictObject({
  range: rangeSchema,
  projectId: z.string().nullable().exactOptional(),
  filters: filtersSchema.exactOptional(),
});

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const timeZoneSchema = z
  .string()
  .refine(isTimeZone, { error: () => l10n.t('is no time zone, such as Europe/Paris') });

/** Fields of a question that gives values over time. */
export const bucketingFields = {
  bucket: z.enum(['hour', '3hours', 'day', 'week']),
  timeZone: timeZoneSchema,
} satisfies Record<keyof Bucketing, z.ZodType>;

/** The period of the same length right before. */
export function previousRange({ start, end }: TimeRange): TimeRange {
  const length = Date.parse(end) - Date.parse(start);
  return { start: new Date(Date.parse(start) - length).toISOString(), end: start };
}

/** The same scope over its previous period. */
export function previousScope(scope: Scope): Scope {
  return { ...scope, range: previousRange(scope.range) };
}
