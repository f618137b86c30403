/**
 * How a use was found, and so how far it can be trusted.
 *
 * Syntax proves it, with or without a database:
 * - `call`: a fetch on a Langfuse client, such as `langfuse.get_prompt("x")`
 * - `wrapper`: a call of the workspace's own function that fetches the prompt it is given
 * - `definition`: a call that writes the prompt, such as `create_prompt(name="x")`
 * - `link`: a literal `langfusePrompt: {name, version}` on a generation
 * - `gateway`: a LiteLLM model `langfuse/…` with a literal `prompt_id`
 * - `composition`: a tag `@@@langfusePrompt:…@@@`
 * - `uri`: `langfuse://name@label`
 * - `key`: a key such as `langfuse_prompt:` or `LANGFUSE_PROMPT_NAME=`
 *
 * The name proves it, because the database has a prompt of this name:
 * - `frontMatter`: `name` at the head of a prompt file
 * - `path`: a file below a prompts folder
 * - `list`: an entry of a list of prompts in YAML or JSON
 *
 * The text proves it:
 * - `text`: a file or a constant that equals a stored version
 */
export type PromptUseVia =
  | 'call'
  | 'wrapper'
  | 'definition'
  | 'link'
  | 'gateway'
  | 'composition'
  | 'uri'
  | 'key'
  | 'frontMatter'
  | 'path'
  | 'list'
  | 'text';

/** Rows and columns from 0, columns in UTF-16 units, as in editors. */
export interface TextSpan {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface PromptUse {
  /** As the document was named. */
  readonly file: string;
  /** From 0: the first line of the call, with its receiver, or of the name. */
  readonly line: number;
  readonly promptName: string;
  /** What the source says; null when it names none. For `text`, the version that the text equals. */
  readonly version: number | null;
  /** What the source says; null when it names none, which Langfuse takes for `production` where no version is named either. */
  readonly label: string | null;
  readonly via: PromptUseVia;
  /** A version or label is given, but only the running program knows which. */
  readonly dynamic: { readonly version: boolean; readonly label: boolean };
  /** Of local prompt text: whether it equals a stored version of this prompt. Null for uses without local text. */
  readonly localText: 'same' | 'differs' | null;
  /** The name as it is written, or else what stands for it. */
  readonly span: TextSpan;
}

/** What the user's settings add to the names that prove a use. */
export interface PromptUseSettings {
  /** Names of variables and fields that are Langfuse clients. */
  readonly receivers: readonly string[];
  /** Functions that fetch what they are given: `module:function:argIndex`. */
  readonly wrappers: readonly string[];
  /** Files whose whole text is meant for a model, besides those that their ending says so of. */
  readonly promptFiles: readonly string[];
}

export interface PromptUsesRequest {
  /** Files and folders, absolute; empty for the whole workspace. */
  readonly paths: readonly string[];
  readonly settings: PromptUseSettings;
}

/** One document as an editor has it, saved or not. */
export interface DocumentUsesRequest {
  /** From the workspace's folder, with `/`. */
  readonly file: string;
  /** The editor's id of its language. */
  readonly languageId: string;
  readonly text: string;
  readonly settings: PromptUseSettings;
  /** Files of the workspace, named like `file`, that changed since the last request. */
  readonly changedFiles: readonly string[];
  /** Prompts in the database may have changed since the last request. */
  readonly databaseChanged: boolean;
}

export interface DocumentUses {
  /** By line and column. */
  readonly uses: readonly PromptUse[];
  /** The document does not parse as it stands: it is being typed. */
  readonly hasErrors: boolean;
}
