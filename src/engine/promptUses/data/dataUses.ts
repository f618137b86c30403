import type { PromptCatalogue } from '../catalogue.ts';
import { compositionTags } from '../compositionTags.ts';
import { parseLangfuseUri } from '../langfuseUri.ts';
import type { PromptUseVia } from '../../../protocol/promptUses.ts';
import { isPromptName, notDynamic, type FoundUse } from '../promptUse.ts';
import type { TextLines } from '../textLines.ts';
import type { DataEntry, DataList, DataMap, DataNode, DataScalar } from './dataTree.ts';
import { isPromptVariable, isSibling, listsPrompts, namesPrompt } from './promptKeys.ts';

interface Choice {
  readonly version: number | null;
  readonly label: string | null;
}

const unchosen: Choice = { version: null, label: null };

/** Finds what YAML, JSON and front matter say of prompts. */
export class DataUses {
  readonly #lines: TextLines;
  readonly #catalogue: PromptCatalogue | null;
  /** Added to the tree's offsets: front matter starts further down. */
  readonly #offset: number;
  readonly #found: FoundUse[] = [];

  constructor(lines: TextLines, catalogue: PromptCatalogue | null, offset = 0) {
    this.#lines = lines;
    this.#catalogue = catalogue;
    this.#offset = offset;
  }

  find(root: DataNode): readonly FoundUse[] {
    this.#node(root, true);
    return this.#found;
  }

  /** The use that a scalar is: a name, or text for `via: 'text'`. */
  use(scalar: DataScalar, promptName: string, via: PromptUseVia, { version, label }: Choice = unchosen): FoundUse {
    const span = this.#lines.span(scalar.start + this.#offset, scalar.end + this.#offset);
    return { line: span.startLine, promptName, version, label, via, dynamic: notDynamic, localText: null, span };
  }

  #node(node: DataNode, textCounts: boolean): void {
    switch (node.kind) {
      case 'map':
        this.#map(node, textCounts);
        return;
      case 'list':
        node.items.forEach((item) => this.#node(item, textCounts));
        return;
      case 'scalar':
        this.#scalar(node, textCounts);
    }
  }

