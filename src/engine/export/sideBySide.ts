/**
 * Runs works that need nothing of each other at the same time. When one fails the others are
 * aborted; all have ended when this returns.
 * @throws what the first one that failed threw
 */
export async function sideBySide(
  signal: AbortSignal | undefined,
  works: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const stop = new AbortController();
  const shared = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  await Promise.all(
    works.map(async (work) => {
      try {
        await work(shared);
      } catch (error) {
        failures.push(error);
        stop.abort();
      }
    }),
  );
  if (failures.length > 0) {
    throw failures[0];
  }
}
