import * as l10n from '@vscode/l10n';
import type { FailingExecution } from '../../src/protocol/analytics.ts';
import type { ComparisonTarget } from '../../src/protocol/panels.ts';
import type { Scope } from '../../src/protocol/scope.ts';
import type { Host } from '../shared/host.ts';
import type { LiveRegion } from '../shared/liveRegion.ts';
import type { Writing } from '../shared/panel.ts';
import { toCsv, toTsv, type TextTable } from '../shared/tableText.ts';
import { versionNumber, type ChosenVersions } from './versions.ts';
import { comparisonAsSql } from './viewSql.ts';

const successSetting = 'langfuseMetrics.outcome.successScores';

export interface WaysOutOptions {
  readonly host: Pick<Host, 'open' | 'copy' | 'save'>;
  readonly target: Pick<ComparisonTarget, 'projectId' | 'prompt'>;
  readonly live: LiveRegion;
  readonly writing: Writing;
}

/** What leads from the comparison to other places: traces, texts, settings, the clipboard and files. */
export class WaysOut {
  readonly #options: WaysOutOptions;

  constructor(options: WaysOutOptions) {
    this.#options = options;
  }

  async trace({ projectId, traceId, observationId }: FailingExecution): Promise<void> {
    const { host, live } = this.#options;
    if (traceId === null) {
      live.say(l10n.t('Recorded without a trace'));
      return;
    }
    await host.open({ link: 'trace', target: { projectId, traceId, observationId } });
  }

  async diff(left: number, right: number): Promise<void> {
    const { host, target } = this.#options;
    const { projectId, prompt } = target;
    await host.open({ link: 'promptDiff', target: { projectId, prompt, versions: [left, right] } });
  }

  async sql(scope: Scope): Promise<void> {
    const { host, target } = this.#options;
    await host.open({ link: 'sql', target: { sql: comparisonAsSql(scope, target.prompt) } });
  }

  /** The page of the version that the verdict is about. */
  async langfuse(chosen: ChosenVersions | null): Promise<void> {
    const { host, target } = this.#options;
    const version = chosen === null ? null : versionNumber(chosen.subject ?? chosen.baseline);
    if (version !== null) {
      const { projectId, prompt } = target;
      await host.open({ link: 'promptInLangfuse', target: { projectId, prompt, version } });
    }
  }

  /** The setting that says which scores decide about success. */
  async successSetting(): Promise<void> {
    await this.#options.host.open({ link: 'setting', target: { name: successSetting } });
  }

  async copy(table: TextTable | null): Promise<void> {
    const { host, live, writing } = this.#options;
    if (table !== null) {
      await host.copy(toTsv(table));
      live.say(l10n.t('Copied: {0} rows', writing.numbers.count(table.rows.length)));
    }
  }

  async save(table: TextTable | null): Promise<void> {
    if (table !== null) {
      const content = toCsv(table);
      await this.#options.host.save({ name: 'langfuse-prompt-versions.csv', content, encoding: 'utf8' });
    }
  }
}
