import type { ReadingTable } from '../shared/readings.ts';

/** What the dashboard asks, under its own names. */
export const questions = {
  summary: 'summary',
  byModel: 'usage',
  overall: 'usage',
  previous: 'usage',
  models: 'models',
  prompts: 'prompts',
  agents: 'agents',
  traces: 'traces',
  traceCount: 'traceCount',
  coverage: 'coverage',
  spend: 'spend',
  alerts: 'alertStates',
  projects: 'facets',
  /** Asked only when nothing is in scope: the newest trace, wherever it is. */
  newest: 'traces',
} as const satisfies ReadingTable;
