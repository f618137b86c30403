import type { PanelSetup } from '../../protocol/panels.ts';

export interface PanelPage {
  readonly title: string;
  readonly setup: PanelSetup;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Where the editor serves our files from, as a source of the policy. */
  readonly cspSource: string;
  /** Random for each document. */
  readonly nonce: string;
}

/** The document of a panel. Its policy allows our script and our style sheets, and no connection to anywhere. */
export function panelHtml({ title, setup, scriptUri, styleUri, cspSource, nonce }: PanelPage): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="${escapeHtml(setup.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
<title>${escapeHtml(title)}</title>
</head>
<body data-setup="${escapeHtml(JSON.stringify(setup))}">
<script type="module" nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
