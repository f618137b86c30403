import * as l10n from '@vscode/l10n';
import info from '@vscode/codicons/src/icons/info.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Confounder, PromptComparison, PromptFailuresAnswer } from '../../src/protocol/analytics.ts';
import { choices } from '../shared/choices.ts';
import { icon } from '../shared/icon.ts';
import { keyLine, type KeyHelp } from '../shared/keyList.ts';
import type { Writing } from '../shared/panel.ts';
import type { Pair } from './pair.ts';
import { fewFailures } from './reader.ts';
import { topReasons } from './failuresTable.ts';
import { strataTitle, variableName } from './strataTable.ts';
import { shownConfounder, type ComparisonTables } from './tables.ts';
import { verdictOf, type Doubt, type Verdict } from './verdict.ts';
import type { ComparisonView, FailuresOf } from './view.ts';

const mostReasons = 3;

export interface PageParts {
  readonly answer: PromptComparison;
  readonly pair: Pair;
  readonly failures: PromptFailuresAnswer | null;
  readonly tables: ComparisonTables;
  /** The section of texts. */
  readonly text: TemplateResult;
  readonly view: ComparisonView;
  readonly singleKeys: boolean;
  readonly writing: Writing;
}

export interface PageActions {
  showAll(): void;
  openSuccessSetting(): void;
  compareWithin(doubt: NonNullable<Doubt['within']>): void;
  pickShown(): void;
  setVariable(variable: Confounder['variable']): void;
  setFailuresOf(of: FailuresOf): void;
  unfoldFailures(): void;
}

/** Everything under the scope: the verdict first, then what it rests on. */
export function page(parts: PageParts, actions: PageActions): TemplateResult {
  const { pair, text, singleKeys } = parts;
  const compared = pair.comparison !== null && pair.subject !== null;
  return html`<main>
    ${verdictBlock(verdictOf(parts.answer, pair, parts.writing), actions)} ${successSection(parts, actions)}
    ${compared ? html`<div class="columns">${strataSection(parts, actions)}${shiftsSection(parts)}</div>` : nothing}
    <div class="columns">${text}${failuresSection(parts, actions)}</div>
    ${figuresSection(parts)} ${historySection(parts)} ${keyLine(keyHelp(singleKeys).slice(0, 7))}
  </main>`;
}

/** Every key of the comparison; the first ones are in the line at its foot. */
export function keyHelp(singleKeys: boolean): readonly KeyHelp[] {
  const always: readonly KeyHelp[] = [
    { keys: ['↑', '↓', 'Home', 'End'], does: l10n.t('row') },
    { keys: ['Enter', l10n.t('Space')], does: l10n.t('judge this version; open the trace of a run') },
    { keys: ['F8', l10n.t('Shift F8')], does: l10n.t('next, previous failing run') },
  ];
  const rest: readonly KeyHelp[] = [
    { keys: [l10n.t('Ctrl C')], does: l10n.t('in a table: copy it') },
    { keys: ['Esc'], does: l10n.t('undo the last change of scope') },
  ];
  if (!singleKeys) {
    return [...always, ...rest];
  }
  return [
    { keys: ['X'], does: l10n.t('swap versions') },
    { keys: ['F'], does: l10n.t('filter') },
    { keys: ['1', '2', '3'], does: l10n.t('period') },
    ...always,
    { keys: ['?'], does: l10n.t('all keys') },
    { keys: ['O'], does: l10n.t('open in Langfuse') },
    { keys: ['R'], does: l10n.t('export now') },
    { keys: ['Q'], does: l10n.t('this view as SQL') },
    ...rest,
  ];
}

function verdictBlock({ about, headline, details, doubt, remedy }: Verdict, actions: PageActions): TemplateResult {
  return html`<div class="verdict">
    <h1>${about === null ? nothing : html`<span class="quiet">${about} · </span>`}${headline}</h1>
    ${details.map((detail) => html`<p>${detail}</p>`)} ${remedyButton(remedy, actions)}
    ${doubt === null ? nothing : doubtNote(doubt, actions)}
  </div>`;
}

function remedyButton(remedy: Verdict['remedy'], actions: PageActions): TemplateResult | typeof nothing {
  switch (remedy) {
    case 'moreTime':
      return html`<p>
        <button type="button" class="link" @click=${() => actions.showAll()}>${l10n.t('Show all runs')}</button>
      </p>`;
    case 'successSetting':
      return html`<p>
        <button type="button" class="link" @click=${() => actions.openSuccessSetting()}>
          ${l10n.t('Choose the scores that decide')}
        </button>
      </p>`;
    case null:
      return nothing;
  }
}

function doubtNote({ text, serious, within }: Doubt, actions: PageActions): TemplateResult {
  return html`<div class=${serious ? 'doubt serious' : 'doubt'} role="note">
    ${icon(serious ? warning : info)}<span>${text}</span>
    ${
      within === null
        ? nothing
        : html`<button type="button" class="link end" @click=${() => actions.compareWithin(within)}>
            ${l10n.t('Compare within {0}', within.name)}
          </button>`
    }
  </div>`;
}

