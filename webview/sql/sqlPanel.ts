import * as l10n from '@vscode/l10n';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import type { ActionParams, PanelAction, PanelSettings } from '../../src/protocol/panels.ts';
import { largestRowCap, type SqlTarget } from '../../src/protocol/sql.ts';
import { isAbort, type Host } from '../shared/host.ts';
import { showKeyList } from '../shared/keyList.ts';
import { listenForKeys, type KeyMap } from '../shared/keys.ts';
import { LiveRegion } from '../shared/liveRegion.ts';
import { Memo } from '../shared/memo.ts';
import type { PanelContext, PanelListener, Writing } from '../shared/panel.ts';
import { emptyState, note } from '../shared/states.ts';
import { Theme } from '../shared/theme.ts';
import { showCell } from './cellDetail.ts';
import { chooseChart } from './chartChoice.ts';
import { columnWidths } from './columnWidths.ts';
import { chartPane, head, keyHelp, status } from './page.ts';
import { problemNote, saidOf } from './outcome.ts';
import { pickChart } from './pickChart.ts';
import { resultColumns, type ResultColumn } from './resultColumns.ts';
import { ResultGrid } from './resultGrid.ts';
import { ResultPlot } from './resultPlot.ts';
import { sortedIndexes } from './sortResult.ts';
import { StatementRun } from './statementRun.ts';
import { ResultTakeaway } from './takeaway.ts';
import { firstView, keptView, readView, viewOfNext, type SqlView } from './view.ts';

const rowCapStep = 10;
const day = 86_400_000;

/** The results of one query document: what ran, what came of it, and what each control does. Drawing is in page.ts. */
export class SqlPanel implements PanelListener {
  readonly #context: PanelContext;
  readonly #host: Host;
  readonly #writing: Writing;
  readonly #root = document.createElement('div');
  readonly #run: StatementRun;
  readonly #grid: ResultGrid;
  readonly #plot: ResultPlot;
  readonly #takeaway: ResultTakeaway;
  readonly #live: LiveRegion;
  readonly #memo = new Memo();
  #target: SqlTarget;
  #view: SqlView;
  #settings: PanelSettings | null = null;
  /** Of the last thing that a person asked for, other than the statement. */
  #failure: string | null = null;
  /** The database may hold other data than the rows were read from. */
  #outdated = false;
  /** Newest exported moment; null while unknown. */
  #exportedUntil: string | null = null;
  #drawRequested = false;

