import * as l10n from '@vscode/l10n';
import type { CoverageAnswer, PromptOutcomes } from '../../src/protocol/analytics.ts';
import type { PanelCommand } from '../../src/protocol/panels.ts';
import type { ScopeFilters, TimeRange } from '../../src/protocol/scope.ts';
import { filtersText, hasFilters } from '../shared/filters.ts';
import type { Writing } from '../shared/panel.ts';
import type { EmptyState, StateAction } from '../shared/states.ts';
import { periodWords } from './verdict.ts';

export interface EmptinessInput {
  readonly name: string;
  /** Of the runs in scope; null when the prompt has no version there. */
  readonly prompt: PromptOutcomes | null;
  /** The same in all of history, without filters. */
  readonly ever: PromptOutcomes | null;
  readonly coverage: CoverageAnswer | null;
  readonly filters: ScopeFilters;
  readonly range: TimeRange;
  readonly writing: Writing;
  readonly run: (command: PanelCommand) => void;
  readonly removeFilters: () => void;
  readonly showAll: () => void;
}

/** What stands in the place of the comparison when no version ran; null when one did. */
export function emptinessOf(input: EmptinessInput): EmptyState | null {
  const { name, prompt, ever, coverage, filters, range, writing, run } = input;
  if ((prompt?.executions ?? 0) > 0) {
    return null;
  }
  const exportNow: StateAction = { label: l10n.t('Export now'), run: () => run('langfuseMetrics.export') };
  const choose: StateAction = {
    label: l10n.t('Choose a prompt'),
    run: () => run('langfuseMetrics.comparePromptVersions'),
  };
  if (ever === null) {
    return {
      title: l10n.t('The database has no prompt {0}', name),
      text:
        coverage?.exportedUntil == null
          ? l10n.t('Nothing was exported yet.')
          : l10n.t('It may have another name or belong to another project; a new one comes with the next export.'),
      actions: coverage?.exportedUntil == null ? [exportNow, choose] : [choose, exportNow],
    };
  }
  const where = hasFilters(filters) ? ` ${l10n.t('with {0}', filtersText(filters))}` : '';
  const title = `${l10n.t('No run of {0} {1}', name, periodWords(range, writing))}${where}`;
  if (ever.executions === 0) {
    return {
      title,
      text: l10n.t(
        'No generation in the database is linked to it. Pass the prompt to the call in your code: Langfuse links the two, and the next export counts them.',
      ),
      actions: [exportNow, choose],
    };
  }
  const last =
    ever.versions
      .flatMap(({ lastExecutedAt }) => lastExecutedAt ?? [])
      .toSorted()
      .at(-1) ?? range.end;
  const filtered = hasFilters(filters);
  const showAll: StateAction = { label: l10n.t('Show all runs'), run: () => input.showAll() };
  const removeFilters: StateAction = { label: l10n.t('Remove filters'), run: () => input.removeFilters() };
  return {
    title,
    text: l10n.t(
      '{0} runs in all, the last on {1}.',
      writing.numbers.count(ever.executions),
      writing.times.moment(last, writing.now()),
    ),
    actions: filtered ? [removeFilters, showAll] : [showAll, exportNow],
  };
}
