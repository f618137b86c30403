import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import type { Measurement } from './measure.ts';
import type { AlertRule, RuleOf } from './rules.ts';

/** What people call the alert: the rule's own title, else its kind and what it is limited to. */
export function titleOf(rule: AlertRule): string {
  if (rule.title !== undefined) {
    return rule.title;
  }
  const only = Object.values(rule.filters ?? {}).flat();
  return only.length === 0 ? kindTitle(rule) : `${kindTitle(rule)} (${only.join(', ')})`;
}

function kindTitle(rule: AlertRule): string {
  switch (rule.kind) {
    case 'budget':
      return { day: l10n.t('Daily budget'), week: l10n.t('Weekly budget'), month: l10n.t('Monthly budget') }[
        rule.period
      ];
    case 'forecast':
      return l10n.t('Forecast of the month');
    case 'errorRate':
      return l10n.t('Error rate');
    case 'fallbackRate':
      return l10n.t('Fallback rate');
    case 'latency':
      return l10n.t('Latency p{0}', rule.percentile);
    case 'noData':
      return l10n.t('No data');
    case 'qualityDrop':
      return l10n.t('Quality drop');
  }
}

/** How things stand, in one sentence. */
export function messageOf(rule: AlertRule, { value, n, sure, interval }: Measurement, numbers: Numbers): string {
  if (value === null) {
    return nothingToSay(rule, n ?? 0, numbers);
  }
  switch (rule.kind) {
    case 'budget':
      return budgetMessage(rule, value, numbers);
    case 'forecast': {
      const [low, high] = [numbers.money(interval?.low ?? value), numbers.money(interval?.high ?? value)];
      const [spent, limit] = [numbers.money(value), numbers.money(rule.limitUsd)];
      return l10n.t('The month is heading for {0} of {1} ({2} to {3} in 4 of 5 cases).', spent, limit, low, high);
    }
    case 'errorRate': {
      const [share, calls, limit] = [numbers.share(value), numbers.count(n ?? 0), numbers.share(rule.limit)];
      return l10n.t('{0} of {1} calls in {2} h failed; the limit is {3}.', share, calls, rule.windowHours, limit);
    }
    case 'fallbackRate': {
      const [share, calls, limit] = [numbers.share(value), numbers.count(n ?? 0), numbers.share(rule.limit)];
      return l10n.t('{0} of {1} calls in {2} h fell back; the limit is {3}.', share, calls, rule.windowHours, limit);
    }
    case 'latency': {
      const [found, limit] = [numbers.duration(value), numbers.duration(rule.limitSeconds)];
      const calls = numbers.count(n ?? 0);
      return l10n.t('{0} of {1} calls in {2} h; the limit is {3}.', found, calls, rule.windowHours, limit);
    }
    case 'noData':
      return l10n.t('The last call was {0} h ago; the limit is {1} h.', numbers.decimal(value, 1), rule.hours);
    case 'qualityDrop':
      return qualityMessage(rule, value, sure, numbers);
  }
}

function budgetMessage({ period, limitUsd }: RuleOf<'budget'>, value: number, numbers: Numbers): string {
  const [spent, limit, share] = [numbers.money(value), numbers.money(limitUsd), numbers.share(value / limitUsd)];
  switch (period) {
    case 'day':
      return l10n.t('{0} of {1} spent today ({2}).', spent, limit, share);
    case 'week':
      return l10n.t('{0} of {1} spent this week ({2}).', spent, limit, share);
    case 'month':
      return l10n.t('{0} of {1} spent this month ({2}).', spent, limit, share);
  }
}

function qualityMessage(rule: RuleOf<'qualityDrop'>, drop: number, sure: boolean, numbers: Numbers): string {
  const [points, limit] = [numbers.decimal(Math.abs(drop)), numbers.decimal(rule.limit)];
  if (drop <= 0) {
    return l10n.t('Quality is {0} above that of the {1} h before.', points, rule.windowHours);
  }
  return sure || drop < rule.limit
    ? l10n.t('Quality is {0} below that of the {1} h before; the limit is {2}.', points, rule.windowHours, limit)
    : l10n.t('Quality is {0} below that of the {1} h before, which may be chance.', points, rule.windowHours);
}

function nothingToSay(rule: AlertRule, n: number, numbers: Numbers): string {
  switch (rule.kind) {
    case 'budget':
      return l10n.t('No cost is known of this period.');
    case 'forecast':
      return l10n.t('A forecast needs seven whole days of known cost.');
    case 'errorRate':
    case 'fallbackRate':
    case 'latency':
      return l10n.t('{0} calls in {1} h; {2} are needed.', numbers.count(n), rule.windowHours, rule.minCalls);
    case 'noData':
      return l10n.t('Nothing was exported yet.');
    case 'qualityDrop':
      return l10n.t('{0} scores in {1} h; {2} are needed.', numbers.count(n), rule.windowHours, rule.minScores);
  }
}
