/**
 * Looks again and again, for what no locator can wait for.
 * @throws Error after ten seconds
 */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error('What the test waits for did not happen.');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
