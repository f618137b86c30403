import { isObject } from './fields.ts';

const mustache = /\{\{([^{}]*)\}\}/g;
/** Langfuse's rule, without mustache's sections, comments and partials (`{{#x}}`, `{{!x}}`, `{{>x}}`). */
const variableName = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * Names that a template asks for, each once, in order of first appearance: `{{name}}` in texts
 * (spaces inside the braces do not count, as in Langfuse's SDKs) and the names of message placeholders.
 * @param prompt a text prompt's text or a chat prompt's messages
 */
export function promptVariables(prompt: unknown): string[] {
  const names = new Set<string>();
  collect(prompt, names);
  return [...names];
}

function collect(part: unknown, names: Set<string>): void {
  if (typeof part === 'string') {
    for (const [, inner = ''] of part.matchAll(mustache)) {
      const name = inner.trim();
      if (variableName.test(name)) {
        names.add(name);
      }
    }
    return;
  }
  if (Array.isArray(part)) {
    for (const message of part) {
      collect(message, names);
    }
    return;
  }
  if (!isObject(part)) {
    return;
  }
  if (part.type === 'placeholder' && typeof part.name === 'string') {
    names.add(part.name);
    return;
  }
  // Multi-modal messages carry a list of parts, each with its own text.
  collect(part.content ?? part.text, names);
}
