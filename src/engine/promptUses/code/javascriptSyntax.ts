import type { Node } from '@vscode/tree-sitter-wasm';
import { javascriptBindingSite } from './javascriptBindings.ts';
import { ancestor, children, field, isField, namedChildren, returned } from './nodes.ts';
import { decodeEscapes } from './stringEscapes.ts';
import type { Argument, Call, Entry, FieldSite, Member, Syntax } from './syntax.ts';

const classes = new Set(['class_declaration', 'class', 'abstract_class_declaration']);
const fields = new Set(['public_field_definition', 'field_definition']);
const functions = new Set([
  'function_declaration',
  'function_expression',
  'function',
  'generator_function',
  'generator_function_declaration',
  'arrow_function',
  'method_definition',
]);
const scopeTypes = new Set([
  ...functions,
  'program',
  'statement_block',
  'switch_body',
  'for_statement',
  'for_in_statement',
  'catch_clause',
]);
const names = new Set([
  'identifier',
  'property_identifier',
  'private_property_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'type_identifier',
]);
const transparent = new Set([
  'parenthesized_expression',
  'await_expression',
  'non_null_expression',
  'as_expression',
  'satisfies_expression',
]);

export const javascriptSyntax: Syntax = {
  language: 'javascript',
  isName: (node) => names.has(node.type),
  unwrap(node) {
    let inner = node;
    for (;;) {
      const child = inner.type === 'type_assertion' ? namedChildren(inner)[1] : namedChildren(inner)[0];
      if (child === undefined || !(transparent.has(inner.type) || inner.type === 'type_assertion')) {
        return inner;
      }
      inner = child;
    }
  },
  identifier: (node) =>
    node.type === 'identifier' || node.type === 'shorthand_property_identifier' ? node.text : null,
  call,
  member(node): Member | null {
    const object = node.type === 'member_expression' ? field(node, 'object') : null;
    const property = node.type === 'member_expression' ? field(node, 'property') : null;
    return object === null || property === null ? null : { object, property: property.text };
  },
  subscript(node) {
    const object = node.type === 'subscript_expression' ? field(node, 'object') : null;
    const key = node.type === 'subscript_expression' ? field(node, 'index') : null;
    return object === null || key === null ? null : { object, key };
  },
  text,
  integer: (node) => (node.type === 'number' && /^\d+$/.test(node.text) ? Number(node.text) : null),
  isNothing: (node) => node.type === 'null' || node.type === 'undefined' || node.text === 'undefined',
  entries(node): Entry[] | null {
    return node.type === 'object' ? namedChildren(node).map(entry) : null;
  },
  alternatives(node) {
    if (node.type === 'ternary_expression') {
      return both(field(node, 'consequence'), field(node, 'alternative'));
    }
    return firstGiven(node);
  },
  firstGiven,
  isSelf: (node) => node.type === 'this',
  bindingSite: javascriptBindingSite,
  scopes(node) {
    const found: Node[] = [];
    for (let child = node, at = node.parent; at !== null; child = at, at = at.parent) {
      // The name of a declaration and decorators are read outside of it.
      if (scopeTypes.has(at.type) && !isField(at, 'name', child)) {
        found.push(at);
      }
    }
    return found;
  },
  enclosingClass: (node) => ancestor(node, classes),
  fieldSite,
  functionName(node) {
    const own = field(node, 'name');
    if (own !== null) {
      return own.text;
    }
    const holder = nameHolder(node);
    const name = holder === null ? null : (field(holder, 'name') ?? field(holder, 'property') ?? field(holder, 'key'));
    return name === null || name.type.endsWith('pattern') ? null : (text(name) ?? name.text);
  },
  isMethod: (node) => node.type === 'method_definition' || fields.has(nameHolder(node)?.type ?? ''),
  superclasses(node) {
    const heritage = namedChildren(node).find(({ type }) => type === 'class_heritage');
    const clause = heritage === undefined ? undefined : namedChildren(heritage)[0];
    if (clause === undefined) {
      return [];
    }
    return clause.type === 'extends_clause' ? namedChildren(clause).slice(0, 1) : [clause];
  },
  isFunction: (node) => functions.has(node.type),
  returnType: (node) => field(node, 'return_type'),
  results(node) {
    const body = field(node, 'body');
    return body === null || body.type === 'statement_block' ? returned(node) : [body];
  },
  isValueString: (node) =>
    (node.type === 'string' || node.type === 'template_string') &&
    !/^(import|export|jsx)_|^(import_require_clause|literal_type|expression_statement)/.test(node.parent?.type ?? ''),
  owner,
  constants(node) {
    const body = node.type === 'enum_declaration' || classes.has(node.type) ? field(node, 'body') : null;
    return body === null ? [] : namedChildren(body).flatMap(constant);
  },
};

function firstGiven(node: Node): readonly [Node, Node] | null {
  const operator = node.type === 'binary_expression' ? field(node, 'operator')?.text : undefined;
  return operator === '||' || operator === '??' ? both(field(node, 'left'), field(node, 'right')) : null;
}

