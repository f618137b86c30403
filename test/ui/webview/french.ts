import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../tools/shell.ts';
import type { PanelPageOptions } from './panelPage.ts';

/** A panel in French, with the translations that are delivered. */
export async function french(): Promise<Pick<PanelPageOptions, 'language' | 'translations'>> {
  const bundle = await readFile(path.join(root, 'media', 'l10n', 'bundle.l10n.fr.json'), 'utf8');
  return { language: 'fr', translations: JSON.parse(bundle) as Record<string, string> };
}
