import * as l10n from '@vscode/l10n';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { askedScope, bucketOf, scopeOfTarget, tracesAsked, type ViewScope } from '../../src/opening/dashboard.ts';
import { rangeOf, type Period } from '../../src/opening/period.ts';
import type { FacetsAnswer } from '../../src/protocol/browse.ts';
import type {
  ActionParams,
  DashboardTarget,
  PanelAction,
  PanelCommand,
  PanelSettings,
} from '../../src/protocol/panels.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import { toggleFilter, type FilterField } from '../shared/filters.ts';
import { isAbort, type Host } from '../shared/host.ts';
import { showKeyList } from '../shared/keyList.ts';
import { listenForKeys, type KeyMap } from '../shared/keys.ts';
import { LiveRegion } from '../shared/liveRegion.ts';
import type { PanelContext, PanelListener, Writing } from '../shared/panel.ts';
import { periodLength, presetHours, rangeText } from '../shared/period.ts';
import { problemOf } from '../shared/problem.ts';
import { emptyState, note } from '../shared/states.ts';
import type { TextTable } from '../shared/tableText.ts';
import { Theme } from '../shared/theme.ts';
import { scopeOfBar, scopeOfBars } from './barScope.ts';
import { DashboardCharts, type ChartPart } from './charts.ts';
import { emptinessOf } from './emptiness.ts';
import { keyFigureList, keyFigures } from './keyFigures.ts';
import { keyHelp, page } from './page.ts';
import { DashboardReader } from './reader.ts';
import { scopeBar } from './scopeBar.ts';
import { ScopePicks } from './scopePicks.ts';
import { DashboardTables } from './tables.ts';
import { Takeaway } from './takeaway.ts';
import { firstView, readView, type DashboardView } from './view.ts';
import { viewAsSql } from './viewSql.ts';

/** Milliseconds in which nothing is said about waiting. */
const patience = 150;
/** Milliseconds that an answer waits for those asked with it: to draw takes longer than most of them do. */
const gathering = 250;
/** Changes of scope that can be taken back. */
const undoDepth = 50;

/** The dashboard: what it is about, what it knows, and what each control does. Drawing is in page.ts and scopeBar.ts. */
export class Dashboard implements PanelListener {
  readonly #context: PanelContext;
  readonly #root = document.createElement('div');
  readonly #host: Host;
  readonly #writing: Writing;
  readonly #reader: DashboardReader;
  readonly #charts: DashboardCharts;
  readonly #tables: DashboardTables;
  readonly #picks: ScopePicks;
  readonly #takeaway: Takeaway;
  readonly #live: LiveRegion;
  #view: DashboardView;
  #settings: PanelSettings | null = null;
  #undo: readonly ViewScope[] = [];
  /** Of the last thing that a person asked for. */
  #failure: string | null = null;
  #waiting = false;
  /** What stands above the tables was asked for, and its answers are not drawn yet. */
  #aboveDue = false;
  #drawRequested = false;
  #answersTimer: number | undefined;