function both(left: Node | null, right: Node | null): readonly [Node, Node] | null {
  return left === null || right === null ? null : [left, right];
}

function call(node: Node): Call | null {
  const created = node.type === 'new_expression';
  if (node.type !== 'call_expression' && !created) {
    return null;
  }
  const callee = field(node, created ? 'constructor' : 'function');
  const list = field(node, 'arguments');
  if (callee === null || (list !== null && list.type !== 'arguments')) {
    return null;
  }
  const types = field(node, 'type_arguments');
  return { callee, arguments: list === null ? [] : namedChildren(list).map(argument), types };
}

function argument(node: Node): Argument {
  const spread = node.type === 'spread_element';
  return {
    keyword: null,
    value: spread ? (namedChildren(node)[0] ?? node) : node,
    spread: spread ? 'positions' : null,
  };
}

function text(node: Node): string | null {
  if (node.type !== 'string' && node.type !== 'template_string') {
    return null;
  }
  return namedChildren(node).some(({ type }) => type === 'template_substitution')
    ? null
    : decodeEscapes(node.text.slice(1, -1));
}

function entry(node: Node): Entry {
  if (node.type === 'shorthand_property_identifier') {
    return { key: node.text, value: node };
  }
  if (node.type === 'method_definition') {
    return { key: field(node, 'name')?.text ?? null, value: node };
  }
  const key = node.type === 'pair' ? field(node, 'key') : null;
  const value = node.type === 'pair' ? field(node, 'value') : null;
  return {
    key: key === null || key.type === 'computed_property_name' ? null : (text(key) ?? key.text),
    value: value ?? node,
  };
}

/** What gives an anonymous function its name, through calls such as `cache(async (name) => …)`. */
function nameHolder(node: Node): Node | null {
  let child = node;
  for (let at = node.parent; at !== null; child = at, at = at.parent) {
    if (at.type === 'variable_declarator' || at.type === 'pair' || fields.has(at.type)) {
      return isField(at, 'value', child) ? at : null;
    }
    if (!transparent.has(at.type) && at.type !== 'arguments' && at.type !== 'call_expression') {
      return null;
    }
  }
  return null;
}

function fieldSite(name: Node, owner: Node): FieldSite | null {
  const parent = name.parent;
  if (parent === null || ancestor(parent, classes)?.id !== owner.id) {
    return null;
  }
  const none = { value: null, type: null, method: null, ofClass: true, parameter: false };
  if (fields.has(parent.type)) {
    const isName = isField(parent, 'name', name) || isField(parent, 'property', name);
    return isName ? { ...none, value: field(parent, 'value'), type: field(parent, 'type') } : null;
  }
  if (parent.type === 'method_definition') {
    return isField(parent, 'name', name) ? { ...none, method: parent } : null;
  }
  if (parent.type === 'required_parameter' || parent.type === 'optional_parameter') {
    const property = children(parent).some(({ type }) => type === 'accessibility_modifier' || type === 'readonly');
    return property && isField(parent, 'pattern', name)
      ? { ...none, type: field(parent, 'type'), ofClass: false, parameter: true }
      : null;
  }
  const target = parent.type === 'member_expression' && isField(parent, 'property', name) ? parent.parent : null;
  const assigned = target?.type === 'assignment_expression' && isField(target, 'left', parent);
  return assigned && field(parent, 'object')?.type === 'this'
    ? { ...none, value: field(target, 'right'), ofClass: false }
    : null;
}

const textMethods = /^(trim|trimStart|trimEnd)$/;

function owner(string: Node): Node | null {
  let child = string;
  for (let at = string.parent; at !== null; child = at, at = at.parent) {
    switch (at.type) {
      case 'parenthesized_expression':
      case 'as_expression':
      case 'satisfies_expression':
        break;
      case 'member_expression':
        if (!textMethods.test(field(at, 'property')?.text ?? '')) {
          return null;
        }
        break;
      case 'arguments':
        if (
          !/dedent|outdent|stripIndent/i.test((at.parent === null ? null : field(at.parent, 'function'))?.text ?? '')
        ) {
          return null;
        }
        break;
      case 'call_expression':
        // A tagged template: dedent`…`.
        if (
          child.type === 'template_string' &&
          !/dedent|outdent|stripIndent|raw/i.test(field(at, 'function')?.text ?? '')
        ) {
          return null;
        }
        break;
      case 'variable_declarator':
      case 'public_field_definition':
      case 'field_definition':
      case 'pair':
      case 'enum_assignment':
        return isField(at, 'value', child) ? at : null;
      case 'assignment_expression':
        return isField(at, 'right', child) ? at : null;
      case 'export_statement':
        return at;
      default:
        return null;
    }
  }
  return null;
}

function constant(node: Node): Entry[] {
  const name = field(node, 'name') ?? field(node, 'property');
  const value = field(node, 'value');
  const constantField = node.type === 'enum_assignment' || fields.has(node.type);
  return constantField && name !== null && value !== null ? [{ key: text(name) ?? name.text, value }] : [];
}
