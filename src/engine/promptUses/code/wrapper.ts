import type { Node } from '@vscode/tree-sitter-wasm';
import type { Argument, Parameter, Syntax } from './syntax.ts';

/** Where a call of a function says what one of its parameters is. */
export interface ParameterReference {
  readonly position: number | null;
  readonly keyword: string | null;
  /** Of the object that is passed. */
  readonly property: string | null;
  /** Python's `**options`: any keyword of this name. */
  readonly rest: boolean;
}

/** A label or version on its way into a fetch. */
export type Slot =
  | { readonly kind: 'absent' }
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'parameter'; readonly reference: ParameterReference; readonly otherwise: Slot };

/** A function that fetches the prompt that one of its parameters names. */
export interface Wrapper {
  readonly name: ParameterReference;
  readonly label: Slot;
  readonly version: Slot;
}

export const absent: Slot = { kind: 'absent' };
export const dynamic: Slot = { kind: 'dynamic' };

export function referenceTo(parameter: Parameter, property: string | null = null): ParameterReference {
  return {
    position: parameter.position,
    keyword: parameter.keyword,
    property: property ?? parameter.property,
    rest: parameter.rest,
  };
}

/**
 * What a call passes for the parameter.
 * @returns undefined when only the running program knows, null when nothing is passed
 */
export function passed(
  reference: ParameterReference,
  given: readonly Argument[],
  syntax: Syntax,
): Node | null | undefined {
  const named = given.find(({ keyword }) => keyword !== null && keyword === reference.keyword);
  if (named !== undefined) {
    return property(named.value, reference, syntax);
  }
  const positions = given.filter(({ keyword, spread }) => keyword === null && spread !== 'keywords');
  const before = reference.position === null ? [] : positions.slice(0, reference.position + 1);
  if (before.some(({ spread }) => spread === 'positions')) {
    return undefined;
  }
  const argument = reference.position === null ? undefined : positions[reference.position];
  if (argument !== undefined) {
    return property(argument.value, reference, syntax);
  }
  return given.some(({ spread }) => spread === 'keywords') ? undefined : null;
}

function property(value: Node, reference: ParameterReference, syntax: Syntax): Node | null | undefined {
  if (reference.property === null) {
    return value;
  }
  const entries = syntax.entries(syntax.unwrap(value));
  if (entries === null) {
    return syntax.isNothing(value) ? null : undefined;
  }
  const entry = entries.find(({ key }) => key === reference.property);
  return entry?.value ?? (entries.some(({ key }) => key === null) ? undefined : null);
}

/** Where several fetches of one function differ, a parameter says more than a constant does. */
export function mergeSlots(one: Slot, other: Slot): Slot {
  if (JSON.stringify(one) === JSON.stringify(other)) {
    return one;
  }
  if (one.kind === 'parameter' && other.kind !== 'parameter') {
    return one;
  }
  if (other.kind === 'parameter' && one.kind !== 'parameter') {
    return other;
  }
  return dynamic;
}
