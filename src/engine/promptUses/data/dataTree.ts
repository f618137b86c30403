import { parseTree, type Node as JsonNode } from 'jsonc-parser';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node as YamlNode } from 'yaml';

/** YAML and JSON as one shape, with offsets into the text. */
export type DataNode = DataMap | DataList | DataScalar;

export interface DataMap {
  readonly kind: 'map';
  readonly entries: readonly DataEntry[];
}

export interface DataEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly value: DataNode;
}

export interface DataList {
  readonly kind: 'list';
  readonly items: readonly DataNode[];
}

export interface DataScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly start: number;
  readonly end: number;
}

/** What can be read of a JSON document, comments and trailing commas allowed; null of none. */
export function parseJsonData(text: string): DataNode | null {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root === undefined ? null : fromJson(root);
}

function fromJson(node: JsonNode): DataNode | null {
  switch (node.type) {
    case 'object':
      return { kind: 'map', entries: (node.children ?? []).flatMap(jsonEntry) };
    case 'array':
      return { kind: 'list', items: (node.children ?? []).flatMap((child) => fromJson(child) ?? []) };
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return {
        kind: 'scalar',
        value: node.value as DataScalar['value'],
        start: node.offset,
        end: node.offset + node.length,
      };
    case 'property':
      return null;
  }
}

function jsonEntry({ children }: JsonNode): DataEntry[] {
  const [key, value] = children ?? [];
  const node = value === undefined ? null : fromJson(value);
  return key === undefined || node === null ? [] : [{ key: String(key.value), keyStart: key.offset, value: node }];
}

/** The documents of a YAML file; what could not be read is left out. */
export function parseYamlData(text: string): DataNode[] {
  const documents = parseAllDocuments(text, { lineCounter: new LineCounter(), logLevel: 'silent', uniqueKeys: false });
  if (!Array.isArray(documents)) {
    return [];
  }
  return documents.flatMap(({ contents }) => (contents === null ? [] : (fromYaml(contents, 0) ?? [])));
}

/** Deeper nesting is no configuration. */
const deepest = 60;

function fromYaml(node: YamlNode, depth: number): DataNode | null {
  if (depth > deepest || isAlias(node)) {
    return null;
  }
  if (isMap(node)) {
    return {
      kind: 'map',
      entries: node.items.flatMap((pair): DataEntry[] => {
        const key = isScalar(pair.key) ? pair.key : null;
        const value = pair.value === null ? null : fromYaml(pair.value as YamlNode, depth + 1);
        return key === null || value === null ? [] : [{ key: String(key.value), keyStart: key.range?.[0] ?? 0, value }];
      }),
    };
  }
  if (isSeq(node)) {
    return { kind: 'list', items: node.items.flatMap((item) => fromYaml(item as YamlNode, depth + 1) ?? []) };
  }
  if (!isScalar(node) || node.range == null) {
    return null;
  }
  const { value } = node;
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { kind: 'scalar', value: plain, start: node.range[0], end: node.range[1] };
}
