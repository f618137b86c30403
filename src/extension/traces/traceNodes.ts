import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { ObservationSummary, TraceGroup, TraceGrouping, TraceSummary } from '../../protocol/browse.ts';
import { commandIds } from '../commands/commandIds.ts';
import { attention, type NodeContext, type TreeIcon, type TreeNode } from '../trees/treeNode.ts';

/** Also the days that have names. */
export interface TraceNodeContext extends NodeContext {
  /** Today and yesterday as local dates, YYYY-MM-DD. */
  readonly today: string;
  readonly yesterday: string;
}

/** What the commands of a trace's or an observation's row work on. */
export interface TraceSubject {
  readonly projectId: string;
  readonly traceId: string;
  readonly observationId: string | null;
}

type Children = NonNullable<TreeNode['children']>;

export function filterNode(description: string): TreeNode {
  return {
    id: 'filter',
    label: description,
    icon: { name: 'filter' },
    context: 'traceFilter',
    spoken: l10n.t('Filter: {0}', description),
    tooltip: [l10n.t('Only these traces are shown. Select to change the filter.')],
    command: { id: commandIds.filterTraces },
  };
}

function groupLabel({ key }: TraceGroup, grouping: TraceGrouping, context: TraceNodeContext): string {
  if (key === null) {
    const without: Record<TraceGrouping, string> = {
      day: l10n.t('Without a day'),
      session: l10n.t('Without a session'),
      user: l10n.t('Without a user'),
      name: l10n.t('Without a name'),
      agent: l10n.t('Without an agent'),
    };
    return without[grouping];
  }
  if (grouping !== 'day') {
    return key;
  }
  if (key === context.today) {
    return l10n.t('Today');
  }
  return key === context.yesterday ? l10n.t('Yesterday') : context.times.day(`${key}T12:00:00`, context.now);
}

const costText = (costUsd: number | null, numbers: Numbers): string =>
  costUsd === null ? l10n.t('no price') : numbers.money(costUsd);

export function tracesCount(count: number, numbers: Numbers): string {
  return count === 1 ? l10n.t('1 trace') : l10n.t('{0} traces', numbers.count(count));
}

export function groupNode(
  group: TraceGroup,
  grouping: TraceGrouping,
  children: Children,
  context: TraceNodeContext & { readonly open: boolean },
): TreeNode {
  const { numbers } = context;
  return {
    id: `group/${grouping}/${group.key ?? ''}`,
    label: groupLabel(group, grouping, context),
    description: `${tracesCount(group.traces, numbers)} · ${costText(group.costUsd, numbers)}`,
    children,
    open: context.open,
  };
}

function traceIcon({ errors, fallbacks }: TraceSummary): TreeIcon {
  if (errors > 0) {
    return attention.error;
  }
  return fallbacks > 0 ? attention.fallback : { name: 'comment-discussion' };
}

function errorsText(trace: TraceSummary, numbers: Numbers): string[] {
  const { errors, fallbacks } = trace;
  return [
    ...(errors === 0 ? [] : [errors === 1 ? l10n.t('1 error') : l10n.t('{0} errors', numbers.count(errors))]),
    ...(fallbacks === 0
      ? []
      : [fallbacks === 1 ? l10n.t('1 fallback') : l10n.t('{0} fallbacks', numbers.count(fallbacks))]),
  ];
}

function traceTooltip(trace: TraceSummary, { numbers, times }: TraceNodeContext): string[] {
  const line = (label: string, value: string | null): string[] => (value === null ? [] : [`${label}: ${value}`]);
  return [
    trace.name ?? trace.id,
    ...errorsText(trace, numbers),
    ...line(l10n.t('Started'), times.iso(trace.startedAt)),
    ...line(l10n.t('Duration'), trace.durationSeconds === null ? null : numbers.duration(trace.durationSeconds)),
    ...line(l10n.t('Cost'), costText(trace.costUsd, numbers)),
    ...line(l10n.t('Tokens'), trace.tokens === null ? null : numbers.count(trace.tokens)),
    ...line(l10n.t('Observations'), numbers.count(trace.observations)),
    ...line(l10n.t('User'), trace.userId),
    ...line(l10n.t('Session'), trace.sessionId),
    ...line(l10n.t('Environment'), trace.environment),
    ...line(l10n.t('Tags'), trace.tags.length === 0 ? null : trace.tags.join(', ')),
    ...line('id', trace.id),
  ];
}

