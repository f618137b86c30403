import type { PromptUse } from '../../protocol/promptUses.ts';

/** A use before it belongs to a file. */
export type FoundUse = Omit<PromptUse, 'file'>;

export const notDynamic: PromptUse['dynamic'] = { version: false, label: false };

const reservedNames = new Set(['new', 'metrics', 'prompt-detail']);

/** Langfuse's own rule for names of prompts. */
export function isPromptName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 255 &&
    name === name.trim() &&
    !/\||^\/|\/$|\/\/|[\r\n]/.test(name) &&
    !reservedNames.has(name)
  );
}
