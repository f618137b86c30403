import type { Node } from '@vscode/tree-sitter-wasm';
import type { PromptUseVia, TextSpan } from '../../../protocol/promptUses.ts';
import type { FoundUse } from '../promptUse.ts';
import { Evaluator } from './evaluator.ts';
import { FetchReader, type FetchArguments } from './fetchArguments.ts';
import { FoundUses } from './foundUses.ts';
import type { Imports, Meaning } from './meaning.ts';
import { NameWalk } from './nameWalk.ts';
import type { Source } from './source.ts';
import type { Argument } from './syntax.ts';
import { absent, mergeSlots, passed, type Slot, type Wrapper } from './wrapper.ts';

/** `when(langfuse.getPrompt("x")).thenReturn(…)` fetches nothing. */
const expectations = /^(when|verify|given|calledWith|stubbing)$/;
const sdkNames = {
  python: ['get_prompt', 'create_prompt'],
  javascript: ['getPrompt', 'createPrompt'],
} as const;

export interface CodeScanOptions {
  readonly imports: Imports;
  /** Names that stand for clients because the user says so. */
  readonly receivers: ReadonlySet<string>;
  /** Names under which other files export wrappers, clients' functions among them. */
  readonly importedNames: Iterable<string>;
  /** Calls of imported wrappers make wrappers of their own; one level is enough where exports are collected. */
  readonly followImported: boolean;
}

/** Calls in one file that fetch or write a prompt, and the functions of the file that do so for their callers. */
export class CodeScan {
  readonly source: Source;
  readonly evaluator: Evaluator;
  readonly wrappers = new Map<number, Wrapper>();
  readonly #options: CodeScanOptions;
  readonly #reader: FetchReader;
  readonly #uses: FoundUses;
  readonly #walk: NameWalk;

  constructor(source: Source, options: CodeScanOptions) {
    this.source = source;
    this.#options = options;
    this.evaluator = new Evaluator(source, options.imports, options.receivers, this.wrappers);
    this.#reader = new FetchReader(source.syntax, this.evaluator);
    this.#uses = new FoundUses(source);
    this.#walk = new NameWalk(source, (node, callee, given) => this.#call(node, callee, given));
  }

  /** Calls, in the order of the text. */
  run(): readonly FoundUse[] {
    const { language } = this.source.syntax;
    for (const name of [...sdkNames[language], ...this.#options.importedNames]) {
      this.#walk.look(name);
    }
    // `.get` is everywhere; only beside a word for prompts is it worth a look.
    if ((language === 'python' ? /\bprompts\b/ : /\bprompts?\b/).test(this.source.text)) {
      this.#walk.look('get');
      this.#walk.look('create');
    }
    if (this.#options.followImported) {
      this.#walk.lookAtDefaultImports();
    }
    this.#walk.run();
    return this.#uses.all;
  }

  /** True when the place lies inside a call that was found. */
  holds(place: TextSpan): boolean {
    return this.#uses.holds(place);
  }

  #call(node: Node, callee: Node, given: readonly Argument[]): void {
    const meaning = this.evaluator.meaning(callee);
    if (meaning === null || this.#isExpectation(node)) {
      return;
    }
    switch (meaning.is) {
      case 'fetch':
        if (this.#isProtocolCall(given)) {
          return;
        }
        this.#fetched(node, this.#reader.fetch(given, meaning.api), 'call');
        return;
      case 'create':
        this.#fetched(node, this.#reader.create(given), 'definition');
        return;
      case 'wrapper':
        this.#wrapped(node, meaning, given);
        return;
      case 'members':
        if (meaning.constructs !== null) {
          this.#wrapped(node, { is: 'wrapper', wrapper: meaning.constructs, imported: false }, given);
        }
        return;
      case 'client':
      case 'langfuseExport':
      case 'sdk':
      case 'api':
      case 'prompts':
      case 'module':
      case 'text':
      case 'number':
      case 'elsewhere':
      case 'mock':
        return;
    }
  }

  /** The Model Context Protocol's `get_prompt(name, arguments={…})`, on a session that is named after Langfuse. */
  #isProtocolCall(given: readonly Argument[]): boolean {
    const { syntax } = this.source;
    const second = given.filter(({ keyword }) => keyword === null)[1];
    return (
      syntax.language === 'python' &&
      (given.some(({ keyword }) => keyword === 'arguments') ||
        (second?.spread === null && syntax.entries(syntax.unwrap(second.value)) !== null))
    );
  }

  #isExpectation(node: Node): boolean {
    const outer = node.parent?.parent;
    const callee = outer == null ? undefined : this.source.syntax.call(outer)?.callee;
    return callee !== undefined && callee.id !== node.id && expectations.test(callee.text.split('.').at(-1) ?? '');
  }

  #fetched(node: Node, { name, label, version }: FetchArguments, via: PromptUseVia): void {
    if (name === null) {
      return;
    }
    const text = this.evaluator.text(name);
    if (text !== null) {
      this.#uses.add(node, { at: name, promptName: text, via, label, version });
      return;
    }
    if (via === 'call') {
      this.#wrapper(name, label, version);
    }
  }

  /** Where the name is a parameter, whoever calls the function uses the prompt. */
  #wrapper(name: Node, label: Slot, version: Slot): void {
    const { syntax } = this.source;
    // `name or "default"`: what is passed wins.
    const [first = name] = syntax.firstGiven(syntax.unwrap(name)) ?? [];
    const reference = this.#reader.reference(first);
    const member = syntax.member(syntax.unwrap(first));
    const parameter = this.evaluator.parameter(member?.object ?? first);
    if (reference === null || parameter === null) {
      return;
    }
    const owner = parameter.function;
    const called = this.#callableName(owner);
    if (called === null) {
      return;
    }
    const known = this.wrappers.get(owner.id);
    const wrapper: Wrapper = {
      name: reference,
      label: known === undefined ? label : mergeSlots(known.label, label),
      version: known === undefined ? version : mergeSlots(known.version, version),
    };
    if (JSON.stringify(known) !== JSON.stringify(wrapper)) {
      this.wrappers.set(owner.id, wrapper);
      this.#walk.lookAgain(called);
    }
  }

  #callableName(owner: Node): string | null {
    const { syntax } = this.source;
    const name = syntax.functionName(owner);
    if (name !== '__init__' && name !== 'constructor') {
      return name;
    }
    return syntax.enclosingClass(owner)?.childForFieldName('name')?.text ?? null;
  }

  #wrapped(node: Node, { wrapper, imported }: Meaning & { is: 'wrapper' }, given: readonly Argument[]): void {
    const { syntax } = this.source;
    const name = passed(wrapper.name, given, syntax);
    if (name == null) {
      return;
    }
    const label = this.#slotOf(wrapper.label, given);
    const version = this.#slotOf(wrapper.version, given);
    const text = this.evaluator.text(name);
    if (text !== null) {
      this.#uses.add(node, { at: name, promptName: text, via: 'wrapper', label, version });
    } else if (!imported || this.#options.followImported) {
      this.#wrapper(name, label, version);
    }
  }

  #slotOf(slot: Slot, given: readonly Argument[]): Slot {
    if (slot.kind !== 'parameter') {
      return slot;
    }
    const node = passed(slot.reference, given, this.source.syntax);
    if (node === undefined) {
      return { kind: 'dynamic' };
    }
    const own = node === null ? absent : this.#reader.slot(node);
    return own.kind === 'absent' ? slot.otherwise : own;
  }
}
