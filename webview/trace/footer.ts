import * as l10n from '@vscode/l10n';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import question from '@vscode/codicons/src/icons/question.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import { icon, iconButton } from '../shared/icon.ts';
import type { StepTree } from './stepTree.ts';

export interface FooterActions {
  nextFailure(): void;
  showKeys(): void;
}

/** What the bars mean, and the way to the next failure where there is one. */
export function footer(tree: StepTree, actions: FooterActions): TemplateResult {
  return html`<div class="foot">
    <span class="key"
      ><i class="sample waiting"></i><i class="sample model"></i>${l10n.t('model: waiting, then streaming')}</span
    >
    <span class="key"><i class="sample tool"></i>${l10n.t('tool')}</span>
    <span class="key"><i class="sample error"></i>${l10n.t('error')}</span>
    <span class="key"><i class="sample fallback"></i>${l10n.t('fallback')}</span>
    <span class="end">
      ${
        tree.failures.length === 0
          ? nothing
          : html`<button type="button" class="button" @click=${() => actions.nextFailure()}>
              ${icon(arrowDown)}${l10n.t('Next failing step')} <kbd>F8</kbd>
            </button>`
      }${iconButton({ svg: question, label: l10n.t('Keys'), key: '?', click: () => actions.showKeys() })}
    </span>
  </div>`;
}
