import * as l10n from '@vscode/l10n';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import type { TraceOutline } from '../../src/protocol/browse.ts';
import type { PanelCommand, PanelSettings, TraceTarget } from '../../src/protocol/panels.ts';
import type { ScopeFilters } from '../../src/protocol/scope.ts';
import { isAbort, type Host } from '../shared/host.ts';
import { showKeyList } from '../shared/keyList.ts';
import { listenForKeys, type KeyMap } from '../shared/keys.ts';
import { LiveRegion } from '../shared/liveRegion.ts';
import type { PanelContext, PanelListener, Writing } from '../shared/panel.ts';
import { note } from '../shared/states.ts';
import { DetailView, type DetailSection } from './detailView.ts';
import { findBar } from './findBar.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { highlight } from './highlights.ts';
import { keyHelp } from './keyHelp.ts';
import { stepMarkdown, traceMarkdown } from './markdown.ts';
import { overviewOf, type Overview } from './overview.ts';
import { emptyTrace, partialNote, problemNote } from './panelStates.ts';
import { StepTree } from './stepTree.ts';
import { stepName } from './stepWords.ts';
import { subjectOfObservation, subjectOfTrace, type Subject } from './subject.ts';
import { TraceFinder } from './traceFinder.ts';
import { nextPlace } from './traceFind.ts';
import { TraceReader } from './traceReader.ts';
import { TreeView } from './treeView.ts';
import { mostFolds, mostKeptSteps, mostKeptText, readTarget, readView, type TraceView } from './view.ts';
import { VisibleRows } from './visibleRows.ts';

/** Milliseconds between a change and its being kept by the editor. */
const keepDelay = 300;
/** How far back the traces of a user or a session are looked for, from this trace. */
const weekMilliseconds = 7 * 24 * 3_600_000;

/** A trace as it is shown: its steps, which of them are unfolded, and the whole in small. */
interface Shown {
  readonly outline: TraceOutline;
  readonly tree: StepTree;
  readonly rows: VisibleRows;
  readonly overview: Overview;
}

/** The panel of one trace: what it knows, what is chosen, and what each control does. */
export class TracePanel implements PanelListener {
  readonly #context: PanelContext;
  readonly #host: Host;
  readonly #writing: Writing;
  readonly #root = document.createElement('div');
  readonly #live: LiveRegion;
  readonly #reader: TraceReader;
  readonly #finder: TraceFinder;
  readonly #tree: TreeView;
  readonly #detail: DetailView;
  #target: TraceTarget;
  #view: TraceView;
  #shown: Shown | null = null;
  #settings: PanelSettings | null = null;
  /** Of the last thing that a person asked for. */
  #failure: string | null = null;
  #drawRequested = false;
  #keepTimer: number | undefined;

