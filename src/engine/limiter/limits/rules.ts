import type { LimitInForce, ModelAddress } from '../../../protocol/limiter.ts';

/** One pool's limits as the limits file or a preset states them. Plain data: it is stored beside the counters. */
export interface Rule {
  /** Lower case. */
  readonly provider: string;
  /** A name, or a pattern with `*`: all models that match share the pool. */
  readonly model: string;
  /** Null: any. */
  readonly tier: string | null;
  /** Where days begin, an IANA name; null for rolling days. */
  readonly timeZone: string | null;
  /** How many seconds' worth of a minute's limit may be taken at once; null for the whole minute's. */
  readonly burstSeconds: number | null;
  /** At most one for each dimension and window. */
  readonly limits: readonly LimitInForce[];
}

export interface RuleSet {
  /** What happens to calls that no rule covers. */
  readonly unknown: 'allow' | 'refuse';
  readonly rules: readonly Rule[];
}

export const noRules: RuleSet = { unknown: 'allow', rules: [] };

/**
 * The rule that covers a call: of those that match, the one with the most specific model; among
 * equals the one of the call's tier, else the first. A call without a tier falls under the first tier that is listed.
 */
export function findRule(rules: readonly Rule[], { provider, model, tier }: ModelAddress): Rule | null {
  const matching = rules.filter(
    (rule) =>
      rule.provider === provider.toLowerCase() &&
      (tier === undefined || rule.tier === null || rule.tier === tier) &&
      matchesModel(rule.model, model),
  );
  const best = Math.max(...matching.map(({ model: pattern }) => specificity(pattern)));
  const closest = matching.filter(({ model: pattern }) => specificity(pattern) === best);
  return closest.find((rule) => tier !== undefined && rule.tier === tier) ?? closest[0] ?? null;
}

/** Case does not count; `*` stands for any characters, also none. */
export function matchesModel(pattern: string, model: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(model);
}

/** A name is more specific than every pattern, and a pattern the more so the more it spells out. */
const specificity = (pattern: string): number =>
  pattern.includes('*') ? pattern.length - pattern.split('*').length : Infinity;
