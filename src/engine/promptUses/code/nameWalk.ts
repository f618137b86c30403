import type { Node } from '@vscode/tree-sitter-wasm';
import { namedChildren } from './nodes.ts';
import type { Source } from './source.ts';
import type { Argument } from './syntax.ts';

/** Functions that call what they are given: `asyncio.to_thread(lf.get_prompt, "x")`. */
const runners =
  /^(to_thread|run_sync|run_in_executor|run_in_threadpool|run_in_thread|submit|partial|apply|call_with_retry|retry_call)$/;

/** @param given the arguments that reach the function, which may be called by another one */
export type OnCall = (node: Node, callee: Node, given: readonly Argument[]) => void;

/** Goes from names of functions to the calls of them, through the names that they are given on the way. */
export class NameWalk {
  readonly #source: Source;
  readonly #onCall: OnCall;
  readonly #queue: string[] = [];
  readonly #seen = new Set<string>();

  constructor(source: Source, onCall: OnCall) {
    this.#source = source;
    this.#onCall = onCall;
  }

  run(): void {
    for (let name = this.#queue.pop(); name !== undefined; name = this.#queue.pop()) {
      for (const node of this.#source.occurrences(name)) {
        this.#occurrence(node);
      }
    }
  }

  /** Once in a walk. */
  look(name: string): void {
    if (!this.#seen.has(name)) {
      this.#seen.add(name);
      this.#queue.push(name);
    }
  }

  /** After all others, also when it was looked at before: more is known of its function now. */
  lookAgain(name: string): void {
    this.#seen.add(name);
    this.#queue.unshift(name);
  }

  /** The names of default imports are the importer's own. */
  lookAtDefaultImports(): void {
    for (const statement of namedChildren(this.#source.root)) {
      const clause = statement.type === 'import_statement' ? namedChildren(statement)[0] : undefined;
      const first = clause?.type === 'import_clause' ? namedChildren(clause)[0] : undefined;
      if (first?.type === 'identifier') {
        this.look(first.text);
      }
    }
  }

  #occurrence(node: Node): void {
    const alias = aliasOf(node);
    if (alias !== null) {
      this.look(alias);
      return;
    }
    const expression = this.#expression(node);
    if (expression !== null) {
      this.#climb(expression);
    }
  }

  /** From a function's name to the call of it, through what does not change it. */
  #climb(expression: Node): void {
    const { syntax } = this.#source;
    let callable = expression;
    for (let inner = expression, at = expression.parent; at !== null; inner = at, at = at.parent) {
      const call = syntax.call(at);
      if (call !== null) {
        if (syntax.unwrap(call.callee).id === callable.id) {
          this.#onCall(at, callable, call.arguments);
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
    const { syntax } = this.#source;
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
    const name = target === null ? null : (this.#source.syntax.member(target)?.property ?? target.text);
    if (name !== null && /^[\p{L}_$#][\p{L}\p{N}_$]*$/u.test(name) && target?.id !== value.id) {
      this.look(name);
    }
  }

  /** The function is handed to another one, which calls it with the rest of the arguments. */
  #argument(list: Node, expression: Node): void {
    const { syntax } = this.#source;
    const outer = list.parent;
    const call = outer === null ? null : syntax.call(outer);
    if (outer === null || call === null) {
      return;
    }
    const callee = syntax.unwrap(call.callee);
    const name = syntax.member(callee)?.property ?? syntax.identifier(callee) ?? '';
    if (runners.test(name)) {
      const index = call.arguments.findIndex(({ value }) => value.id === expression.id);
      this.#onCall(outer, expression, call.arguments.slice(index + 1));
      return;
    }
    // sync_to_async(lf.get_prompt)("x"), and fetch = partial(lf.get_prompt).
    const applied = outer.parent === null ? null : syntax.call(outer.parent);
    if (outer.parent !== null && applied?.callee.id === outer.id) {
      this.#onCall(outer.parent, outer, applied.arguments);
    } else if (outer.parent !== null) {
      this.#alias(outer.parent, outer);
    }
  }
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
