import type { Node } from '@vscode/tree-sitter-wasm';
import type { CodeScan } from './codeScan.ts';
import type { Meaning } from './meaning.ts';
import { children, field, namedChildren } from './nodes.ts';
import { wholeModule } from './syntax.ts';

export interface ModuleExports {
  readonly named: Readonly<Record<string, Meaning>>;
  /** Modules whose names are all exported again. */
  readonly all: readonly string[];
}

/** Longer constants name no prompt. */
const longestText = 255;

/** What other files can import of this one, as far as prompts are concerned. Run the scan first. */
export function moduleExports(scan: CodeScan): ModuleExports {
  const named: Record<string, Meaning> = {};
  const all: string[] = [];
  const add = (name: string, meaning: Meaning | null): void => {
    if (meaning !== null) {
      named[name] = meaning;
    }
  };
  const collector = new Collector(scan, add, (module) => all.push(module));
  for (const statement of namedChildren(scan.source.root)) {
    if (scan.source.syntax.language === 'python') {
      collector.python(statement);
    } else {
      collector.javascript(statement);
    }
  }
  return { named, all };
}

class Collector {
  readonly #scan: CodeScan;
  readonly #add: (name: string, meaning: Meaning | null) => void;
  readonly #addAll: (module: string) => void;

  constructor(scan: CodeScan, add: (name: string, meaning: Meaning | null) => void, addAll: (module: string) => void) {
    this.#scan = scan;
    this.#add = add;
    this.#addAll = addAll;
  }

  python(statement: Node): void {
    switch (statement.type) {
      case 'expression_statement': {
        const assignment = namedChildren(statement)[0];
        const left = assignment?.type === 'assignment' ? field(assignment, 'left') : null;
        if (left?.type === 'identifier') {
          this.#add(left.text, this.#ofName(left));
        }
        return;
      }
      case 'function_definition':
      case 'class_definition':
        this.#declaration(statement);
        return;
      case 'decorated_definition': {
        const definition = field(statement, 'definition');
        if (definition !== null) {
          this.#declaration(definition);
        }
        return;
      }
      case 'import_from_statement':
        this.#pythonImport(statement);
        return;
      case 'try_statement':
      case 'if_statement':
        for (const block of namedChildren(statement).filter(({ type }) => type === 'block')) {
          namedChildren(block).forEach((inner) => this.python(inner));
        }
    }
  }

  javascript(statement: Node): void {
    if (statement.type === 'expression_statement') {
      this.#commonJs(namedChildren(statement)[0]);
      return;
    }
    if (statement.type !== 'export_statement') {
      return;
    }
    const source = field(statement, 'source');
    const module = source === null ? null : this.#scan.source.syntax.text(source);
    const clause = namedChildren(statement).find(({ type }) => type === 'export_clause');
    const value = field(statement, 'value');
    const declaration = field(statement, 'declaration');
    if (clause !== undefined) {
      namedChildren(clause).forEach((specifier) => this.#specifier(specifier, module));
    } else if (module !== null) {
      this.#addAll(module);
    } else if (value !== null) {
      this.#add('default', this.#describe(value));
    } else if (declaration !== null) {
      const isDefault = children(statement).some(({ type }) => type === 'default');
      this.#declarations(declaration, isDefault);
    }
  }

  #declarations(declaration: Node, isDefault: boolean): void {
    if (declaration.type !== 'lexical_declaration' && declaration.type !== 'variable_declaration') {
      this.#declaration(declaration, isDefault ? 'default' : undefined);
      return;
    }
    for (const declarator of namedChildren(declaration)) {
      const name = field(declarator, 'name');
      if (name?.type === 'identifier') {
        this.#add(name.text, this.#ofName(name));
      }
    }
  }

