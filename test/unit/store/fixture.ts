import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { SqliteStoreOptions } from '../../../src/engine/store/sqlite/sqliteStore.ts';
import { openSqliteStore } from '../../../src/engine/store/sqlite/sqliteStore.ts';
import type { BulkRow, MetricsStore, TraceContextRow } from '../../../src/engine/store/store.ts';

/** Folders and open stores of one test; `clean` removes all of them. */
export class StoreFixture {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'lfm-store-'));
  readonly path = path.join(this.folder, '.langfuse', 'llm_metrics.db');
  readonly #stores: MetricsStore[] = [];

  open(options: Partial<SqliteStoreOptions> = {}): MetricsStore {
    const store = openSqliteStore({
      path: this.path,
      commitToGit: false,
      clock: systemClock,
      log: silentLog,
      purpose: 'test',
      onLockWait: () => undefined,
      ...options,
    });
    this.#stores.push(store);
    return store;
  }

  async clean(): Promise<void> {
    await Promise.allSettled(this.#stores.map((store) => store.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const day = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const observation = {
  project_id: 'p',
  created_at: day(0),
  updated_at: day(0),
  ingested_at: day(0),
  level: 'DEFAULT',
  environment: 'default',
  tags: '[]',
  is_root: 0,
  bookmarked: 0,
  public: 0,
} as const;

export function generation(id: string, values: Partial<BulkRow<'llm_generations'>> = {}): BulkRow<'llm_generations'> {
  return {
    ...observation,
    id,
    trace_id: 't',
    observation_id: id,
    observation_type: 'GENERATION',
    start_time: values.created_at ?? day(0),
    is_primary: 1,
    ...values,
  };
}

export function span(id: string, values: Partial<BulkRow<'llm_spans'>> = {}): BulkRow<'llm_spans'> {
  return {
    ...observation,
    id,
    trace_id: 't',
    observation_type: 'SPAN',
    start_time: values.created_at ?? day(0),
    ...values,
  };
}

export function event(id: string, values: Partial<BulkRow<'llm_events'>> = {}): BulkRow<'llm_events'> {
  return { ...observation, id, trace_id: 't', event_name: 'note', event_type: 'info', ...values };
}

export function score(id: string, values: Partial<BulkRow<'llm_scores'>> = {}): BulkRow<'llm_scores'> {
  return {
    project_id: 'p',
    id,
    name: 'quality',
    data_type: 'NUMERIC',
    source: 'API',
    environment: 'default',
    created_at: day(0),
    updated_at: day(0),
    ...values,
  };
}

export function variant(id: string, values: Partial<BulkRow<'prompt_variants'>> = {}): BulkRow<'prompt_variants'> {
  return {
    prompt_id: id,
    project_id: 'p',
    prompt_name: 'greeting',
    variant_name: 'v1',
    prompt_type: 'text',
    prompt_template: 'Hello {{name}}',
    prompt_variables: '["name"]',
    tags: '[]',
    labels: '[]',
    is_active: 1,
    is_default: 0,
    ...values,
  };
}

export function legacyTrace(id: string, values: Partial<TraceContextRow> = {}): TraceContextRow {
  return {
    project_id: 'p',
    id,
    trace_id: id,
    created_at: day(0),
    updated_at: day(0),
    tags: '[]',
    environment: 'default',
    bookmarked: 0,
    public: 0,
    ...values,
  };
}
