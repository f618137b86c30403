import * as l10n from '@vscode/l10n';
import chevron from '@vscode/codicons/src/icons/chevron-down.svg';
import database from '@vscode/codicons/src/icons/database.svg';
import filter from '@vscode/codicons/src/icons/filter.svg';
import refresh from '@vscode/codicons/src/icons/refresh.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ViewScope } from '../../src/opening/dashboard.ts';
import type { Period } from '../../src/opening/period.ts';
import type { CoverageAnswer } from '../../src/protocol/analytics.ts';
import type { ScopeFilters, TimeBucket, TimeRange } from '../../src/protocol/scope.ts';
import { coverageLine } from '../shared/coverageLine.ts';
import { filterChips } from '../shared/filterChips.ts';
import { icon, iconButton } from '../shared/icon.ts';
import { moreMenu } from '../shared/moreMenu.ts';
import type { Writing } from '../shared/panel.ts';
import { periodLength, periodPicker, rangeText } from '../shared/period.ts';

export interface ScopeBar {
  readonly scope: ViewScope;
  readonly range: TimeRange;
  readonly bucket: TimeBucket;
  readonly compare: boolean;
  readonly projectName: string;
  readonly coverage: CoverageAnswer | null;
  readonly singleKeys: boolean;
  readonly writing: Writing;
}

export interface ScopeActions {
  pickProject(): void;
  choosePeriod(period: Period): void;
  pickRange(): void;
  pickBucket(): void;
  setCompare(compare: boolean): void;
  addFilter(): void;
  setFilters(filters: ScopeFilters): void;
  openAsSql(): void;
  exportNow(): void;
  reexport(missing: TimeRange): void;
}

/** What the dashboard is about, in two lines: project and period; filters, and what the export covers. */
export function scopeBar(bar: ScopeBar, actions: ScopeActions): TemplateResult {
  const { scope, range, coverage, writing, singleKeys } = bar;
  return html`${toolbar(bar, actions)}
    <div class="scope">
      ${filterChips({
        filters: scope.filters,
        change: (filters) => actions.setFilters(filters),
        add: () => actions.addFilter(),
        showKey: singleKeys,
      })}
      ${
        coverage === null
          ? nothing
          : coverageLine({ coverage, range, writing, reexport: (missing) => actions.reexport(missing) })
      }
    </div>`;
}

export function bucketName(bucket: TimeBucket): string {
  switch (bucket) {
    case 'hour':
      return l10n.t('1 h');
    case '3hours':
      return l10n.t('3 h');
    case 'day':
      return l10n.t('day');
    case 'week':
      return l10n.t('week');
  }
}

function toolbar(
  { scope, range, bucket, compare, projectName, writing }: ScopeBar,
  actions: ScopeActions,
): TemplateResult {
  const length = periodLength(scope.period, writing);
  return html`<div class="toolbar" role="toolbar" aria-label=${l10n.t('Scope')}>
    <button type="button" class="pick" title=${l10n.t('Choose a project')} @click=${() => actions.pickProject()}>
      <b>${projectName}</b>${icon(chevron)}
    </button>
    ${periodPicker({
      period: scope.period,
      writing,
      choose: (period) => actions.choosePeriod(period),
      custom: () => actions.pickRange(),
    })}
    <span class="quiet range" title=${`${writing.times.iso(range.start)} – ${writing.times.iso(range.end)}`}
      >${rangeText(range, writing)}</span
    >
    <button type="button" class="pick" title=${l10n.t('Choose the width of bars')} @click=${() => actions.pickBucket()}>
      <span class="quiet">${l10n.t('by')}</span> ${bucketName(bucket)}${icon(chevron)}
    </button>
    <label class="check">
      <input
        type="checkbox"
        .checked=${compare}
        @change=${(event: Event) => actions.setCompare((event.target as HTMLInputElement).checked)}
      />
      <span>${l10n.t('Compare with previous {0}', length)}</span>
    </label>
    <div class="end">
      ${iconButton({ svg: filter, label: l10n.t('Add filter'), key: 'F', click: () => actions.addFilter() })}
      ${iconButton({ svg: database, label: l10n.t('Open as SQL'), key: 'Q', click: () => actions.openAsSql() })}
      ${iconButton({ svg: refresh, label: l10n.t('Export now'), key: 'R', click: () => actions.exportNow() })}
      ${moreMenu('panel')}
    </div>
  </div>`;
}
