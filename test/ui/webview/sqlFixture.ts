import type { QueryResult, SqlValue } from '../../../src/protocol/engine.ts';
import type { SqlTarget } from '../../../src/protocol/sql.ts';

/** The statement and the rows of the mock-up. */
export const fallbackTarget: SqlTarget = {
  title: 'Cost of fallbacks',
  sql: `SELECT date(e.created_at) AS day, e.original_model AS wanted\nFROM llm_events e\nWHERE e.created_at >= :from`,
  parameters: { from: '2026-11-16' },
  origin: { uri: 'untitled:Untitled-1', start: 40, line: 1 },
};

export const fallbackRows: QueryResult = {
  columns: ['day', 'wanted', 'used', 'fallbacks', 'latency_s', 'cost_usd', 'reason'],
  truncated: false,
  rows: [
    ['2026-11-23', 'gpt-4o', 'claude-sonnet-4-5', 41, 5.91, 2.8618, '429 rate limit'],
    ['2026-11-23', 'claude-sonnet-4-5', 'gemini-2.5-flash', 12, 1.84, 0.0311, '529 overloaded'],
    ['2026-11-22', 'gpt-4o', 'claude-sonnet-4-5', 118, 6.4, 8.2011, '429 rate limit'],
    ['2026-11-22', 'gemini-2.5-flash', 'gpt-4o-mini', 64, 1.12, 0.0218, 'context length 1,048,576'],
    ['2026-11-22', 'claude-sonnet-4-5', 'gemini-2.5-flash', 29, 1.9, 0.0742, '529 overloaded'],
    ['2026-11-21', 'gpt-4o', 'claude-sonnet-4-5', 22, 5.77, 1.502, '429 rate limit'],
    ['2026-11-21', 'gpt-4o-mini', 'gemini-2.5-flash', 3, null, null, 'timeout after 60 s'],
    ['2026-11-20', 'gpt-4o', 'claude-sonnet-4-5', 31, 5.8, 2.1437, '429 rate limit'],
    ['2026-11-20', 'claude-sonnet-4-5', 'gemini-2.5-flash', 8, 1.77, 0.0203, '529 overloaded'],
    ['2026-11-19', 'gpt-4o', 'claude-sonnet-4-5', 27, 5.66, 1.879, '429 rate limit'],
    ['2026-11-18', 'gpt-4o', 'claude-sonnet-4-5', 19, 5.52, 1.3325, '429 rate limit'],
    ['2026-11-18', 'gemini-2.5-flash', 'gpt-4o-mini', 2, 1.08, 0.0007, 'timeout after 60 s'],
    ['2026-11-17', 'gpt-4o', 'claude-sonnet-4-5', 24, 5.71, 1.6604, '429 rate limit'],
  ],
};

/** As many rows as a panel is ever given, with a long text and a JSON in each. */
export function manyRows(count: number): QueryResult {
  const rows = Array.from({ length: count }, (_, index): SqlValue[] => [
    index,
    `trace-${String((index * 7919) % count).padStart(6, '0')}`,
    ((index * 31) % 997) / 1000,
    JSON.stringify({ step: index, tags: ['a', 'b'], text: 'x'.repeat(400) }),
  ]);
  return { columns: ['id', 'name', 'cost_usd', 'metadata'], rows, truncated: true };
}