  constructor(context: PanelContext) {
    const { host, writing, root, kept, target } = context;
    this.#context = context;
    this.#host = host;
    this.#writing = writing;
    this.#target = readTarget(kept?.target ?? target);
    this.#view = readView(kept?.view, this.#target);
    this.#root.className = 'trace';
    root.append(this.#root);
    this.#live = new LiveRegion(root);
    this.#reader = new TraceReader(host, writing, () => this.#drawSoon());
    this.#finder = new TraceFinder(host, () => this.#foundMore());
    this.#tree = new TreeView(
      writing,
      {
        select: (place) => this.#select(place),
        open: () => this.#focusDetail(),
        folded: () => this.#keepSoon(),
      },
      () => this.#highlight(),
    );
    this.#detail = new DetailView(
      writing,
      {
        setMode: (mode) => this.#change({ mode }),
        toggleSection: (section) => this.#toggleSection(section),
        openPrompt: ({ name, version }) =>
          this.#do(
            host.open({
              link: 'promptComparison',
              target: { projectId: this.#target.projectId, prompt: name, version },
            }),
          ),
        showSourceRow: () => this.#do(host.open({ link: 'sourceRow', target: this.#chosenTarget })),
        copyMarkdown: () => this.#copyChosen(),
        copyText: (text) => this.#copy(text),
      },
      () => this.#drawSoon(),
      () => this.#view.query.trim().toLowerCase(),
    );
    listenForKeys(
      document,
      () => this.#keys(),
      () => this.#settings?.singleKeys ?? true,
    );
    this.#reader.restore(this.#view);
    // Asked before anything is drawn: the engine works meanwhile.
    this.#read();
    this.#draw();
  }

  settings(settings: PanelSettings): void {
    this.#settings = settings;
    this.#drawSoon();
  }

  dataChanged(): void {
    this.#read();
  }

  target(target: unknown): void {
    this.#target = readTarget(target);
    if (this.#target.observationId !== null) {
      this.#choose(this.#target.observationId);
    }
  }

  /** The actions of the palette are about tables and charts, which this panel has none of. */
  action(): void {
    this.#live.say(l10n.t('This panel has no table and no chart.'));
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
    const { answer } = this.#reader.outline;
    const shown = answer === null ? null : this.#follow(answer);
    const content =
      shown === null
        ? emptyTrace({
            reading: this.#reader.outline,
            patient: !this.#reader.slow,
            traceId: this.#target.traceId,
            hasKeys: this.#settings?.hasKeys ?? false,
            run: (command) => this.#run(command),
            openInLangfuse: () => this.#openInLangfuse(),
            readAgain: () => this.#read(),
          })
        : this.#page(shown);
    render(content, this.#root);
    this.#highlight();
  }

  /** What is drawn of an outline; the same until another one was read. */
  #follow(outline: TraceOutline): Shown {
    if (this.#shown?.outline === outline) {
      return this.#shown;
    }
    const tree = new StepTree(outline.steps);
    const folded = this.#shown === null ? this.#view.folded : this.#foldedIds(this.#shown);
    const places = folded.map((id) => tree.placeOf(id)).filter((place) => place !== null);
    const shown: Shown = { outline, tree, rows: new VisibleRows(tree, places), overview: overviewOf(tree) };
    const first = this.#shown === null;
    if (outline.name !== null && outline.name !== this.#shown?.outline.name) {
      this.#host.setTitle(outline.name);
    }
    this.#shown = shown;
    this.#finder.follow(tree, this.#view.query);
    this.#tree.show(tree, shown.rows, outline.name ?? outline.id);
    if (first) {
      this.#begin(shown);
    }
    this.#tree.select(this.#place);
    return shown;
  }

  /** A trace that was opened by itself begins at its first failing step, else at its first step. */
  #begin({ tree, rows }: Shown): void {
    if (this.#view.selected === null && this.#context.kept === null && tree.size > 0) {
      const place = tree.failures[0] ?? 0;
      this.#view = { ...this.#view, selected: tree.step(place).id };
    }
    const place = this.#place;
    if (place !== null) {
      rows.reveal(place);
      this.#tree.redraw();
    }
    this.#readDetail();
    this.#live.say(
      tree.failures.length === 0
        ? l10n.t('{0} steps', this.#writing.numbers.count(tree.size))
        : l10n.t(
            '{0} steps, {1} failing',
            this.#writing.numbers.count(tree.size),
            this.#writing.numbers.count(tree.failures.length),
          ),
    );
  }

  #page(shown: Shown): TemplateResult {
    const { outline, tree, overview } = shown;
    const writing = this.#writing;
    const trouble = problemNote(this.#reader, this.#failure, writing, (command) => this.#run(command));
    const partial = trouble === null ? partialNote(outline, writing) : null;
    return html`${header(
        {
          outline,
          failures: tree.failures.length,
          hasKeys: this.#settings?.hasKeys ?? false,
          chosen: this.#view.selected === null,
          writing,
        },
        {
          showTrace: () => this.#choose(null),
          rate: (good) => this.#rate(good),
          openInLangfuse: () => this.#openInLangfuse(),
          copyId: () => this.#copy(this.#target.traceId),
          copyMarkdown: () => this.#copyTrace(),
          openTraces: (filters) => this.#openTraces(outline, filters),
        },
      )}${trouble === null ? nothing : note(trouble)}${partial === null ? nothing : html`<p class="partial">${partial}</p>`}
      <div class="split">
        <div class="left">
          ${findBar(
            {
              query: this.#view.query,
              found: this.#finder.found,
              selected: this.#place,
              searching: this.#finder.searching,
              overview,
              writing,
            },
            {
              setQuery: (query) => this.#setQuery(query),
              go: (direction) => this.#goToMatch(direction),
              leave: () => this.#tree.focus(),
            },
          )}
          ${
            tree.size === 0
              ? html`<p class="no-steps quiet">${l10n.t('This trace has no observations in the database.')}</p>`
              : this.#tree.element
          }
          ${footer(tree, {
            nextFailure: () => this.#goToFailure(1),
            showKeys: () => this.#showKeys(),
          })}
        </div>
        <aside class="detail" aria-label=${l10n.t('Selected observation')} tabindex="-1">
          ${this.#detailOf(shown)}
        </aside>
      </div>`;
  }

  #detailOf({ outline, tree }: Shown): TemplateResult {
    const place = this.#place;
    const step = place === null ? null : tree.step(place);
    return this.#detail.template({
      step,
      startedAt: step === null ? Date.parse(outline.startedAt) : outline.steps.origin + step.start,
      traceName: outline.name ?? outline.id,
      subject: this.#subject,
      problem: this.#reader.detailProblem(this.#view.selected),
      mode: this.#view.mode,
      foldedSections: this.#view.foldedSections,
    });
  }

  #highlight(): void {
    const words = this.#root.querySelectorAll('.words, .detail');
    highlight(words, this.#view.query.trim());
  }

  // What it knows.

  get #place(): number | null {
    const { selected } = this.#view;
    return selected === null ? null : (this.#shown?.tree.placeOf(selected) ?? null);
  }

  /** What the right side is about; null while that is being read. */
  get #subject(): Subject | null {
    const { selected } = this.#view;
    const outline = this.#shown?.outline;
    if (selected === null) {
      return outline === undefined ? null : subjectOfTrace(outline);
    }
    const detail = this.#reader.detailOf(selected);
    return detail === null ? null : subjectOfObservation(detail);
  }

  get #chosenTarget(): TraceTarget {
    return { ...this.#target, observationId: this.#view.selected };
  }

  #read(): void {
    void this.#reader.readOutline(this.#target).then(() => this.#keepSoon());
    this.#readDetail();
  }

  #readDetail(): void {
    const { selected } = this.#view;
    if (selected !== null) {
      void this.#reader.readDetail({ ...this.#target, observationId: selected }).then(() => this.#keepSoon());
    }
  }

  #change(change: Partial<TraceView>): void {
    this.#view = { ...this.#view, ...change };
    this.#drawSoon();
    this.#keepSoon();
  }

  #keepSoon(): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = window.setTimeout(() => this.#keep(), keepDelay);
  }

  #keep(): void {
    const shown = this.#shown;
    const detail = this.#view.selected === null ? null : this.#reader.detailOf(this.#view.selected);
    const length = (detail?.inputText?.length ?? 0) + (detail?.outputText?.length ?? 0);
    const view: TraceView = {
      ...this.#view,
      folded: shown === null ? this.#view.folded : this.#foldedIds(shown).slice(0, mostFolds),
      outline: shown !== null && shown.tree.size <= mostKeptSteps ? shown.outline : null,
      detail: length <= mostKeptText ? detail : null,
    };
    this.#context.keep({ target: this.#chosenTarget, view });
  }

  #foldedIds({ tree, rows }: Shown): readonly string[] {
    return rows.folded.map((place) => tree.step(place).id);
  }

  // What its controls do.

  #select(place: number): void {
    const id = this.#shown?.tree.step(place).id ?? null;
    if (id !== this.#view.selected) {
      this.#change({ selected: id });
      this.#readDetail();
    }
    this.#tree.select(place);
  }

  /** Chooses by id, and shows its row; null chooses the trace itself. */
  #choose(id: string | null): void {
    const shown = this.#shown;
    const place = id === null ? null : (shown?.tree.placeOf(id) ?? null);
    if (shown === null || place === null) {
      this.#change({ selected: id });
      this.#tree.select(null);
      this.#readDetail();
      return;
    }
    shown.rows.reveal(place);
    this.#tree.redraw();
    this.#select(place);
  }

  #goTo(place: number): void {
    const shown = this.#shown;
    if (shown !== null) {
      this.#choose(shown.tree.step(place).id);
    }
  }

  #goToFailure(direction: 1 | -1): void {
    const failures = this.#shown?.tree.failures ?? [];
    const place = nextPlace(failures, this.#place, direction);
    if (place === null) {
      this.#live.say(l10n.t('No step of this trace failed.'));
      return;
    }
    this.#goTo(place);
    this.#tree.focus();
    this.#sayPosition(place, failures);
  }

  #goToMatch(direction: 1 | -1): void {
    const found = this.#finder.found ?? [];
    const place = nextPlace(found, this.#place, direction);
    if (place !== null) {
      this.#goTo(place);
      this.#sayPosition(place, found);
    }
  }

  #sayPosition(place: number, places: readonly number[]): void {
    const { numbers } = this.#writing;
    const step = this.#shown?.tree.step(place);
    const position = l10n.t('{0} of {1}', numbers.count(places.indexOf(place) + 1), numbers.count(places.length));
    this.#live.say(step === undefined ? position : `${stepName(step)}, ${position}`);
  }

  #setQuery(query: string): void {
    this.#change({ query });
    this.#finder.find(query, this.#target);
  }

  #foundMore(): void {
    this.#drawSoon();
    const { found, searching } = this.#finder;
    if (found !== null && !searching) {
      this.#live.say(l10n.t('{0} found', this.#writing.numbers.count(found.length)));
    }
  }

  #toggleSection(section: DetailSection): void {
    const { foldedSections } = this.#view;
    const without = foldedSections.filter((other) => other !== section);
    this.#change({
      foldedSections: without.length === foldedSections.length ? [...foldedSections, section] : without,
    });
  }

  #foldAll(fold: boolean): void {
    const shown = this.#shown;
    if (shown === null) {
      return;
    }
    if (fold) {
      shown.rows.foldAll();
    } else {
      shown.rows.unfoldAll();
    }
    this.#tree.redraw();
    this.#tree.select(this.#place);
    this.#keepSoon();
  }

  #focusDetail(): void {
    this.#root.querySelector<HTMLElement>('.detail')?.focus();
  }

  #openTraces(outline: TraceOutline, filters: ScopeFilters): void {
    const start = new Date(Date.parse(outline.startedAt) - weekMilliseconds).toISOString();
    const end = new Date(this.#writing.now()).toISOString();
    this.#do(
      this.#host.open({
        link: 'traces',
        target: { scope: { range: { start, end }, projectId: outline.projectId, filters } },
      }),
    );
  }

  #openInLangfuse(): void {
    this.#do(this.#host.open({ link: 'langfuse', target: this.#chosenTarget }));
  }

  #rate(good: boolean): void {
    const target = { ...this.#target, observationId: null, good };
    this.#do(this.#host.open({ link: 'rating', target }).then(() => this.#read()));
  }

  #copyChosen(): void {
    const shown = this.#shown;
    const subject = this.#subject;
    const place = this.#place;
    if (shown === null || subject === null) {
      return;
    }
    if (place === null) {
      this.#copyTrace();
      return;
    }
    const step = shown.tree.step(place);
    this.#copy(stepMarkdown(step, shown.outline.steps.origin + step.start, subject, this.#writing));
  }

  #copyTrace(): void {
    const shown = this.#shown;
    if (shown !== null) {
      const { outline, tree } = shown;
      this.#copy(traceMarkdown(outline, tree, subjectOfTrace(outline), this.#writing));
    }
  }

  #copy(text: string): void {
    this.#do(this.#host.copy(text).then(() => this.#live.say(l10n.t('Copied'))));
  }

  #showKeys(): void {
    showKeyList(this.#root, keyHelp(this.#settings?.singleKeys ?? true));
  }

  #keys(): KeyMap {
    const withKeys = (act: () => void) => (): void => {
      if (this.#settings?.hasKeys === true) {
        act();
      }
    };
    return {
      'mod+f': () => this.#root.querySelector<HTMLInputElement>('.find input')?.select(),
      f8: () => this.#goToFailure(1),
      'shift+f8': () => this.#goToFailure(-1),
      escape: () => this.#escape(),
      o: withKeys(() => this.#openInLangfuse()),
      '+': withKeys(() => this.#rate(true)),
      '-': withKeys(() => this.#rate(false)),
      '−': withKeys(() => this.#rate(false)),
      c: () => this.#copyChosen(),
      'shift+c': () => this.#copyTrace(),
      m: () => this.#change({ mode: this.#view.mode === 'raw' ? 'messages' : 'raw' }),
      '[': () => this.#foldAll(true),
      ']': () => this.#foldAll(false),
      '?': () => this.#showKeys(),
    };
  }

  /** From the texts back to the row; there, the search ends. */
  #escape(): void {
    const inTree = this.#tree.element.contains(document.activeElement);
    if (inTree && this.#view.query !== '') {
      this.#setQuery('');
    } else if (!inTree) {
      this.#tree.focus();
    }
  }

  #run(command: PanelCommand): void {
    this.#do(this.#host.run(command));
  }

  /** Awaits what a person asked for; its failure stands under the head until something else is asked for. */
  #do(work: Promise<unknown>): void {
    this.#failure = null;
    this.#drawSoon();
    work.catch((error: unknown) => {
      if (!isAbort(error)) {
        this.#failure = error instanceof Error ? error.message : String(error);
        this.#drawSoon();
      }
    });
  }
}
