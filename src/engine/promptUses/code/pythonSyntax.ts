import type { Node } from '@vscode/tree-sitter-wasm';
import { ancestor, field, isField, namedChildren, returned } from './nodes.ts';
import { pythonBindingSite } from './pythonBindings.ts';
import { decodeEscapes } from './stringEscapes.ts';
import type { Argument, Call, Entry, FieldSite, Member, Syntax } from './syntax.ts';

const comprehensions = new Set([
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);
const functions = new Set(['function_definition', 'lambda']);
const classes = new Set(['class_definition']);
const transparent = new Set(['parenthesized_expression', 'await']);

export const pythonSyntax: Syntax = {
  language: 'python',
  isName: (node) => node.type === 'identifier',
  unwrap(node) {
    let inner = node;
    while (transparent.has(inner.type)) {
      const child = namedChildren(inner)[0];
      if (child === undefined) {
        break;
      }
      inner = child;
    }
    return inner;
  },
  identifier: (node) => (node.type === 'identifier' ? node.text : null),
  call,
  member(node): Member | null {
    const object = node.type === 'attribute' ? field(node, 'object') : null;
    const property = node.type === 'attribute' ? field(node, 'attribute') : null;
    return object === null || property === null ? null : { object, property: property.text };
  },
  subscript(node) {
    const object = node.type === 'subscript' ? field(node, 'value') : null;
    const key = node.type === 'subscript' ? field(node, 'subscript') : null;
    return object === null || key === null ? null : { object, key };
  },
  text,
  integer: (node) => (node.type === 'integer' && /^\d+$/.test(node.text) ? Number(node.text) : null),
  isNothing: (node) => node.type === 'none',
  entries(node): Entry[] | null {
    if (node.type !== 'dictionary') {
      return null;
    }
    return namedChildren(node).flatMap((pair) => {
      const key = field(pair, 'key');
      const value = field(pair, 'value');
      return key === null || value === null ? [] : [{ key: text(key), value }];
    });
  },
  alternatives(node) {
    if (node.type === 'conditional_expression') {
      const [whenTrue, , whenFalse] = namedChildren(node);
      return whenTrue === undefined || whenFalse === undefined ? null : [whenTrue, whenFalse];
    }
    return firstGiven(node);
  },
  firstGiven,
  isSelf: (node) => node.type === 'identifier' && (node.text === 'self' || node.text === 'cls'),
  bindingSite: pythonBindingSite,
  scopes,
  enclosingClass: (node) => ancestor(node, classes),
  fieldSite,
  functionName(node) {
    if (node.type === 'function_definition') {
      return field(node, 'name')?.text ?? null;
    }
    const assigned = node.parent;
    return assigned?.type === 'assignment' && isField(assigned, 'right', node)
      ? identifierText(field(assigned, 'left'))
      : null;
  },
  isMethod: (node) => classOfMethod(node) !== null,
  superclasses(node) {
    const list = field(node, 'superclasses');
    return list === null ? [] : namedChildren(list).filter(({ type }) => type !== 'keyword_argument');
  },
  isFunction: (node) => functions.has(node.type),
  returnType: (node) => field(node, 'return_type'),
  results(node) {
    const body = node.type === 'lambda' ? field(node, 'body') : null;
    return body === null ? returned(node) : [body];
  },
  isValueString: (node) => node.type === 'string' && node.parent?.type !== 'expression_statement' && isOutermost(node),
  owner,
  constants(node) {
    const body = node.type === 'class_definition' ? field(node, 'body') : null;
    return body === null ? [] : namedChildren(body).flatMap(classConstant);
  },
};

function firstGiven(node: Node): readonly [Node, Node] | null {
  const left = field(node, 'left');
  const right = field(node, 'right');
  const isOr = node.type === 'boolean_operator' && field(node, 'operator')?.text === 'or';
  return !isOr || left === null || right === null ? null : [left, right];
}

function identifierText(node: Node | null): string | null {
  return node?.type === 'identifier' ? node.text : null;
}

function call(node: Node): Call | null {
  if (node.type !== 'call') {
    return null;
  }
  const callee = field(node, 'function');
  const list = field(node, 'arguments');
  if (callee === null || list?.type !== 'argument_list') {
    return null;
  }
  return { callee, arguments: namedChildren(list).map(argument), types: null };
}

function argument(node: Node): Argument {
  if (node.type === 'keyword_argument') {
    return { keyword: field(node, 'name')?.text ?? null, value: field(node, 'value') ?? node, spread: null };
  }
  const spread = node.type === 'list_splat' ? 'positions' : node.type === 'dictionary_splat' ? 'keywords' : null;
  return { keyword: null, value: spread === null ? node : (namedChildren(node)[0] ?? node), spread };
}

/** Adjacent literals are one. */
function text(node: Node): string | null {
  if (node.type === 'concatenated_string') {
    const parts = namedChildren(node).map(text);
    return parts.includes(null) ? null : parts.join('');
  }
  if (node.type !== 'string') {
    return null;
  }
  const prefix = /^([a-zA-Z]*)("""|'''|"|')/.exec(node.text);
  const letters = prefix?.[1]?.toLowerCase() ?? '';
  const quote = prefix?.[2] ?? '';
  if (prefix === null || /[bt]/.test(letters) || namedChildren(node).some(({ type }) => type === 'interpolation')) {
    return null;
  }
  const inside = node.text.slice(prefix[0].length, node.text.length - quote.length);
  const plain = letters.includes('r') ? inside : decodeEscapes(inside);
  return letters.includes('f') ? plain.replaceAll('{{', '{').replaceAll('}}', '}') : plain;
}

/** A class's own names are seen in its body, not in its methods. */
function scopes(node: Node): Node[] {
  const found: Node[] = [];
  let child = node;
  let leftFunction = false;
  for (let at = node.parent; at !== null; child = at, at = at.parent) {
    if (at.type === 'default_parameter' || at.type === 'typed_default_parameter') {
      // A default is evaluated where the function is defined.
      if (isField(at, 'value', child)) {
        const owner = ancestor(at, functions);
        if (owner !== null) {
          child = owner;
          at = owner;
        }
      }
    } else if (comprehensions.has(at.type)) {
      found.push(at);
    } else if (functions.has(at.type)) {
      if (isField(at, 'body', child) || isField(at, 'parameters', child)) {
        found.push(at);
        leftFunction = true;
      }
    } else if (at.type === 'class_definition') {
      if (isField(at, 'body', child) && !leftFunction) {
        found.push(at);
      }
    } else if (at.type === 'module') {
      found.push(at);
    }
  }
  return found;
}

function classOfMethod(node: Node): Node | null {
  const definition = node.parent?.type === 'decorated_definition' ? node.parent : node;
  const body = definition.parent;
  return body?.type === 'block' && body.parent?.type === 'class_definition' ? body.parent : null;
}

function fieldSite(name: Node, owner: Node): FieldSite | null {
  const parent = name.parent;
  if (parent === null) {
    return null;
  }
  const none = { value: null, type: null, method: null, ofClass: true, parameter: false };
  if (parent.type === 'function_definition' && isField(parent, 'name', name)) {
    return classOfMethod(parent)?.id === owner.id ? { ...none, method: parent } : null;
  }
  if (parent.type === 'assignment' && isField(parent, 'left', name)) {
    const inClass = parent.parent?.parent?.parent?.id === owner.id;
    return inClass ? { ...none, value: field(parent, 'right'), type: field(parent, 'type') } : null;
  }
  if (parent.type !== 'attribute' || !isField(parent, 'attribute', name)) {
    return null;
  }
  const object = field(parent, 'object');
  const target = parent.parent;
  if (object === null || !pythonSyntax.isSelf(object) || target === null || !isField(target, 'left', parent)) {
    return null;
  }
  if (ancestor(parent, classes)?.id !== owner.id) {
    return null;
  }
  return { ...none, value: field(target, 'right'), type: field(target, 'type'), ofClass: false };
}

/** Not a part of adjacent literals, nor inside an f-string's hole. */
function isOutermost(node: Node): boolean {
  const parent = node.parent;
  if (parent?.type === 'concatenated_string') {
    return parent.parent?.type !== 'expression_statement';
  }
  return parent?.type !== 'interpolation';
}

const textFunctions = /^(dedent|cleandoc|strip|lstrip|rstrip)$/;

function owner(string: Node): Node | null {
  let child = string;
  for (let at = string.parent; at !== null; child = at, at = at.parent) {
    switch (at.type) {
      case 'concatenated_string':
      case 'parenthesized_expression':
        break;
      case 'attribute':
        if (!textFunctions.test(field(at, 'attribute')?.text ?? '')) {
          return null;
        }
        break;
      case 'argument_list':
        if (!textFunctions.test(calleeName(at.parent))) {
          return null;
        }
        break;
      case 'call':
        break;
      case 'assignment':
        return isField(at, 'right', child) ? at : null;
      case 'pair':
        return isField(at, 'value', child) ? at : null;
      default:
        return null;
    }
  }
  return null;
}

function calleeName(node: Node | null): string {
  const callee = node === null ? null : field(node, 'function');
  return callee === null ? '' : (callee.text.split('.').at(-1) ?? '');
}

function classConstant(statement: Node): Entry[] {
  const assignment = statement.type === 'expression_statement' ? namedChildren(statement)[0] : undefined;
  const left = assignment?.type === 'assignment' ? field(assignment, 'left') : null;
  const value = assignment?.type === 'assignment' ? field(assignment, 'right') : null;
  return left?.type === 'identifier' && value !== null ? [{ key: left.text, value }] : [];
}
