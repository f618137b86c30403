import * as l10n from '@vscode/l10n';
import tableIcon from '@vscode/codicons/src/icons/table.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { TraceList } from '../../src/opening/dashboard.ts';
import { choices } from '../shared/choices.ts';
import { iconButton } from '../shared/icon.ts';
import { keyLine, type KeyHelp } from '../shared/keyList.ts';
import type { ChartPart, ChartWords, DashboardCharts } from './charts.ts';
import { bucketName } from './scopeBar.ts';
import type { LegendRow, StackView } from './stackChart.ts';
import { titleOf } from './stackChart.ts';
import type { DashboardTables } from './tables.ts';
import type { DashboardReader } from './reader.ts';
import type { DashboardView, StackMeasure } from './view.ts';
import type { TimeBucket } from '../../src/protocol/scope.ts';
import type { Writing } from '../shared/panel.ts';

export interface PageParts {
  readonly view: DashboardView;
  readonly bucket: TimeBucket;
  readonly periodName: string;
  readonly figures: TemplateResult;
  readonly charts: DashboardCharts;
  readonly words: ChartWords;
  readonly tables: DashboardTables;
  readonly reader: DashboardReader;
  readonly writing: Writing;
  /** Said in the place of the first chart while there is nothing yet; null otherwise. */
  readonly waiting: string | null;
  readonly singleKeys: boolean;
}

export interface PageActions {
  setMeasure(measure: StackMeasure): void;
  setTraceList(list: TraceList): void;
  toggleTable(part: ChartPart): void;
  filterModel(model: string): void;
  openTraces(): void;
  openBudgetSetting(): void;
}

/** Everything under the scope: figures, charts, tables. */
export function page(parts: PageParts, actions: PageActions): TemplateResult {
  return html`<main>
    <h1 class="unseen">${l10n.t('LLM metrics, last {0}', parts.periodName)}</h1>
    ${parts.figures}
    <div class="columns stack-and-budget">${stackSection(parts, actions)}${budgetSection(parts, actions)}</div>
    <div class="columns">
      ${lineSection('chart.latency', parts, actions)}${lineSection('chart.rates', parts, actions)}
    </div>
    ${modelsSection(parts)}
    <div class="columns prompts-and-agents">${promptsSection(parts)}${agentsSection(parts)}</div>
    ${tracesSection(parts, actions)} ${keyLine(keyHelp(parts.singleKeys).slice(0, 7))}
  </main>`;
}

/** Every key of the dashboard; the first ones are in the line at its foot. */
export function keyHelp(singleKeys: boolean): readonly KeyHelp[] {
  const rows: readonly KeyHelp[] = [
    { keys: ['↑', '↓', 'Home', 'End'], does: l10n.t('row') },
    { keys: ['Enter', l10n.t('Space')], does: l10n.t('open, filter by it') },
  ];
  const charts: readonly KeyHelp[] = [
    { keys: ['←', '→'], does: l10n.t('in a chart: the values of a bar') },
    { keys: [l10n.t('Ctrl C')], does: l10n.t('in a table: copy it') },
    { keys: ['Esc'], does: l10n.t('undo the last change of scope') },
  ];
  if (!singleKeys) {
    return [...rows, ...charts];
  }
  return [
    { keys: ['F'], does: l10n.t('filter') },
    { keys: ['T'], does: l10n.t('chart or table') },
    { keys: ['1', '2', '3'], does: l10n.t('period') },
    { keys: ['C'], does: l10n.t('compare') },
    ...rows,
    { keys: ['?'], does: l10n.t('all keys') },
    { keys: ['R'], does: l10n.t('export now') },
    { keys: ['Q'], does: l10n.t('this view as SQL') },
    ...charts,
  ];
}

function tableButton(part: ChartPart, name: string, { charts, view }: PageParts, actions: PageActions): TemplateResult {
  return iconButton({
    svg: tableIcon,
    label: l10n.t('{0}: show as table', name),
    key: 'T',
    pressed: charts.asTable(part, view),
    click: () => actions.toggleTable(part),
  });
}

function stackSection(parts: PageParts, actions: PageActions): TemplateResult {
  const { view, words, charts, bucket, waiting } = parts;
  const unit =
    view.measure === 'cost'
      ? l10n.t('US dollars per {0}, by model', bucketName(bucket))
      : l10n.t('per {0}, by model', bucketName(bucket));
  return html`<section aria-labelledby="stack-title" data-part="chart.stack">
    <header>
      <h2 id="stack-title">${titleOf(view.measure)}</h2>
      <span class="caption">${unit}</span>
      <span class="end">
        ${choices<StackMeasure>({
          label: l10n.t('What is stacked'),
          chosen: view.measure,
          choices: (['cost', 'tokens', 'calls'] as const).map((value) => ({ value, label: titleOf(value) })),
          choose: (measure) => actions.setMeasure(measure),
        })}
        ${tableButton('chart.stack', titleOf(view.measure), parts, actions)}
      </span>
    </header>
    <div class="with-legend">
      <div class="tall">
        ${charts.views['chart.stack'].element}${waiting === null ? nothing : html`<p class="waiting" role="status">${waiting}</p>`}
      </div>
      ${words.stack === null ? html`<ul class="legend"></ul>` : legend(words.stack, parts, actions)}
    </div>
  </section>`;
}

