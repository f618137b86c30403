import * as l10n from '@vscode/l10n';
import type { ModelAddress } from '../../../protocol/limiter.ts';
import { EngineError } from '../../errors.ts';
import type { PoolKey } from '../pool.ts';
import type { PoolName } from '../settle.ts';
import { presetRules } from './presets.ts';
import { findRule, type Rule, type RuleSet } from './rules.ts';

/** Which pool a call falls under, for one state of the limits file. */
export class PoolKeys {
  readonly #ruleSet: RuleSet;
  readonly #byAddress = new Map<string, PoolKey>();
  readonly #byName = new Map<string, PoolKey>();

  constructor(ruleSet: RuleSet) {
    this.#ruleSet = ruleSet;
  }

  /** @throws EngineError limits.unknownModel when nothing covers the model and the limits file refuses such calls */
  of(address: ModelAddress): PoolKey {
    const name = JSON.stringify([address.provider, address.model, address.tier ?? null]);
    const known = this.#byAddress.get(name) ?? this.#find(address);
    this.#byAddress.set(name, known);
    return known;
  }

  /** The pool of that name as the database has it. */
  named({ provider, model, tier }: PoolName): PoolKey {
    const name = JSON.stringify([provider, model, tier]);
    const known = this.#byName.get(name) ?? {
      provider,
      model,
      tier,
      rule: this.#candidates(provider, tier).find((rule) => rule.model === model && (rule.tier ?? '') === tier) ?? null,
    };
    this.#byName.set(name, known);
    return known;
  }

  #find(address: ModelAddress): PoolKey {
    const provider = address.provider.toLowerCase();
    const rule = findRule(this.#ruleSet.rules, address) ?? findRule(presetRules(provider, address.tier ?? ''), address);
    if (rule !== null) {
      return { provider: rule.provider, model: rule.model, tier: rule.tier ?? '', rule };
    }
    if (this.#ruleSet.unknown === 'refuse') {
      throw unknownModel(address);
    }
    return { provider, model: address.model, tier: address.tier ?? '', rule: null };
  }

  #candidates(provider: string, tier: string): readonly Rule[] {
    return [...this.#ruleSet.rules.filter((rule) => rule.provider === provider), ...presetRules(provider, tier)];
  }
}

const unknownModel = ({ provider, model }: ModelAddress): EngineError =>
  new EngineError('limits.unknownModel', l10n.t('No limits are known for {0} {1}.', provider, model), {
    hint: l10n.t('Add an entry to rate-limits.json, or let unknown models pass there: {0}.', '"unknown": "allow"'),
  });