  constructor(context: PanelContext) {
    const { host, writing, root, kept, target } = context;
    this.#context = context;
    this.#host = host;
    this.#writing = writing;
    this.#view = kept === null ? firstView(target as DashboardTarget | null) : readView(kept.view);
    root.append(this.#root);
    this.#live = new LiveRegion(root);
    this.#reader = new DashboardReader(host, writing, () => this.#drawAnswers());
    this.#reader.readings.restore(this.#view.answers);
    const copy = (table: TextTable): void => void this.#copy(table);
    this.#charts = new DashboardCharts({
      parent: root,
      theme: new Theme(),
      writing,
      listener: {
        pick: (part, start, series) => this.#pickBar(part, start, series),
        select: (part, first, last) => this.#selectBars(part, first, last),
        copy,
        say: (text) => this.#live.say(text),
      },
    });
    this.#tables = new DashboardTables(writing, {
      sort: (part, sort) => this.#change({ sorts: { ...this.#view.sorts, [part]: sort } }),
      unfold: (part) => this.#change({ unfolded: [...this.#view.unfolded, part] }),
      filter: (field, value) => this.#toggleFilter(field, value),
      openPrompt: ({ prompt, version }) =>
        this.#do(
          host.open({
            link: 'promptComparison',
            target: { projectId: prompt.projectId, prompt: prompt.prompt, version: version.version },
          }),
        ),
      openTrace: ({ projectId, id }) =>
        this.#do(host.open({ link: 'trace', target: { projectId, traceId: id, observationId: null } })),
      copy,
    });
    this.#picks = new ScopePicks(host);
    this.#takeaway = new Takeaway(host, this.#charts, this.#tables);
    listenForKeys(
      document,
      () => this.#keys(),
      () => this.#settings?.singleKeys ?? true,
    );
    // Asked before anything is drawn: the engine works meanwhile.
    this.#readAgain(context.openedAt);
    this.#draw();
  }

  settings(settings: PanelSettings): void {
    this.#settings = settings;
    this.#drawSoon();
  }

  dataChanged(): void {
    this.#readAgain();
  }

  target(target: unknown): void {
    const scope = scopeOfTarget(target as DashboardTarget | null);
    if (scope !== null) {
      this.#setScope(scope);
    }
  }

  action({ action, part }: ActionParams): void {
    const acts: Readonly<Record<PanelAction, () => void>> = {
      addFilter: () => this.#pickFilters(),
      clearFilters: () => this.#setScope({ filters: {} }),
      toggleTable: () => this.#toggleTable(this.#takeaway.chartPart(part)),
      compare: () => this.#setCompare(!this.#view.compare),
      openAsSql: () => this.#openAsSql(),
      copyTable: () => this.#do(this.#copy(this.#takeaway.textOf(part))),
      saveCsv: () => this.#do(this.#takeaway.saveCsv(part)),
      saveImage: () => this.#do(this.#takeaway.saveImage(part)),
    };
    acts[action]();
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

  /**
   * Answers that come together are drawn together: figures and charts, then the tables. Those that come
   * first wait for the others a little.
   */
  #drawAnswers(): void {
    if (!this.#reader.pending || (this.#aboveDue && !this.#reader.pendingAbove)) {
      this.#drawSoon();
      return;
    }
    this.#answersTimer ??= window.setTimeout(() => {
      this.#answersTimer = undefined;
      this.#drawSoon();
    }, gathering);
  }

  #draw(): void {
    clearTimeout(this.#answersTimer);
    this.#answersTimer = undefined;
    this.#aboveDue &&= this.#reader.pendingAbove;
    render(html`${this.#scopeBar()}${this.#note()}${this.#content()}`, this.#root);
  }

  #scopeBar(): TemplateResult {
    const { scope, compare } = this.#view;
    const range = this.#range;
    return scopeBar(
      {
        scope,
        range,
        bucket: bucketOf(scope, range),
        compare,
        projectName: this.#projectName(),
        coverage: this.#reader.readings.get('coverage').answer,
        singleKeys: this.#settings?.singleKeys ?? true,
        writing: this.#writing,
      },
      {
        pickProject: () => this.#pick((picks) => picks.project(this.#projects)),
        choosePeriod: (period) => this.#setScope({ period, bucket: null }),
        pickRange: () => this.#pick((picks, _, current) => picks.range(current)),
        pickBucket: () => this.#pick((picks) => picks.bucket()),
        setCompare: (compare) => this.#setCompare(compare),
        addFilter: () => this.#pickFilters(),
        setFilters: (filters) => this.#setScope({ filters }),
        openAsSql: () => this.#openAsSql(),
        exportNow: () => this.#run('langfuseMetrics.export'),
        reexport: (missing) => this.#do(this.#host.open({ link: 'exportRange', target: missing })),
      },
    );
  }

  #note(): TemplateResult | typeof nothing {
    const problem = problemOf({
      failed: this.#reader.readings.failed,
      failure: this.#failure,
      coverage: this.#reader.readings.get('coverage').answer,
      writing: this.#writing,
      run: (command) => this.#run(command),
    });
    return problem === null ? nothing : note(problem);
  }

  #content(): TemplateResult {
    const { readings } = this.#reader;
    const summary = readings.get('summary').answer;
    const coverage = readings.get('coverage').answer;
    const range = this.#range;
    const empty =
      summary === null || coverage === null
        ? null
        : emptinessOf({
            summary,
            coverage,
            newest: readings.get('newest').answer,
            scope: this.#view.scope,
            range,
            hasKeys: this.#settings?.hasKeys ?? null,
            writing: this.#writing,
            run: (command) => this.#run(command),
            show: (change) => this.#setScope({ ...change, bucket: null }),
          });
    if (empty !== null) {
      return html`<main>${emptyState(empty)}</main>`;
    }
    const words = this.#charts.update(this.#reader, this.#view);
    this.#tables.update(this.#reader, this.#view);
    return page(
      {
        view: this.#view,
        bucket: bucketOf(this.#view.scope, range),
        periodName: periodLength(this.#view.scope.period, this.#writing),
        figures: keyFigureList(summary === null ? null : keyFigures(summary, this.#view.compare, this.#writing)),
        charts: this.#charts,
        words,
        tables: this.#tables,
        reader: this.#reader,
        writing: this.#writing,
        waiting: summary === null && this.#waiting ? l10n.t('Reading calls…') : null,
        singleKeys: this.#settings?.singleKeys ?? true,
      },
      {
        setMeasure: (measure) => this.#change({ measure }),
        setTraceList: (traceList) => {
          this.#change({ traceList });
          void this.#reader.readTraces(this.#view, range);
        },
        toggleTable: (part) => this.#toggleTable(part),
        filterModel: (model) => this.#toggleFilter('models', model),
        openTraces: () => {
          const { filter } = tracesAsked(
            askedScope(this.#view.scope, range),
            this.#view.traceList,
            this.#writing.timeZone,
          );
          this.#do(this.#host.open({ link: 'traces', target: filter }));
        },
        openBudgetSetting: () =>
          this.#do(this.#host.open({ link: 'setting', target: { name: 'langfuseMetrics.alerts' } })),
      },
    );
  }

  /** What was asked about last. */
  get #range(): TimeRange {
    return this.#view.range ?? rangeOf(this.#view.scope.period, this.#writing.now());
  }

  get #projects(): FacetsAnswer['projects'] {
    return this.#reader.readings.get('projects').answer?.projects ?? [];
  }

  #projectName(): string {
    const projects = this.#projects;
    const chosen = projects.find(({ id }) => id === this.#view.scope.projectId);
    const [only, ...others] = projects;
    return (chosen ?? (others.length === 0 ? only : undefined))?.name ?? l10n.t('All projects');
  }

  // What it knows.

  #readAgain(now = this.#writing.now()): void {
    this.#read(now).catch((error: unknown) => this.#fail(error));
  }

  async #read(now: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#waiting = true;
      this.#drawSoon();
    }, patience);
    const range = rangeOf(this.#view.scope.period, now);
    this.#view = { ...this.#view, range };
    this.#aboveDue = true;
    const above = this.#reader.readAbove(this.#view, range, (colours) => {
      this.#view = { ...this.#view, colours };
    });
    await above.catch((error: unknown) => this.#fail(error));
    clearTimeout(timer);
    this.#waiting = false;
    // What no rollup holds (traces, tasks, executions) is not worked on while figures and charts are drawn:
    // on two cores that doubled the time until they are there.
    await nextPaint();
    if (this.#view.range === range) {
      this.#announce();
      await this.#reader.readTables(this.#view, range);
      this.#keepSoon();
    }
  }

  #announce(): void {
    const summary = this.#reader.readings.get('summary').answer;
    if (summary !== null) {
      const { numbers } = this.#writing;
      const { calls, costUsd } = summary.current;
      const cost = costUsd === null ? l10n.t('no price') : numbers.money(costUsd);
      this.#live.say(`${rangeText(this.#range, this.#writing)}: ${l10n.t('{0} calls', numbers.count(calls))}, ${cost}`);
    }
  }

  #change(change: Partial<DashboardView>): void {
    this.#view = { ...this.#view, ...change };
    this.#drawSoon();
    this.#keepSoon();
  }

  #keepSoon(): void {
    this.#context.keep(() => {
      const view = { ...this.#view, answers: this.#reader.readings.kept() };
      return { target: { scope: null }, view };
    });
  }

  // What its controls do.

  #setScope(change: Partial<ViewScope>): void {
    const before = this.#view.scope;
    const scope = { ...before, ...change };
    if (JSON.stringify(scope) === JSON.stringify(before)) {
      return;
    }
    this.#undo = [...this.#undo, before].slice(-undoDepth);
    this.#change({ scope });
    this.#readAgain();
  }

  #undoScope(): void {
    const before = this.#undo.at(-1);
    if (before !== undefined) {
      this.#undo = this.#undo.slice(0, -1);
      this.#change({ scope: before });
      this.#readAgain();
    }
  }

  #setCompare(compare: boolean): void {
    this.#change({ compare });
    this.#readAgain();
  }

  #toggleFilter(field: FilterField, value: string): void {
    this.#setScope({ filters: toggleFilter(this.#view.scope.filters, field, value) });
  }

  #pickBar(part: ChartPart, start: string, series: string | null): void {
    const { readings } = this.#reader;
    const usage = { overall: readings.get('overall').answer, byModel: readings.get('byModel').answer };
    this.#changeScope(scopeOfBar(this.#view.scope, usage, { part, start, series }));
  }

  #selectBars(part: ChartPart, first: string, last: string): void {
    this.#changeScope(scopeOfBars(this.#reader.readings.get('overall').answer, part, first, last));
  }

  #changeScope(change: Partial<ViewScope> | null): void {
    if (change !== null) {
      this.#setScope(change);
    }
  }

  #toggleTable(part: ChartPart): void {
    const { asTables } = this.#view;
    const without = asTables.filter((other) => other !== part);
    this.#change({ asTables: without.length === asTables.length ? [...asTables, part] : without });
  }

  #pickFilters(): void {
    this.#pick((picks, scope, range) => picks.filters(scope, range));
  }

  #pick(ask: (picks: ScopePicks, scope: ViewScope, range: TimeRange) => Promise<Partial<ViewScope> | null>): void {
    const picked = ask(this.#picks, this.#view.scope, this.#range);
    this.#do(picked.then((change) => this.#changeScope(change)));
  }

  #openAsSql(): void {
    const sql = viewAsSql(askedScope(this.#view.scope, this.#range));
    this.#do(this.#host.open({ link: 'sql', target: { sql } }));
  }

  async #copy(table: TextTable): Promise<void> {
    await this.#takeaway.copy(table);
    this.#live.say(l10n.t('Copied: {0} rows', this.#writing.numbers.count(table.rows.length)));
  }

  #keys(): KeyMap {
    const preset = (index: number) => (): void => {
      const hours = presetHours[index];
      if (hours !== undefined) {
        this.#setScope({ period: { kind: 'last', hours } satisfies Period, bucket: null });
      }
    };
    return {
      f: () => this.#pickFilters(),
      t: () => this.#toggleTable(this.#takeaway.chartPart(null)),
      c: () => this.#setCompare(!this.#view.compare),
      r: () => this.#run('langfuseMetrics.export'),
      q: () => this.#openAsSql(),
      '1': preset(0),
      '2': preset(1),
      '3': preset(2),
      '?': () => showKeyList(this.#root, keyHelp(this.#settings?.singleKeys ?? true)),
      escape: () => this.#undoScope(),
    };
  }

  #run(command: PanelCommand): void {
    this.#do(this.#host.run(command));
  }

  /** Awaits what a person asked for; its failure stands under the scope until something else is asked for. */
  #do(work: Promise<unknown>): void {
    this.#failure = null;
    this.#drawSoon();
    work.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (!isAbort(error)) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#drawSoon();
    }
  }
}

/** Resolves in a task after the next frame. */
async function nextPaint(): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