function legend(stack: StackView, { view, words, periodName }: PageParts, actions: PageActions): TemplateResult {
  const chosen = view.scope.filters.models ?? [];
  return html`<ul class="legend" aria-label=${l10n.t('{0} by model', stack.chart.title)}>
    ${stack.legend.map((row) => html`<li>${legendRow(row, chosen, actions)}</li>`)}
    <li class="total">
      <span>${l10n.t('Total')}</span><span class="value">${stack.total ?? l10n.t('no price')}</span>
    </li>
    ${
      view.compare
        ? html`<li class="quiet">
            <span class="dash" aria-hidden="true"></span>${l10n.t('previous {0}', periodName)}<span class="value"
              >${stack.previousTotal ?? l10n.t('none')}</span
            >
          </li>`
        : nothing
    }
    ${
      words.gaps
        ? html`<li class="quiet">
            <svg class="hatch" viewBox="0 0 12 10" aria-hidden="true">
              <path d="M0 4 4 0M0 10 10 0M6 10 12 4"></path></svg
            >${l10n.t('not exported')}
          </li>`
        : nothing
    }
  </ul>`;
}

function legendRow(
  { model, label, colour, total }: LegendRow,
  chosen: readonly string[],
  actions: PageActions,
): TemplateResult {
  const content = html`<span class=${`swatch ${colour}`}></span><span class="name" title=${label}>${label}</span
    ><span class="value">${total}</span>`;
  return model === null
    ? html`<span class="others">${content}</span>`
    : html`<button type="button" aria-pressed=${chosen.includes(model)} @click=${() => actions.filterModel(model)}>
        ${content}
      </button>`;
}

function budgetSection(parts: PageParts, actions: PageActions): TemplateResult {
  const { words, charts } = parts;
  const budget = words.budget;
  return html`<section aria-labelledby="budget-title" data-part="chart.budget">
    <header>
      <h2 id="budget-title">${l10n.t('Budget')}</h2>
      <span class="caption">${budget === null ? nothing : l10n.t('{0}, US dollars, whole project', budget.month)}</span>
      <span class="end">${tableButton('chart.budget', l10n.t('Budget'), parts, actions)}</span>
    </header>
    <p class="says">
      ${
        budget === null
          ? nothing
          : html`<b class=${budget.over ? 'warn' : ''}>${budget.headline}</b>
              <span class="quiet">${budget.rest}</span> ${
                budget.limited
                  ? nothing
                  : html`<button type="button" class="link" @click=${() => actions.openBudgetSetting()}>
                      ${l10n.t('Set a budget')}
                    </button>`
              }`
      }
    </p>
    ${charts.views['chart.budget'].element}
  </section>`;
}

function lineSection(part: 'chart.latency' | 'chart.rates', parts: PageParts, actions: PageActions): TemplateResult {
  const latency = part === 'chart.latency';
  const name = latency ? l10n.t('Latency') : l10n.t('Errors and fallbacks');
  const caption = latency ? l10n.t('seconds per generation, without embeddings') : l10n.t('% of calls');
  return html`<section aria-labelledby=${`${part}-title`} data-part=${part}>
    <header>
      <h2 id=${`${part}-title`}>${name}</h2>
      <span class="caption">${caption}</span>
      <span class="end">${tableButton(part, name, parts, actions)}</span>
    </header>
    ${parts.charts.views[part].element}
  </section>`;
}

function modelsSection({ tables, reader, view, writing }: PageParts): TemplateResult {
  const count = reader.readings.get('models').answer?.models.length ?? 0;
  return html`<section aria-labelledby="models-title" data-part="table.models">
    <header>
      <h2 id="models-title">${l10n.t('Models')}</h2>
      <span class="caption">${count === 0 ? nothing : l10n.t('{0}, by cost', writing.numbers.count(count))}</span>
    </header>
    ${tables.models.element}${tables.unfoldButton('table.models', count, view)}
  </section>`;
}

function promptsSection({ tables, reader, view }: PageParts): TemplateResult {
  const count = reader.readings.get('prompts').answer?.prompts.length ?? 0;
  return html`<section aria-labelledby="prompts-title" data-part="table.prompts">
    <header>
      <h2 id="prompts-title">${l10n.t('Prompts')}</h2>
      <span class="caption">${l10n.t('the version in production, by cost')}</span>
    </header>
    ${tables.prompts.element}${tables.unfoldButton('table.prompts', count, view)}
  </section>`;
}

function agentsSection({ tables, reader, view }: PageParts): TemplateResult {
  const count = reader.readings.get('agents').answer?.agents.length ?? 0;
  return html`<section aria-labelledby="agents-title" data-part="table.agents">
    <header>
      <h2 id="agents-title">${l10n.t('Agents')}</h2>
      <span class="caption">${l10n.t('tasks finished, by cost')}</span>
    </header>
    ${tables.agents.element}${tables.unfoldButton('table.agents', count, view)}
  </section>`;
}

function tracesSection({ tables, reader, view, writing }: PageParts, actions: PageActions): TemplateResult {
  const all = reader.readings.get('traceCount').answer?.traces ?? null;
  return html`<section aria-labelledby="traces-title" data-part="table.traces">
    <header>
      <h2 id="traces-title">${l10n.t('Traces')}</h2>
      ${choices<TraceList>({
        label: l10n.t('Which traces'),
        chosen: view.traceList,
        choices: [
          { value: 'dearest', label: l10n.t('Most expensive') },
          { value: 'slowest', label: l10n.t('Slowest') },
          { value: 'failed', label: l10n.t('With errors') },
        ],
        choose: (list) => actions.setTraceList(list),
      })}
      ${
        all === null
          ? nothing
          : html`<button type="button" class="link end" @click=${() => actions.openTraces()}>
              ${l10n.t('All {0} traces', writing.numbers.count(all))}
            </button>`
      }
    </header>
    ${tables.traces.element}
  </section>`;
}