/** @param withDay the group does not tell the day */
export function traceNode(
  trace: TraceSummary,
  children: Children,
  context: TraceNodeContext,
  placement: { readonly parentId: string; readonly withDay: boolean },
): TreeNode {
  const { numbers, times, now } = context;
  const figures = [
    placement.withDay ? times.moment(trace.startedAt, now) : times.clock(trace.startedAt),
    trace.durationSeconds === null ? null : numbers.duration(trace.durationSeconds),
    trace.generations === 0 && trace.costUsd === null ? null : costText(trace.costUsd, numbers),
  ].filter((figure) => figure !== null);
  const subject: TraceSubject = { projectId: trace.projectId, traceId: trace.id, observationId: null };
  return {
    id: `${placement.parentId}/trace/${trace.projectId}/${trace.id}`,
    label: trace.name ?? trace.id,
    description: figures.join(' · '),
    tooltip: traceTooltip(trace, context),
    icon: traceIcon(trace),
    spoken: [trace.name ?? trace.id, ...errorsText(trace, numbers), ...figures].join(', '),
    context: 'trace',
    subject,
    ...(trace.observations === 0 ? {} : { children }),
    command: { id: commandIds.openTrace, argument: subject },
  };
}

const typeIcons: Readonly<Record<string, string>> = {
  GENERATION: 'comment-discussion',
  EMBEDDING: 'symbol-array',
  AGENT: 'robot',
  TOOL: 'tools',
  SPAN: 'list-tree',
  CHAIN: 'link',
  RETRIEVER: 'search',
  EVALUATOR: 'checklist',
  GUARDRAIL: 'shield',
  EVENT: 'circle-small-filled',
};

function observationIcon({ level, fallback, type }: ObservationSummary): TreeIcon {
  if (level === 'ERROR') {
    return attention.error;
  }
  if (fallback) {
    return attention.fallback;
  }
  return level === 'WARNING' ? attention.warning : { name: typeIcons[type] ?? 'symbol-misc' };
}

function secondsOf({ startedAt, endedAt }: ObservationSummary): number | null {
  return endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

export function observationNode(
  observation: ObservationSummary,
  trace: TraceSubject,
  children: Children,
  { numbers, times }: TraceNodeContext,
  parentId: string,
): TreeNode {
  const { name, type, level, model, costUsd, statusMessage } = observation;
  const seconds = secondsOf(observation);
  const label = name ?? type.toLowerCase();
  const figures = [
    model,
    seconds === null ? null : numbers.duration(seconds),
    costUsd === null ? null : numbers.money(costUsd),
  ].filter((figure) => figure !== null);
  const subject: TraceSubject = { ...trace, observationId: observation.id };
  const marks = [
    ...(level === 'ERROR' ? [l10n.t('error')] : []),
    ...(observation.fallback ? [l10n.t('fallback')] : []),
  ];
  return {
    id: `${parentId}/${observation.id}`,
    label,
    description: figures.join(' · '),
    tooltip: [
      `${label} (${type.toLowerCase()})`,
      ...(statusMessage === null ? [] : [statusMessage]),
      `${l10n.t('Started')}: ${times.iso(observation.startedAt)}`,
      ...(observation.tokens === null ? [] : [`${l10n.t('Tokens')}: ${numbers.count(observation.tokens)}`]),
      `id: ${observation.id}`,
    ],
    icon: observationIcon(observation),
    spoken: [label, type.toLowerCase(), ...marks, ...figures].join(', '),
    context: 'observation',
    subject,
    ...(observation.hasChildren ? { children } : {}),
    command: { id: commandIds.openTrace, argument: subject },
  };
}

/** @param hidden how many more there are; null when nobody has counted */
export function moreNode(parentId: string, hidden: number | null, numbers: Numbers): TreeNode {
  const id = `${parentId}/more`;
  return {
    id,
    label: hidden === null ? l10n.t('Load more') : l10n.t('Load {0} more', numbers.count(hidden)),
    command: { id: commandIds.loadMoreTraces, argument: parentId },
  };
}
