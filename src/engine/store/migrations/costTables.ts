import type { TableDefinition } from './initialTables.ts';

/** Tables of the second migration: prices and alerts. */
export const costTables = {
  model_prices: {
    comment: 'What models cost by usage kind, as the Langfuse server prices them; for what-if questions.',
    columns: {
      project_id: 'text!',
      id: 'text!',
      model_name: 'text!',
      match_pattern: 'text!',
      start_date: 'time',
      prices: 'json!',
      price_tiers: 'integer!',
      fetched_at: 'time!',
    },
    key: ['project_id', 'id'],
    indexes: [],
  },
  alert_states: {
    comment: 'Where each alert stands, so that it fires once and recovers whichever process evaluates it.',
    columns: {
      alert_id: 'text!',
      rule: 'text!',
      state: 'text!',
      level: 'real',
      fired_level: 'real',
      period_start: 'time',
      since: 'time!',
      evaluated_at: 'time!',
      answer: 'json!',
    },
    key: ['alert_id'],
    indexes: [],
  },
} as const satisfies Readonly<Record<string, TableDefinition>>;
