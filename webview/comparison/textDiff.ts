import { diffArrays, diffWordsWithSpace } from 'diff';

/** A line of a template; roles head the messages of chat prompts. */
export interface TemplateLine {
  readonly kind: 'role' | 'text';
  readonly text: string;
}

export interface DiffPart {
  readonly text: string;
  readonly changed: boolean;
}

export interface DiffLine {
  readonly change: 'same' | 'removed' | 'added';
  readonly kind: TemplateLine['kind'];
  /** Counted from 1; null on the side that does not have it. */
  readonly left: number | null;
  readonly right: number | null;
  readonly parts: readonly DiffPart[];
}

export interface TextDiff {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
}

/** Milliseconds after which two texts are too different to be worth it. */
const patience = 300;
/** Of a line's characters: where more have changed, marking words says nothing. */
const mostChanged = 0.7;

/** What differs, line by line, and inside lines word by word; null where that would take too long. */
export function diffTemplates(left: readonly TemplateLine[], right: readonly TemplateLine[]): TextDiff | null {
  const hunks = diffArrays([...left], [...right], {
    comparator: (one, other) => one.kind === other.kind && one.text === other.text,
    timeout: patience,
  });
  if (hunks === undefined) {
    return null;
  }
  const lines: DiffLine[] = [];
  const position = { left: 0, right: 0 };
  hunks.forEach((hunk, index) => {
    if (hunk.added) {
      const before = hunks[index - 1];
      const replaced = before?.removed ? before.value : [];
      lines.push(...hunk.value.map((line, at) => added(line, replaced[at], (position.right += 1))));
    } else if (hunk.removed) {
      const after = hunks[index + 1];
      const replacing = after?.added ? after.value : [];
      lines.push(...hunk.value.map((line, at) => removed(line, replacing[at], (position.left += 1))));
    } else {
      lines.push(...hunk.value.map((line) => same(line, (position.left += 1), (position.right += 1))));
    }
  });
  const count = (change: DiffLine['change']): number => lines.filter((line) => line.change === change).length;
  return { lines, added: count('added'), removed: count('removed') };
}

function same({ kind, text }: TemplateLine, left: number, right: number): DiffLine {
  return { change: 'same', kind, left, right, parts: [{ text, changed: false }] };
}

function added(line: TemplateLine, replaced: TemplateLine | undefined, right: number): DiffLine {
  return { change: 'added', kind: line.kind, left: null, right, parts: partsOf(line, replaced, 'added') };
}

function removed(line: TemplateLine, replacing: TemplateLine | undefined, left: number): DiffLine {
  return { change: 'removed', kind: line.kind, left, right: null, parts: partsOf(line, replacing, 'removed') };
}

/** The words that only this line has, against the line at its place on the other side. */
function partsOf(line: TemplateLine, other: TemplateLine | undefined, side: 'added' | 'removed'): readonly DiffPart[] {
  const whole = [{ text: line.text, changed: true }];
  if (other?.kind !== line.kind || line.text.trim() === '') {
    return whole;
  }
  const [from, to] = side === 'added' ? [other.text, line.text] : [line.text, other.text];
  const parts = diffWordsWithSpace(from, to)
    .filter((change) => (side === 'added' ? !change.removed : !change.added))
    .map((change) => ({ text: change.value, changed: change.added || change.removed }));
  const changed = parts.reduce((sum, part) => sum + (part.changed ? part.text.length : 0), 0);
  return changed > mostChanged * line.text.length ? whole : joined(parts);
}

/** Changed words with nothing but a space between them are one change. */
function joined(parts: readonly DiffPart[]): readonly DiffPart[] {
  const result: DiffPart[] = [];
  parts.forEach(({ text, changed }, index) => {
    const last = result.at(-1);
    const between = text.trim() === '' && last?.changed === true && parts[index + 1]?.changed === true;
    if (last?.changed === (changed || between)) {
      result[result.length - 1] = { text: last.text + text, changed: last.changed };
    } else {
      result.push({ text, changed });
    }
  });
  return result;
}
