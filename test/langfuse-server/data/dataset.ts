import {
  compareObservations,
  firstWhere,
  isBehind,
  ObservationIndex,
  type ObservationCursor,
} from './observationIndex.ts';
import { buildPrompts, type PromptVariant } from './prompts.ts';
import { Texts } from './texts.ts';
import { computeTotals, type Totals } from './totals.ts';
import { buildTrace, type TracePlan } from './traces.ts';
import { Traffic } from './traffic.ts';
import type { Observation, PromptVersion, Score, Trace, TraceData } from './types.ts';

/** Half-open range of milliseconds since the epoch; an open side is unbounded. */
export interface TimeRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface DatasetOptions {
  readonly seed: number;
  /** Roughly this many observations; traces are whole. 0: an empty project. */
  readonly observations: number;
  readonly start: number;
  readonly end: number;
  /** Average characters of input and output together. */
  readonly textBytes: number;
  readonly hugeTexts: number;
  readonly hugeTextBytes: number;
  readonly resent: number;
  readonly late: number;
  /** True where an events table exists. */
  readonly events: boolean;
}

const cachedTraces = 4096;
const corpusLength = 256 * 1024;

/**
 * One project's rows. Generated rows are pure functions of the seed, built when needed; rows that
 * arrive while the server runs (late, resent, ingested) are kept beside them.
 */
export class Dataset {
  /** Changes with every row that arrives: answers cached under an older one are stale. */
  revision = 0;
  readonly #prompts: PromptVersion[];
  readonly #options: DatasetOptions;
  readonly #plan: TracePlan;
  readonly #cache = new Map<number, TraceData>();
  readonly #index: ObservationIndex;
  readonly #traceNumbers = new Map<string, number>();
  readonly #scores: Score[];
  /** Rows that have not arrived yet. */
  readonly #waiting: Observation[] = [];
  readonly #arrived: Observation[] = [];
  readonly #arrivedByTrace = new Map<string, Observation[]>();
  readonly #ingestedTraces = new Map<string, Trace>();

