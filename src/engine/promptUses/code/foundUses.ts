import type { Node, Point } from '@vscode/tree-sitter-wasm';
import type { PromptUseVia, TextSpan } from '../../../protocol/promptUses.ts';
import { notDynamic, type FoundUse } from '../promptUse.ts';
import type { Source } from './source.ts';
import type { Slot } from './wrapper.ts';

/** What a call says of the prompt that it is about. */
export interface PromptReference {
  /** Where the prompt's name stands. */
  readonly at: Node;
  readonly promptName: string;
  readonly via: PromptUseVia;
  readonly label: Slot;
  readonly version: Slot;
}

/** The uses of prompts that calls of one file are. */
export class FoundUses {
  readonly #source: Source;
  readonly #uses = new Map<number, FoundUse>();
  readonly #ranges: { readonly start: Point; readonly end: Point }[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  get all(): readonly FoundUse[] {
    return [...this.#uses.values()];
  }

  /** True when the place lies inside a call that was found. */
  holds({ startLine, startColumn }: TextSpan): boolean {
    return this.#ranges.some(
      ({ start, end }) =>
        (startLine > start.row || (startLine === start.row && startColumn >= start.column)) &&
        (startLine < end.row || (startLine === end.row && startColumn < end.column)),
    );
  }

  /** @param node the call */
  add(node: Node, reference: PromptReference): void {
    const { at, promptName, via } = reference;
    if (promptName.trim() === '' || promptName.length > 255) {
      return;
    }
    const label = settled(reference.label);
    const version = settled(reference.version);
    const numbered = typeof version.value === 'number' ? version.value : null;
    const labelled = typeof label.value === 'string' ? label.value : null;
    this.#ranges.push({ start: node.startPosition, end: node.endPosition });
    this.#uses.set(node.id, {
      line: node.startPosition.row,
      promptName,
      version: numbered,
      label: labelled,
      via,
      dynamic:
        label.dynamic || version.dynamic || version.value !== numbered
          ? { version: version.dynamic || version.value !== numbered, label: label.dynamic }
          : notDynamic,
      localText: null,
      span: this.#source.span(at),
    });
  }
}

interface Settled {
  readonly value: string | number | null;
  readonly dynamic: boolean;
}

/** Of a call that nobody else completes: a parameter's value is known to the running program alone. */
function settled(slot: Slot): Settled {
  return {
    value: slot.kind === 'literal' ? slot.value : null,
    dynamic: slot.kind === 'dynamic' || slot.kind === 'parameter',
  };
}
