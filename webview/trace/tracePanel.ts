import * as l10n from '@vscode/l10n';
import { render, type TemplateResult } from 'lit-html';
import type { TraceOutline } from '../../src/protocol/browse.ts';
import type { PanelSettings, TraceTarget } from '../../src/protocol/panels.ts';
import type { Host } from '../shared/host.ts';
import { showKeyList } from '../shared/keyList.ts';
import { listenForKeys, type KeyMap } from '../shared/keys.ts';
import { LiveRegion } from '../shared/liveRegion.ts';
import type { PanelContext, PanelListener, Writing } from '../shared/panel.ts';
import { DetailView, type DetailSection } from './detailView.ts';
import { findBar } from './findBar.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { highlight } from './highlights.ts';
import { keyHelp } from './keyHelp.ts';
import { stepMarkdown, traceMarkdown } from './markdown.ts';
import { pageLayout } from './pageLayout.ts';
import { emptyTrace, partialNote, problemNote } from './panelStates.ts';
import { announcement, foldedIds, showTrace, type ShownTrace } from './shownTrace.ts';
import { stepName } from './stepWords.ts';
import { subjectOfObservation, subjectOfTrace, type Subject } from './subject.ts';
import { TraceFinder } from './traceFinder.ts';
import { nextPlace } from './traceFind.ts';
import { TraceReader } from './traceReader.ts';
import { TreeView } from './treeView.ts';
import { readTarget, readView, viewToKeep, type TraceView } from './view.ts';
import { WaysOut } from './waysOut.ts';

/** The panel of one trace: what it knows, what is chosen, and what each control does. */
export class TracePanel implements PanelListener {
  readonly #context: PanelContext;
  readonly #host: Host;
  readonly #writing: Writing;
  readonly #root = document.createElement('div');
  readonly #live: LiveRegion;
  readonly #out: WaysOut;
  readonly #reader: TraceReader;
  readonly #finder: TraceFinder;
  readonly #tree: TreeView;
  readonly #detail: DetailView;
  #target: TraceTarget;
  #view: TraceView;
  #shown: ShownTrace | null = null;
  #settings: PanelSettings | null = null;
  #drawRequested = false;

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
    this.#out = new WaysOut(host, this.#live, writing, () => this.#drawSoon());
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
          this.#out.open({
            link: 'promptComparison',
            target: { projectId: this.#target.projectId, prompt: name, version },
          }),
        showSourceRow: () => this.#out.open({ link: 'sourceRow', target: this.#chosenTarget }),
        copyMarkdown: () => this.#copyChosen(),
        copyText: (text) => this.#out.copy(text),
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
            run: (command) => this.#out.run(command),
            openInLangfuse: () => this.#openInLangfuse(),
            readAgain: () => this.#read(),
          })
        : this.#page(shown);
    render(content, this.#root);
    this.#highlight();
  }

  /** What is drawn of an outline; the same until another one was read. */
  #follow(outline: TraceOutline): ShownTrace {
    if (this.#shown?.outline === outline) {
      return this.#shown;
    }
    const shown = showTrace(outline, this.#shown === null ? this.#view.folded : foldedIds(this.#shown));
    const first = this.#shown === null;
    if (outline.name !== null && outline.name !== this.#shown?.outline.name) {
      this.#host.setTitle(outline.name);
    }
    this.#shown = shown;
    this.#finder.follow(shown.tree, this.#view.query);
    this.#tree.show(shown.tree, shown.rows, outline.name ?? outline.id);
    if (first) {
      this.#begin(shown);
    }
    this.#tree.select(this.#place);
    return shown;
  }

  /** A trace that was opened by itself begins at its first failing step, else at its first step. */
  #begin(shown: ShownTrace): void {
    const { tree, rows } = shown;
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
    this.#live.say(announcement(shown, this.#writing.numbers));
  }

  #page(shown: ShownTrace): TemplateResult {
    const { outline, tree, overview } = shown;
    const writing = this.#writing;
    const trouble = problemNote(this.#reader, this.#out.failure, writing, (command) => this.#out.run(command));
    return pageLayout({
      head: header(
        {
          outline,
          steps: tree.size,
          failures: tree.failures.length,
          hasKeys: this.#settings?.hasKeys ?? false,
          chosen: this.#view.selected === null,
          writing,
        },
        {
          showTrace: () => this.#choose(null),
          rate: (good) => this.#rate(good),
          openInLangfuse: () => this.#openInLangfuse(),
          copyId: () => this.#out.copy(this.#target.traceId),
          copyMarkdown: () => this.#copyTrace(),
          openTraces: (filters) => this.#out.openTraces(outline, filters),
        },
      ),
      trouble,
      partial: trouble === null ? partialNote(outline, tree.columns, writing) : null,
      find: findBar(
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
      ),
      steps: tree.size === 0 ? null : this.#tree.element,
      foot: footer(tree, {
        nextFailure: () => this.#goToFailure(1),
        showKeys: () => this.#showKeys(),
      }),
      detail: this.#detailOf(shown),
    });
  }

  #detailOf({ outline, tree }: ShownTrace): TemplateResult {
    const place = this.#place;
    const step = place === null ? null : tree.step(place);
    return this.#detail.template({
      step,
      startedAt: step === null ? Date.parse(outline.startedAt) : tree.columns.origin + step.start,
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
    this.#context.keep(() => {
      const detail = this.#view.selected === null ? null : this.#reader.detailOf(this.#view.selected);
      return { target: this.#chosenTarget, view: viewToKeep(this.#view, this.#shown, detail) };
    });
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

  #openInLangfuse(): void {
    this.#out.open({ link: 'langfuse', target: this.#chosenTarget });
  }

  #rate(good: boolean): void {
    this.#out.open({ link: 'rating', target: { ...this.#target, observationId: null, good } }, () => this.#read());
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
    this.#out.copy(stepMarkdown(step, shown.tree.columns.origin + step.start, subject, this.#writing));
  }

  #copyTrace(): void {
    const shown = this.#shown;
    if (shown !== null) {
      const { outline, tree } = shown;
      this.#out.copy(traceMarkdown(outline, tree, subjectOfTrace(outline), this.#writing));
    }
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
}
