import type { Evaluator } from './evaluator.ts';
import type { Argument, Entry, Syntax } from './syntax.ts';
import { absent, dynamic, referenceTo, type ParameterReference, type Slot } from './wrapper.ts';
import type { Node } from '@vscode/tree-sitter-wasm';

export interface FetchArguments {
  readonly name: Node | null;
  readonly label: Slot;
  readonly version: Slot;
}

/** What the SDKs' own functions do with their arguments. */
export class FetchReader {
  readonly #syntax: Syntax;
  readonly #evaluator: Evaluator;

  constructor(syntax: Syntax, evaluator: Evaluator) {
    this.#syntax = syntax;
    this.#evaluator = evaluator;
  }

  fetch(given: readonly Argument[], api: 'client' | 'prompts'): FetchArguments {
    return this.#syntax.language === 'python' ? this.#python(given) : this.#javascript(given, api);
  }

  create(given: readonly Argument[]): FetchArguments {
    const unlabelled = { label: absent, version: absent };
    if (this.#syntax.language === 'python') {
      return { name: named(given, ['name']) ?? firstPosition(given), ...unlabelled };
    }
    const first = firstPosition(given);
    const entries = first === null ? null : this.#syntax.entries(this.#syntax.unwrap(first));
    return { name: entries?.find(({ key }) => key === 'name')?.value ?? null, ...unlabelled };
  }

  /** What an expression for a label or a version comes to; a caller's argument where it is a parameter. */
  slot(node: Node): Slot {
    const inner = this.#syntax.unwrap(node);
    if (this.#syntax.isNothing(inner)) {
      return absent;
    }
    const value = this.#evaluator.text(inner) ?? this.#evaluator.integer(inner);
    if (value !== null) {
      return { kind: 'literal', value };
    }
    const reference = this.reference(inner);
    if (reference !== null) {
      const parameter = this.#evaluator.parameter(inner);
      const otherwise = parameter?.default == null ? absent : this.slot(parameter.default);
      return { kind: 'parameter', reference, otherwise };
    }
    // `label or "production"`: what is passed wins.
    const [passed, instead] = this.#syntax.firstGiven(inner) ?? [];
    const first = passed === undefined ? null : this.reference(passed);
    return first === null || instead === undefined
      ? dynamic
      : { kind: 'parameter', reference: first, otherwise: this.slot(instead) };
  }

  /** The argument of the surrounding function that an expression is. */
  reference(node: Node): ParameterReference | null {
    const inner = this.#syntax.unwrap(node);
    const parameter = this.#evaluator.parameter(inner);
    if (parameter !== null) {
      return parameter.rest ? null : referenceTo(parameter);
    }
    const member = this.#syntax.language === 'javascript' ? this.#syntax.member(inner) : null;
    const owner = member === null ? null : this.#evaluator.parameter(member.object);
    return owner === null || member === null || owner.property !== null || owner.rest
      ? null
      : referenceTo(owner, member.property);
  }

  #python(given: readonly Argument[]): FetchArguments {
    return {
      name: named(given, ['name', 'prompt_name']) ?? firstPosition(given),
      label: this.#keyword(given, 'label'),
      version: this.#keyword(given, 'version'),
    };
  }

  #keyword(given: readonly Argument[], keyword: string): Slot {
    const value = named(given, [keyword]);
    if (value !== null) {
      return this.slot(value);
    }
    const options = given.find(({ spread }) => spread === 'keywords');
    if (options === undefined) {
      return absent;
    }
    const parameter = this.#evaluator.parameter(options.value);
    return parameter?.rest === true
      ? { kind: 'parameter', reference: { position: null, keyword, property: null, rest: true }, otherwise: absent }
      : dynamic;
  }

  /** v2 and v3: name, version, options; v4: name, options. Options in the place of the version are meant as options. */
  #javascript(given: readonly Argument[], api: 'client' | 'prompts'): FetchArguments {
    let label: Slot = absent;
    let version: Slot = absent;
    for (const [index, { value, spread }] of given.slice(1, 3).entries()) {
      const inner = this.#syntax.unwrap(value);
      const entries = this.#syntax.entries(inner);
      if (spread !== null) {
        return { name: firstPosition(given), label: dynamic, version: dynamic };
      }
      if (entries !== null) {
        label = this.#option(entries, 'label');
        version = this.#option(entries, 'version', version);
      } else if (api === 'client' && index === 0) {
        version = this.slot(inner);
      } else if (!this.#syntax.isNothing(inner)) {
        label = this.#optionOf(inner, 'label');
        version = version.kind === 'absent' ? this.#optionOf(inner, 'version') : version;
      }
    }
    return { name: firstPosition(given), label, version };
  }

  #option(entries: readonly Entry[], key: string, otherwise: Slot = absent): Slot {
    const entry = entries.find((candidate) => candidate.key === key);
    if (entry !== undefined) {
      return this.slot(entry.value);
    }
    const spread = entries.find((candidate) => candidate.key === null);
    if (spread === undefined) {
      return otherwise;
    }
    const [value] = spread.value.type === 'spread_element' ? spread.value.namedChildren : [spread.value];
    return value == null ? dynamic : this.#optionOf(value, key);
  }

  /** Options that a function hands on. */
  #optionOf(options: Node, key: string): Slot {
    const inner = this.#syntax.unwrap(options);
    const parameter = this.#evaluator.parameter(inner);
    if (parameter?.property !== null || parameter.rest) {
      return dynamic;
    }
    return { kind: 'parameter', reference: referenceTo(parameter, key), otherwise: absent };
  }
}

function named(given: readonly Argument[], keywords: readonly string[]): Node | null {
  return given.find(({ keyword }) => keyword !== null && keywords.includes(keyword))?.value ?? null;
}

function firstPosition(given: readonly Argument[]): Node | null {
  const first = given.find(({ keyword }) => keyword === null);
  return first?.spread !== null ? null : first.value;
}
