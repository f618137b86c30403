import { doubledBraces, fromFormatString, normaliseTemplate, templateHash } from './templateText.ts';

/** One version as the database has it. */
export interface CatalogueVersion {
  readonly name: string;
  readonly version: number;
  readonly labels: readonly string[];
  /** text or chat. */
  readonly type: string;
  /** The text, or the messages as JSON. */
  readonly template: string;
}

interface KnownVersion {
  readonly version: number;
  readonly labels: readonly string[];
}

export interface TemplateMatch {
  readonly name: string;
  readonly version: number;
}

const defaultLabel = 'production';
/** A word that short is in too many files to tell anything. */
const shortestProbe = 6;

/** The prompts that Langfuse has, by name and by text. */
export class PromptCatalogue {
  readonly #versions = new Map<string, KnownVersion[]>();
  /** Names and versions by the hash of their text. */
  readonly #byHash = new Map<string, { readonly name: string; readonly known: KnownVersion }[]>();
  readonly #probes = new Set<string>();

  constructor(versions: readonly CatalogueVersion[]) {
    for (const { name, version, labels, type, template } of versions) {
      const known = { version, labels };
      this.#versions.set(name, [...(this.#versions.get(name) ?? []), known]);
      for (const text of type === 'chat' ? systemTexts(template) : [template]) {
        this.#addText(normaliseTemplate(text), name, known);
      }
    }
  }

  has(name: string): boolean {
    return this.#versions.has(name);
  }

  /** Words of which every file that holds a stored text has at least one. */
  get probes(): ReadonlySet<string> {
    return this.#probes;
  }

  /**
   * The version whose text this is: of several the one that is `production`, else the highest.
   * @returns null when no prompt has it, or prompts of different names do
   */
  match(text: string): TemplateMatch | null {
    const found = this.#find(text);
    const names = new Set(found.map(({ name }) => name));
    const [name] = names;
    return names.size === 1 && name !== undefined ? chosen(name, found) : null;
  }

  /** The same among the versions of one prompt. */
  matchOf(name: string, text: string): TemplateMatch | null {
    const found = this.#find(text).filter((candidate) => candidate.name === name);
    return found.length > 0 ? chosen(name, found) : null;
  }

  #addText(normalised: string, name: string, known: KnownVersion): void {
    if (normalised === '') {
      return;
    }
    const hash = templateHash(normalised);
    this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), { name, known }]);
    const probe = longestWord(normalised);
    if (probe.length >= shortestProbe) {
      this.#probes.add(probe);
    }
  }

  #find(text: string): readonly { readonly name: string; readonly known: KnownVersion }[] {
    const normalised = normaliseTemplate(text);
    if (normalised === '') {
      return [];
    }
    const writings = new Set([normalised, doubledBraces(normalised), fromFormatString(normalised)]);
    for (const writing of writings) {
      const found = this.#byHash.get(templateHash(writing));
      if (found !== undefined) {
        return found;
      }
    }
    return [];
  }
}

function chosen(name: string, found: readonly { readonly known: KnownVersion }[]): TemplateMatch {
  const versions = found.map(({ known }) => known).toSorted((a, b) => b.version - a.version);
  const served = versions.find(({ labels }) => labels.includes(defaultLabel)) ?? versions[0];
  return { name, version: served?.version ?? 0 };
}

/** What a program would keep of a chat prompt in a constant: its system message. */
function systemTexts(template: string): string[] {
  let messages: unknown;
  try {
    messages = JSON.parse(template);
  } catch {
    return [];
  }
  if (!Array.isArray(messages)) {
    return [];
  }
  return messages.flatMap((message: unknown) => {
    const isSystem = typeof message === 'object' && message !== null && 'role' in message && message.role === 'system';
    return isSystem && 'content' in message && typeof message.content === 'string' ? [message.content] : [];
  });
}

/** Letters and digits alone: the same in every way to write a template. */
function longestWord(normalised: string): string {
  const words = normalised.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}
