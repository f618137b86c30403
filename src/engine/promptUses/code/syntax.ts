import type { Node } from '@vscode/tree-sitter-wasm';

/** What Python and JavaScript have in common, so that the rules about prompts are written once. */

export interface Argument {
  /** Python's `name=`; null for positional ones. */
  readonly keyword: string | null;
  readonly value: Node;
  /** `*args`, `...args`: any number of positional ones; `**options`: any number of keywords. */
  readonly spread: 'positions' | 'keywords' | null;
}

export interface Call {
  readonly callee: Node;
  readonly arguments: readonly Argument[];
  /** `get<Type>(…)` */
  readonly types: Node | null;
}

export interface Member {
  readonly object: Node;
  readonly property: string;
}

export interface Entry {
  /** Null: computed, or spread from elsewhere. */
  readonly key: string | null;
  readonly value: Node;
}

export interface Parameter {
  /** The function that takes it. */
  readonly function: Node;
  /** Among positional ones, without Python's self; null when it can only be named. */
  readonly position: number | null;
  readonly keyword: string | null;
  /** The property that a destructured object is asked for. */
  readonly property: string | null;
  readonly default: Node | null;
  /** Takes all that is left: `*args`, `**options`, `...rest`. */
  readonly rest: boolean;
}

/** One place that gives a name its meaning. */
export type Binding = {
  readonly scope: Node;
  readonly at: Node;
  readonly type: Node | null;
} & (
  | {
      readonly kind: 'value';
      /** Null: declared without one. */
      readonly value: Node | null;
      /** The properties that lead from the value to what is bound. */
      readonly path: readonly string[];
    }
  | { readonly kind: 'parameter'; readonly parameter: Parameter }
  | { readonly kind: 'import'; readonly module: string; readonly imported: string }
  | { readonly kind: 'function'; readonly node: Node }
  | { readonly kind: 'class'; readonly node: Node }
  | { readonly kind: 'enum'; readonly node: Node }
  /** A loop variable, a caught error, a counter: anything that takes many values. */
  | { readonly kind: 'opaque' }
);

/** The name of a whole module, as `import x` and `import * as x` bind it. */
export const wholeModule = '*';

/** Found at a binding occurrence; where it binds may depend on other occurrences. */
export type BindingSite =
  | Binding
  /** `x = 1` in JavaScript, which declares nothing: binds where `x` was declared. */
  | { readonly kind: 'reassignment'; readonly at: Node; readonly value: Node | null }
  /** `global x` in Python: assignments in `scope` bind further out. */
  | { readonly kind: 'outer'; readonly at: Node; readonly scope: Node; readonly toModule: boolean };

export interface FieldSite {
  /** Null for methods and declarations without a value. */
  readonly value: Node | null;
  readonly type: Node | null;
  readonly method: Node | null;
  /** Written in the class itself, not on an object. */
  readonly ofClass: boolean;
  /** A constructor's parameter that becomes a field. */
  readonly parameter: boolean;
}

export interface Syntax {
  readonly language: 'python' | 'javascript';
  /** Words of programs in this language. */
  isName(node: Node): boolean;
  /** Strips what does not change a value: parentheses, await, casts. */
  unwrap(node: Node): Node;
  identifier(node: Node): string | null;
  call(node: Node): Call | null;
  member(node: Node): Member | null;
  /** `x["key"]` and `x["key"]` alone. */
  subscript(node: Node): { readonly object: Node; readonly key: Node } | null;
  /** A literal's value; null when it has holes. */
  text(node: Node): string | null;
  integer(node: Node): number | null;
  /** None, null, undefined: as if it were not given. */
  isNothing(node: Node): boolean;
  entries(node: Node): readonly Entry[] | null;
  /** Both sides of `a or b`, `a ?? b`, `a if c else b`. */
  alternatives(node: Node): readonly Node[] | null;
  /** Both sides of `a or b`, `a ?? b`: the first unless it is nothing. */
  firstGiven(node: Node): readonly [Node, Node] | null;
  /** `self`, `cls`, `this`. */
  isSelf(node: Node): boolean;
  bindingSite(name: Node): BindingSite | null;
  /** Scopes in which a name at `node` is looked up, inner ones first. */
  scopes(node: Node): readonly Node[];
  enclosingClass(node: Node): Node | null;
  fieldSite(name: Node, owner: Node): FieldSite | null;
  /** The name that makes a function callable, and whether it is a method's; null for functions without one. */
  functionName(node: Node): string | null;
  isMethod(functionNode: Node): boolean;
  superclasses(classNode: Node): readonly Node[];
  isFunction(node: Node): boolean;
  returnType(functionNode: Node): Node | null;
  /** What a function gives back, as far as a glance tells. */
  results(functionNode: Node): readonly Node[];
  /** The strings of a program that may hold text for a model: no docstrings, no JSX, no imports. */
  isValueString(node: Node): boolean;
  /** The node whose value is given a name: the whole assignment, declaration or pair; null for other strings. */
  owner(string: Node): Node | null;
  /** Members of an enum or constants of a class. */
  constants(node: Node): readonly Entry[];
}
