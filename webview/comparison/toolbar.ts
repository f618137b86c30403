import * as l10n from '@vscode/l10n';
import arrowSwap from '@vscode/codicons/src/icons/arrow-swap.svg';
import chevron from '@vscode/codicons/src/icons/chevron-down.svg';
import database from '@vscode/codicons/src/icons/database.svg';
import filter from '@vscode/codicons/src/icons/filter.svg';
import linkExternal from '@vscode/codicons/src/icons/link-external.svg';
import refresh from '@vscode/codicons/src/icons/refresh.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Period } from '../../src/opening/period.ts';
import { successSourceText } from '../../src/format/successSource.ts';
import type { CoverageAnswer, PromptOutcomes } from '../../src/protocol/analytics.ts';
import type { ScopeFilters, TimeRange } from '../../src/protocol/scope.ts';
import { pathName } from '../shared/cells.ts';
import { coverageLine } from '../shared/coverageLine.ts';
import { filterChips } from '../shared/filterChips.ts';
import { icon, iconButton } from '../shared/icon.ts';
import { moreMenu } from '../shared/moreMenu.ts';
import type { Writing } from '../shared/panel.ts';
import { periodPicker, rangeText } from '../shared/period.ts';
import { versionName, type ChosenVersions } from './versions.ts';
import type { ViewScope } from './view.ts';

export interface ComparisonBar {
  readonly name: string;
  readonly prompt: PromptOutcomes | null;
  readonly chosen: ChosenVersions | null;
  readonly scope: ViewScope;
  readonly range: TimeRange;
  readonly coverage: CoverageAnswer | null;
  readonly singleKeys: boolean;
  readonly writing: Writing;
}

export interface BarActions {
  pickPrompt(): void;
  pickVersion(side: 'subject' | 'baseline'): void;
  swap(): void;
  choosePeriod(period: Period): void;
  pickRange(): void;
  showAll(): void;
  addFilter(): void;
  setFilters(filters: ScopeFilters): void;
  openSuccessSetting(): void;
  openAsSql(): void;
  openInLangfuse(): void;
  exportNow(): void;
  reexport(missing: TimeRange): void;
}

/** What is compared, in two lines: prompt, versions and period; filters, and what the export covers. */
export function comparisonBar(bar: ComparisonBar, actions: BarActions): TemplateResult {
  const { scope, range, coverage, writing, singleKeys } = bar;
  return html`${toolbar(bar, actions)}
    <div class="scope">
      ${filterChips({
        filters: scope.filters,
        change: (filters) => actions.setFilters(filters),
        add: () => actions.addFilter(),
        showKey: singleKeys,
      })}
      ${successIs(bar, actions)}
      ${
        coverage === null
          ? nothing
          : coverageLine({ coverage, range, writing, reexport: (missing) => actions.reexport(missing) })
      }
    </div>`;
}

function toolbar({ name, prompt, chosen, scope, range, writing }: ComparisonBar, actions: BarActions): TemplateResult {
  return html`<div class="toolbar" role="toolbar" aria-label=${l10n.t('Comparison')}>
    <button
      type="button"
      class="pick prompt"
      title=${l10n.t('Choose a prompt: {0}', name)}
      @click=${() => actions.pickPrompt()}
    >
      <b>${pathName(name)}</b>${icon(chevron)}
    </button>
    ${chosen === null ? nothing : versionPicks(prompt, chosen, actions)}
    ${periodPicker({
      period: scope.period,
      writing,
      choose: (period) => actions.choosePeriod(period),
      custom: () => actions.pickRange(),
      all: () => actions.showAll(),
    })}
    <span class="quiet range" title=${`${writing.times.iso(range.start)} – ${writing.times.iso(range.end)}`}
      >${rangeText(range, writing)}</span
    >
    <div class="end">
      ${iconButton({ svg: filter, label: l10n.t('Add filter'), key: 'F', click: () => actions.addFilter() })}
      ${iconButton({ svg: database, label: l10n.t('Open as SQL'), key: 'Q', click: () => actions.openAsSql() })}
      ${iconButton({ svg: refresh, label: l10n.t('Export now'), key: 'R', click: () => actions.exportNow() })}
      ${iconButton({ svg: linkExternal, label: l10n.t('Open in Langfuse'), key: 'O', click: () => actions.openInLangfuse() })}
      ${moreMenu('comparison')}
    </div>
  </div>`;
}

function versionPicks(
  prompt: PromptOutcomes | null,
  { subject, baseline }: ChosenVersions,
  actions: BarActions,
): TemplateResult {
  const pick = (side: 'subject' | 'baseline', name: string, title: string): TemplateResult => {
    const labels = labelsOf(prompt, name);
    const label = `${title}: ${name} ${labels}`.trim();
    return html`<button
      type="button"
      class="pick"
      title=${title}
      aria-label=${label}
      @click=${() => actions.pickVersion(side)}
    >
      <b>${name}</b> <span class="quiet labels">${labels}</span>${icon(chevron)}
    </button>`;
  };
  return html`<span class="versions">
    ${
      subject === null
        ? nothing
        : html`${pick('subject', subject, l10n.t('Version to judge'))}<span class="quiet">${l10n.t('against')}</span>`
    }
    ${pick('baseline', baseline, l10n.t('Baseline'))}
    ${
      subject === null
        ? nothing
        : iconButton({ svg: arrowSwap, label: l10n.t('Swap versions'), key: 'X', click: () => actions.swap() })
    }
  </span>`;
}

function labelsOf(prompt: PromptOutcomes | null, name: string): string {
  return prompt?.versions.find(({ version }) => versionName(version) === name)?.labels.join(', ') ?? '';
}

/** Which rule decides what a success is. */
function successIs({ prompt }: ComparisonBar, actions: BarActions): TemplateResult | typeof nothing {
  const sources = [...new Set(prompt?.versions.flatMap(({ successSources }) => successSources))];
  return sources.length === 0
    ? nothing
    : html`<span class="success-is"
        ><span class="quiet">${l10n.t('Success is')}</span> ${sources.map(successSourceText).join(', ')}
        <button type="button" class="link" @click=${() => actions.openSuccessSetting()}>
          ${l10n.t('Change the rule')}
        </button></span
      >`;
}
