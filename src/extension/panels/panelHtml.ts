import type { PanelSetup } from '../../protocol/panels.ts';

export interface PanelPage {
  readonly title: string;
  readonly setup: PanelSetup;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Scripts that the first one imports. */
  readonly preloadUris: readonly string[];
  /** Where the editor serves our files from, as a source of the policy. */
  readonly cspSource: string;
  /** Random for each document. */
  readonly nonce: string;
}

/**
 * The document of a panel. Its policy allows our scripts and our style sheets, and no connection to
 * anywhere. What a browser knows of dates takes it 20 ms to load: it does so while it waits for the script.
 */
export function panelHtml({ title, setup, scriptUri, styleUri, preloadUris, cspSource, nonce }: PanelPage): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  const preloads = preloadUris.map((uri) => `\n<link rel="modulepreload" nonce="${nonce}" href="${escapeHtml(uri)}">`);
  return `<!doctype html>
<html lang="${escapeHtml(setup.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(styleUri)}">${preloads.join('')}
<title>${escapeHtml(title)}</title>
</head>
<body data-setup="${escapeHtml(JSON.stringify(setup))}">
<script type="module" nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>
<script type="module" async nonce="${nonce}">new Intl.DateTimeFormat()</script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
