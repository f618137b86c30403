import { newestRows, type Dataset, type TimeRange } from './dataset.ts';
import type { Observation } from './types.ts';

/** Distinct rows of a range, by (trace, id); of copies the newest counts. Money in USD. */
export interface Totals {
  readonly traces: number;
  readonly observations: number;
  /** Rows as the events table holds them, copies included: what the server's own count says. */
  readonly storedRows: number;
  /** GENERATION, EMBEDDING, and any other type that carries a model, usage or cost. */
  readonly generations: number;
  readonly events: number;
  /** All others, the synthetic roots among them. */
  readonly spans: number;
  readonly syntheticRoots: number;
  readonly errors: number;
  /** costDetails.total, else metadata.cost_usd, of the rows counted as generations. */
  readonly costUsd: number;
  /** What Langfuse itself counts: costDetails.total alone. */
  readonly langfuseCostUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** By their own timestamp. */
  readonly scores: number;
  /** Whatever the range: names and versions. */
  readonly prompts: number;
  readonly promptVersions: number;
}

type Counts = { -readonly [Key in keyof Totals]: number };

export function computeTotals(dataset: Dataset, hasEventsTable: boolean, range: TimeRange): Totals {
  const inside = (time: number): boolean => time >= (range.from ?? -Infinity) && time < (range.to ?? Infinity);
  const counts: Counts = {
    traces: 0,
    observations: 0,
    storedRows: 0,
    generations: 0,
    events: 0,
    spans: 0,
    syntheticRoots: 0,
    errors: 0,
    costUsd: 0,
    langfuseCostUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
    scores: dataset.scores.filter(({ timestamp }) => inside(timestamp)).length,
    prompts: new Set(dataset.prompts.map(({ name }) => name)).size,
    promptVersions: dataset.prompts.length,
  };
  for (const traceId of dataset.traceIds()) {
    const stored = dataset.rowsOfTrace(traceId).filter(({ startTime }) => inside(startTime));
    const rows = [...newestRows(stored).values()];
    const timestamp = dataset.trace(traceId)?.timestamp;
    counts.storedRows += stored.length;
    counts.observations += rows.length;
    // A legacy server has trace rows of their own; an events server has what its rows tell.
    const exists = hasEventsTable || timestamp === undefined ? rows.length > 0 : inside(timestamp);
    if (exists) counts.traces++;
    for (const row of rows) addRow(counts, row);
  }
  return counts;
}

function addRow(counts: Counts, row: Observation): void {
  if (row.level === 'ERROR') counts.errors++;
  if (row.synthetic) counts.syntheticRoots++;
  if (!isGeneration(row)) {
    if (row.type === 'EVENT') counts.events++;
    else counts.spans++;
    return;
  }
  counts.generations++;
  const known = row.costDetails.total;
  const claimed = row.metadata.cost_usd;
  counts.langfuseCostUsd += known ?? 0;
  counts.costUsd += known ?? (typeof claimed === 'number' ? claimed : 0);
  counts.inputTokens += tokensOf(row, 'input');
  counts.outputTokens += tokensOf(row, 'output');
  counts.totalTokens += row.usageDetails.total ?? 0;
}

function isGeneration(row: Observation): boolean {
  if (row.type === 'GENERATION' || row.type === 'EMBEDDING' || row.model !== '') return true;
  return Object.keys(row.usageDetails).length > 0 || Object.keys(row.costDetails).length > 0;
}

/** The server's own rule: the sum of the keys that contain the word. */
export function tokensOf(row: Observation, kind: 'input' | 'output'): number {
  return sumOf(row.usageDetails, kind);
}

export function sumOf(details: Readonly<Record<string, number>>, kind: 'input' | 'output'): number {
  return Object.entries(details).reduce((sum, [key, value]) => (key.includes(kind) ? sum + value : sum), 0);
}
