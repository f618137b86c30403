import type { LlmTracesTable } from './schema.ts';
import type { BulkRow } from './store.ts';

/**
 * Rebuilds a trace from its observations by the rule that Langfuse itself uses where it keeps no
 * traces (its EVENTS_AGGREGATION_FIELDS): sums over all rows, each context field from the latest row
 * that has it, and what describes the trace from its earliest row without a parent.
 *
 * Done here and not in SQL: in WebAssembly some twenty aggregates a row took longer than inserting it.
 */

/** The columns to select of an observation, in this order. Missing text is NULL, and so are empty tags. */
export const observationColumns = [
  'trace_id',
  'id',
  'has_parent',
  'created_at',
  'ended_at',
  'updated_at',
  'is_error',
  'is_root',
  'public',
  'bookmarked',
  'cost_usd',
  'total_tokens',
  'is_generation',
  'is_event',
  'name',
  'metadata',
  'resource_attributes',
  'trace_name',
  'user_id',
  'session_id',
  'version',
  'release',
  'environment',
  'tags',
] as const;
export type ObservationColumn = (typeof observationColumns)[number];

/** One selected row. Values are decoded when asked for, most of them never. */
export interface ObservationRow {
  text(column: number): string | null;
  number(column: number): number | null;
}

/** What is rebuilt of a trace, in the order in which backends bind it. */
export const rebuiltColumns = [
  'project_id',
  'id',
  'created_at',
  'updated_at',
  'end_time',
  'latency_seconds',
  'name',
  'user_id',
  'session_id',
  'tags',
  'environment',
  'version',
  'release',
  'bookmarked',
  'public',
  'root_observation_id',
  'total_cost_usd',
  'total_tokens',
  'total_generations',
  'total_events',
  'total_observations',
  'error_count',
  'metadata',
  'resource_attributes',
] as const satisfies readonly (keyof LlmTracesTable)[];

export type RebuiltTrace = Readonly<Record<(typeof rebuiltColumns)[number], string | number | null>>;

const at = Object.fromEntries(observationColumns.map((column, index) => [column, index])) as Record<
  ObservationColumn,
  number
>;

const latestFields = ['trace_name', 'user_id', 'session_id', 'version', 'release', 'environment', 'tags'] as const;
type LatestField = (typeof latestFields)[number];

/** Where a row stands in time; ids break ties, so that the outcome does not depend on the order of reading. */
interface Moment {
  readonly updated: string;
  readonly created: string;
  readonly id: string;
}

const isLater = (a: Moment, b: Moment): boolean =>
  a.updated !== b.updated ? a.updated > b.updated : a.created !== b.created ? a.created > b.created : a.id > b.id;
const isEarlier = (a: Moment, b: Moment): boolean => (a.created !== b.created ? a.created < b.created : a.id < b.id);

interface Root {
  readonly moment: Moment;
  readonly bookmarked: number;
  readonly metadata: string | null;
  readonly resourceAttributes: string | null;
}

interface Namer {
  readonly moment: Moment;
  readonly hasParent: number;
  readonly name: string | null;
}

class TraceSum {
  readonly #projectId: string;
  readonly #id: string;
  readonly #latest = new Map<LatestField, { readonly moment: Moment; readonly value: string }>();
  #started: string | null = null;
  #ended = '';
  #updated = '';
  #root: Root | null = null;
  #namer: Namer | null = null;
  #public = 0;
  #cost: number | null = null;
  #tokens: number | null = null;
  #generations = 0;
  #events = 0;
  #observations = 0;
  #errors = 0;

  constructor(projectId: string, id: string) {
    this.#projectId = projectId;
    this.#id = id;
  }

  add(row: ObservationRow): void {
    const moment: Moment = {
      updated: row.text(at.updated_at) ?? '',
      created: row.text(at.created_at) ?? '',
      id: row.text(at.id) ?? '',
    };
    this.#addTimes(moment, row.text(at.ended_at) ?? moment.created);
    this.#addCounts(moment, row);
    this.#addRoot(moment, row);
    for (const field of latestFields) {
      const known = this.#latest.get(field);
      if (known === undefined || isLater(moment, known.moment)) {
        const value = row.text(at[field]);
        if (value !== null) {
          this.#latest.set(field, { moment, value });
        }
      }
    }
  }

  result(): RebuiltTrace {
    const started = this.#started ?? '';
    return {
      project_id: this.#projectId,
      id: this.#id,
      created_at: started,
      updated_at: this.#updated === '' ? null : this.#updated,
      end_time: this.#ended,
      latency_seconds: (Date.parse(this.#ended) - Date.parse(started)) / 1000,
      name: this.#latestOf('trace_name') ?? this.#namer?.name ?? null,
      user_id: this.#latestOf('user_id'),
      session_id: this.#latestOf('session_id'),
      tags: this.#latestOf('tags') ?? '[]',
      environment: this.#latestOf('environment'),
      version: this.#latestOf('version'),
      release: this.#latestOf('release'),
      bookmarked: this.#root?.bookmarked ?? 0,
      public: this.#public,
      root_observation_id: this.#root?.moment.id ?? null,
      total_cost_usd: this.#cost,
      total_tokens: this.#tokens,
      total_generations: this.#generations,
      total_events: this.#events,
      total_observations: this.#observations,
      error_count: this.#errors,
      metadata: this.#root?.metadata ?? null,
      resource_attributes: this.#root?.resourceAttributes ?? null,
    };
  }

  #latestOf(field: LatestField): string | null {
    return this.#latest.get(field)?.value ?? null;
  }

  #addTimes(moment: Moment, ended: string): void {
    if (this.#started === null || moment.created < this.#started) {
      this.#started = moment.created;
    }
    this.#ended = ended > this.#ended ? ended : this.#ended;
    this.#updated = moment.updated > this.#updated ? moment.updated : this.#updated;
  }

