import type { Node } from '@vscode/tree-sitter-wasm';
import { ancestor, field, isField, namedChildren } from './nodes.ts';
import { decodeEscapes } from './stringEscapes.ts';
import { wholeModule, type BindingSite, type Parameter } from './syntax.ts';

const functionTypes = [
  'function_declaration',
  'function_expression',
  'function',
  'generator_function',
  'generator_function_declaration',
  'arrow_function',
  'method_definition',
] as const;
const functionScopes = new Set<string>([...functionTypes, 'program']);
const blockScopes = new Set<string>([
  ...functionScopes,
  'statement_block',
  'switch_body',
  'for_statement',
  'for_in_statement',
  'catch_clause',
]);
const parameterHolders = new Set(['required_parameter', 'optional_parameter', 'formal_parameters']);

function blockOf(node: Node): Node {
  return ancestor(node, blockScopes) ?? node.tree.rootNode;
}

/** What JavaScript's rules of names say of this occurrence; null when it only reads. */
export function javascriptBindingSite(name: Node): BindingSite | null {
  const parent = name.parent;
  if (parent === null) {
    return null;
  }
  switch (parent.type) {
    case 'import_clause':
      return imported(name, 'default');
    case 'namespace_import':
    case 'import_require_clause':
      return imported(name, wholeModule);
    case 'import_specifier':
      return (field(parent, 'alias') ?? field(parent, 'name'))?.id === name.id
        ? imported(name, field(parent, 'name')?.text ?? '')
        : null;
    case 'function_declaration':
    case 'generator_function_declaration':
      return isField(parent, 'name', name)
        ? { kind: 'function', scope: blockOf(parent), at: name, type: null, node: parent }
        : null;
    case 'class_declaration':
    case 'abstract_class_declaration':
      return isField(parent, 'name', name)
        ? { kind: 'class', scope: blockOf(parent), at: name, type: null, node: parent }
        : null;
    case 'enum_declaration':
      return isField(parent, 'name', name)
        ? { kind: 'enum', scope: blockOf(parent), at: name, type: null, node: parent }
        : null;
    case 'assignment_expression':
      return isField(parent, 'left', name) ? { kind: 'reassignment', at: name, value: field(parent, 'right') } : null;
    case 'augmented_assignment_expression':
      return isField(parent, 'left', name) ? { kind: 'reassignment', at: name, value: firstValue(parent) } : null;
    case 'update_expression':
      return { kind: 'reassignment', at: name, value: null };
    case 'for_in_statement':
      if (!isField(parent, 'left', name)) {
        return null;
      }
      return field(parent, 'kind') === null
        ? { kind: 'reassignment', at: name, value: null }
        : { kind: 'opaque', scope: parent, at: name, type: null };
    default:
      return patternSite(name);
  }
}

/** `client ??= new Langfuse()` gives a value that was not there; `name += "x"` gives one that nobody wrote. */
function firstValue(assignment: Node): Node | null {
  const operator = field(assignment, 'operator')?.text;
  return operator === '??=' || operator === '||=' ? field(assignment, 'right') : null;
}

function imported(name: Node, what: string): BindingSite {
  const source = importSource(name);
  return { kind: 'import', scope: name.tree.rootNode, at: name, type: null, module: source, imported: what };
}

function importSource(name: Node): string {
  for (let at = name.parent; at !== null; at = at.parent) {
    const source = field(at, 'source');
    if (source !== null) {
      return decodeEscapes(source.text.slice(1, -1));
    }
  }
  return '';
}

