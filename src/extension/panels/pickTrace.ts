import * as vscode from 'vscode';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Clock } from '../../engine/ports.ts';
import type { TraceSummary } from '../../protocol/browse.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { TraceTarget } from '../../protocol/panels.ts';

const shown = 200;
const beginning = '1970-01-01T00:00:00.000Z';

interface TraceItem extends vscode.QuickPickItem {
  readonly target: TraceTarget;
}

export interface PickTraceOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly clock: Clock;
  readonly numbers: Numbers;
  readonly times: Times;
}

/** Asks which trace to open, the newest first; null when the person left. */
export async function pickTrace(options: PickTraceOptions): Promise<TraceTarget | null> {
  const chosen = await vscode.window.showQuickPick(newest(options), {
    title: vscode.l10n.t('Open a trace'),
    placeHolder: vscode.l10n.t('The newest {0} traces; type a name, an id or a user', shown),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.target ?? null;
}

async function newest(options: PickTraceOptions): Promise<TraceItem[]> {
  const { engine, clock, times } = options;
  const { traces } = await engine.ask('traces', {
    filter: { scope: { range: { start: beginning, end: new Date(clock.now()).toISOString() } } },
    grouping: 'day',
    timeZone: times.timeZone,
    order: 'newest',
    limit: shown,
  });
  return traces.map((trace) => itemOf(trace, options));
}

function itemOf(trace: TraceSummary, { clock, numbers, times }: PickTraceOptions): TraceItem {
  const figures = [
    times.moment(trace.startedAt, clock.now()),
    trace.durationSeconds === null ? null : numbers.duration(trace.durationSeconds),
    trace.costUsd === null ? null : numbers.money(trace.costUsd),
  ].filter((figure) => figure !== null);
  const icon = trace.errors > 0 ? '$(error) ' : trace.fallbacks > 0 ? '$(arrow-swap) ' : '';
  return {
    label: `${icon}${trace.name ?? trace.id}`,
    description: figures.join(' · '),
    detail: [trace.id, trace.userId].filter((part) => part !== null).join(' · '),
    target: { projectId: trace.projectId, traceId: trace.id, observationId: null },
  };
}
