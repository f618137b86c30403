export interface CompositionTag {
  readonly index: number;
  readonly length: number;
  readonly promptName: string;
  readonly version: number | null;
  readonly label: string | null;
}

const tag = /@@@langfusePrompt:(.*?)@@@/g;

/** Langfuse's own rule: exactly two parts, the name first, then a version or a label; anything else is ignored. */
export function compositionTags(text: string): CompositionTag[] {
  const found: CompositionTag[] = [];
  for (const match of text.matchAll(tag)) {
    const parts = match[1]?.split('|') ?? [];
    const [first = '', second = ''] = parts;
    const promptName = /^name=(.+)$/.exec(first)?.[1]?.trim() ?? '';
    const label = /^label=(.+)$/.exec(second)?.[1] ?? null;
    const version = /^version=(\d+)$/.exec(second)?.[1];
    if (parts.length === 2 && promptName !== '' && (label !== null || version !== undefined)) {
      const numbered = version === undefined ? null : Number(version);
      found.push({ index: match.index, length: match[0].length, promptName, version: numbered, label });
    }
  }
  return found;
}
