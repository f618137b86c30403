/** Keeps the last result of each name while what it was made from is the same, so that equal input gives the same object. */
export class Memo {
  readonly #results = new Map<string, { readonly from: readonly unknown[]; readonly result: unknown }>();

  get<T>(name: string, from: readonly unknown[], make: () => T): T {
    const known = this.#results.get(name);
    if (known?.from.length === from.length && known.from.every((value, index) => value === from[index])) {
      return known.result as T;
    }
    const result = make();
    this.#results.set(name, { from, result });
    return result;
  }
}
