import assert from 'node:assert/strict';
import type { Workspace } from '../../../integration/cli/workspace.ts';
import type { ShownNumbers } from './shownNumbers.ts';
import * as written from './writtenNumbers.ts';

type Value = string | number | null;
type Step = Readonly<
  Record<'id' | 'parent' | 'name' | 'type' | 'model' | 'message' | 'level' | 'starts' | 'ends', string | null>
> &
  Readonly<Record<'fallback' | 'tokens' | 'usd', number | null>>;

const { day } = written.moments('Europe/Paris');
const second = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', timeStyle: 'medium' });
const milliseconds = (instant: Value): number => Date.parse(String(instant));

/** Claims the head of a trace and all its steps, as plain SQL finds them. */
export async function claimTrace(shown: ShownNumbers, workspace: Workspace, id: string): Promise<void> {
  const [trace] = workspace.sql(`SELECT * FROM llm_traces WHERE id = '${id}'`) as Readonly<Record<string, Value>>[];
  assert.ok(trace !== undefined);
  const steps = workspace.sql(
    `SELECT id, parent_observation_id AS parent, name, observation_type AS type, model, status_message AS message, level,
       start_time AS starts, end_time AS ends, 0 AS fallback, total_tokens AS tokens, cost_usd AS usd
     FROM llm_generations WHERE trace_id = '${id}'
     UNION ALL SELECT id, parent_observation_id, name, observation_type, NULL, status_message, level, start_time, end_time,
       0, NULL, NULL FROM llm_spans WHERE trace_id = '${id}'
     UNION ALL SELECT id, parent_observation_id, event_name, 'EVENT', fallback_model, status_message, level, created_at, NULL,
       event_type = 'fallback', NULL, NULL FROM llm_events WHERE trace_id = '${id}'`,
  ) as unknown as readonly Step[];
  const or = (value: Value | undefined, write: (value: number) => string, missing: string): string =>
    value == null ? missing : write(Number(value));
  const started = milliseconds(trace.created_at ?? null);
  await shown.claim('.facts > div', [
    `Started ${day(started)} ${second.format(started)}`,
    `Duration ${or(trace.latency_seconds, written.duration, 'unknown')}`,
    `Cost ${or(trace.total_cost_usd, written.money, 'no price')}`,
    `Tokens ${or(trace.total_tokens, written.tokens, 'none')}`,
    `Steps ${written.count(steps.length)}`,
    ...(['user_id', 'session_id', 'environment', 'release', 'version'] as const).flatMap((column, index) =>
      trace[column] == null
        ? []
        : [`${['User', 'Session', 'Environment', 'Release', 'Version'][index]} ${trace[column]}`],
    ),
    ...(trace.tags === '[]' ? [] : [`Tags ${(JSON.parse(String(trace.tags)) as string[]).join(', ')}`]),
  ]);
  await shown.claim(
    '.facts > div:first-child dd, .facts > div:nth-child(4) dd',
    [new Date(started + 3_600_000).toISOString().replace('Z', '+01:00'), or(trace.total_tokens, written.count, '')],
    'title',
  );
  const failing = steps.filter(({ level }) => level === 'ERROR').length;
  // That a fallback succeeded is no other one.
  const fallbacks = steps.filter(({ name, fallback }) => fallback === 1 && name !== 'fallback_success').length;
  const counted = (count: number, name: string): readonly string[] =>
    count === 0 ? [] : [`${written.count(count)} ${name}${count === 1 ? '' : 's'}`];
  await shown.claim('.title-line .bad', counted(failing, 'error'));
  await shown.claim('.title-line .warn', counted(fallbacks, 'fallback'));
  await shown.claim('.panel > [aria-live=polite]', [`${written.count(steps.length)} steps, ${failing} failing`]);
  const origin = Math.min(...steps.map(({ starts }) => milliseconds(starts)));
  const costs = steps.map(({ usd }) => usd);
  await shown.claimRows(
    [
      ['.step .words', 'text'],
      ['.step .unseen', 'text'],
      ['.step > .figure:nth-child(3)', 'text'],
      ['.step > .figure:nth-child(4)', 'text'],
      ['.step > .figure:nth-child(5)', 'text'],
      ['.step', 'title'],
    ],
    steps.map((step) => {
      const seconds = step.ends === null ? null : (milliseconds(step.ends) - milliseconds(step.starts)) / 1000;
      const inside = steps.filter(({ parent, level }) => parent === step.id && level === 'ERROR').length;
      const name = step.name ?? String(step.type).toLowerCase();
      const said = joined(' ', [
        name,
        step.model === null ? null : step.fallback === 1 ? `to ${step.model}` : step.model,
        step.level === 'ERROR' || inside === 0 ? null : inside === 1 ? '1 error inside' : `${inside} errors inside`,
        step.message,
      ]);
      const words = joined(', ', [
        String(step.type).toLowerCase(),
        step.level === 'ERROR' ? 'error' : null,
        step.fallback === 1 ? 'fallback' : null,
        `after ${written.duration((milliseconds(step.starts) - origin) / 1000)}`,
      ]);
      const figures = joined(' · ', [
        or(seconds, written.duration, ''),
        or(step.tokens, (tokens) => `${written.count(tokens)} tokens`, ''),
        or(step.usd, written.money, ''),
      ]);
      return [
        said,
        words,
        or(step.tokens, written.tokens, ''),
        or(seconds, written.duration, step.type === 'EVENT' ? '' : 'no end'),
        or(step.usd, (usd) => written.moneyOf(costs, usd), ''),
        joined(' ', [name, step.model, words, step.message, figures]),
      ].join(' | ');
    }),
  );
}

const joined = (between: string, parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(between);
