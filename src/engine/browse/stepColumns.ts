import type { StepColumns } from '../../protocol/browse.ts';
import { Moments } from './moments.ts';
import type { StepValues } from './stepValues.ts';

/** Texts that repeat, each once, in the order of their first use. */
class TextNumbers {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    const number = this.texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  orNull(text: string | null): number | null {
    return text === null ? null : this.numberOf(text);
  }
}

/** The observations of a trace by start time then id, their parents as rows, their texts as numbers. */
export function stepColumns(values: StepValues): StepColumns {
  const moments = new Moments();
  const times = new Float64Array(values.starts.map((time) => moments.parse(time)));
  const order = orderOf(times, values.ids);
  const numbers = new TextNumbers();
  const numberOf = (text: string): number => numbers.numberOf(text);
  const numberOrNull = (text: string | null): number | null => numbers.orNull(text);
  const origin = times[order[0] ?? 0] ?? 0;
  const after = (time: string | null): number | null => (time === null ? null : moments.parse(time) - origin);
  const ids = inOrder(order, values.ids, same);
  return {
    ids,
    ...parentRows(ids, inOrder(order, values.parents, same)),
    types: inOrder(order, values.types, numberOf),
    names: inOrder(order, values.names, numberOrNull),
    levels: inOrder(order, values.levels, numberOf),
    statusMessages: inOrder(order, values.statusMessages, numberOrNull),
    models: inOrder(order, values.models, numberOrNull),
    origin,
    starts: inOrder(order, times, (time) => time - origin),
    ends: inOrder(order, values.ends, after),
    firstTokens: inOrder(order, values.firstTokens, after),
    tokens: inOrder(order, values.tokens, same),
    costsUsd: inOrder(order, values.costsUsd, same),
    fallbacks: rowsThat(inOrder(order, values.fallbacks, same)),
    texts: numbers.texts,
  };
}

const same = <T>(value: T): T => value;

/** With a loop: Array.from walks iterators, which took most of the time that all of this took. */
function inOrder<T, R>(order: Uint32Array, column: ArrayLike<T>, read: (value: T) => R): R[] {
  const values: R[] = [];
  for (const place of order) {
    values.push(read(column[place] as T));
  }
  return values;
}

function rowsThat(flags: readonly number[]): number[] {
  const rows: number[] = [];
  for (let row = 0; row < flags.length; row++) {
    if (flags[row] === 1) {
      rows.push(row);
    }
  }
  return rows;
}

/** Places by time then id. */
function orderOf(times: Float64Array, ids: readonly string[]): Uint32Array {
  const order = new Uint32Array(times.length).map((_, place) => place);
  return order.sort((a, b) => {
    const earlier = (times[a] ?? 0) - (times[b] ?? 0);
    return earlier === 0 ? ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : 1) : earlier;
  });
}

/** A parent that is not there is none, and neither is the row itself. */
function parentRows(
  ids: readonly string[],
  parentIds: readonly (string | null)[],
): Pick<StepColumns, 'parents' | 'orphans'> {
  const rows = new Map<string, number>();
  for (let row = 0; row < ids.length; row++) {
    rows.set(ids[row] ?? '', row);
  }
  let orphans = 0;
  const parents = parentIds.map((id, row) => {
    const parent = id === null ? null : (rows.get(id) ?? null);
    orphans += id !== null && parent === null ? 1 : 0;
    return parent === row ? null : parent;
  });
  return { parents, orphans };
}
