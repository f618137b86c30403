import * as l10n from '@vscode/l10n';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { rangeOf } from '../../src/opening/period.ts';
import type {
  ActionParams,
  ComparisonTarget,
  PanelAction,
  PanelCommand,
  PanelSettings,
} from '../../src/protocol/panels.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import { isAbort, type Host } from '../shared/host.ts';
import { showKeyList } from '../shared/keyList.ts';
import { listenForKeys, type KeyMap } from '../shared/keys.ts';
import { LiveRegion } from '../shared/liveRegion.ts';
import type { PanelContext, PanelListener, Writing } from '../shared/panel.ts';
import { presetHours } from '../shared/period.ts';
import { problemOf } from '../shared/problem.ts';
import { emptyState, note } from '../shared/states.ts';
import { emptinessOf } from './emptiness.ts';
import { keyHelp, page } from './page.ts';
import { pairOf } from './pair.ts';
import { ComparisonPicks } from './picks.ts';
import { ComparisonReader } from './reader.ts';
import { ComparisonTables } from './tables.ts';
import { textSection, TextDiffs, type TextComparison } from './textSection.ts';
import { comparisonBar } from './toolbar.ts';
import { verdictOf } from './verdict.ts';
import { promptOfAnswer, type ChosenVersions } from './versions.ts';
import { askedScope, choiceOfTarget, firstView, readView, type ComparisonView, type ViewScope } from './view.ts';
import { WaysOut } from './waysOut.ts';

/** Milliseconds in which nothing is said about waiting. */
const patience = 150;
/** Changes of scope that can be taken back. */
const undoDepth = 50;

/** The comparison of a prompt's versions: what it is about, what it knows, and what each control does. */
export class Comparison implements PanelListener {
  readonly #context: PanelContext;
  readonly #target: ComparisonTarget;
  readonly #root = document.createElement('div');
  readonly #host: Host;
  readonly #writing: Writing;
  readonly #reader: ComparisonReader;
  readonly #tables: ComparisonTables;
  readonly #texts: TextDiffs;
  readonly #picks: ComparisonPicks;
  readonly #live: LiveRegion;
  readonly #out: WaysOut;
  #view: ComparisonView;
  #settings: PanelSettings | null = null;
  #undo: readonly ViewScope[] = [];
  /** Of the last thing that a person asked for. */
  #failure: string | null = null;
  #waiting = false;
  #drawRequested = false;
  /** The failing runs were asked for and are not there yet. */
  #toFailures = false;

