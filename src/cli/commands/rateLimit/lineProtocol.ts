import * as z from 'zod';
import { outcomes } from '../../../protocol/limiter.ts';

const address = { provider: z.string(), model: z.string(), tier: z.string().optional() };
const filter = { provider: z.string().optional(), model: z.string().optional(), tier: z.string().optional() };
const estimate = {
  tokens: z.number().optional(),
  inputTokens: z.number().optional(),
  maxOutputTokens: z.number().optional(),
};
const usage = {
  tokens: z.number().optional(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  headers: z.record(z.string().toLowerCase(), z.coerce.string()).optional(),
};
const waiting = { waitSeconds: z.number().optional(), leaseSeconds: z.number().optional() };

const requestSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('acquire'), ...address, ...estimate, ...waiting, priority: z.number().optional() }),
  z.object({ op: z.literal('report'), reservation: z.string(), ...usage, outcome: z.enum(outcomes).optional() }),
  z.object({ op: z.literal('status'), ...filter }),
  z.object({
    op: z.literal('schedule'),
    item: z.string().optional(),
    ...address,
    ...estimate,
    payload: z.unknown().optional(),
    priority: z.number().optional(),
    notBefore: z.string().optional(),
    maxAttempts: z.number().optional(),
  }),
  z.object({ op: z.literal('next'), ...filter, ...waiting }),
  z.object({
    op: z.literal('complete'),
    item: z.string(),
    lease: z.string().optional(),
    ...usage,
    result: z.unknown().optional(),
  }),
  z.object({
    op: z.literal('fail'),
    item: z.string(),
    lease: z.string().optional(),
    ...usage,
    reason: z.string().optional(),
    retry: z.boolean().optional(),
    retryAfterSeconds: z.number().optional(),
  }),
]);

export type LineRequest = z.output<typeof requestSchema>;

/** What one line asks for, or why it cannot be answered; `id` is the line's own, null where it has none. */
export type ParsedLine =
  | { readonly id: unknown; readonly request: LineRequest; readonly error: null }
  | { readonly id: unknown; readonly request: null; readonly error: string };

export function parseLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { id: null, request: null, error: (error as Error).message };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { id: null, request: null, error: 'Expected a JSON object' };
  }
  const { id = null, ...fields } = value as Record<string, unknown>;
  const parsed = requestSchema.safeParse(named(fields));
  if (parsed.success) {
    return { id, request: parsed.data, error: null };
  }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { id, request: null, error: problems.join('; ') };
}

/** Names that the command line and Python use, as the schema calls them. */
const aliases: Readonly<Record<string, string>> = {
  wait: 'waitSeconds',
  request_id: 'item',
  error: 'reason',
  retryAfter: 'retryAfterSeconds',
};

function named(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => {
    const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [aliases[name] ?? aliases[camel] ?? camel, value];
  });
  const all = Object.fromEntries(entries);
  const takes = all.op === 'acquire' || all.op === 'next';
  return {
    // Of those who take something `lease` is its length, of those who end it its name.
    ...(takes && typeof all.lease === 'number' ? { leaseSeconds: all.lease } : {}),
    ...(all.failed === true ? { outcome: 'failed' } : {}),
    ...(all.unused === true ? { outcome: 'unused' } : {}),
    ...all,
  };
}
