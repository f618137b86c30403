import type { Node } from '@vscode/tree-sitter-wasm';
import {
  isLangfuseClass,
  isLangfuseModule,
  isLangfuseName,
  isSdkModule,
  type Imports,
  type Meaning,
} from './meaning.ts';
import type { Source } from './source.ts';
import { wholeModule, type Binding, type Call, type FieldSite, type Parameter } from './syntax.ts';
import type { Wrapper } from './wrapper.ts';

const deepest = 12;
const clientGetter = /^_*(get_?)?(client|instance|sdk|client_?instance)$/i;
const mockFactory =
  /(^|\.)((Async|Magic|NonCallable|Property)*Mock|create_autospec|mock|mocked|fn|stub|createMock\w*)$/;
const injection = /^(Depends|inject|get|resolve|make|Inject)$/;
const adapters =
  /^(sync_to_async|asyncify|make_async|partial|bind|promisify|memoize|cache|lru_cache|retry|once|wraps)$/;
const client: Meaning = { is: 'client' };
const fetchPrompt: Meaning = { is: 'fetch', api: 'client' };
/** `langfuseConfig.prompt.get(…)` reads a map. */
const noClient = /(config|settings|options|cache|map|dict|registry)$/i;

/** Says what expressions of one file stand for, by its names, scopes, types and imports. */
export class Evaluator {
  readonly #source: Source;
  readonly #imports: Imports;
  readonly #receivers: ReadonlySet<string>;
  readonly #wrappers: ReadonlyMap<number, Wrapper>;

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
    this.#imports = imports;
    this.#receivers = receivers;
    this.#wrappers = wrappers;
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
      return this.#called(call, depth + 1);
    }
    if (syntax.isFunction(inner)) {
      return this.#function(inner, depth + 1);
    }
    return this.#literal(inner) ?? this.#firstClient(syntax.alternatives(inner) ?? [], depth + 1);
  }

  /** What a name stands for where `at` is. */
  meaningOf(name: string, at: Node): Meaning | null {
    return this.#named(name, at, 0);
  }

  /** The text of a literal or of a constant that never changes. */
  text(node: Node): string | null {
    const meaning = this.#constant(node, 0);
    return meaning?.is === 'text' ? meaning.value : null;
  }

  integer(node: Node): number | null {
    const meaning = this.#constant(node, 0);
    return meaning?.is === 'number' ? meaning.value : null;
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

  #literal(node: Node): Meaning | null {
    const { syntax } = this.#source;
    const text = syntax.text(node);
    if (text !== null) {
      return { is: 'text', value: text };
    }
    const integer = syntax.integer(node);
    return integer === null ? null : { is: 'number', value: integer };
  }

  /** Only what is the same on every run: no alternatives, no calls. */
  #constant(node: Node, depth: number): Meaning | null {
    if (depth > deepest) {
      return null;
    }
    const { syntax } = this.#source;
    const inner = syntax.unwrap(node);
    const literal = this.#literal(inner);
    if (literal !== null) {
      return literal;
    }
    const name = syntax.identifier(inner);
    if (name !== null) {
      return this.#constantNamed(name, inner, depth + 1);
    }
    const member = syntax.member(inner);
    const subscript = member === null ? syntax.subscript(inner) : null;
    const key = member?.property ?? (subscript === null ? null : this.#constantKey(subscript.key, depth));
    const object = member?.object ?? subscript?.object;
    if (key === null || object === undefined) {
      return null;
    }
    return this.#constantMember(object, key, depth + 1);
  }

  #constantNamed(name: string, at: Node, depth: number): Meaning | null {
    const bindings = this.#source
      .resolve(name, at)
      .filter((binding) => binding.kind !== 'value' || binding.value !== null);
    const [binding] = bindings;
    if (bindings.length !== 1 || binding === undefined) {
      return null;
    }
    if (binding.kind === 'import') {
      const found = this.#imports.find(binding.module, binding.imported);
      return found?.is === 'text' || found?.is === 'number' ? found : null;
    }
    return binding.kind === 'value' && binding.value !== null && binding.path.length === 0
      ? this.#constant(binding.value, depth)
      : null;
  }

  #constantMember(object: Node, key: string, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const inner = syntax.unwrap(object);
    if (syntax.isSelf(inner)) {
      return this.#constantField(key, inner, depth);
    }
    const container = this.#container(inner, depth);
    if (container === null) {
      // An enum's member says its text by `.value`.
      return key === 'value' ? this.#enumMember(inner, depth) : null;
    }
    if ('is' in container) {
      return container.is === 'members' ? (container.members[key] ?? null) : null;
    }
    const entries = syntax.entries(container) ?? syntax.constants(container);
    const same = entries.filter((entry) => entry.key === key);
    return same.length === 1 && same[0] !== undefined ? this.#constant(same[0].value, depth) : null;
  }

  #constantKey(key: Node, depth: number): string | null {
    const meaning = this.#constant(key, depth + 1);
    return meaning?.is === 'text' ? meaning.value : null;
  }

  #enumMember(node: Node, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const isMember = syntax.member(node) !== null || syntax.subscript(node) !== null;
    const found = isMember ? this.#constant(node, depth + 1) : null;
    return found?.is === 'text' ? found : null;
  }

  /** A field that is written once, whatever the class, is a constant. */
  #constantField(key: string, self: Node, depth: number): Meaning | null {
    const owner = this.#source.syntax.enclosingClass(self);
    if (owner === null) {
      return null;
    }
    const own = this.#source.fields(key, owner);
    const [site] = own;
    if (own.length !== 1 || site?.value == null || this.#writtenElsewhere(key, owner)) {
      return null;
    }
    return this.#constant(site.value, depth);
  }

  #writtenElsewhere(key: string, owner: Node): boolean {
    return this.#source.occurrences(key).some((node) => {
      const other = this.#source.syntax.enclosingClass(node);
      return other !== null && other.id !== owner.id && this.#source.syntax.fieldSite(node, other) !== null;
    });
  }

  /** The dictionary, enum or class that an expression names, here or in another file. */
  #container(node: Node, depth: number): Node | Meaning | null {
    if (depth > deepest) {
      return null;
    }
    const { syntax } = this.#source;
    const inner = syntax.unwrap(node);
    if (syntax.entries(inner) !== null) {
      return inner;
    }
    const frozen = syntax.call(inner);
    if (frozen !== null && /(^|\.)(freeze|MappingProxyType|dict)$/.test(frozen.callee.text)) {
      const [first] = frozen.arguments;
      return first === undefined ? null : this.#container(first.value, depth + 1);
    }
    const name = syntax.identifier(inner);
    if (name === null) {
      return this.#containerMember(inner, depth);
    }
    const bindings = this.#source.resolve(name, inner);
    const [binding] = bindings;
    if (bindings.length !== 1 || binding === undefined) {
      return null;
    }
    switch (binding.kind) {
      case 'class':
      case 'enum':
        return binding.node;
      case 'value':
        return binding.value === null || binding.path.length > 0 ? null : this.#container(binding.value, depth + 1);
      case 'import':
        return this.#imports.find(binding.module, binding.imported);
      case 'parameter':
      case 'function':
      case 'opaque':
        return null;
    }
  }

  #containerMember(node: Node, depth: number): Node | Meaning | null {
    const { syntax } = this.#source;
    const member = syntax.member(node);
    const subscript = member === null ? syntax.subscript(node) : null;
    const object = member?.object ?? subscript?.object;
    const key = member?.property ?? (subscript === null ? null : syntax.text(subscript.key));
    const container = object === undefined || key === null ? null : this.#container(object, depth + 1);
    if (container === null || key === null) {
      return null;
    }
    if ('is' in container) {
      if (container.is === 'module') {
        return this.#imports.find(container.module, key);
      }
      return container.is === 'members' ? (container.members[key] ?? null) : null;
    }
    const entry = (syntax.entries(container) ?? syntax.constants(container)).find((candidate) => candidate.key === key);
    return entry === undefined || syntax.entries(syntax.unwrap(entry.value)) === null
      ? null
      : syntax.unwrap(entry.value);
  }

  #named(name: string, at: Node, depth: number): Meaning | null {
    const bindings = this.#source.resolve(name, at);
    const meanings = bindings.map((binding) => this.#bound(binding, depth));
    const told = meanings.find((meaning) => meaning !== null);
    if (told != null) {
      return meanings.find((meaning) => meaning?.is === 'mock') ?? told;
    }
    if (this.#isClientName(name)) {
      return client;
    }
    const unbound = bindings.length === 0;
    return unbound && (isLangfuseClass(name) || name === 'get_client') ? client : null;
  }

  #bound(binding: Binding, depth: number): Meaning | null {
    if (this.#isClientType(binding.type, depth)) {
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
        return this.#imported(binding.module, binding.imported);
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
      meaning = meaning === null ? null : this.#property(meaning, property);
      if (meaning === null && isLangfuseName(property)) {
        meaning = client;
      }
    }
    return meaning;
  }

  #imported(module: string, imported: string): Meaning | null {
    if (isSdkModule(module)) {
      if (imported === wholeModule || imported === 'default') {
        return { is: 'sdk' };
      }
      return isLangfuseClass(imported) || imported === 'get_client' ? client : null;
    }
    const known = this.#imports.find(module, imported);
    if (known !== null) {
      return known;
    }
    if (isLangfuseModule(module)) {
      return { is: 'langfuseExport', name: imported };
    }
    return imported === wholeModule ? { is: 'module', module } : null;
  }

  #function(node: Node, depth: number): Meaning | null {
    const wrapper = this.#wrappers.get(node.id);
    if (wrapper !== undefined) {
      return { is: 'wrapper', wrapper, imported: false };
    }
    if (this.#isClientType(this.#source.syntax.returnType(node), depth)) {
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
    const found = this.#entry(inner, property, depth) ?? (base === null ? null : this.#property(base, property));
    if (found !== null) {
      return found;
    }
    if (base?.is === 'mock') {
      return base;
    }
    return this.#isClientName(property) ? client : null;
  }

  #isClientName(name: string): boolean {
    return this.#receivers.has(name) || (isLangfuseName(name) && !noClient.test(name));
  }

  /** What a property of something known stands for. */
  #property(base: Meaning, property: string): Meaning | null {
    switch (base.is) {
      case 'client':
      case 'langfuseExport':
        return this.#ofClient(property);
      case 'sdk':
        if (property === 'default') {
          return base;
        }
        return isLangfuseClass(property) || property === 'get_client' ? client : this.#ofClient(property);
      case 'api':
        return property === 'prompts' ? { is: 'prompts' } : null;
      case 'prompts':
        return property === 'get' ? { is: 'fetch', api: 'prompts' } : property === 'create' ? { is: 'create' } : null;
      case 'module': {
        const known = this.#imports.find(base.module, property);
        return known ?? this.#imports.find(`${base.module}.${property}`, wholeModule);
      }
      case 'members':
        return base.members[property] ?? null;
      case 'fetch':
      case 'wrapper':
        return property === 'bind' ? base : null;
      case 'create':
      case 'text':
      case 'number':
      case 'elsewhere':
      case 'mock':
        return null;
    }
  }

  #ofClient(property: string): Meaning | null {
    const { language } = this.#source.syntax;
    switch (property) {
      case language === 'python' ? 'get_prompt' : 'getPrompt':
        return fetchPrompt;
      case language === 'python' ? 'create_prompt' : 'createPrompt':
        return { is: 'create' };
      case 'prompts':
        return { is: 'prompts' };
      case 'prompt':
        return language === 'javascript' ? { is: 'prompts' } : null;
      case 'api':
      case 'async_api':
        return { is: 'api' };
      default:
        return clientGetter.test(property) || isLangfuseClass(property) ? client : null;
    }
  }

  /** An entry of a dictionary or a static member of a class that this file defines. */
  #entry(object: Node, key: string, depth: number): Meaning | null {
    const container = this.#container(object, depth);
    if (container === null) {
      return null;
    }
    if ('is' in container) {
      return this.#property(container, key);
    }
    const { syntax } = this.#source;
    const entry = syntax.entries(container)?.find((candidate) => candidate.key === key);
    if (entry !== undefined) {
      return this.#wrapperOf(entry.value) ?? this.meaning(entry.value, depth);
    }
    for (const site of this.#source.fields(key, container).filter(({ ofClass }) => ofClass)) {
      const meaning = this.#fieldSite(site, depth);
      if (meaning !== null) {
        return meaning;
      }
    }
    return null;
  }

  #wrapperOf(node: Node): Meaning | null {
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
    if (this.#isClientType(site.type, depth)) {
      return client;
    }
    if (site.method !== null) {
      return this.#wrapperOf(site.method) ?? this.#function(site.method, depth);
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

  #called(call: Call, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const callee = syntax.unwrap(call.callee);
    if (this.#isClientType(call.types, depth)) {
      return client;
    }
    if (mockFactory.test(callee.text)) {
      return { is: 'mock' };
    }
    const [first] = call.arguments;
    const required = first !== undefined && /^(require|import)$/.test(callee.text) ? syntax.text(first.value) : null;
    if (required !== null) {
      return this.#imported(required, wholeModule);
    }
    const last = syntax.member(callee)?.property ?? syntax.identifier(callee) ?? '';
    const meaning = this.meaning(callee, depth);
    switch (meaning?.is) {
      case 'client':
      case 'sdk':
        return client;
      case 'langfuseExport':
        // A decorator or a tracing function from such a module gives back what it was given.
        return call.arguments.length === 0 || /client|langfuse|^lf$/i.test(`${last} ${meaning.name}`) ? client : null;
      case 'fetch':
      case 'wrapper':
        return last === 'bind' || last === 'partial' ? meaning : null;
      case undefined:
      case 'api':
      case 'prompts':
      case 'create':
      case 'module':
      case 'text':
      case 'number':
      case 'members':
      case 'elsewhere':
      case 'mock':
        break;
    }
    if (first === undefined) {
      return null;
    }
    // `cache(async (name) => …)` is called as what it was given.
    for (const { value } of call.arguments) {
      const given = this.#wrapperOf(syntax.unwrap(value));
      if (given !== null) {
        return given;
      }
    }
    if (adapters.test(last)) {
      const adapted = this.meaning(first.value, depth);
      return adapted?.is === 'fetch' || adapted?.is === 'wrapper' ? adapted : null;
    }
    // Dependency injection: Depends(get_langfuse), inject(LangfuseClient).
    const injected = injection.test(last) && call.arguments.length === 1 ? syntax.identifier(first.value) : null;
    return injected !== null && this.meaning(first.value, depth)?.is === 'client' ? client : null;
  }

  #isClientType(type: Node | null, depth: number): boolean {
    if (type === null || depth > deepest) {
      return false;
    }
    return typeNames(type.text).some((name) => isLangfuseClass(name) || this.#isImportedClass(name));
  }

  /** `import { Langfuse as Client }` names the class anew. */
  #isImportedClass(word: string): boolean {
    return this.#source
      .bindings(word)
      .some((binding) => binding.kind === 'import' && isSdkModule(binding.module) && isLangfuseClass(binding.imported));
  }
}

const typeWrapper =
  /^(?:\w+\.)*(?:Optional|Annotated|Final|ClassVar|Promise|Awaitable|Readonly|NonNullable|Required|Generator|AsyncGenerator|Iterator|AsyncIterator)\s*[[<](.*)[\]>]$/s;

/** The classes that a type names as its own: those of its parameters are of something else. */
function typeNames(text: string): string[] {
  return text
    .replace(/^[:<\s]+/, '')
    .replace(/>$/, (end) => (text.trim().startsWith('<') ? '' : end))
    .split(/[|&]/)
    .flatMap((part): string[] => {
      const bare = part.trim().replace(/^["'(]+|["')]+$/g, '');
      const inner = typeWrapper.exec(bare)?.[1];
      if (inner !== undefined) {
        return typeNames(inner.split(',')[0] ?? '');
      }
      const name = /^(?:[\p{L}_][\p{L}\p{N}_]*\.|import\([^)]*\)\.)*([\p{L}_][\p{L}\p{N}_]*)$/u.exec(bare)?.[1];
      return name === undefined ? [] : [name];
    });
}
