import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type {
  Dimension,
  LimiterStatus,
  LimitsEntry,
  LimitsProblem,
  PoolStatus,
  Window,
  WindowStatus,
} from '../../protocol/limiter.ts';
import { commandIds } from '../commands/commandIds.ts';
import { attention, type NodeContext, type TreeIcon, type TreeNode } from '../trees/treeNode.ts';
import { pressureOf, type Pressure } from './gauge.ts';

/** What a row of the tree is about, for its gauge and its menu. */
export type RateLimitSubject =
  | { readonly kind: 'provider'; readonly provider: string }
  | { readonly kind: 'pool'; readonly provider: string; readonly model: string; readonly tier: string | null }
  | { readonly kind: 'window'; readonly share: number; readonly pressure: Pressure };

interface ShownPool extends PoolStatus {
  /** False: only the limits file knows it, so there is nothing to pause or to reset. */
  readonly called: boolean;
}

interface LimitedWindow extends WindowStatus {
  readonly limit: number;
}

/**
 * The view "Rate limits": what is wrong with the limits file, the providers with their models, those
 * that are in use first, and the queue.
 * @param entries of the limits file; those that nothing has called yet are shown as unused
 */
export function rateLimitNodes(
  { pools, queue, problem }: LimiterStatus,
  entries: readonly LimitsEntry[],
  context: NodeContext,
): readonly TreeNode[] {
  const all = [...pools.map((pool) => ({ ...pool, called: true })), ...uncalledPools(pools, entries)];
  const called = new Set(pools.map(({ provider }) => provider));
  const others = new Set(entries.map(({ provider }) => provider).filter((provider) => !called.has(provider)));
  const providers = [...[...called].sort(), ...[...others].sort()];
  return [
    ...(problem === null ? [] : [problemNode(problem)]),
    ...providers.map((provider) =>
      providerNode(
        provider,
        all.filter((pool) => pool.provider === provider),
        context,
      ),
    ),
    ...queueNodes(queue, context.numbers),
  ];
}

function problemNode({ file, line, column, message }: LimitsProblem): TreeNode {
  return {
    id: 'problem',
    label: l10n.t('Limits file not in force'),
    description: l10n.t('line {0}: {1}', line, message),
    tooltip: [`${file}:${line}:${column}`, message, l10n.t('The last good limits stay in force.')],
    icon: attention.warning,
    context: 'problem',
    command: { id: commandIds.rateLimitEditLimits, argument: { line, column } },
  };
}

function queueNodes({ pending, executing, failed }: LimiterStatus['queue'], numbers: Numbers): readonly TreeNode[] {
  if (pending + executing + failed === 0) {
    return [];
  }
  const description = [
    l10n.t('{0} queued', numbers.count(pending)),
    l10n.t('{0} running', numbers.count(executing)),
    ...(failed === 0 ? [] : [l10n.t('{0} failed', numbers.count(failed))]),
  ].join(' · ');
  return [{ id: 'queue', label: l10n.t('Queue'), description, icon: { name: 'list-ordered' } }];
}

/** Nothing was ever counted for them, so no window of theirs has begun. */
function uncalledPools(pools: readonly PoolStatus[], entries: readonly LimitsEntry[]): readonly ShownPool[] {
  const identity = ({ provider, model, tier }: Pick<PoolStatus, 'provider' | 'model' | 'tier'>): string =>
    JSON.stringify([provider, model.toLowerCase(), tier]);
  const used = new Set(pools.map(identity));
  return entries
    .filter((entry) => !used.has(identity(entry)))
    .map(({ limits, ...address }) => ({
      ...address,
      windows: limits.map((limit) => ({ ...limit, used: 0, resetMs: null })),
      waiting: 0,
      open: 0,
      queued: 0,
      pausedUntil: null,
      called: false,
    }));
}

function providerNode(provider: string, pools: readonly ShownPool[], context: NodeContext): TreeNode {
  const paused = pools.every(({ pausedUntil }) => pausedUntil !== null);
  const pressures = pools.map((pool) => pressureOfAll(pool.windows.filter(isLimited)));
  return {
    id: provider,
    label: provider,
    description: paused ? l10n.t('paused') : providerFigures(pools, context.numbers).join(' · '),
    icon: paused ? pausedIcon : pressureIcon('cloud', worst(pressures)),
    open: true,
    context: menuOf(pools, paused, 'Provider'),
    subject: { kind: 'provider', provider } satisfies RateLimitSubject,
    children: pools.map((pool) => poolNode(pool, context)),
  };
}

function providerFigures(pools: readonly PoolStatus[], numbers: Numbers): string[] {
  const sum = (field: 'waiting' | 'queued'): number => pools.reduce((total, pool) => total + pool[field], 0);
  const [waiting, queued] = [sum('waiting'), sum('queued')];
  return [
    ...(waiting === 0 ? [] : [l10n.t('{0} waiting', numbers.count(waiting))]),
    ...(queued === 0 ? [] : [l10n.t('{0} queued', numbers.count(queued))]),
  ];
}

function menuOf(pools: readonly ShownPool[], paused: boolean, what: 'Provider' | 'Pool'): string {
  if (!pools.some(({ called }) => called)) {
    return `uncalled${what}`;
  }
  return `${paused ? 'paused' : 'open'}${what}`;
}

function poolNode(pool: ShownPool, context: NodeContext): TreeNode {
  const { provider, model, tier, open } = pool;
  const limited = pool.windows.filter(isLimited);
  const name = [provider, model, tier].filter((part) => part !== null).join('/');
  return {
    // A row of another id, since the editor would keep it folded when its first call comes.
    id: pool.called ? name : `${name} uncalled`,
    label: model === '*' ? l10n.t('all models') : model,
    description: poolFigures(pool, limited, context).join(' · '),
    tooltip: [
      tier === null ? `${provider} · ${model}` : `${provider} · ${model} · ${tier}`,
      l10n.t('{0} calls under way', context.numbers.count(open)),
    ],
    icon: pool.pausedUntil === null ? pressureIcon('server', pressureOfAll(limited)) : pausedIcon,
    open: pool.windows.some(({ used }) => used > 0),
    context: menuOf([pool], pool.pausedUntil !== null, 'Pool'),
    subject: { kind: 'pool', provider, model, tier } satisfies RateLimitSubject,
    children: limited.length > 0 ? limited.map((window) => windowNode(name, window, context)) : counted(pool, context),
  };
}

const isLimited = (window: WindowStatus): window is LimitedWindow => window.limit !== null;

const pressureOfAll = (windows: readonly LimitedWindow[]): Pressure =>
  worst(windows.map(({ used, limit }) => pressureOf(used, limit)));

const worst = (pressures: readonly Pressure[]): Pressure =>
  (['full', 'warning'] as const).find((one) => pressures.includes(one)) ?? 'calm';

const pausedIcon = { name: 'debug-pause', color: 'list.warningForeground' } as const satisfies TreeIcon;

function pressureIcon(name: string, pressure: Pressure): TreeIcon {
  switch (pressure) {
    case 'full':
      return { name, color: 'list.errorForeground' };
    case 'warning':
      return { name, color: 'list.warningForeground' };
    case 'calm':
      return { name };
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
