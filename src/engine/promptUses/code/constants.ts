import type { Node } from '@vscode/tree-sitter-wasm';
import { deepest, type Imports, type Meaning } from './meaning.ts';
import type { Source } from './source.ts';

/** Says which texts and numbers of one file are the same on every run. */
export class Constants {
  readonly #source: Source;
  readonly #imports: Imports;

  constructor(source: Source, imports: Imports) {
    this.#source = source;
    this.#imports = imports;
  }

  /** The text of a literal or of a constant that never changes. */
  text(node: Node): string | null {
    const meaning = this.#value(node, 0);
    return meaning?.is === 'text' ? meaning.value : null;
  }

  integer(node: Node): number | null {
    const meaning = this.#value(node, 0);
    return meaning?.is === 'number' ? meaning.value : null;
  }

  /** What a literal says. */
  literal(node: Node): Meaning | null {
    const { syntax } = this.#source;
    const text = syntax.text(node);
    if (text !== null) {
      return { is: 'text', value: text };
    }
    const integer = syntax.integer(node);
    return integer === null ? null : { is: 'number', value: integer };
  }

  /** Only what is the same on every run: no alternatives, no calls. */
  #value(node: Node, depth: number): Meaning | null {
    if (depth > deepest) {
      return null;
    }
    const { syntax } = this.#source;
    const inner = syntax.unwrap(node);
    const literal = this.literal(inner);
    if (literal !== null) {
      return literal;
    }
    const name = syntax.identifier(inner);
    if (name !== null) {
      return this.#named(name, inner, depth + 1);
    }
    const member = syntax.member(inner);
    const subscript = member === null ? syntax.subscript(inner) : null;
    const key = member?.property ?? (subscript === null ? null : this.#key(subscript.key, depth));
    const object = member?.object ?? subscript?.object;
    if (key === null || object === undefined) {
      return null;
    }
    return this.#member(object, key, depth + 1);
  }

  #named(name: string, at: Node, depth: number): Meaning | null {
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
      ? this.#value(binding.value, depth)
      : null;
  }

  #member(object: Node, key: string, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const inner = syntax.unwrap(object);
    if (syntax.isSelf(inner)) {
      return this.#field(key, inner, depth);
    }
    const container = this.container(inner, depth);
    if (container === null) {
      // An enum's member says its text by `.value`.
      return key === 'value' ? this.#enumMember(inner, depth) : null;
    }
    if ('is' in container) {
      return container.is === 'members' ? (container.members[key] ?? null) : null;
    }
    const entries = syntax.entries(container) ?? syntax.constants(container);
    const same = entries.filter((entry) => entry.key === key);
    return same.length === 1 && same[0] !== undefined ? this.#value(same[0].value, depth) : null;
  }

  #key(key: Node, depth: number): string | null {
    const meaning = this.#value(key, depth + 1);
    return meaning?.is === 'text' ? meaning.value : null;
  }

  #enumMember(node: Node, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const isMember = syntax.member(node) !== null || syntax.subscript(node) !== null;
    const found = isMember ? this.#value(node, depth + 1) : null;
    return found?.is === 'text' ? found : null;
  }

  /** A field that is written once, whatever the class, is a constant. */
  #field(key: string, self: Node, depth: number): Meaning | null {
    const owner = this.#source.syntax.enclosingClass(self);
    if (owner === null) {
      return null;
    }
    const own = this.#source.fields(key, owner);
    const [site] = own;
    if (own.length !== 1 || site?.value == null || this.#writtenElsewhere(key, owner)) {
      return null;
    }
    return this.#value(site.value, depth);
  }

  #writtenElsewhere(key: string, owner: Node): boolean {
    return this.#source.occurrences(key).some((node) => {
      const other = this.#source.syntax.enclosingClass(node);
      return other !== null && other.id !== owner.id && this.#source.syntax.fieldSite(node, other) !== null;
    });
  }

  /** The dictionary, enum or class that an expression names, here or in another file. */
  container(node: Node, depth = 0): Node | Meaning | null {
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
      return first === undefined ? null : this.container(first.value, depth + 1);
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
        return binding.value === null || binding.path.length > 0 ? null : this.container(binding.value, depth + 1);
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
    const container = object === undefined || key === null ? null : this.container(object, depth + 1);
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
}
