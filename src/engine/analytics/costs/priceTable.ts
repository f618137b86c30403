import table from './prices.json' with { type: 'json' };
import type { UsagePrices } from './usagePrices.ts';

export interface ListPrice {
  readonly model: string;
  readonly prices: UsagePrices;
  /** When the price stood so, YYYY-MM-DD. */
  readonly date: string;
  /** Address of the page that says so. */
  readonly source: string;
}

/** Names of the table's columns in Langfuse's words. */
const kinds = {
  input: 'input',
  cacheRead: 'input_cached_tokens',
  cacheWrite: 'input_cache_creation',
  cacheWriteHour: 'input_cache_creation_1h',
  output: 'output',
  total: 'total',
} as const;

type Row = (typeof table.rows)[number] & Partial<Record<keyof typeof kinds, number>>;

const sources: Readonly<Record<string, string>> = table.sources;

/**
 * The list price of a model in the table that comes with this product (prices.json); null when it is
 * not there. A name finds its row as it is, else without its provider's prefix and its version's suffix.
 */
export function listPrice(model: string): ListPrice | null {
  for (const name of namesOf(model)) {
    const row = table.rows.find((candidate) => candidate.model === name);
    if (row !== undefined) {
      return toListPrice(row);
    }
  }
  return null;
}

function toListPrice(row: Row): ListPrice {
  const prices: Record<string, number> = {};
  for (const [column, kind] of Object.entries(kinds)) {
    const perMillion = row[column as keyof typeof kinds];
    if (perMillion !== undefined) {
      prices[kind] = perMillion / 1e6;
    }
  }
  return { model: row.model, prices, date: row.date, source: sources[row.source] ?? row.source };
}

/** "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "openai/gpt-4o-2024-08-06", "claude-3-5-haiku@20241022" … */
function namesOf(model: string): readonly string[] {
  const name = model.trim().toLowerCase();
  const bare = name
    .replace(/^.*\//, '')
    .replace(/^(?:(?:us|eu|apac|global)\.)?anthropic\./, '')
    .replace(/-v\d+(?::\d+)?$/, '')
    .replaceAll(/(?<=claude-\d)\.(?=\d)/g, '-');
  const unversioned = bare.replace(/[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3}|latest)$/, '');
  return [...new Set([name, bare, unversioned])];
}