  constructor(options: DatasetOptions) {
    this.#options = options;
    const prompts = options.observations === 0 ? [] : buildPrompts(options.seed, options.start);
    this.#prompts = [...prompts];
    this.#plan = makePlan(options, prompts);
    const scores: Score[] = [];
    this.#index = new ObservationIndex(this.#plan.traces, (number) => {
      const data = buildTrace(this.#plan, number);
      this.#traceNumbers.set(data.trace.id, number);
      this.#waiting.push(...data.late);
      scores.push(...data.scores);
      return data.rows;
    });
    this.#scores = scores.sort(compareScores);
  }

  get start(): number {
    return this.#options.start;
  }

  get prompts(): readonly PromptVersion[] {
    return this.#prompts;
  }

  get end(): number {
    return this.#options.end;
  }

  /** Positions of stored rows in the order of the events table, newest first. Negative ones arrived later. */
  *positions(range: TimeRange, after?: ObservationCursor): Generator<number> {
    const low = range.from ?? -Infinity;
    let base = range.to === undefined ? 0 : this.#index.before(range.to);
    if (after !== undefined)
      base = Math.max(
        base,
        this.#index.behind(after, (position) => this.row(position).id),
      );
    let extra = 0;
    const end = this.#index.length;
    const arrived = this.#arrived;
    const skip = (row: Observation): boolean =>
      (range.to !== undefined && row.startTime >= range.to) || (after !== undefined && !isBehind(row, after));
    while (extra < arrived.length && skip(arrived[extra]!)) extra++;
    for (;;) {
      const next = arrived[extra];
      if (base < end && (next === undefined || this.#basePrecedes(base, next))) {
        if (this.#index.starts[base]! < low) return;
        yield base++;
      } else if (next !== undefined) {
        if (next.startTime < low) return;
        yield ~extra++;
      } else {
        return;
      }
    }
  }

  #basePrecedes(position: number, row: Observation): boolean {
    const start = this.#index.starts[position]!;
    return start === row.startTime ? compareObservations(this.row(position), row) <= 0 : start > row.startTime;
  }

  row(position: number): Observation {
    if (position < 0) return this.#arrived[~position]!;
    return this.#traceData(this.#index.traceAt(position)).rows[this.#index.rowAt(position)]!;
  }

  startTimeAt(position: number): number {
    return position < 0 ? this.#arrived[~position]!.startTime : this.#index.starts[position]!;
  }

  /** All stored rows of a trace, copies included. */
  rowsOfTrace(traceId: string): readonly Observation[] {
    const number = this.#traceNumbers.get(traceId);
    const generated = number === undefined ? [] : this.#traceData(number).rows;
    const arrived = this.#arrivedByTrace.get(traceId);
    return arrived === undefined ? generated : [...generated, ...arrived];
  }

  trace(traceId: string): Trace | undefined {
    const ingested = this.#ingestedTraces.get(traceId);
    if (ingested !== undefined) return ingested;
    const number = this.#traceNumbers.get(traceId);
    return number === undefined ? undefined : this.#traceData(number).trace;
  }

  /** In no particular order. */
  *traceIds(): Generator<string> {
    yield* this.#traceNumbers.keys();
    for (const id of this.#ingestedTraces.keys()) if (!this.#traceNumbers.has(id)) yield id;
    for (const id of this.#arrivedByTrace.keys()) {
      if (!this.#traceNumbers.has(id) && !this.#ingestedTraces.has(id)) yield id;
    }
  }

  /** Newest first. */
  get scores(): readonly Score[] {
    return this.#scores;
  }

  /** Copies of one row, or synthetic ones, may be among the positions. */
  get mayHoldCopies(): boolean {
    return this.#options.events || this.#arrived.length > 0;
  }

  /** Late rows arrive; returns how many. */
  releaseLate(count = Infinity): number {
    const rows = this.#waiting.splice(0, count);
    this.addRows(rows);
    return rows.length;
  }

  addRows(rows: readonly Observation[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      this.#arrived.push(row);
      const ofTrace = this.#arrivedByTrace.get(row.traceId);
      if (ofTrace === undefined) this.#arrivedByTrace.set(row.traceId, [row]);
      else ofTrace.push(row);
    }
    this.#arrived.sort(compareObservations);
    this.revision++;
  }

  /** Replaces rows that arrived earlier, as a server with updatable rows does; others are added. */
  putRow(row: Observation): void {
    const ofTrace = this.#arrivedByTrace.get(row.traceId) ?? [];
    const old = ofTrace.find(({ id }) => id === row.id);
    if (old !== undefined) {
      ofTrace.splice(ofTrace.indexOf(old), 1);
      this.#arrived.splice(this.#arrived.indexOf(old), 1);
    }
    this.addRows([row]);
  }

  putTrace(trace: Trace): void {
    this.#ingestedTraces.set(trace.id, trace);
    this.revision++;
  }

  /** A version that exists is replaced: labels move from one version to another. */
  putPrompt(prompt: PromptVersion): void {
    const same = this.#prompts.findIndex(({ name, version }) => name === prompt.name && version === prompt.version);
    if (same === -1) this.#prompts.push(prompt);
    else this.#prompts[same] = prompt;
    this.revision++;
  }

  /** A score sent again under its id replaces the first. */
  putScore(score: Score): void {
    const same = this.#scores.findIndex(({ id }) => id === score.id);
    if (same !== -1) this.#scores.splice(same, 1);
    const at = firstWhere(this.#scores.length, (index) => compareScores(this.#scores[index]!, score) > 0);
    this.#scores.splice(at, 0, score);
    this.revision++;
  }

  /**
   * Sends a row again with changes. The events table gets a second copy with a later updatedAt.
   * @throws Error when no such row is stored
   */
  reviseRow(traceId: string, id: string, changes: Partial<Observation>): void {
    const row = newestRows(this.rowsOfTrace(traceId)).get(id);
    if (row === undefined) throw new Error(`No row ${id} in trace ${traceId}.`);
    this.addRows([{ ...row, updatedAt: row.updatedAt + 60_000, ...changes }]);
  }

  /** What an export of that range must end with, counted from the rows that have arrived. */
  totals(range: TimeRange = {}): Totals {
    return computeTotals(this, this.#options.events, range);
  }

  #traceData(number: number): TraceData {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached;
    const data = buildTrace(this.#plan, number);
    if (this.#cache.size >= cachedTraces) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(number, data);
    return data;
  }
}

/** The row that counts of each id: the one with the greatest updatedAt. Keys are observation ids. */
export function newestRows(rows: readonly Observation[]): ReadonlyMap<string, Observation> {
  const newest = new Map<string, Observation>();
  for (const row of rows) {
    const known = newest.get(row.id);
    if (known === undefined || row.updatedAt >= known.updatedAt) newest.set(row.id, row);
  }
  return newest;
}

function compareScores(a: Score, b: Score): number {
  return b.timestamp - a.timestamp || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** The number of traces follows from their average size, measured on the first ones. */
function makePlan(options: DatasetOptions, prompts: readonly PromptVariant[]): TracePlan {
  const draft: TracePlan = {
    seed: options.seed,
    traces: 1,
    end: options.end,
    textBytes: options.textBytes,
    hugeTextBytes: options.hugeTextBytes,
    hugeTexts: options.hugeTexts,
    syntheticRoots: options.events,
    resent: options.resent,
    late: options.late,
    texts: new Texts(options.seed, corpusLength),
    traffic: new Traffic(options.start, options.end),
    prompts,
  };
  if (options.observations === 0) return { ...draft, traces: 0 };
  const sample = 400;
  let rows = 0;
  for (let number = 0; number < sample; number++)
    rows += buildTrace({ ...draft, traces: sample, hugeTexts: 0 }, number).rows.length;
  return { ...draft, traces: Math.max(1, Math.round((options.observations * sample) / rows)) };
}
