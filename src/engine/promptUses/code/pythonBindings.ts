import type { Node } from '@vscode/tree-sitter-wasm';
import { ancestor, field, isField, namedChildren } from './nodes.ts';
import { wholeModule, type BindingSite, type Parameter } from './syntax.ts';

const comprehensionTypes = [
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
] as const;
const comprehensions = new Set<string>(comprehensionTypes);
const scopeTypes = new Set(['function_definition', 'lambda', 'class_definition', 'module']);
const allScopeTypes = new Set([...scopeTypes, ...comprehensionTypes]);
const patterns = new Set(['pattern_list', 'tuple_pattern', 'list_pattern', 'list_splat_pattern', 'as_pattern_target']);
const parameterLists = new Set(['parameters', 'lambda_parameters']);

function scopeOf(node: Node, types: ReadonlySet<string> = scopeTypes): Node {
  return ancestor(node, types) ?? node.tree.rootNode;
}

/** What Python's rules of names say of this occurrence; null when it only reads. */
export function pythonBindingSite(name: Node): BindingSite | null {
  const parent = name.parent;
  if (parent === null) {
    return null;
  }
  const opaque = (scope: Node): BindingSite => ({ kind: 'opaque', scope, at: name, type: null });
  switch (parent.type) {
    case 'assignment':
      if (!isField(parent, 'left', name)) {
        return null;
      }
      return {
        kind: 'value',
        scope: scopeOf(name),
        at: name,
        type: field(parent, 'type'),
        value: lastRight(parent),
        path: [],
      };
    case 'named_expression':
      return isField(parent, 'name', name)
        ? { kind: 'value', scope: scopeOf(name), at: name, type: null, value: field(parent, 'value'), path: [] }
        : null;
    case 'augmented_assignment':
      return isField(parent, 'left', name) ? opaque(scopeOf(name)) : null;
    case 'delete_statement':
      return opaque(scopeOf(name));
    case 'global_statement':
    case 'nonlocal_statement':
      return { kind: 'outer', at: name, scope: scopeOf(name), toModule: parent.type === 'global_statement' };
    case 'function_definition':
      return isField(parent, 'name', name)
        ? { kind: 'function', scope: scopeOf(parent), at: name, type: null, node: parent }
        : null;
    case 'class_definition':
      return isField(parent, 'name', name)
        ? { kind: 'class', scope: scopeOf(parent), at: name, type: null, node: parent }
        : null;
    case 'for_statement':
      return isField(parent, 'left', name) ? opaque(scopeOf(name)) : null;
    case 'for_in_clause':
      return isField(parent, 'left', name) ? opaque(scopeOf(name, allScopeTypes)) : null;
    case 'as_pattern_target':
      return asTarget(name, parent);
    default:
      return parameterSite(name, parent) ?? importSite(name, parent) ?? patternSite(name, parent);
  }
}

/** In `a = b = "x"` both names get the last value. */
function lastRight(assignment: Node): Node | null {
  let right = field(assignment, 'right');
  while (right?.type === 'assignment') {
    right = field(right, 'right');
  }
  return right;
}

function asTarget(name: Node, target: Node): BindingSite {
  const pattern = target.parent;
  const value = pattern?.parent?.type === 'with_item' ? (namedChildren(pattern)[0] ?? null) : null;
  const at = { scope: scopeOf(name), at: name, type: null };
  return value === null ? { kind: 'opaque', ...at } : { kind: 'value', ...at, value, path: [] };
}

function patternSite(name: Node, parent: Node): BindingSite | null {
  if (parent.type === 'dotted_name' && parent.parent?.type === 'case_pattern') {
    return namedChildren(parent).length === 1 ? { kind: 'opaque', scope: scopeOf(name), at: name, type: null } : null;
  }
  let outer: Node | null = parent;
  let child = name;
  while (outer !== null && patterns.has(outer.type)) {
    child = outer;
    outer = outer.parent;
  }
  if (outer === null || child === name || !isField(outer, 'left', child)) {
    return null;
  }
  const scope = comprehensions.has(outer.parent?.type ?? '') ? scopeOf(name, allScopeTypes) : scopeOf(name);
  return { kind: 'opaque', scope, at: name, type: null };
}

const parameterParts = new Set([
  'default_parameter',
  'typed_default_parameter',
  'typed_parameter',
  'list_splat_pattern',
  'dictionary_splat_pattern',
]);

function parameterSite(name: Node, parent: Node): BindingSite | null {
  let outer = name;
  let rest = false;
  for (let holder = parent; parameterParts.has(holder.type); holder = outer.parent ?? holder) {
    const named = field(holder, 'name') ?? namedChildren(holder)[0];
    if (named?.id !== outer.id) {
      return null;
    }
    rest ||= holder.type.endsWith('splat_pattern');
    outer = holder;
  }
  const list = outer.parent;
  if (list?.parent == null || !parameterLists.has(list.type)) {
    return null;
  }
  return {
    kind: 'parameter',
    scope: list.parent,
    at: name,
    type: field(outer, 'type'),
    parameter: { ...place(list, outer), keyword: rest ? null : name.text, default: field(outer, 'value'), rest },
  };
}

function place(parameters: Node, parameter: Node): Pick<Parameter, 'function' | 'position' | 'property'> {
  const owner = parameters.parent ?? parameters;
  const all = namedChildren(parameters);
  const index = all.findIndex(({ id }) => id === parameter.id);
  const before = all.slice(0, index);
  const named = before.some(({ type }) => type === 'keyword_separator' || type === 'list_splat_pattern');
  const positions = before.filter(({ type }) => type !== 'positional_separator').length;
  return { function: owner, position: named ? null : positions - (takesSelf(owner) ? 1 : 0), property: null };
}

/** The first parameter of a method is the object that it is called on. */
function takesSelf(owner: Node): boolean {
  const decorated = owner.parent?.type === 'decorated_definition' ? owner.parent : null;
  const body = (decorated ?? owner).parent;
  const inClass = owner.type === 'function_definition' && body?.parent?.type === 'class_definition';
  return inClass && !(decorated !== null && namedChildren(decorated).some(({ text }) => text === '@staticmethod'));
}

function importSite(name: Node, parent: Node): BindingSite | null {
  const aliased = parent.type === 'aliased_import' && isField(parent, 'alias', name);
  const imported = aliased ? field(parent, 'name') : parent.type === 'dotted_name' ? parent : null;
  const statement = aliased ? parent.parent : parent.parent?.type === 'aliased_import' ? null : (parent.parent ?? null);
  if (imported === null || statement === null) {
    return null;
  }
  const at = { scope: scopeOf(name), at: name, type: null } as const;
  if (statement.type === 'import_statement') {
    const first = namedChildren(imported)[0];
    if (!aliased && first?.id !== name.id) {
      return null;
    }
    return { kind: 'import', ...at, module: aliased ? imported.text : name.text, imported: wholeModule };
  }
  if (statement.type !== 'import_from_statement' || isField(statement, 'module_name', imported)) {
    return null;
  }
  return { kind: 'import', ...at, module: field(statement, 'module_name')?.text ?? '', imported: imported.text };
}
