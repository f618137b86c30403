import type { Node } from '@vscode/tree-sitter-wasm';

export function namedChildren(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && !child.isExtra);
}

export function children(node: Node): Node[] {
  return node.children.filter((child) => child !== null);
}

export function field(node: Node, name: string): Node | null {
  return node.childForFieldName(name);
}

export function isField(parent: Node, name: string, child: Node): boolean {
  return parent.childForFieldName(name)?.id === child.id;
}

/** The nearest ancestor of one of these types; the node itself does not count. */
export function ancestor(node: Node, types: ReadonlySet<string>): Node | null {
  for (let at = node.parent; at !== null; at = at.parent) {
    if (types.has(at.type)) {
      return at;
    }
  }
  return null;
}

/** The first few values that a function returns. */
export function returned(functionNode: Node): Node[] {
  return functionNode
    .descendantsOfType('return_statement')
    .filter((statement) => statement !== null)
    .slice(0, 4)
    .flatMap(namedChildren);
}
