import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Dimension, LimiterStatus, PoolStatus, Window, WindowStatus } from '../../protocol/limiter.ts';
import { attention, type NodeContext, type TreeIcon, type TreeNode } from '../trees/treeNode.ts';
import { pressureOf, type Pressure } from './gauge.ts';

/** What a row of the tree is about, for its gauge and its menu. */
export type RateLimitSubject =
  | { readonly kind: 'pool'; readonly pool: PoolStatus }
  | { readonly kind: 'window'; readonly share: number; readonly pressure: Pressure };

interface LimitedWindow extends WindowStatus {
  readonly limit: number;
}

/** The view "Rate limits": what is wrong with the limits file, the models, and the queue. */
export function rateLimitNodes({ pools, queue, problem }: LimiterStatus, context: NodeContext): readonly TreeNode[] {
  const nodes: TreeNode[] = pools.map((pool) => poolNode(pool, context));
  if (problem !== null) {
    nodes.unshift({
      id: 'problem',
      label: l10n.t('Limits file not in force'),
      description: l10n.t('line {0}: {1}', problem.line, problem.message),
      tooltip: [`${problem.file}:${problem.line}:${problem.column}`, problem.message],
      icon: attention.warning,
      context: 'problem',
    });
  }
  const { pending, executing, failed } = queue;
  if (pending + executing + failed > 0) {
    const count = (value: number): string => context.numbers.count(value);
    nodes.push({
      id: 'queue',
      label: l10n.t('Queue'),
      description: [
        l10n.t('{0} queued', count(pending)),
        l10n.t('{0} running', count(executing)),
        ...(failed === 0 ? [] : [l10n.t('{0} failed', count(failed))]),
      ].join(' · '),
      icon: { name: 'list-ordered' },
    });
  }
  return nodes;
}

function poolNode(pool: PoolStatus, context: NodeContext): TreeNode {
  const { provider, model, tier, open } = pool;
  const limited = pool.windows.filter(isLimited);
  const name = [provider, model, tier].filter((part) => part !== null).join('/');
  const pressure = pressureOfAll(limited);
  return {
    id: name,
    label: model === '*' ? provider : model,
    description: poolFigures(pool, limited, context).join(' · '),
    tooltip: [
      tier === null ? `${provider} · ${model}` : `${provider} · ${model} · ${tier}`,
      l10n.t('{0} calls under way', context.numbers.count(open)),
    ],
    icon: poolIcon(pool, pressure),
    open: true,
    context: pool.pausedUntil === null ? 'pool' : 'pausedPool',
    subject: { kind: 'pool', pool } satisfies RateLimitSubject,
    children: limited.length > 0 ? limited.map((window) => windowNode(name, window, context)) : counted(pool, context),
  };
}

const isLimited = (window: WindowStatus): window is LimitedWindow => window.limit !== null;

function pressureOfAll(windows: readonly LimitedWindow[]): Pressure {
  const all = windows.map(({ used, limit }) => pressureOf(used, limit));
  return all.find((one) => one === 'full') ?? all.find((one) => one === 'warning') ?? 'calm';
}

function poolIcon({ pausedUntil }: PoolStatus, pressure: Pressure): TreeIcon {
  if (pausedUntil !== null) {
    return { name: 'debug-pause', color: 'list.warningForeground' };
  }
  switch (pressure) {
    case 'full':
      return { name: 'server', color: 'list.errorForeground' };
    case 'warning':
      return { name: 'server', color: 'list.warningForeground' };
    case 'calm':
      return { name: 'server' };
  }
}

/** At most three: what stops calls, then the tier, who waits, what is queued. */
function poolFigures(pool: PoolStatus, limited: readonly LimitedWindow[], { numbers, now }: NodeContext): string[] {
  const full = limited.filter(({ used, limit }) => used >= limit).map(({ resetMs }) => resetMs ?? 0);
  const figures = [
    ...(pool.pausedUntil === null ? [] : [pausedText(Date.parse(pool.pausedUntil) - now, numbers)]),
    ...(full.length === 0 ? [] : [l10n.t('full for {0}', countdown(Math.max(...full), numbers))]),
    ...(pool.tier === null ? [] : [pool.tier]),
    ...(pool.waiting === 0 ? [] : [l10n.t('{0} waiting', numbers.count(pool.waiting))]),
    ...(pool.queued === 0 ? [] : [l10n.t('{0} queued', numbers.count(pool.queued))]),
  ];
  return figures.slice(0, 3);
}

const yearMs = 31_536_000_000;

function pausedText(milliseconds: number, numbers: Numbers): string {
  return milliseconds > yearMs ? l10n.t('paused') : l10n.t('paused for {0}', countdown(milliseconds, numbers));
}

function windowNode(
  pool: string,
  { dimension, window, used, limit, resetMs, source }: LimitedWindow,
  { numbers, times, now }: NodeContext,
): TreeNode {
  const pressure = pressureOf(used, limit);
  const label = `${windowName(window)} ${numbers.wholeShare(used / limit)}`;
  const amounts = `${numbers.count(used)} / ${numbers.count(limit)} ${unitOf(dimension)}`;
  const description = resetMs === null ? amounts : `${amounts} · ${countdown(resetMs, numbers)}`;
  return {
    id: `${pool}/${dimension}/${window}`,
    label,
    description,
    tooltip: [sourceText(source, times, now)],
    spoken: `${label}, ${description}`,
    context: 'window',
    subject: { kind: 'window', share: used / limit, pressure } satisfies RateLimitSubject,
  };
}

/** What a model without limits has used today. */
function counted({ provider, model, windows }: PoolStatus, { numbers }: NodeContext): readonly TreeNode[] {
  return windows
    .filter(({ window }) => window === 'day')
    .map(({ dimension, window, used }) => ({
      id: `${provider}/${model}/${dimension}/${window}`,
      label: windowName(window),
      description: `${numbers.count(used)} ${unitOf(dimension)} · ${l10n.t('no limit')}`,
    }));
}

function sourceText(source: WindowStatus['source'], times: Times, now: number): string {
  switch (source?.kind) {
    case 'preset':
      return l10n.t('Limit from the preset of {0}: {1}', source.date, source.url);
    case 'header':
      return l10n.t('Limit confirmed by a response at {0}', times.recent(source.at, now));
    case 'settings':
    case undefined:
      return l10n.t('Limit from your limits file');
  }
}

/** `0:21`; from an hour on `9 h`. */
export function countdown(milliseconds: number, numbers: Numbers): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds >= 3600) {
    return numbers.span(milliseconds);
  }
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function windowName(window: Window): string {
  switch (window) {
    case 'minute':
      return l10n.t('minute');
    case 'hour':
      return l10n.t('hour');
    case 'day':
      return l10n.t('day');
  }
}

function unitOf(dimension: Dimension): string {
  switch (dimension) {
    case 'requests':
      return l10n.t('req');
    case 'tokens':
      return l10n.t('tok');
    case 'input_tokens':
      return l10n.t('input tok');
    case 'output_tokens':
      return l10n.t('output tok');
  }
}
