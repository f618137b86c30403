import type { Node } from '@vscode/tree-sitter-wasm';
import { client, fetchPrompt, isLangfuseClass, isLangfuseName, isSdkModule, type Meaning } from './meaning.ts';
import type { Source } from './source.ts';

const clientGetter = /^_*(get_?)?(client|instance|sdk|client_?instance)$/i;
/** `langfuseConfig.prompt.get(…)` reads a map. */
const noClient = /(config|settings|options|cache|map|dict|registry)$/i;

/** Tells clients by what names, types and properties of one file are called. */
export class ClientNames {
  readonly #source: Source;
  readonly #receivers: ReadonlySet<string>;

  /** @param receivers names that stand for clients because the user says so */
  constructor(source: Source, receivers: ReadonlySet<string>) {
    this.#source = source;
    this.#receivers = receivers;
  }

  /** A name that a client goes by. */
  isName(name: string): boolean {
    return this.#receivers.has(name) || (isLangfuseName(name) && !noClient.test(name));
  }

  /** What a property of a client stands for. */
  property(property: string): Meaning | null {
    const { language } = this.#source.syntax;
    switch (property) {
      case language === 'python' ? 'get_prompt' : 'getPrompt':
        return fetchPrompt;
      case language === 'python' ? 'create_prompt' : 'createPrompt':
        return { is: 'create' };
      case 'prompts':
        return { is: 'prompts' };
      case 'prompt':
        return language === 'javascript' ? { is: 'prompts' } : null;
      case 'api':
      case 'async_api':
        return { is: 'api' };
      default:
        return clientGetter.test(property) || isLangfuseClass(property) ? client : null;
    }
  }

  /** A type that is a client's. */
  isType(type: Node | null): boolean {
    return type !== null && typeNames(type.text).some((name) => isLangfuseClass(name) || this.#isImportedClass(name));
  }

  /** `import { Langfuse as Client }` names the class anew. */
  #isImportedClass(word: string): boolean {
    return this.#source
      .bindings(word)
      .some((binding) => binding.kind === 'import' && isSdkModule(binding.module) && isLangfuseClass(binding.imported));
  }
}

const typeWrapper =
  /^(?:\w+\.)*(?:Optional|Annotated|Final|ClassVar|Promise|Awaitable|Readonly|NonNullable|Required|Generator|AsyncGenerator|Iterator|AsyncIterator)\s*[[<](.*)[\]>]$/s;

/** The classes that a type names as its own: those of its parameters are of something else. */
function typeNames(text: string): string[] {
  return text
    .replace(/^[:<\s]+/, '')
    .replace(/>$/, (end) => (text.trim().startsWith('<') ? '' : end))
    .split(/[|&]/)
    .flatMap((part): string[] => {
      const bare = part.trim().replace(/^["'(]+|["')]+$/g, '');
      const inner = typeWrapper.exec(bare)?.[1];
      if (inner !== undefined) {
        return typeNames(inner.split(',')[0] ?? '');
      }
      const name = /^(?:[\p{L}_][\p{L}\p{N}_]*\.|import\([^)]*\)\.)*([\p{L}_][\p{L}\p{N}_]*)$/u.exec(bare)?.[1];
      return name === undefined ? [] : [name];
    });
}
