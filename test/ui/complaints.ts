import type { ConsoleMessage, Page } from 'playwright-core';

/** What the editor itself complains about in a browser without its native modules and its online services. */
const editorsOwn: readonly RegExp[] = [
  // Asks for an account to synchronise settings with, which no extension provides here.
  /authentication provider 'github'/,
  // The server is installed without native modules; see vscodeServer.ts.
  /build\/Release\/watchdog/,
  // The server's product carries no TypeScript of its own.
  /tsserver|typescript/i,
  // What that leads to when a TypeScript file is opened.
  /^%c +ERR color: #f33 An unknown error occurred\. Please consult the log for more details\.$/,
  // Of the frames that the editor makes around every webview.
  /allow-scripts and allow-same-origin/,
  // A read-only preview of the editor's own, when the participants that save documents are slow.
  /onWillSaveTextDocument/,
  // Galleries, icons and experiments are looked for online.
  /Failed to load resource|net::ERR_|Failed to fetch|gallery/i,
];

/** Collects what a window's console says of errors, and all that documents of ours complain about. */
export function collectComplaints(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (isComplaint(message) && !editorsOwn.some((pattern) => pattern.test(message.text()))) {
      complaints.push(`${message.type()} ${message.location().url}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  return complaints;
}

function isComplaint(message: ConsoleMessage): boolean {
  const ours = message.location().url.includes('/dist/webview/') || message.text().includes('Content Security Policy');
  return message.type() === 'error' || (ours && message.type() !== 'log');
}
