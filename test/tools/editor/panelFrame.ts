import type { Frame, Page } from 'playwright-core';

const patienceMilliseconds = 30_000;

/**
 * The document of the panel on the screen in which `selector` is visible. Documents of hidden panels do not exist,
 * and one that is on its way out is passed over.
 */
export async function panelFrame(page: Page, selector: string): Promise<Frame> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    for (const frame of page.frames().slice(1)) {
      const visible = await frame
        .locator(selector)
        .first()
        .isVisible()
        .catch(() => false);
      if (visible) {
        return frame;
      }
    }
    if (Date.now() > deadline) {
      throw new Error(`No panel on the screen shows ${selector}.`);
    }
    await page.waitForTimeout(50);
  }
}
