import * as l10n from '@vscode/l10n';
import type { PromptOutcomes } from '../../src/protocol/analytics.ts';
import type { PickItem } from '../../src/protocol/panels.ts';
import type { Scope, ScopeFilters } from '../../src/protocol/scope.ts';
import { filterFields, pickFilters } from '../shared/filters.ts';
import type { Host } from '../shared/host.ts';
import type { Writing } from '../shared/panel.ts';
import { versionName, type ChosenVersions, type VersionChoice } from './versions.ts';

/** The panel is about one prompt: that is no filter. */
const fields = filterFields.filter((field) => field !== 'prompts');

/** What is chosen in the editor's own picks. Each resolves with what is to be chosen now, null when the person left. */
export class ComparisonPicks {
  readonly #host: Pick<Host, 'ask' | 'pick'>;
  readonly #writing: Writing;

  constructor(host: Pick<Host, 'ask' | 'pick'>, writing: Writing) {
    this.#host = host;
    this.#writing = writing;
  }

  filters(scope: Scope): Promise<ScopeFilters | null> {
    return pickFilters(this.#host, l10n.t('Filter the comparison'), scope, fields);
  }

  /** The other side takes the place of one that is chosen for both. */
  async version(
    side: 'subject' | 'baseline',
    prompt: PromptOutcomes,
    { baseline, subject, shown }: ChosenVersions,
  ): Promise<VersionChoice | null> {
    const now = side === 'subject' ? subject : baseline;
    const chosen = await this.#host.pick({
      title: side === 'subject' ? l10n.t('Version to judge') : l10n.t('Baseline'),
      placeholder: l10n.t('Runs are those of the period'),
      items: this.#items(prompt, []).filter(({ id }) => id !== now),
      many: false,
    });
    const [name] = chosen ?? [];
    if (name === undefined) {
      return null;
    }
    return side === 'subject'
      ? { subject: name, baseline: name === baseline ? subject : baseline, shown }
      : { baseline: name, subject: name === subject ? baseline : subject, shown };
  }

  async shown(prompt: PromptOutcomes, { baseline, subject, shown }: ChosenVersions): Promise<VersionChoice | null> {
    const chosen = await this.#host.pick({
      title: l10n.t('Versions to compare'),
      placeholder: l10n.t('Each version more makes every test stricter'),
      items: this.#items(prompt, shown),
      many: true,
    });
    if (chosen === null || chosen.length === 0) {
      return null;
    }
    const kept = (name: string | null): string | null => (name !== null && chosen.includes(name) ? name : null);
    return { baseline: kept(baseline), subject: kept(subject), shown: chosen };
  }

  #items({ versions }: PromptOutcomes, picked: readonly string[]): readonly PickItem[] {
    const { numbers } = this.#writing;
    return versions.map(({ version, labels, executions, successRate }) => {
      const name = versionName(version);
      const runs = l10n.t('{0} runs, {1} scored', numbers.count(executions), numbers.count(successRate.n));
      return { id: name, label: name, description: [...labels, runs].join(' · '), picked: picked.includes(name) };
    });
  }
}
