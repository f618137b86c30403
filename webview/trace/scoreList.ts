import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ScoreSummary } from '../../src/protocol/browse.ts';
import type { Writing } from '../shared/panel.ts';

/** Each score with who gave it, when, and what was said beside it. */
export function scoreList(scores: readonly ScoreSummary[], writing: Writing): TemplateResult {
  const { times, now } = writing;
  return html`
    <dl class="pairs">
      ${scores.map(
        (score) =>
          html`<dt>${score.name}</dt>
            <dd>
              ${scoreValue(score, writing)}
              <span class="quiet" title=${times.iso(score.at)}
                >${score.source.toLowerCase()}, ${times.moment(score.at, now())}</span
              >
              ${score.comment === null ? nothing : html`<br /><span class="text">${score.comment}</span>`}
            </dd>`,
      )}
    </dl>
  `;
}

function scoreValue({ dataType, value, stringValue }: ScoreSummary, { numbers }: Writing): TemplateResult {
  if (dataType === 'BOOLEAN' && value !== null) {
    return value === 0 ? html`<span class="bad">${l10n.t('no')}</span>` : html`${l10n.t('yes')}`;
  }
  if (value !== null && dataType !== 'CATEGORICAL') {
    return html`${numbers.decimal(value)}`;
  }
  return html`${stringValue ?? l10n.t('none')}`;
}