  #addCounts(moment: Moment, row: ObservationRow): void {
    this.#cost = plus(this.#cost, row.number(at.cost_usd));
    this.#tokens = plus(this.#tokens, row.number(at.total_tokens));
    this.#generations += row.number(at.is_generation) ?? 0;
    this.#events += row.number(at.is_event) ?? 0;
    this.#errors += row.number(at.is_error) ?? 0;
    this.#public = Math.max(this.#public, row.number(at.public) ?? 0);
    // Langfuse's own stand-in for a trace that an old SDK sent is no observation to its users.
    this.#observations += moment.id === `t-${this.#id}` ? 0 : 1;
  }

  #addRoot(moment: Moment, row: ObservationRow): void {
    const hasParent = row.number(at.has_parent) ?? 0;
    if (hasParent === 0 && (this.#root === null || isEarlier(moment, this.#root.moment))) {
      this.#root = {
        moment,
        bookmarked: row.number(at.bookmarked) ?? 0,
        metadata: row.text(at.metadata),
        resourceAttributes: row.text(at.resource_attributes),
      };
    }
    if ((hasParent === 0 || row.number(at.is_root) === 1) && this.#isBetterNamer(moment, hasParent)) {
      this.#namer = { moment, hasParent, name: row.text(at.name) };
    }
  }

  /** A row without a parent names the trace; else one that its sender marked as the application's root. */
  #isBetterNamer(moment: Moment, hasParent: number): boolean {
    if (this.#namer === null || hasParent !== this.#namer.hasParent) {
      return this.#namer === null || hasParent < this.#namer.hasParent;
    }
    return isEarlier(moment, this.#namer.moment);
  }
}

const plus = (sum: number | null, value: number | null): number | null => (value === null ? sum : (sum ?? 0) + value);

type Value = string | number | null | undefined;

/** A row in memory, read like a selected one. */
class WrittenRow implements ObservationRow {
  readonly #values: Readonly<Record<ObservationColumn, Value>>;

  constructor(values: Readonly<Record<ObservationColumn, Value>>) {
    this.#values = values;
  }

  text(column: number): string | null {
    const value = this.#values[observationColumns[column] ?? 'id'];
    return value == null ? null : String(value);
  }

  number(column: number): number | null {
    const value = this.#values[observationColumns[column] ?? 'id'];
    return value == null ? null : Number(value);
  }
}

/** Observations by table, each at most once. */
export interface ObservationRows {
  readonly llm_generations: readonly BulkRow<'llm_generations'>[];
  readonly llm_spans: readonly BulkRow<'llm_spans'>[];
  readonly llm_events: readonly BulkRow<'llm_events'>[];
}

/** The same columns that a backend selects. */
function observationValues(
  table: keyof ObservationRows,
  row: ObservationRows[keyof ObservationRows][number],
): Readonly<Record<ObservationColumn, Value>> {
  return {
    trace_id: row.trace_id,
    id: row.id,
    has_parent: row.parent_observation_id == null ? 0 : 1,
    created_at: row.created_at,
    ended_at: 'end_time' in row ? row.end_time : null,
    updated_at: row.updated_at,
    is_error: row.level === 'ERROR' ? 1 : 0,
    is_root: row.is_root,
    public: row.public,
    bookmarked: row.bookmarked,
    cost_usd: 'cost_usd' in row ? row.cost_usd : null,
    total_tokens: 'total_tokens' in row ? row.total_tokens : null,
    is_generation: table === 'llm_generations' ? 1 : 0,
    is_event: table === 'llm_events' ? 1 : 0,
    name: 'event_name' in row ? row.event_name : row.name,
    metadata: row.metadata,
    resource_attributes: row.resource_attributes,
    trace_name: row.trace_name,
    user_id: row.user_id,
    session_id: row.session_id,
    version: row.version,
    release: row.release,
    environment: row.environment,
    tags: row.tags === '[]' ? null : row.tags,
  };
}

/** Collects rows of any number of traces of one project, in any order. */
export class TraceRebuild {
  readonly #projectId: string;
  readonly #traces = new Map<string, TraceSum>();

  constructor(projectId: string) {
    this.#projectId = projectId;
  }

  add(row: ObservationRow): void {
    const id = row.text(at.trace_id) ?? '';
    const trace = this.#traces.get(id) ?? new TraceSum(this.#projectId, id);
    this.#traces.set(id, trace);
    trace.add(row);
  }

  /** Adds rows as they are about to be written. */
  addRows(rows: ObservationRows): void {
    for (const table of ['llm_generations', 'llm_spans', 'llm_events'] as const) {
      for (const row of rows[table]) {
        this.add(new WrittenRow(observationValues(table, row)));
      }
    }
  }

  results(): RebuiltTrace[] {
    return [...this.#traces.values()].map((trace) => trace.result());
  }
}