  constructor(context: PanelContext) {
    const { host, writing, root, kept, target } = context;
    this.#context = context;
    this.#host = host;
    this.#writing = writing;
    this.#target = target as ComparisonTarget;
    this.#view = kept === null ? firstView() : readView(kept.view);
    root.append(this.#root);
    this.#live = new LiveRegion(root);
    this.#out = new WaysOut({ host, target: this.#target, live: this.#live, writing });
    this.#reader = new ComparisonReader(host, this.#target, writing, () => this.#drawSoon());
    this.#reader.readings.restore(this.#view.answers);
    this.#texts = new TextDiffs(() => this.#drawSoon());
    this.#picks = new ComparisonPicks(host, writing);
    this.#tables = new ComparisonTables(writing, {
      sort: (part, sort) => this.#change({ sorts: { ...this.#view.sorts, [part]: sort } }),
      choose: (name) => this.#judge(name),
      openTrace: (run) => this.#do(this.#out.trace(run)),
      copy: (table) => this.#do(this.#out.copy(table)),
      resized: () => this.#drawSoon(),
    });
    listenForKeys(
      document,
      () => this.#keys(),
      () => this.#settings?.singleKeys ?? true,
    );
    if (kept === null) {
      this.#follow(this.#target);
    }
    this.#readAgain();
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
    this.#follow(target as ComparisonTarget);
    this.#readAgain();
  }

  action({ action, part }: ActionParams): void {
    const table = this.#tables.get(part)?.text ?? null;
    // The others are about charts and about the period before: this panel has neither.
    const acts: Readonly<Partial<Record<PanelAction, () => void>>> = {
      addFilter: () => this.#pickFilters(),
      clearFilters: () => this.#setScope({ filters: {} }),
      openAsSql: () => this.#do(this.#out.sql(askedScope(this.#view.scope, this.#range, this.#target))),
      copyTable: () => this.#do(this.#out.copy(table)),
      saveCsv: () => this.#do(this.#out.save(table)),
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
    render(html`${this.#bar()}${this.#note()}${this.#content()}`, this.#root);
    if (this.#toFailures && this.#reader.readings.get('failures').answer !== null && !this.#reader.readings.pending) {
      this.#toFailures = false;
      this.#tables.failures.element.scrollIntoView({ block: 'center' });
      this.#tables.failures.move(0);
    }
  }

  #bar(): TemplateResult {
    const { readings } = this.#reader;
    return comparisonBar(
      {
        name: this.#target.prompt,
        prompt: promptOfAnswer(readings.get('versions').answer, this.#target),
        chosen: this.#chosen,
        scope: this.#view.scope,
        range: this.#range,
        coverage: readings.get('coverage').answer,
        singleKeys: this.#settings?.singleKeys ?? true,
        writing: this.#writing,
      },
      {
        pickPrompt: () => this.#run('langfuseMetrics.comparePromptVersions'),
        pickVersion: (side) => this.#pickVersion(side),
        swap: () => this.#swap(),
        choosePeriod: (period) => this.#setScope({ period }),
        pickRange: () =>
          this.#do(
            this.#host
              .pickRange(this.#range)
              .then((range) => (range === null ? undefined : this.#setScope({ period: { kind: 'range', ...range } }))),
          ),
        showAll: () => this.#showAll(),
        addFilter: () => this.#pickFilters(),
        setFilters: (filters) => this.#setScope({ filters }),
        openSuccessSetting: () => this.#do(this.#out.successSetting()),
        openAsSql: () => this.#do(this.#out.sql(askedScope(this.#view.scope, this.#range, this.#target))),
        openInLangfuse: () => this.#do(this.#out.langfuse(this.#chosen)),
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
    const { answer: versions } = readings.get('versions');
    const { answer: ever } = readings.get('ever');
    const prompt = promptOfAnswer(versions, this.#target);
    const empty =
      versions === null || ((prompt?.executions ?? 0) === 0 && ever === null)
        ? null
        : emptinessOf({
            name: this.#target.prompt,
            prompt,
            ever: promptOfAnswer(ever, this.#target),
            coverage: readings.get('coverage').answer,
            filters: this.#view.scope.filters,
            range: this.#range,
            writing: this.#writing,
            run: (command) => this.#run(command),
            removeFilters: () => this.#setScope({ filters: {} }),
            showAll: () => this.#showAll(),
          });
    if (empty !== null) {
      return html`<main>${emptyState(empty)}</main>`;
    }
    const answer = readings.get('comparison').answer;
    const pair = answer === null ? null : pairOf(answer, this.#chosen?.subject ?? null);
    if (answer === null || pair === null) {
      return html`<main>
        <div class="verdict">
          <h1>–</h1>
          ${this.#waiting ? html`<p role="status">${l10n.t('Reading runs…')}</p>` : nothing}
        </div>
      </main>`;
    }
    this.#tables.update(answer, pair, this.#reader, this.#view);
    return page(
      {
        answer,
        pair,
        failures: readings.get('failures').answer,
        tables: this.#tables,
        text: textSection(
          {
            names: [pair.baseline.name, pair.subject?.name ?? null],
            text: this.#textComparison(),
            models: [readings.get('baselineModels').answer, readings.get('subjectModels').answer],
            whole: this.#view.wholeText,
            writing: this.#writing,
          },
          {
            showWhole: (wholeText) => this.#change({ wholeText }),
            openDiff: (left, right) => this.#do(this.#out.diff(left, right)),
          },
        ),
        view: this.#view,
        singleKeys: this.#settings?.singleKeys ?? true,
        writing: this.#writing,
      },
      {
        showAll: () => this.#showAll(),
        openSuccessSetting: () => this.#do(this.#out.successSetting()),
        compareWithin: ({ filters }) => this.#setScope({ filters: { ...this.#view.scope.filters, ...filters } }),
        pickShown: () => this.#pickShown(),
        setVariable: (variable) => this.#change({ variable }),
        setFailuresOf: (failuresOf) => this.#readFailures({ failuresOf }),
        unfoldFailures: () => this.#readFailures({ allFailures: true }),
      },
    );
  }

  #textComparison(): TextComparison {
    const { readings } = this.#reader;
    const of = (name: 'baselineText' | 'subjectText'): TextComparison['left'] => {
      const { answer, answeredAt, pending } = readings.get(name);
      return answeredAt === null && pending ? undefined : answer;
    };
    const [left, right] = [of('baselineText'), of('subjectText')];
    const known = left !== undefined && right !== undefined && (left !== null || right !== null);
    return { left, right, diff: known ? this.#texts.get(left, right) : undefined };
  }

  get #chosen(): ChosenVersions | null {
    return this.#reader.chosen(this.#view);
  }

  /** What was asked about last. */
  get #range(): TimeRange {
    return this.#view.range ?? rangeOf(this.#view.scope.period, this.#writing.now());
  }

  // What it knows.

  #readAgain(): void {
    this.#read().catch((error: unknown) => this.#fail(error));
  }

  async #read(): Promise<void> {
    const timer = setTimeout(() => {
      this.#waiting = true;
      this.#drawSoon();
    }, patience);
    const range = rangeOf(this.#view.scope.period, this.#writing.now());
    this.#view = { ...this.#view, range };
    await this.#reader.read(this.#view, range);
    clearTimeout(timer);
    this.#waiting = false;
    this.#announce();
    this.#drawSoon();
    this.#keepSoon();
  }

  #announce(): void {
    const answer = this.#reader.readings.get('comparison').answer;
    const pair = answer === null ? null : pairOf(answer, this.#chosen?.subject ?? null);
    if (answer !== null && pair !== null) {
      const { about, headline } = verdictOf(answer, pair, this.#writing);
      this.#live.say(about === null ? headline : `${about}: ${headline}`);
    }
  }

  /** Turns to what the extension asks for. */
  #follow(target: ComparisonTarget): void {
    const versions = choiceOfTarget(target);
    if (versions !== null) {
      this.#view = { ...this.#view, scope: { ...this.#view.scope, versions }, failuresOf: 'subject' };
    }
    this.#toFailures = target.failures;
  }

  #change(change: Partial<ComparisonView>): void {
    this.#view = { ...this.#view, ...change };
    this.#drawSoon();
    this.#keepSoon();
  }

  #keepSoon(): void {
    this.#context.keep(() => {
      const { projectId, prompt } = this.#target;
      const view = { ...this.#view, answers: this.#reader.readings.kept() };
      return { target: { projectId, prompt, versions: [], failures: false }, view };
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
    this.#change({ scope, allFailures: false });
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

  /** Makes the verdict about this version. The comparison holds it already; what is shown of one version does not. */
  #judge(name: string): void {
    const chosen = this.#chosen;
    if (chosen === null || name === chosen.baseline || name === chosen.subject) {
      return;
    }
    const { scope } = this.#view;
    this.#undo = [...this.#undo, scope].slice(-undoDepth);
    const versions = { baseline: chosen.baseline, subject: name, shown: chosen.shown };
    this.#change({ scope: { ...scope, versions }, failuresOf: 'subject', allFailures: false, variable: null });
    this.#do(this.#reader.readPair(this.#view, this.#range).then(() => this.#announce()));
  }

  #swap(): void {
    const chosen = this.#chosen;
    if (chosen?.subject != null) {
      const { subject, baseline, shown } = chosen;
      this.#setScope({ versions: { baseline: subject, subject: baseline, shown } });
    }
  }

  #pickVersion(side: 'subject' | 'baseline'): void {
    const prompt = promptOfAnswer(this.#reader.readings.get('versions').answer, this.#target);
    const chosen = this.#chosen;
    if (prompt !== null && chosen !== null) {
      this.#do(
        this.#picks
          .version(side, prompt, chosen)
          .then((versions) => (versions === null ? undefined : this.#setScope({ versions }))),
      );
    }
  }

  #pickShown(): void {
    const prompt = promptOfAnswer(this.#reader.readings.get('versions').answer, this.#target);
    const chosen = this.#chosen;
    if (prompt !== null && chosen !== null) {
      this.#do(
        this.#picks
          .shown(prompt, chosen)
          .then((versions) => (versions === null ? undefined : this.#setScope({ versions }))),
      );
    }
  }

  #pickFilters(): void {
    const { projectId } = this.#target;
    const scope = { range: this.#range, projectId, filters: this.#view.scope.filters };
    this.#do(
      this.#picks.filters(scope).then((filters) => (filters === null ? undefined : this.#setScope({ filters }))),
    );
  }

  /** Looks back to the prompt's first run. */
  #showAll(): void {
    this.#do(
      this.#reader
        .hoursOfHistory()
        .then((hours) => (hours === null ? undefined : this.#setScope({ period: { kind: 'last', hours } }))),
    );
  }

  #readFailures(change: Partial<Pick<ComparisonView, 'failuresOf' | 'allFailures'>>): void {
    this.#change({ allFailures: false, ...change });
    this.#do(this.#reader.readFailures(this.#view, this.#range).then(() => this.#keepSoon()));
  }

  #keys(): KeyMap {
    const preset = (index: number) => (): void => {
      const hours = presetHours[index];
      if (hours !== undefined) {
        this.#setScope({ period: { kind: 'last', hours } });
      }
    };
    return {
      x: () => this.#swap(),
      f: () => this.#pickFilters(),
      o: () => this.#do(this.#out.langfuse(this.#chosen)),
      r: () => this.#run('langfuseMetrics.export'),
      q: () => this.#do(this.#out.sql(askedScope(this.#view.scope, this.#range, this.#target))),
      '1': preset(0),
      '2': preset(1),
      '3': preset(2),
      f8: () => this.#tables.failures.move(1),
      'shift+f8': () => this.#tables.failures.move(-1),
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