  constructor(context: PanelContext) {
    const { host, writing, root, kept, target } = context;
    this.#context = context;
    this.#host = host;
    this.#writing = writing;
    this.#target = (kept?.target ?? target) as SqlTarget;
    this.#view = kept === null ? firstView() : readView(kept.view);
    this.#root.className = 'sql';
    root.append(this.#root);
    this.#live = new LiveRegion(root);
    this.#run = new StatementRun(host, () => this.#drawSoon());
    this.#takeaway = new ResultTakeaway(host);
    this.#grid = new ResultGrid({
      sort: (sort) => this.#change({ sort }),
      open: (column, value) => showCell(root, column.name, value, (text) => this.#do(host.copy(text))),
      copyCell: (value) => this.#do(this.#copied(host.copy(String(value ?? '')), 1)),
      copyAll: () => this.#copyAll(),
    });
    this.#plot = new ResultPlot({
      parent: root,
      theme: new Theme(),
      writing,
      copy: (table) => this.#do(this.#takeaway.copyText(table)),
      say: (text) => this.#live.say(text),
    });
    listenForKeys(
      document,
      () => this.#keys(),
      () => this.#settings?.singleKeys ?? true,
    );
    this.#draw();
    void this.#readCoverage();
    if (this.#view.answer === null) {
      void this.#start();
    }
  }

  settings(settings: PanelSettings): void {
    this.#settings = settings;
    this.#drawSoon();
  }

  dataChanged(): void {
    this.#outdated = this.#view.answer !== null;
    void this.#readCoverage();
  }

  target(target: unknown): void {
    const next = target as SqlTarget;
    this.#view = viewOfNext(this.#view, this.#target, next);
    this.#target = next;
    void this.#start();
  }

  action({ action }: ActionParams): void {
    const acts: Readonly<Partial<Record<PanelAction, () => void>>> = {
      toggleTable: () => this.#toggleChart(),
      openAsSql: () => this.#openDocument(),
      copyTable: () => this.#copyAll(),
      saveCsv: () => this.#saveCsv(),
      saveImage: () => this.#do(this.#takeaway.saveImage(this.#plot.view)),
    };
    acts[action]?.();
  }

  // What it shows.

  #drawSoon(): void {
    if (!this.#drawRequested) {
      this.#drawRequested = true;
      requestAnimationFrame(() => {
        this.#drawRequested = false;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const { state } = this.#run;
    const { answer, maxRows } = this.#view;
    render(
      html`${head(
        { target: this.#target, running: state.kind === 'running', maxRows, writing: this.#writing },
        {
          run: () => void this.#start(),
          stop: () => this.#run.stop(),
          openDocument: () => this.#openDocument(),
        },
      )}
      ${this.#note()} ${this.#status()} ${answer === null ? this.#nothing() : this.#result()}`,
      this.#root,
    );
  }

  #note(): TemplateResult | typeof nothing {
    const problem = problemNote({
      state: this.#run.state,
      failure: this.#failure,
      target: this.#target,
      rowsFrom: this.#view.answeredAt,
      writing: this.#writing,
      goTo: (position) => this.#openDocument(position),
      run: (command) => this.#do(this.#host.run(command)),
    });
    return problem === null ? nothing : note(problem);
  }

  #status(): TemplateResult {
    const { answer, maxRows, chart } = this.#view;
    const more = answer?.result.truncated === true && maxRows < largestRowCap ? maxRows * rowCapStep : null;
    return status(
      {
        said: saidOf({
          state: this.#run.state,
          answer,
          answeredAt: this.#view.answeredAt,
          outdated: this.#outdated,
          exportedUntil: this.#exportedUntil,
          writing: this.#writing,
        }),
        moreRows: more === null ? null : this.#writing.numbers.count(more),
        hasRows: answer !== null && answer.result.columns.length > 0,
        charted: chart,
        chartable: this.#choice !== null,
      },
      {
        readMore: () => {
          this.#change({ maxRows: more ?? maxRows });
          void this.#start();
        },
        copy: () => this.#do(this.#copyAs()),
        saveCsv: () => this.#saveCsv(),
        toggleChart: () => this.#toggleChart(),
      },
    );
  }

  #nothing(): TemplateResult {
    const { kind } = this.#run.state;
    if (kind !== 'stopped') {
      return html`<main></main>`;
    }
    return html`<main>
      ${emptyState({
        title: l10n.t('Stopped'),
        text: l10n.t('The statement was stopped before it gave rows.'),
        actions: [{ label: l10n.t('Run'), run: () => void this.#start() }],
      })}
    </main>`;
  }

  #result(): TemplateResult {
    const { result } = this.#answer;
    const { sort } = this.#view;
    const columns = this.#columns;
    const choice = this.#choice;
    const widths = this.#memo.get('widths', [columns], () => columnWidths(result, columns, measure));
    const order = this.#memo.get('order', [result, sort], () => sortedIndexes(result.rows, sort));
    this.#grid.update({ columns, widths, rows: result.rows, order, sort });
    const drawn = choice === null || !this.#view.chart ? null : this.#plot.update(result, columns, choice);
    return html`<main class=${drawn === null ? 'alone' : ''}>
      <div class="rows-pane">
        ${this.#grid.element}
        ${result.rows.length === 0 ? html`<p class="none quiet">${l10n.t('The statement gave no rows.')}</p>` : nothing}
      </div>
      ${
        drawn === null || choice === null
          ? nothing
          : chartPane(
              { choice, columns, plot: this.#plot.view.element, series: drawn.model.series, left: drawn.left },
              { pick: (what) => this.#do(this.#pickChart(what)) },
            )
      }
    </main>`;
  }

  get #answer(): NonNullable<SqlView['answer']> {
    return this.#view.answer ?? { result: { columns: [], rows: [], truncated: false }, milliseconds: 0 };
  }

  get #columns(): readonly ResultColumn[] {
    const { answer } = this.#view;
    return this.#memo.get('columns', [answer], () => resultColumns(this.#answer.result));
  }

  get #choice(): ReturnType<typeof chooseChart> {
    const { answer, wish } = this.#view;
    return this.#memo.get('choice', [answer, wish], () =>
      answer === null ? null : chooseChart(answer.result, this.#columns, wish),
    );
  }

  // What it does.

  async #start(): Promise<void> {
    const target = this.#target;
    const { sql, parameters, origin } = target;
    this.#failure = null;
    const answer = await this.#run.run({ sql, parameters, origin, maxRows: this.#view.maxRows });
    if (answer !== null && this.#target === target) {
      this.#outdated = false;
      this.#change({ answer, answeredAt: this.#writing.now() });
      const count = this.#writing.numbers.count(answer.result.rows.length);
      this.#live.say(l10n.t('{0} rows in {1}', count, this.#writing.numbers.duration(answer.milliseconds / 1000)));
    }
  }

  /** How new the rows can be. Nobody asked for it: when it cannot be said, nothing is. */
  async #readCoverage(): Promise<void> {
    const end = this.#writing.now();
    const range = { start: new Date(end - day).toISOString(), end: new Date(end).toISOString() };
    const coverage = await this.#host.ask('coverage', { scope: { range } }).catch(() => null);
    this.#exportedUntil = coverage?.exportedUntil ?? null;
    this.#drawSoon();
  }

  #change(change: Partial<SqlView>): void {
    this.#view = { ...this.#view, ...change };
    this.#drawSoon();
    this.#context.keep(() => ({ target: this.#target, view: keptView(this.#view) }));
  }

  #toggleChart(): void {
    this.#change({ chart: !this.#view.chart });
  }

  async #pickChart(what: 'value' | 'by' | 'split'): Promise<void> {
    const choice = this.#choice;
    const picked = choice === null ? null : await pickChart(this.#host, what, choice, this.#columns);
    if (picked !== null) {
      this.#change({ wish: { ...this.#view.wish, ...picked } });
    }
  }

  #openDocument(position = 0): void {
    const { uri, start, line } = this.#target.origin;
    this.#do(this.#host.open({ link: 'queryText', target: { uri, start: start + position, line } }));
  }

  #copyAll(): void {
    const { result } = this.#answer;
    const table = this.#takeaway.table(result, this.#order);
    this.#do(this.#copied(this.#takeaway.copyText(table), result.rows.length));
  }

  async #copyAs(): Promise<void> {
    const { result } = this.#answer;
    if (await this.#takeaway.copyAs(result, this.#order, this.#columns)) {
      await this.#copied(Promise.resolve(), result.rows.length);
    }
  }

  #saveCsv(): void {
    this.#do(this.#takeaway.saveCsv(this.#target.title, this.#answer.result, this.#order));
  }

  get #order(): readonly number[] {
    return sortedIndexes(this.#answer.result.rows, this.#view.sort);
  }

  async #copied(copying: Promise<void>, rows: number): Promise<void> {
    await copying;
    this.#live.say(l10n.t('Copied: {0} rows', this.#writing.numbers.count(rows)));
  }

  #keys(): KeyMap {
    return {
      'mod+enter': () => void this.#start(),
      escape: () => this.#run.stop(),
      t: () => this.#toggleChart(),
      s: () => this.#saveCsv(),
      q: () => this.#openDocument(),
      '?': () => showKeyList(this.#root, keyHelp(this.#settings?.singleKeys ?? true)),
    };
  }

  /** Awaits what a person asked for; its failure stands above the rows until something else is asked for. */
  #do(work: Promise<unknown>): void {
    this.#failure = null;
    work.catch((error: unknown) => {
      if (!isAbort(error)) {
        this.#failure = error instanceof Error ? error.message : String(error);
        this.#drawSoon();
      }
    });
  }
}

const pen = document.createElement('canvas').getContext('2d');

/** Pixels of a text in the font of the cells. */
function measure(text: string): number {
  const style = getComputedStyle(document.body);
  const font = `${Number.parseFloat(style.fontSize) * 0.923}px ${style.fontFamily}`;
  if (pen === null) {
    return text.length * 7;
  }
  pen.font = font;
  return pen.measureText(text).width;
}