  #map(map: DataMap, textCounts: boolean): void {
    const whole = this.#gateway(map) ?? this.#variable(map) ?? this.#stored(map);
    if (whole !== null) {
      this.#found.push(whole);
    }
    for (const entry of map.entries) {
      const named = this.#named(entry, map);
      this.#found.push(...named);
      if (named.length === 0) {
        // The text beside a prompt's name is that prompt's.
        this.#node(entry.value, textCounts && whole === null);
      }
    }
  }

  #scalar(scalar: DataScalar, textCounts: boolean): void {
    const { value } = scalar;
    if (typeof value !== 'string') {
      return;
    }
    const uri = parseLangfuseUri(value);
    if (uri !== null) {
      this.#found.push(this.use(scalar, uri.promptName, 'uri', uri));
      return;
    }
    const variable = /^([A-Za-z_]\w*)=(.+)$/.exec(value);
    if (variable?.[1] !== undefined && isPromptVariable(variable[1]) && isLiteralName(variable[2])) {
      this.#found.push(this.use(scalar, variable[2], 'key'));
      return;
    }
    const tags = this.#tags(scalar);
    this.#found.push(...tags);
    const match = tags.length === 0 && textCounts && isTelling(value) ? this.#catalogue?.match(value) : null;
    if (match != null) {
      const use = this.use(scalar, match.name, 'text', { version: match.version, label: null });
      this.#found.push({ ...use, localText: 'same' });
    }
  }

  #tags({ start, end }: DataScalar): FoundUse[] {
    const from = start + this.#offset;
    return compositionTags(this.#lines.text.slice(from, end + this.#offset)).map(
      ({ index, length, promptName, version, label }) => {
        const span = this.#lines.span(from + index, from + index + length);
        const line = span.startLine;
        return { line, promptName, version, label, via: 'composition', dynamic: notDynamic, localText: null, span };
      },
    );
  }

  /** `langfuse_prompt: x`, `langfuse_prompt: {name: x, version: 3}`, `prompts: [x]`. */
  #named({ key, value }: DataEntry, map: DataMap): FoundUse[] {
    if (value.kind === 'list') {
      const proven = listsPrompts(key);
      return proven || /^prompts$/i.test(key) ? this.#list(value, proven) : [];
    }
    if (/^langfuse$/i.test(key) && value.kind === 'map') {
      const inner = value.entries.find((entry) => /^prompt_?name$/i.test(entry.key))?.value;
      return inner === undefined ? [] : this.#nameScalar(inner, plainChoice(value));
    }
    if (!namesPrompt(key)) {
      return [];
    }
    if (value.kind === 'map') {
      const name = value.entries.find((entry) => entry.key === 'name')?.value;
      return name === undefined ? [] : this.#nameScalar(name, plainChoice(value));
    }
    return this.#nameScalar(value, {
      version: numberOf(map.entries.find((entry) => isSibling(key, entry.key, 'version'))?.value),
      label: textOf(map.entries.find((entry) => isSibling(key, entry.key, 'label'))?.value),
    });
  }

  #nameScalar(node: DataNode, choice: Choice): FoundUse[] {
    return node.kind === 'scalar' && isLiteralName(node.value) ? [this.use(node, node.value, 'key', choice)] : [];
  }

  #list({ items }: DataList, proven: boolean): FoundUse[] {
    return items.flatMap((item): FoundUse[] => {
      const named = item.kind === 'map' ? item.entries.find(({ key }) => key === 'name')?.value : item;
      const isName = named?.kind === 'scalar' && isLiteralName(named.value);
      if (!isName || typeof named.value !== 'string' || named.value.startsWith('langfuse://')) {
        const rest = new DataUses(this.#lines, this.#catalogue, this.#offset);
        return [...rest.find(item)];
      }
      const choice = item.kind === 'map' ? plainChoice(item) : unchosen;
      if (proven) {
        return [this.use(named, named.value, 'key', choice)];
      }
      if (this.#catalogue?.has(named.value) === true) {
        return [this.#withText(this.use(named, named.value, 'list', choice), item)];
      }
      return [...new DataUses(this.#lines, this.#catalogue, this.#offset).find(item)];
    });
  }

  /** LiteLLM: `model: langfuse/…` or `prompt_integration: langfuse` beside `prompt_id`. */
  #gateway(map: DataMap): FoundUse | null {
    const value = (key: string): DataNode | undefined => map.entries.find((entry) => entry.key === key)?.value;
    const id = value('prompt_id');
    const isLangfuse =
      textOf(value('model'))?.startsWith('langfuse/') === true || textOf(value('prompt_integration')) === 'langfuse';
    if (!isLangfuse || id?.kind !== 'scalar' || !isLiteralName(id.value)) {
      return null;
    }
    const choice = { version: numberOf(value('prompt_version')), label: textOf(value('prompt_label')) };
    return this.use(id, id.value, 'gateway', choice);
  }

  /** Kubernetes: `name: LANGFUSE_PROMPT_NAME` beside `value: x`. */
  #variable({ entries }: DataMap): FoundUse | null {
    const name = textOf(entries.find(({ key }) => key === 'name')?.value);
    const value = entries.find(({ key }) => key === 'value')?.value;
    return name !== null && isPromptVariable(name) && value?.kind === 'scalar' && isLiteralName(value.value)
      ? this.use(value, value.value, 'key')
      : null;
  }

  /** What Langfuse's own API gives for a prompt: its name beside its text. */
  #stored(map: DataMap): FoundUse | null {
    const value = (key: string): DataNode | undefined => map.entries.find((entry) => entry.key === key)?.value;
    const name = value('name');
    const hasText = textOf(value('prompt')) !== null || value('prompt')?.kind === 'list';
    const isPromptType = /^(text|chat)$/.test(textOf(value('type')) ?? '');
    if (!hasText || (numberOf(value('version')) === null && value('labels')?.kind !== 'list' && !isPromptType)) {
      return null;
    }
    if (name?.kind !== 'scalar' || typeof name.value !== 'string' || this.#catalogue?.has(name.value) !== true) {
      return null;
    }
    return this.#withText(this.use(name, name.value, 'list', plainChoice(map)), map);
  }

  #withText(use: FoundUse, item: DataNode): FoundUse {
    const text = item.kind === 'map' ? textOf(item.entries.find(({ key }) => key === 'prompt')?.value) : null;
    if (text === null || this.#catalogue === null) {
      return use;
    }
    return { ...use, localText: this.#catalogue.matchOf(use.promptName, text) === null ? 'differs' : 'same' };
  }
}

function isLiteralName(value: unknown): value is string {
  return typeof value === 'string' && isPromptName(value) && !/[$<]|\{\{/.test(value);
}

function textOf(node: DataNode | undefined): string | null {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}

function numberOf(node: DataNode | undefined): number | null {
  return node?.kind === 'scalar' && typeof node.value === 'number' && Number.isInteger(node.value) ? node.value : null;
}

function plainChoice({ entries }: DataMap): Choice {
  return {
    version: numberOf(entries.find(({ key }) => key === 'version')?.value),
    label: textOf(entries.find(({ key }) => key === 'label')?.value),
  };
}

function isTelling(text: string): boolean {
  return /\S\s+\S/.test(text.trim()) && text.trim().length >= 10;
}
