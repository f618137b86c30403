import type { PromptLens, PromptLensAnswer } from '../../protocol/browse.ts';
import type { PromptUse } from '../../protocol/promptUses.ts';

export type LensVersion = PromptLens['versions'][number];

/** What Langfuse serves to a caller that names no label. */
export const servedLabel = 'production';

/** What a use comes to in Langfuse, as the database knows it. */
export type LensFinding =
  /** Nothing was ever exported here. */
  | { readonly kind: 'notSynced' }
  | { readonly kind: 'unknownPrompt' }
  | { readonly kind: 'unknownVersion'; readonly prompt: PromptLens; readonly version: number }
  | { readonly kind: 'unsetLabel'; readonly prompt: PromptLens; readonly label: string }
  | { readonly kind: 'refused'; readonly prompt: PromptLens }
  | { readonly kind: 'open'; readonly prompt: PromptLens; readonly versions: readonly LensVersion[] }
  | { readonly kind: 'text'; readonly prompt: PromptLens; readonly matched: LensVersion }
  | { readonly kind: 'otherText'; readonly prompt: PromptLens; readonly nearest: LensVersion }
  | {
      readonly kind: 'version';
      readonly prompt: PromptLens;
      readonly version: LensVersion;
      readonly by: string | null;
    };

/** A lens for a choice that only the program knows names so many versions. */
const mostOpenVersions = 3;

export function findLens(use: PromptUse, answer: PromptLensAnswer): LensFinding {
  const prompt = answer.prompts.find((known) => known.prompt === use.promptName);
  if (prompt === undefined) {
    return { kind: answer.exportedUntil === null ? 'notSynced' : 'unknownPrompt' };
  }
  if (use.localText !== null) {
    const local = localText(use, prompt);
    if (local !== null) {
      return local;
    }
  }
  if (use.version !== null && use.label !== null && isPython(use.file)) {
    return { kind: 'refused', prompt };
  }
  if (use.dynamic.version || use.dynamic.label) {
    return { kind: 'open', prompt, versions: openVersions(prompt) };
  }
  return use.version === null ? byLabel(prompt, use.label ?? servedLabel) : byVersion(prompt, use.version);
}

/** The version before this one, for a comparison. */
export function previousVersion(prompt: PromptLens, { version }: LensVersion): LensVersion | null {
  const older = prompt.versions.filter((candidate) => candidate.version < version);
  return older.toSorted((a, b) => b.version - a.version)[0] ?? null;
}

export function servedVersion(prompt: PromptLens): LensVersion | null {
  return prompt.versions.find(({ labels }) => labels.includes(servedLabel)) ?? null;
}

function newestVersion(prompt: PromptLens): LensVersion | null {
  return prompt.versions.toSorted((a, b) => b.version - a.version)[0] ?? null;
}

/** Only the Python SDK refuses a version together with a label. */
function isPython(file: string): boolean {
  return /\.(pyi?|ipynb)$/.test(file);
}

function byVersion(prompt: PromptLens, number: number): LensFinding {
  const version = prompt.versions.find((candidate) => candidate.version === number);
  return version === undefined
    ? { kind: 'unknownVersion', prompt, version: number }
    : { kind: 'version', prompt, version, by: null };
}

function byLabel(prompt: PromptLens, label: string): LensFinding {
  const labelled = prompt.versions.find(({ labels }) => labels.includes(label));
  // Langfuse keeps this one itself.
  const version = labelled ?? (label === 'latest' ? newestVersion(prompt) : null);
  return version === null ? { kind: 'unsetLabel', prompt, label } : { kind: 'version', prompt, version, by: label };
}

function localText(use: PromptUse, prompt: PromptLens): LensFinding | null {
  if (use.localText === 'same') {
    const matched = prompt.versions.find(({ version }) => version === use.version);
    return matched === undefined ? null : { kind: 'text', prompt, matched };
  }
  const nearest = servedVersion(prompt) ?? newestVersion(prompt);
  return nearest === null ? null : { kind: 'otherText', prompt, nearest };
}

/** The versions that a label can lead to, what is served first; without labels the newest. */
function openVersions(prompt: PromptLens): readonly LensVersion[] {
  const labelled = prompt.versions.filter(({ labels }) => labels.length > 0);
  const candidates = labelled.length === 0 ? prompt.versions : labelled;
  const rank = ({ labels }: LensVersion): number => (labels.includes(servedLabel) ? 0 : 1);
  return candidates.toSorted((a, b) => rank(a) - rank(b) || b.version - a.version).slice(0, mostOpenVersions);
}
