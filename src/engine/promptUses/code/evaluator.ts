import type { Node } from '@vscode/tree-sitter-wasm';
import { CallMeanings } from './callMeanings.ts';
import { ClientNames } from './clientNames.ts';
import { Constants } from './constants.ts';
import { KnownParts } from './knownParts.ts';
import { client, deepest, isLangfuseClass, isLangfuseName, type Imports, type Meaning } from './meaning.ts';
import type { Source } from './source.ts';
import type { Binding, FieldSite, Parameter } from './syntax.ts';
import type { Wrapper } from './wrapper.ts';

/** Says what expressions of one file stand for, by its names, scopes, types and imports. */
export class Evaluator {
  readonly #source: Source;
  readonly #wrappers: ReadonlyMap<number, Wrapper>;
  readonly #clients: ClientNames;
  readonly #parts: KnownParts;
  readonly #constants: Constants;
  readonly #calls: CallMeanings;

  /**
   * @param receivers names that stand for clients because the user says so
   * @param wrappers the file's own functions that fetch what they are given, by the id of their node; may grow
   */
  constructor(
    source: Source,
    imports: Imports,
    receivers: ReadonlySet<string>,
    wrappers: ReadonlyMap<number, Wrapper>,
  ) {
    this.#source = source;
    this.#wrappers = wrappers;
    this.#clients = new ClientNames(source, receivers);
    this.#parts = new KnownParts(imports, this.#clients);
    this.#constants = new Constants(source, imports);
    this.#calls = new CallMeanings(source, { clients: this.#clients, parts: this.#parts }, this);
  }

  meaning(node: Node, depth = 0): Meaning | null {
    if (depth > deepest) {
      return null;
    }
    const { syntax } = this.#source;
    const inner = syntax.unwrap(node);
    const name = syntax.identifier(inner);
    if (name !== null) {
      return this.#named(name, inner, depth + 1);
    }
    const member = syntax.member(inner);
    if (member !== null) {
      return this.#member(member.object, member.property, depth + 1);
    }
    const subscript = syntax.subscript(inner);
    if (subscript !== null) {
      const key = syntax.text(subscript.key);
      return key === null ? null : this.#entry(subscript.object, key, depth + 1);
    }
    const call = syntax.call(inner);
    if (call !== null) {
      return this.#calls.meaning(call, depth + 1);
    }
    if (syntax.isFunction(inner)) {
      return this.#function(inner, depth + 1);
    }
    return this.#constants.literal(inner) ?? this.#firstClient(syntax.alternatives(inner) ?? [], depth + 1);
  }

  /** What a name stands for where `at` is. */
  meaningOf(name: string, at: Node): Meaning | null {
    return this.#named(name, at, 0);
  }

  /** The text of a literal or of a constant that never changes. */
  text(node: Node): string | null {
    return this.#constants.text(node);
  }

  integer(node: Node): number | null {
    return this.#constants.integer(node);
  }

  /** The parameter that a name stands for, unless it may have been given another value. */
  parameter(node: Node, depth = 0): Parameter | null {
    const name = this.#source.syntax.identifier(this.#source.syntax.unwrap(node));
    const bindings = name === null ? [] : this.#source.resolve(name, node);
    const [binding] = bindings;
    if (bindings.length !== 1 || binding === undefined) {
      return null;
    }
    if (binding.kind === 'parameter') {
      return binding.parameter;
    }
    if (binding.kind !== 'value' || binding.value === null || binding.path.length > 1 || depth > deepest) {
      return null;
    }
    // const { name } = options;
    const whole = this.parameter(binding.value, depth + 1);
    const [property] = binding.path;
    if (whole === null || property === undefined) {
      return whole;
    }
    return whole.property === null && !whole.rest ? { ...whole, property, default: null } : null;
  }

  #named(name: string, at: Node, depth: number): Meaning | null {
    const bindings = this.#source.resolve(name, at);
    const meanings = bindings.map((binding) => this.#bound(binding, depth));
    const told = meanings.find((meaning) => meaning !== null);
    if (told != null) {
      return meanings.find((meaning) => meaning?.is === 'mock') ?? told;
    }
    if (this.#clients.isName(name)) {
      return client;
    }
    const unbound = bindings.length === 0;
    return unbound && (isLangfuseClass(name) || name === 'get_client') ? client : null;
  }

