import * as l10n from '@vscode/l10n';
import error from '@vscode/codicons/src/icons/error.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PanelCommand } from '../../src/protocol/panels.ts';
import type { HostError } from './host.ts';
import { icon } from './icon.ts';

export interface StateAction {
  readonly label: string;
  readonly run: () => void;
}

export interface EmptyState {
  /** What was looked for. */
  readonly title: string;
  /** What is known. */
  readonly text: string;
  /** The first is the main one. */
  readonly actions: readonly StateAction[];
}

/** What stands in the place of everything when there is nothing to show. */
export function emptyState({ title, text, actions }: EmptyState): TemplateResult {
  return html`<div class="nothing">
    <h2>${title}</h2>
    <p>${text}</p>
    ${actions.map(
      ({ label, run }, index) =>
        html`<button type="button" class=${index === 0 ? 'button main' : 'button'} @click=${run}>${label}</button>`,
    )}
  </div>`;
}

export interface Note {
  readonly kind: 'error' | 'warning';
  /** What failed, why, and what the numbers below are. */
  readonly text: string;
  readonly actions: readonly StateAction[];
}

/** One line under the scope. A filled block means a failure or a warning, nothing else. */
export function note({ kind, text, actions }: Note): TemplateResult {
  return html`<div class=${kind === 'error' ? 'note' : 'note warning'} role="alert">
    ${icon(kind === 'error' ? error : warning)}<span>${text}</span>
    ${
      actions.length === 0
        ? nothing
        : html`<span class="end">
            ${actions.map(({ label, run }) => html`<button type="button" class="link" @click=${run}>${label}</button>`)}
          </span>`
    }
  </div>`;
}

/** What helps against a failure, by its code; always the log. */
export function remedies({ code }: HostError, run: (command: PanelCommand) => void): readonly StateAction[] {
  const log = { label: l10n.t('Show log'), run: () => run('langfuseMetrics.showLog') };
  if (code === 'config.missingKeys' || code?.startsWith('auth.') === true) {
    return [{ label: l10n.t('Set keys'), run: () => run('langfuseMetrics.setKeys') }, log];
  }
  if (code === 'database.unreachable' || code === 'database.auth' || code === 'database.missing') {
    return [{ label: l10n.t('Connect to PostgreSQL…'), run: () => run('langfuseMetrics.connectPostgres') }, log];
  }
  if (code?.startsWith('database.') === true) {
    return [{ label: l10n.t('Open folder'), run: () => run('langfuseMetrics.openDatabaseFolder') }, log];
  }
  return [log];
}
