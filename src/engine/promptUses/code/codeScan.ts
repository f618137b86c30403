import type { Node, Point } from '@vscode/tree-sitter-wasm';
import type { PromptUseVia, TextSpan } from '../../../protocol/promptUses.ts';
import { notDynamic, type FoundUse } from '../promptUse.ts';
import { Evaluator } from './evaluator.ts';
import { FetchReader, type FetchArguments } from './fetchArguments.ts';
import type { Imports, Meaning } from './meaning.ts';
import { namedChildren } from './nodes.ts';
import type { Source } from './source.ts';
import type { Argument } from './syntax.ts';
import { absent, mergeSlots, passed, type Slot, type Wrapper } from './wrapper.ts';

/** Functions that call what they are given: `asyncio.to_thread(lf.get_prompt, "x")`. */
const runners =
  /^(to_thread|run_sync|run_in_executor|run_in_threadpool|run_in_thread|submit|partial|apply|call_with_retry|retry_call)$/;
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
  readonly #uses = new Map<number, FoundUse>();
  readonly #ranges: { readonly start: Point; readonly end: Point }[] = [];
  readonly #queue: string[] = [];
  readonly #seen = new Set<string>();

  constructor(source: Source, options: CodeScanOptions) {
    this.source = source;
    this.#options = options;
    this.evaluator = new Evaluator(source, options.imports, options.receivers, this.wrappers);
    this.#reader = new FetchReader(source.syntax, this.evaluator);
  }

  /** Calls, in the order of the text. */
  run(): readonly FoundUse[] {
    const { language } = this.source.syntax;
    for (const name of [...sdkNames[language], ...this.#options.importedNames]) {
      this.#look(name);
    }
    // `.get` is everywhere; only beside a word for prompts is it worth a look.
    if ((language === 'python' ? /\bprompts\b/ : /\bprompts?\b/).test(this.source.text)) {
      this.#look('get');
      this.#look('create');
    }
    if (this.#options.followImported) {
      this.#lookAtDefaultImports();
    }
    for (let name = this.#queue.pop(); name !== undefined; name = this.#queue.pop()) {
      for (const node of this.source.occurrences(name)) {
        this.#occurrence(node);
      }
    }
    return [...this.#uses.values()];
  }

  /** True when the place lies inside a call that was found. */
  holds({ startLine, startColumn }: TextSpan): boolean {
    return this.#ranges.some(
      ({ start, end }) =>
        (startLine > start.row || (startLine === start.row && startColumn >= start.column)) &&
        (startLine < end.row || (startLine === end.row && startColumn < end.column)),
    );
  }

  /** Their names are the importer's own. */
  #lookAtDefaultImports(): void {
    for (const statement of namedChildren(this.source.root)) {
      const clause = statement.type === 'import_statement' ? namedChildren(statement)[0] : undefined;
      const first = clause?.type === 'import_clause' ? namedChildren(clause)[0] : undefined;
      if (first?.type === 'identifier') {
        this.#look(first.text);
      }
    }
  }

  #look(name: string): void {
    if (!this.#seen.has(name)) {
      this.#seen.add(name);
      this.#queue.push(name);
    }
  }

  #occurrence(node: Node): void {
    const alias = aliasOf(node);
    if (alias !== null) {
      this.#look(alias);
      return;
    }
    const expression = this.#expression(node);
    if (expression !== null) {
      this.#climb(expression);
    }
  }

  /** From a function's name to the call of it, through what does not change it. */
  #climb(expression: Node): void {
    const { syntax } = this.source;
    let callable = expression;
    for (let inner = expression, at = expression.parent; at !== null; inner = at, at = at.parent) {
      const call = syntax.call(at);
      if (call !== null) {
        if (syntax.unwrap(call.callee).id === callable.id) {
          this.#call(at, callable, call.arguments);
        }
        return;
      }
      if (at.type === 'argument_list' || at.type === 'arguments') {
        this.#argument(at, callable);
        return;
      }
      if (syntax.member(at)?.property === 'bind' && at.parent !== null) {
        callable = at.parent;
        at = at.parent;
      } else if (syntax.unwrap(at).id !== callable.id) {
        this.#alias(at, inner);
        return;
      }
    }
  }

  /** The expression that ends in this name; null where the name is only being defined or imported. */
  #expression(node: Node): Node | null {
    const { syntax } = this.source;
    const parent = node.parent;
    const member = parent === null ? null : syntax.member(parent);
    if (parent !== null && member !== null && member.object.id !== node.id) {
      return parent;
    }
    return syntax.identifier(node) !== null && syntax.bindingSite(node) === null ? node : null;
  }

  /** `fetch = lf.get_prompt`: calls of the new name count too. */
  #alias(at: Node, value: Node): void {
    const target = at.childForFieldName('left') ?? at.childForFieldName('name') ?? at.childForFieldName('property');
    const name = target === null ? null : (this.source.syntax.member(target)?.property ?? target.text);
    if (name !== null && /^[\p{L}_$#][\p{L}\p{N}_$]*$/u.test(name) && target?.id !== value.id) {
      this.#look(name);
    }
  }

  /** The function is handed to another one, which calls it with the rest of the arguments. */
  #argument(list: Node, expression: Node): void {
    const { syntax } = this.source;
    const outer = list.parent;
    const call = outer === null ? null : syntax.call(outer);
    if (outer === null || call === null) {
      return;
    }
    const callee = syntax.unwrap(call.callee);
    const name = syntax.member(callee)?.property ?? syntax.identifier(callee) ?? '';
    if (runners.test(name)) {
      const index = call.arguments.findIndex(({ value }) => value.id === expression.id);
      this.#call(outer, expression, call.arguments.slice(index + 1));
      return;
    }
    // sync_to_async(lf.get_prompt)("x"), and fetch = partial(lf.get_prompt).
    const applied = outer.parent === null ? null : syntax.call(outer.parent);
    if (outer.parent !== null && applied?.callee.id === outer.id) {
      this.#call(outer.parent, outer, applied.arguments);
    } else if (outer.parent !== null) {
      this.#alias(outer.parent, outer);
    }
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
      this.#use(node, name, text, via, settled(label), settled(version));
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
      this.#seen.add(called);
      this.#queue.unshift(called);
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
      this.#use(node, name, text, 'wrapper', settled(label), settled(version));
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

  #use(node: Node, at: Node, promptName: string, via: PromptUseVia, label: Settled, version: Settled): void {
    if (promptName.trim() === '' || promptName.length > 255) {
      return;
    }
    const numbered = typeof version.value === 'number' ? version.value : null;
    const labelled = typeof label.value === 'string' ? label.value : null;
    this.#ranges.push({ start: node.startPosition, end: node.endPosition });
    this.#uses.set(node.id, {
      line: node.startPosition.row,
      promptName,
      version: numbered,
      label: labelled,
      via,
      dynamic:
        label.dynamic || version.dynamic || version.value !== numbered
          ? { version: version.dynamic || version.value !== numbered, label: label.dynamic }
          : notDynamic,
      localText: null,
      span: this.source.span(at),
    });
  }
}

interface Settled {
  readonly value: string | number | null;
  readonly dynamic: boolean;
}

/** Of a call that nobody else completes: a parameter's value is known to the running program alone. */
function settled(slot: Slot): Settled {
  return {
    value: slot.kind === 'literal' ? slot.value : null,
    dynamic: slot.kind === 'dynamic' || slot.kind === 'parameter',
  };
}

/** In `import { load as fetch }` and `const { getPrompt: fetch } = lf`, the name to look for. */
function aliasOf(node: Node): string | null {
  const parent = node.parent;
  const holder = parent?.type === 'dotted_name' ? parent.parent : parent;
  if (holder == null) {
    return null;
  }
  switch (holder.type) {
    case 'aliased_import':
    case 'import_specifier': {
      const alias = holder.childForFieldName('alias');
      return alias === null || alias.id === node.id ? null : alias.text;
    }
    case 'pair_pattern': {
      const value = holder.childForFieldName('value');
      return value?.type === 'identifier' && value.id !== node.id ? value.text : null;
    }
    default:
      return null;
  }
}
