import type { ExportCounts, ExportProgress, ExportReport, ExportRun } from '../../../src/protocol/engine.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import { Times } from '../../../src/format/times.ts';

export const now = Date.parse('2026-11-23T14:32:00.000Z');

/** English for a reader in UTC. */
export const context = { numbers: new Numbers('en'), times: new Times('en', 'UTC'), now };

export const noCounts: ExportCounts = { traces: 0, generations: 0, spans: 0, events: 0, scores: 0, prompts: 0 };

export function aRun(fields: Partial<ExportRun> = {}): ExportRun {
  return {
    runId: 'run-1',
    status: 'completed',
    window: { start: '2026-11-22T14:30:00.000Z', end: '2026-11-23T14:30:00.000Z' },
    counts: { ...noCounts, traces: 41, generations: 1204 },
    requests: 7,
    setAside: [],
    unreconciled: [],
    startedAt: '2026-11-23T14:30:00.000Z',
    completedAt: '2026-11-23T14:30:02.100Z',
    trigger: 'command',
    projectId: 'project-1',
    errorMessage: null,
    ...fields,
  };
}

export function aReport(fields: Partial<ExportReport> = {}): ExportReport {
  const { runId, status, window, counts, requests, setAside, unreconciled } = aRun();
  return { runId, status, window, counts, requests, setAside, unreconciled, ...fields };
}

export function someProgress(fields: Partial<ExportProgress> = {}): ExportProgress {
  return {
    phase: 'observations',
    window: { start: '2026-11-22T14:30:00.000Z', end: '2026-11-22T15:30:00.000Z' },
    counts: { ...noCounts, generations: 12_400 },
    fraction: 0.453,
    rowsPerSecond: 3100.4,
    requests: 13,
    setAside: 0,
    waiting: null,
    etaSeconds: 127.2,
    ...fields,
  };
}

/** Narrow no-break spaces as plain ones, so that expectations can be read. */
export function plain(text: string): string {
  return text.replaceAll('\u202f', ' ');
}