  #bound(binding: Binding, depth: number): Meaning | null {
    if (this.#clients.isType(binding.type)) {
      return client;
    }
    switch (binding.kind) {
      case 'value':
        return binding.value === null ? null : this.#follow(binding.value, binding.path, depth);
      case 'parameter':
        return binding.parameter.default === null || binding.parameter.property !== null
          ? null
          : this.#onlyClient(this.meaning(binding.parameter.default, depth));
      case 'import':
        return this.#parts.imported(binding.module, binding.imported);
      case 'function':
        return this.#function(binding.node, depth);
      case 'class':
        return this.#class(binding.node, depth);
      case 'enum':
      case 'opaque':
        return null;
    }
  }

  #onlyClient(meaning: Meaning | null): Meaning | null {
    return meaning?.is === 'client' || meaning?.is === 'mock' ? meaning : null;
  }

  /** What destructuring takes out of a value. */
  #follow(value: Node, path: readonly string[], depth: number): Meaning | null {
    let meaning = this.meaning(value, depth);
    for (const property of path) {
      meaning = meaning === null ? null : this.#parts.property(meaning, property);
      if (meaning === null && isLangfuseName(property)) {
        meaning = client;
      }
    }
    return meaning;
  }

  #function(node: Node, depth: number): Meaning | null {
    const wrapper = this.#wrappers.get(node.id);
    if (wrapper !== undefined) {
      return { is: 'wrapper', wrapper, imported: false };
    }
    if (this.#clients.isType(this.#source.syntax.returnType(node))) {
      return client;
    }
    return this.#onlyClient(this.#firstClient(this.#source.syntax.results(node), depth));
  }

  #class(node: Node, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const constructor = this.#source
      .fields(syntax.language === 'python' ? '__init__' : 'constructor', node)
      .find(({ method }) => method !== null)?.method;
    const constructs = constructor == null ? undefined : this.#wrappers.get(constructor.id);
    if (constructs !== undefined) {
      return { is: 'members', members: {}, constructs };
    }
    return this.#firstClient(syntax.superclasses(node), depth);
  }

  #firstClient(nodes: readonly Node[], depth: number): Meaning | null {
    for (const node of nodes) {
      const meaning = this.meaning(node, depth);
      if (meaning !== null && meaning.is !== 'text' && meaning.is !== 'number') {
        return meaning;
      }
    }
    return null;
  }

  #member(object: Node, property: string, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const inner = syntax.unwrap(object);
    if (syntax.isSelf(inner)) {
      const field = this.#field(property, inner, depth);
      if (field !== null) {
        return field;
      }
    }
    const base = this.meaning(inner, depth);
    // What an object of this file says of itself goes before what its name says.
    const found = this.#entry(inner, property, depth) ?? (base === null ? null : this.#parts.property(base, property));
    if (found !== null) {
      return found;
    }
    if (base?.is === 'mock') {
      return base;
    }
    return this.#clients.isName(property) ? client : null;
  }

  /** An entry of a dictionary or a static member of a class that this file defines. */
  #entry(object: Node, key: string, depth: number): Meaning | null {
    const container = this.#constants.container(object, depth);
    if (container === null) {
      return null;
    }
    if ('is' in container) {
      return this.#parts.property(container, key);
    }
    const { syntax } = this.#source;
    const entry = syntax.entries(container)?.find((candidate) => candidate.key === key);
    if (entry !== undefined) {
      return this.wrapperOf(entry.value) ?? this.meaning(entry.value, depth);
    }
    for (const site of this.#source.fields(key, container).filter(({ ofClass }) => ofClass)) {
      const meaning = this.#fieldSite(site, depth);
      if (meaning !== null) {
        return meaning;
      }
    }
    return null;
  }

  /** Of a function of this file that fetches what it is given. */
  wrapperOf(node: Node): Meaning | null {
    const wrapper = this.#wrappers.get(node.id);
    return wrapper === undefined ? null : { is: 'wrapper', wrapper, imported: false };
  }

  #field(property: string, self: Node, depth: number): Meaning | null {
    let owner = this.#source.syntax.enclosingClass(self);
    for (let generation = 0; owner !== null && generation < 3; generation += 1) {
      const sites = this.#source.fields(property, owner);
      const meanings = sites.map((site) => this.#fieldSite(site, depth)).filter((meaning) => meaning !== null);
      if (meanings.length > 0) {
        return meanings.find(({ is }) => is === 'mock') ?? meanings[0] ?? null;
      }
      if (sites.some(({ method }) => method !== null)) {
        return null;
      }
      owner = this.#superclass(owner);
    }
    return owner === null ? null : this.#firstClient(this.#source.syntax.superclasses(owner), depth);
  }

  #fieldSite(site: FieldSite, depth: number): Meaning | null {
    if (this.#clients.isType(site.type)) {
      return client;
    }
    if (site.method !== null) {
      return this.wrapperOf(site.method) ?? this.#function(site.method, depth);
    }
    if (site.value === null) {
      return null;
    }
    return this.meaning(site.value, depth);
  }

  #superclass(owner: Node): Node | null {
    for (const base of this.#source.syntax.superclasses(owner)) {
      const name = this.#source.syntax.identifier(base);
      const binding = name === null ? undefined : this.#source.resolve(name, base)[0];
      if (binding?.kind === 'class') {
        return binding.node;
      }
    }
    return null;
  }
}