  #declaration(node: Node, exported?: string): void {
    const name = field(node, 'name')?.text;
    const key = exported ?? name;
    if (key !== undefined) {
      this.#add(key, this.#ofDeclaration(node));
    }
  }

  #ofDeclaration(node: Node): Meaning | null {
    const wrapper = this.#scan.wrappers.get(node.id);
    if (wrapper !== undefined) {
      return { is: 'wrapper', wrapper, imported: true };
    }
    const { syntax } = this.#scan.source;
    const constants = syntax.constants(node);
    const name = field(node, 'name');
    const members = Object.fromEntries([...this.#entries(constants), ...this.#methods(node)]);
    const meaning = name === null ? null : this.#scan.evaluator.meaningOf(name.text, node);
    const constructs = meaning?.is === 'members' ? meaning.constructs : null;
    if (Object.keys(members).length > 0 || constructs !== null) {
      return { is: 'members', members, constructs };
    }
    return exportable(meaning);
  }

  #methods(node: Node): [string, Meaning][] {
    const body = field(node, 'body');
    if (body === null || !node.type.includes('class')) {
      return [];
    }
    return namedChildren(body).flatMap((child): [string, Meaning][] => {
      const method = field(child, 'definition') ?? child;
      const name = field(method, 'name')?.text;
      const wrapper = this.#scan.wrappers.get(method.id);
      const isStatic = /@(staticmethod|classmethod)\b|\bstatic\b/.test(child.text.slice(0, 200));
      return name === undefined || wrapper === undefined || !isStatic
        ? []
        : [[name, { is: 'wrapper', wrapper, imported: true }]];
    });
  }

  /** A name that is given a value here: its one value, if it is a constant. */
  #ofName(name: Node): Meaning | null {
    const { evaluator, source } = this.#scan;
    const bindings = source.resolve(name.text, name);
    const [binding] = bindings;
    if (bindings.length === 1 && binding?.kind === 'value' && binding.value !== null) {
      const constant = this.#describe(binding.value);
      if (constant !== null) {
        return constant;
      }
    }
    const meaning = evaluator.meaningOf(name.text, name);
    return meaning?.is === 'text' || meaning?.is === 'number' ? null : exportable(meaning);
  }

  #describe(node: Node): Meaning | null {
    const { evaluator, source, wrappers } = this.#scan;
    const inner = source.syntax.unwrap(node);
    const text = evaluator.text(inner);
    if (text !== null) {
      return text.length <= longestText ? { is: 'text', value: text } : null;
    }
    const number = evaluator.integer(inner);
    if (number !== null) {
      return { is: 'number', value: number };
    }
    const wrapper = wrappers.get(inner.id);
    if (wrapper !== undefined) {
      return { is: 'wrapper', wrapper, imported: true };
    }
    const frozen = source.syntax.call(inner);
    const object = frozen?.callee.text.endsWith('freeze') === true ? frozen.arguments[0]?.value : inner;
    const entries = object === undefined ? null : source.syntax.entries(source.syntax.unwrap(object));
    if (entries !== null) {
      return { is: 'members', members: Object.fromEntries(this.#entries(entries)), constructs: null };
    }
    return exportable(evaluator.meaning(inner));
  }

  #entries(entries: readonly { readonly key: string | null; readonly value: Node }[]): [string, Meaning][] {
    return entries.flatMap(({ key, value }): [string, Meaning][] => {
      const meaning = key === null ? null : this.#describe(value);
      return key === null || meaning === null ? [] : [[key, meaning]];
    });
  }

  #pythonImport(statement: Node): void {
    const module = field(statement, 'module_name')?.text ?? '';
    for (const child of namedChildren(statement).slice(1)) {
      if (child.type === 'wildcard_import') {
        this.#addAll(module);
        continue;
      }
      const name = child.type === 'aliased_import' ? field(child, 'name') : child;
      const exported = child.type === 'aliased_import' ? field(child, 'alias') : child;
      if (name !== null && exported !== null) {
        this.#add(exported.text, { is: 'elsewhere', module, imported: name.text });
      }
    }
  }

  #specifier(specifier: Node, module: string | null): void {
    const name = field(specifier, 'name');
    const exported = field(specifier, 'alias') ?? name;
    if (name === null || exported === null) {
      return;
    }
    if (module !== null) {
      this.#add(exported.text, { is: 'elsewhere', module, imported: name.text });
      return;
    }
    const [binding] = this.#scan.source.resolve(name.text, specifier);
    if (binding?.kind === 'import') {
      this.#add(exported.text, { is: 'elsewhere', module: binding.module, imported: binding.imported });
    } else if (binding?.kind === 'class' || binding?.kind === 'enum' || binding?.kind === 'function') {
      this.#add(exported.text, this.#ofDeclaration(binding.node));
    } else {
      this.#add(exported.text, this.#ofName(name));
    }
  }

  /** `module.exports = …` and `exports.name = …` */
  #commonJs(assignment: Node | undefined): void {
    const left = assignment?.type === 'assignment_expression' ? field(assignment, 'left') : null;
    const right = assignment?.type === 'assignment_expression' ? field(assignment, 'right') : null;
    const target = /^(?:module\.)?exports(?:\.([\p{L}\p{N}_$]+))?$/u.exec(left?.text ?? '');
    if (target === null || right === null) {
      return;
    }
    const [, name] = target;
    const meaning = this.#describe(right);
    if (name !== undefined) {
      this.#add(name, meaning);
      return;
    }
    this.#add('default', meaning);
    this.#add(wholeModule, meaning);
    if (meaning?.is === 'members') {
      Object.entries(meaning.members).forEach(([key, member]) => this.#add(key, member));
    }
  }
}

/** What means the same in another file. */
function exportable(meaning: Meaning | null): Meaning | null {
  switch (meaning?.is) {
    case 'client':
    case 'api':
    case 'prompts':
    case 'fetch':
    case 'create':
    case 'members':
    case 'text':
    case 'number':
      return meaning;
    case 'langfuseExport':
      return { is: 'client' };
    case 'wrapper':
      return meaning.imported ? null : { ...meaning, imported: true };
    case 'sdk':
    case 'module':
    case 'elsewhere':
    case 'mock':
    case undefined:
      return null;
  }
}
