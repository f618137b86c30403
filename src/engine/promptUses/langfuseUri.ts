import { isPromptName } from './promptUse.ts';

export interface LangfuseUri {
  readonly promptName: string;
  readonly version: number | null;
  readonly label: string | null;
}

const scheme = 'langfuse://';
const types = new Set(['text', 'chat']);

/**
 * promptfoo's way to name a prompt: `langfuse://name@label[:type]`, `langfuse://name:3:text`,
 * `langfuse://name:label`. Null for anything else, such as `langfuse://traces?…`.
 */
export function parseLangfuseUri(text: string): LangfuseUri | null {
  if (!text.startsWith(scheme) || /[?\s{}$<>]/.test(text)) {
    return null;
  }
  const rest = text.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  const [head = '', ...tail] = (at < 0 ? rest : rest.slice(at + 1)).split(':');
  const selector = at < 0 ? tail[0] : head;
  const promptName = at < 0 ? head : rest.slice(0, at);
  if (!isPromptName(promptName) || promptName === 'traces' || (at >= 0 && head === '')) {
    return null;
  }
  const chosen = selector === undefined || selector === '' || (at < 0 && types.has(selector)) ? null : selector;
  const numbered = chosen !== null && /^\d+$/.test(chosen);
  return { promptName, version: numbered ? Number(chosen) : null, label: numbered ? null : chosen };
}