/** Names in declarations and parameters, however deep in destructuring patterns. */
function patternSite(name: Node): BindingSite | null {
  const path: string[] = [];
  let opaque = false;
  let whenAbsent: Node | null = null;
  let child = name;
  for (let at = name.parent; at !== null; child = at, at = at.parent) {
    switch (at.type) {
      case 'object_pattern':
        if (child.type === 'shorthand_property_identifier_pattern') {
          path.unshift(child.text);
        }
        break;
      case 'pair_pattern': {
        const key = field(at, 'key');
        if (!isField(at, 'value', child) || key === null) {
          return null;
        }
        path.unshift(key.text);
        break;
      }
      case 'object_assignment_pattern':
      case 'assignment_pattern':
        if (!isField(at, 'left', child)) {
          return null;
        }
        if (at.type === 'object_assignment_pattern') {
          path.unshift(child.text);
        }
        // `({ name } = {})`: what stands for the whole object is no default of the name.
        if (path.length === 0 || at.type === 'object_assignment_pattern') {
          whenAbsent ??= field(at, 'right');
        }
        break;
      case 'array_pattern':
        opaque = true;
        break;
      case 'rest_pattern':
        opaque = !parameterHolders.has(at.parent?.type ?? '');
        break;
      case 'variable_declarator':
        return isField(at, 'name', child) ? declared(name, at, opaque ? null : path) : null;
      case 'for_in_statement':
        return isField(at, 'left', child) ? { kind: 'opaque', scope: at, at: name, type: null } : null;
      case 'catch_clause':
        return isField(at, 'parameter', child) ? { kind: 'opaque', scope: at, at: name, type: null } : null;
      case 'required_parameter':
      case 'optional_parameter':
        if (!isField(at, 'pattern', child)) {
          return null;
        }
        break;
      case 'formal_parameters':
        return parameterSite(name, at, child, opaque ? null : path, whenAbsent);
      case 'arrow_function':
        return isField(at, 'parameter', child) ? parameterSite(name, at, child, path, null) : null;
      default:
        return null;
    }
  }
  return null;
}

function declared(name: Node, declarator: Node, path: readonly string[] | null): BindingSite {
  const declaration = declarator.parent;
  const types = declaration?.type === 'variable_declaration' ? functionScopes : blockScopes;
  const at = { scope: ancestor(declarator, types) ?? name.tree.rootNode, at: name };
  const value = field(declarator, 'value');
  if (path === null) {
    return { kind: 'opaque', ...at, type: null };
  }
  const module = value === null ? null : requiredModule(value);
  if (module !== null && path.length <= 1) {
    return { kind: 'import', ...at, type: null, module, imported: path[0] ?? wholeModule };
  }
  return { kind: 'value', ...at, type: propertyType(field(declarator, 'type'), path), value, path };
}

/** `require('x')` and `await import('x')`. */
function requiredModule(value: Node): string | null {
  const call = value.type === 'await_expression' ? namedChildren(value)[0] : value;
  const callee = call?.type === 'call_expression' ? field(call, 'function')?.text : undefined;
  if (call === undefined || (callee !== 'require' && callee !== 'import')) {
    return null;
  }
  const list = field(call, 'arguments');
  const name = list === null ? undefined : namedChildren(list)[0];
  return name?.type === 'string' ? decodeEscapes(name.text.slice(1, -1)) : null;
}

function parameterSite(
  name: Node,
  list: Node,
  parameter: Node,
  path: readonly string[] | null,
  whenAbsent: Node | null,
): BindingSite {
  const owner = list.type === 'arrow_function' ? list : (list.parent ?? list);
  const at = { scope: owner, at: name, type: propertyType(field(parameter, 'type'), path ?? ['']) };
  if (path === null || path.length > 1) {
    return { kind: 'opaque', ...at };
  }
  const others = list.type === 'arrow_function' ? [parameter] : namedChildren(list).filter(isRealParameter);
  const pattern = field(parameter, 'pattern') ?? parameter;
  const position: Parameter = {
    function: owner,
    position: others.findIndex(({ id }) => id === parameter.id),
    keyword: null,
    property: path[0] ?? null,
    default: whenAbsent ?? (path.length === 0 ? field(parameter, 'value') : null),
    rest: pattern.type === 'rest_pattern',
  };
  return { kind: 'parameter', ...at, parameter: position };
}

/** Of `{ client }: { client: Langfuse }` the type of the one property; nothing where the type has only a name. */
function propertyType(type: Node | null, path: readonly string[]): Node | null {
  let found = type;
  for (const property of path) {
    const object = found === null ? undefined : found.descendantsOfType('object_type')[0];
    const signature =
      object == null ? undefined : namedChildren(object).find((child) => field(child, 'name')?.text === property);
    found = signature === undefined ? null : field(signature, 'type');
  }
  return found;
}

/** TypeScript's `this: Type` takes no argument. */
function isRealParameter(parameter: Node): boolean {
  return field(parameter, 'pattern')?.type !== 'this';
}
