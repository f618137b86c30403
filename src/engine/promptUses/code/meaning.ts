import type { Wrapper } from './wrapper.ts';

/**
 * What an expression stands for, as far as prompts are concerned. Plain data, so that a module's
 * exports can be remembered without its syntax tree.
 */
export type Meaning =
  /** A Langfuse client, its class, or a function that gives one. */
  | { readonly is: 'client' }
  /** Anything from a module of the workspace that is named after Langfuse. */
  | { readonly is: 'langfuseExport'; readonly name: string }
  /** The SDK itself: `import langfuse`. */
  | { readonly is: 'sdk' }
  /** `client.api` */
  | { readonly is: 'api' }
  /** `client.prompt` */
  | { readonly is: 'prompts' }
  /** `client.get_prompt`, `client.prompt.get` */
  | { readonly is: 'fetch'; readonly api: 'client' | 'prompts' }
  /** `client.create_prompt`, `client.prompt.create` */
  | { readonly is: 'create' }
  | { readonly is: 'wrapper'; readonly wrapper: Wrapper; readonly imported: boolean }
  /** A module of the workspace or of others, by what the import called it. */
  | { readonly is: 'module'; readonly module: string }
  /** A constant. */
  | { readonly is: 'text'; readonly value: string }
  | { readonly is: 'number'; readonly value: number }
  /** A dictionary, an enum, a class: constants and functions by name. */
  | { readonly is: 'members'; readonly members: Readonly<Record<string, Meaning>>; readonly constructs: Wrapper | null }
  /** Exported from another module, one hop further. */
  | { readonly is: 'elsewhere'; readonly module: string; readonly imported: string }
  /** A test's stand-in: what is called on it fetches nothing. */
  | { readonly is: 'mock' };

/** Names lead to names; what is further away than this is nobody's prompt. */
export const deepest = 12;

export const client: Meaning = { is: 'client' };
export const fetchPrompt: Meaning = { is: 'fetch', api: 'client' };

/** What the other files of the workspace can say about an import. */
export interface Imports {
  /** @param imported an exported name, `default`, or `*` for the module itself */
  find(module: string, imported: string): Meaning | null;
}

const stand = /mock|fake|stub|spy|mcp/i;

export function isLangfuseName(name: string): boolean {
  return /langfuse/i.test(name) && !stand.test(name);
}

export function isLangfuseClass(name: string): boolean {
  return /^(Async)?Langfuse(Client)?$/.test(name);
}

/** The SDK's own packages, in either language, from npm or by an address. */
export function isSdkModule(module: string): boolean {
  return /^(?:npm:|jsr:|https?:\/\/[^/]+\/)?(langfuse([./@-].*)?|@langfuse\/.+)$/.test(module);
}

export function isLangfuseModule(module: string): boolean {
  return isLangfuseName(module);
}
