/** Keys that say Langfuse and name a prompt, in any of the usual writings. */

function bare(key: string): string {
  return key.replace(/[-_.\s]/g, '').toLowerCase();
}

/** `langfuse_prompt`, `langfuse_prompt_name`, `langfuse_name`, `LANGFUSE_PROMPT_NAME`, `LANGFUSE_REVIEW_PROMPT_NAME`. */
export function namesPrompt(key: string): boolean {
  return /^langfuse(prompt)?(name)?$/.test(bare(key)) && bare(key) !== 'langfuse' ? true : isPromptVariable(key);
}

/** Variables of the environment may have more words around. */
export function isPromptVariable(key: string): boolean {
  return /^(?:\w+_)?LANGFUSE_(?:\w+_)?PROMPT_NAME$/i.test(key);
}

export function listsPrompts(key: string): boolean {
  return bare(key) === 'langfuseprompts' || bare(key) === 'langfusepromptnames';
}

/** The key that would say the label or the version of the prompt that `key` names. */
export function isSibling(key: string, other: string, what: 'label' | 'version'): boolean {
  const found = bare(other);
  if (found === `langfuse${what}` || found === `langfuseprompt${what}`) {
    return true;
  }
  return isPromptVariable(key) && other.toLowerCase() === key.toLowerCase().replace(/name$/, what);
}
