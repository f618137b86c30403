import type { Node } from '@vscode/tree-sitter-wasm';
import type { PromptCatalogue } from '../catalogue.ts';
import { compositionTags } from '../compositionTags.ts';
import { parseLangfuseUri } from '../langfuseUri.ts';
import type { PromptUseVia } from '../../../protocol/promptUses.ts';
import { notDynamic, type FoundUse } from '../promptUse.ts';
import type { Evaluator } from './evaluator.ts';
import type { Source } from './source.ts';

/** What strings and objects of a program say about prompts, without a call of Langfuse's. */
export function embeddedUses(source: Source, evaluator: Evaluator, catalogue: PromptCatalogue | null): FoundUse[] {
  return [
    ...tags(source),
    ...uris(source),
    ...links(source, evaluator),
    ...gateways(source, evaluator),
    ...(catalogue === null ? [] : constants(source, catalogue)),
  ];
}

/** Strings at these places of the text, each once. */
function stringsAt(source: Source, pattern: RegExp): Node[] {
  const found = new Map<number, Node>();
  for (const { index } of source.text.matchAll(pattern)) {
    let node = source.root.descendantForIndex(index);
    while (node !== null && node.type !== 'string' && node.type !== 'template_string') {
      node = /^string|^template|^escape/.test(node.type) ? node.parent : null;
    }
    if (node !== null && source.syntax.isValueString(node)) {
      found.set(node.id, node);
    }
  }
  return [...found.values()];
}

function plainUse(
  source: Source,
  node: Node,
  use: Pick<FoundUse, 'promptName' | 'version' | 'label' | 'via'>,
): FoundUse {
  return { line: node.startPosition.row, ...use, dynamic: notDynamic, localText: null, span: source.span(node) };
}

function tags(source: Source): FoundUse[] {
  return stringsAt(source, /@@@langfusePrompt:/g).flatMap((node) => {
    const { startPosition, text } = node;
    return compositionTags(text).map(({ index, length, promptName, version, label }): FoundUse => {
      const before = text.slice(0, index);
      const line = startPosition.row + (before.match(/\n/g)?.length ?? 0);
      const lastBreak = before.lastIndexOf('\n');
      const column = lastBreak < 0 ? startPosition.column + index : index - lastBreak - 1;
      const span = { startLine: line, startColumn: column, endLine: line, endColumn: column + length };
      return { line, promptName, version, label, via: 'composition', dynamic: notDynamic, localText: null, span };
    });
  });
}

function uris(source: Source): FoundUse[] {
  return stringsAt(source, /langfuse:\/\//g).flatMap((node) => {
    const uri = parseLangfuseUri(source.syntax.text(node) ?? '');
    return uri === null ? [] : [plainUse(source, node, { ...uri, via: 'uri' })];
  });
}

/** `langfusePrompt: { name: "x", version: 3 }` links a generation by what is written. */
function links(source: Source, evaluator: Evaluator): FoundUse[] {
  const names = source.syntax.language === 'python' ? ['langfuse_prompt'] : ['langfusePrompt', 'langfuse_prompt'];
  const keys = [...names.flatMap((name) => source.occurrences(name)), ...quotedKeys(source, names)];
  return keys.flatMap((key) => {
    const pair = key.parent;
    const isKey = pair !== null && /^(pair|keyword_argument)$/.test(pair.type);
    const value = isKey ? pair.childForFieldName('value') : null;
    if (value === null || value.id === key.id || pair === null) {
      return [];
    }
    const entries = source.syntax.entries(source.syntax.unwrap(value));
    const name = entries?.find((entry) => entry.key === 'name')?.value;
    const version = entries?.find((entry) => entry.key === 'version')?.value;
    const promptName = name === undefined ? null : evaluator.text(name);
    if (name === undefined || promptName === null) {
      return [];
    }
    const number = version === undefined ? null : evaluator.integer(version);
    const use = plainUse(source, pair, { promptName, version: number, label: null, via: 'link' });
    return [{ ...use, dynamic: { version: version !== undefined && number === null, label: false } }];
  });
}

function quotedKeys(source: Source, names: readonly string[]): Node[] {
  return stringsAt(source, new RegExp(`(?<=["'])(${names.join('|')})(?=["'])`, 'g')).filter(
    (node) => node.parent?.type === 'pair' && node.parent.childForFieldName('key')?.id === node.id,
  );
}

/** LiteLLM: a model named `langfuse/…` takes its prompt from Langfuse by `prompt_id`. */
function gateways(source: Source, evaluator: Evaluator): FoundUse[] {
  return stringsAt(source, /(?<=["'`])langfuse\//g).flatMap((node) => {
    const pair = node.parent;
    const group = pair?.parent;
    const key = pair?.childForFieldName('key') ?? pair?.childForFieldName('name');
    if (pair == null || group == null || key == null || !/^["']?model["']?$/.test(key.text)) {
      return [];
    }
    const given = new Map(group.namedChildren.flatMap((child) => pairs(source, child)));
    const extra = given.get('extra_body');
    for (const [name, value] of extra === undefined ? [] : (entriesOf(source, extra) ?? [])) {
      given.set(name, value);
    }
    const id = given.get('prompt_id');
    const promptName = id === undefined ? null : evaluator.text(id);
    if (id === undefined || promptName === null || promptName.trim() === '') {
      return [];
    }
    const version = given.get('prompt_version');
    const label = given.get('prompt_label');
    return [
      {
        ...plainUse(source, group.type.startsWith('argument') ? (group.parent ?? group) : group, {
          promptName,
          version: version === undefined ? null : evaluator.integer(version),
          label: label === undefined ? null : evaluator.text(label),
          via: 'gateway' satisfies PromptUseVia,
        }),
        span: source.span(id),
      },
    ];
  });
}

function pairs(source: Source, node: Node | null): [string, Node][] {
  const key = node?.childForFieldName('key') ?? node?.childForFieldName('name');
  const value = node?.childForFieldName('value');
  return key == null || value == null ? [] : [[source.syntax.text(key) ?? key.text, value]];
}

function entriesOf(source: Source, node: Node): [string, Node][] | null {
  const entries = source.syntax.entries(source.syntax.unwrap(node));
  return entries?.flatMap(({ key, value }) => (key === null ? [] : [[key, value] as [string, Node]])) ?? null;
}

/** A constant whose text is that of a stored version. */
function constants(source: Source, catalogue: PromptCatalogue): FoundUse[] {
  const found = new Map<number, FoundUse>();
  for (const probe of catalogue.probes) {
    if (!source.text.includes(probe)) {
      continue;
    }
    for (const node of stringsAt(source, new RegExp(probe, 'g'))) {
      const whole = node.parent?.type === 'concatenated_string' ? node.parent : node;
      const owner = found.has(whole.id) ? null : source.syntax.owner(whole);
      const text = owner === null ? null : source.syntax.text(whole);
      const match = text === null || !isTelling(text) ? null : catalogue.match(text);
      if (owner !== null && match !== null) {
        const use = { promptName: match.name, version: match.version, label: null, via: 'text' } as const;
        found.set(whole.id, { ...plainUse(source, whole, use), line: owner.startPosition.row, localText: 'same' });
      }
    }
  }
  return [...found.values()];
}

/** A word or a lone placeholder equals a stored text by chance. */
function isTelling(text: string): boolean {
  return /\S\s+\S/.test(text.trim()) && text.trim().length >= 10;
}