function successSection({ pair, tables, writing, answer }: PageParts, actions: PageActions): TemplateResult {
  return html`<section aria-labelledby="success-title" data-part="table.success" class="intervals">
    <header>
      <h2 id="success-title">${l10n.t('Success rate')}</h2>
      <span class="caption"
        >${l10n.t('bars show the 95 % interval, the mark shows the rate, the dashed line is {0}', pair.baseline.name)}</span
      >
      <span class="end">
        <button type="button" class="link" @click=${() => actions.pickShown()}>
          ${l10n.t('{0} versions…', writing.numbers.count(answer.variants.length))}
        </button>
      </span>
    </header>
    ${tables.success.element}
  </section>`;
}

function strataSection({ pair, tables, view, answer }: PageParts, actions: PageActions): TemplateResult {
  const { comparison, baseline, subject } = pair;
  const confounders = comparison?.confounders ?? [];
  const shown = shownConfounder(confounders, view);
  const title = strataTitle(shown?.variable ?? null, baseline.name, subject?.name ?? '');
  return html`<section
    aria-labelledby="strata-title"
    data-part="table.strata"
    class=${shown?.sameMix == null ? 'intervals strata' : 'intervals strata with-total'}
  >
    <header>
      <h2 id="strata-title">${title}</h2>
      ${
        confounders.length < 2 || shown === null
          ? nothing
          : choices<Confounder['variable']>({
              label: l10n.t('What the runs are divided by'),
              chosen: shown.variable,
              choices: confounders.map(({ variable }) => ({ value: variable, label: variableName(variable) })),
              choose: (variable) => actions.setVariable(variable),
            })
      }
    </header>
    ${shown === null ? html`<p class="says quiet">${alikeText(answer, pair)}</p>` : tables.strata.element}
  </section>`;
}

function alikeText({ variants }: PromptComparison, { comparison }: Pair): string {
  return comparison?.verdictKind === 'tooFew' || variants.length < 2
    ? l10n.t('Too few runs to tell whether the models, environments and times differ.')
    : l10n.t('The models, the environments and the times of the runs are alike in both versions.');
}

function shiftsSection({ pair, tables }: PageParts): TemplateResult {
  return html`<section aria-labelledby="shifts-title" data-part="table.shifts" class="intervals">
    <header>
      <h2 id="shifts-title">${l10n.t('Cost, tokens and latency')}</h2>
      <span class="caption"
        >${l10n.t('{0} to {1}, medians of a run', pair.baseline.name, pair.subject?.name ?? '')}</span
      >
    </header>
    ${tables.shifts.element}
  </section>`;
}

function failuresSection({ pair, failures, tables, view, writing }: PageParts, actions: PageActions): TemplateResult {
  const { numbers } = writing;
  const { baseline, subject } = pair;
  const of = view.failuresOf === 'baseline' ? baseline : (subject ?? baseline);
  const title = view.failuresOf === 'all' ? l10n.t('Failing runs') : l10n.t('Failing runs of {0}', of.name);
  const scored = of.successRate.n;
  return html`<section aria-labelledby="failures-title" data-part="table.failures">
    <header>
      <h2 id="failures-title">${title}</h2>
      <span class="caption"
        >${
          failures === null
            ? nothing
            : view.failuresOf === 'all'
              ? numbers.count(failures.total)
              : l10n.t('{0} of {1}', numbers.count(failures.total), numbers.count(scored))
        }</span
      >
      ${choices<FailuresOf>({
        label: l10n.t('Failing runs of which version'),
        chosen: view.failuresOf,
        choices: [
          ...(subject === null ? [] : [{ value: 'subject' as const, label: subject.name }]),
          { value: subject === null ? ('subject' as const) : ('baseline' as const), label: baseline.name },
          { value: 'all' as const, label: l10n.t('All versions') },
        ],
        choose: (chosen) => actions.setFailuresOf(chosen),
      })}
      <span class="end">
        ${
          failures === null || view.allFailures || failures.total <= fewFailures
            ? nothing
            : html`<button type="button" class="link" @click=${() => actions.unfoldFailures()}>
                ${l10n.t('All {0}', numbers.count(failures.total))}
              </button>`
        }
      </span>
    </header>
    <p class="reasons">
      ${
        failures === null
          ? nothing
          : topReasons(failures, mostReasons).map(
              ({ text, count }) => html`<span title=${text}><b>${numbers.count(count)}</b> ${text}</span>`,
            )
      }
    </p>
    ${tables.failures.element}
  </section>`;
}

function figuresSection({ tables }: PageParts): TemplateResult {
  return html`<section aria-labelledby="figures-title" data-part="table.figures">
    <header>
      <h2 id="figures-title">${l10n.t('Figures')}</h2>
      <span class="caption">${l10n.t('of all runs in the period; tokens and cost are sums')}</span>
    </header>
    ${tables.figures.element}
  </section>`;
}

function historySection({ tables }: PageParts): TemplateResult {
  return html`<section aria-labelledby="history-title" data-part="table.history">
    <header>
      <h2 id="history-title">${l10n.t('Over time')}</h2>
      <span class="caption"
        >${l10n.t('success rate from the first run to the last, and the first week against the last')}</span
      >
    </header>
    ${tables.history.element}
  </section>`;
}
