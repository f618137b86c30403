import type { Node, Tree } from '@vscode/tree-sitter-wasm';
import type { ParsedLanguage } from '../languages.ts';
import type { TextSpan } from '../../../protocol/promptUses.ts';
import { javascriptSyntax } from './javascriptSyntax.ts';
import { pythonSyntax } from './pythonSyntax.ts';
import type { Binding, BindingSite, FieldSite, Syntax } from './syntax.ts';

/**
 * One parsed file. Names are looked up by their occurrences in the text instead of a walk over the
 * whole tree: reading a node costs a call into WebAssembly, and few of them matter.
 */
export class Source {
  readonly text: string;
  readonly root: Node;
  readonly syntax: Syntax;
  readonly #occurrences = new Map<string, readonly Node[]>();
  readonly #bindings = new Map<string, readonly Binding[]>();

  constructor(text: string, tree: Tree, language: ParsedLanguage) {
    this.text = text;
    this.root = tree.rootNode;
    this.syntax = language === 'python' ? pythonSyntax : javascriptSyntax;
  }

  get hasErrors(): boolean {
    return this.root.hasError;
  }

  /** Every place where the program, not its comments or strings, says this name. */
  occurrences(name: string): readonly Node[] {
    const known = this.#occurrences.get(name);
    if (known !== undefined) {
      return known;
    }
    const found: Node[] = [];
    for (let at = this.text.indexOf(name); at >= 0; at = this.text.indexOf(name, at + name.length)) {
      if (isWordCharacter(this.text[at - 1]) || isWordCharacter(this.text[at + name.length])) {
        continue;
      }
      const node = this.root.descendantForIndex(at, at + name.length);
      if (node?.startIndex === at && node.endIndex === at + name.length && this.syntax.isName(node)) {
        found.push(node);
      }
    }
    this.#occurrences.set(name, found);
    return found;
  }

  /** All that give this name a meaning, anywhere in the file. */
  bindings(name: string): readonly Binding[] {
    const known = this.#bindings.get(name);
    if (known !== undefined) {
      return known;
    }
    const sites = this.occurrences(name).flatMap((node) => this.syntax.bindingSite(node) ?? []);
    const found = this.#settle(sites);
    this.#bindings.set(name, found);
    return found;
  }

  /** The bindings of the innermost scope that has any; empty for a name from elsewhere. */
  resolve(name: string, at: Node): readonly Binding[] {
    const bindings = this.bindings(name);
    if (bindings.length === 0) {
      return bindings;
    }
    for (const scope of this.syntax.scopes(at)) {
      const here = bindings.filter((binding) => binding.scope.id === scope.id);
      if (here.length > 0) {
        return here;
      }
    }
    return [];
  }

  /** What gives a field of the class its values. */
  fields(name: string, owner: Node): readonly FieldSite[] {
    return this.occurrences(name).flatMap((node) => this.syntax.fieldSite(node, owner) ?? []);
  }

  span(node: Node): TextSpan {
    const { startPosition: start, endPosition: end } = node;
    return { startLine: start.row, startColumn: start.column, endLine: end.row, endColumn: end.column };
  }

  /** Assignments that declare nothing, and names that a function shares with its surroundings, bind further out. */
  #settle(sites: readonly BindingSite[]): Binding[] {
    const outer = sites.filter((site) => site.kind === 'outer');
    const declared = sites.filter((site): site is Binding => site.kind !== 'outer' && site.kind !== 'reassignment');
    const moved = declared.map((binding): Binding => {
      const elsewhere = outer.find(({ scope }) => scope.id === binding.scope.id);
      return elsewhere === undefined ? binding : { ...binding, scope: this.#outerScope(binding, declared) };
    });
    const reassigned = sites.flatMap((site): Binding[] => {
      if (site.kind !== 'reassignment') {
        return [];
      }
      const at = { scope: this.#declaringScope(site.at, declared), at: site.at, type: null };
      return [site.value === null ? { kind: 'opaque', ...at } : { kind: 'value', ...at, value: site.value, path: [] }];
    });
    return [...moved, ...reassigned];
  }

  #outerScope(binding: Binding, declared: readonly Binding[]): Node {
    const scopes = this.syntax.scopes(binding.scope);
    return scopes.find(({ id }) => declared.some(({ scope }) => scope.id === id)) ?? this.root;
  }

  #declaringScope(at: Node, declared: readonly Binding[]): Node {
    const scopes = this.syntax.scopes(at);
    return scopes.find(({ id }) => declared.some(({ scope }) => scope.id === id)) ?? this.root;
  }
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
}
