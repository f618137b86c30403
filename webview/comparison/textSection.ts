import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ModelsAnswer } from '../../src/protocol/analytics.ts';
import type { PromptVersionText } from '../../src/protocol/browse.ts';
import { none } from '../shared/cells.ts';
import type { Writing } from '../shared/panel.ts';
import { configChanges, templateLines } from './template.ts';
import type { DiffLine, TextDiff } from './textDiff.ts';

/** Lines around a change that stay in sight. */
const context = 3;

/** Both texts with their difference, as far as it is known. */
export interface TextComparison {
  /** Null: not stored; undefined: not known yet. */
  readonly left: PromptVersionText | null | undefined;
  readonly right: PromptVersionText | null | undefined;
  /** Null: too different to be shown line by line; undefined: not known yet. */
  readonly diff: TextDiff | null | undefined;
}

/** Works out differences. The library for it loads with the first text. */
export class TextDiffs {
  readonly #changed: () => void;
  #of: readonly [left: PromptVersionText | null, right: PromptVersionText | null] | null = null;
  #diff: TextDiff | null | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The difference of the two; undefined until it is worked out. */
  get(left: PromptVersionText | null, right: PromptVersionText | null): TextDiff | null | undefined {
    if (this.#of?.[0] !== left || this.#of[1] !== right) {
      this.#of = [left, right];
      void this.#work(left, right);
    }
    return this.#diff;
  }

  async #work(left: PromptVersionText | null, right: PromptVersionText | null): Promise<void> {
    const { diffTemplates } = await import('./textDiff.ts');
    const [one, other] = [left ?? right, right ?? left];
    if (this.#of?.[0] === left && this.#of[1] === right && one !== null && other !== null) {
      this.#diff = diffTemplates(templateLines(one), templateLines(other));
      this.#changed();
    }
  }
}

export interface TextSection {
  readonly names: readonly [left: string, right: string | null];
  readonly text: TextComparison;
  readonly models: readonly [left: ModelsAnswer | null, right: ModelsAnswer | null];
  readonly whole: boolean;
  readonly writing: Writing;
}

export interface TextActions {
  showWhole(whole: boolean): void;
  openDiff(left: number, right: number): void;
}

/** What differs in the text, and under it in the configuration and in the models that were used. */
export function textSection(section: TextSection, actions: TextActions): TemplateResult {
  const { text, whole, names } = section;
  const { left, right, diff } = text;
  const both = left != null && right != null;
  return html`<section aria-labelledby="text-title" data-part="text">
    <header>
      <h2 id="text-title">${l10n.t('Text')}</h2>
      <span class="caption">${caption(section)}</span>
      <span class="end">
        ${
          diff != null && diff.added + diff.removed > 0 && hasFolds(diff.lines)
            ? html`<button type="button" class="link" @click=${() => actions.showWhole(!whole)}>
                ${whole ? l10n.t('Changes only') : l10n.t('Whole text')}
              </button>`
            : nothing
        }
        ${
          both
            ? html`<button type="button" class="link" @click=${() => actions.openDiff(left.version, right.version)}>
                ${l10n.t('Open in diff editor')}
              </button>`
            : nothing
        }
      </span>
    </header>
    ${diff == null ? nothing : diffView(diff, whole, names)} ${conditions(section)}
  </section>`;
}

function caption({ names: [a, b], text: { left, right, diff }, writing: { numbers } }: TextSection): string {
  if (left === undefined || right === undefined || diff === undefined) {
    return left === null && right === null ? l10n.t('no text of either version is stored') : '';
  }
  if (left === null || right === null) {
    return b === null ? a : l10n.t('no text of {0} is stored', left === null ? a : b);
  }
  if (diff === null) {
    return l10n.t('the texts are too different to be compared here');
  }
  return diff.added + diff.removed === 0
    ? l10n.t('the same in {0} and {1}', a, b ?? '')
    : l10n.t(
        '{0} to {1}, lines added: {2}, removed: {3}',
        a,
        b ?? '',
        numbers.count(diff.added),
        numbers.count(diff.removed),
      );
}

/** Lines as they are drawn: a number stands for so many that are the same and far from any change. */
function foldedLines(lines: readonly DiffLine[], whole: boolean): readonly (DiffLine | number)[] {
  const unchanged = lines.every(({ change }) => change === 'same');
  if (whole || unchanged) {
    return lines;
  }
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ change }) => change !== 'same'),
  );
  const shown: (DiffLine | number)[] = [];
  lines.forEach((line, index) => {
    const last = shown.at(-1);
    if (near[index] === true) {
      shown.push(line);
    } else if (typeof last === 'number') {
      shown[shown.length - 1] = last + 1;
    } else {
      shown.push(1);
    }
  });
  return shown;
}

function hasFolds(lines: readonly DiffLine[]): boolean {
  return foldedLines(lines, false).some((line) => typeof line === 'number');
}

function diffView(diff: TextDiff, whole: boolean, [a, b]: TextSection['names']): TemplateResult {
  const label = b === null ? l10n.t('Text of {0}', a) : l10n.t('Text of {0} and {1}', a, b);
  return html`<div class="diff" role="group" aria-label=${label} tabindex="0">
    ${foldedLines(diff.lines, whole).map((line) =>
      typeof line === 'number'
        ? html`<div class="line fold"><span class="quiet">${l10n.t('{0} lines the same', line)}</span></div>`
        : lineView(line),
    )}
  </div>`;
}

function lineView({ change, kind, left, right, parts }: DiffLine): TemplateResult {
  const sign = { same: '', removed: '−', added: '+' }[change];
  const spoken = { same: '', removed: l10n.t('removed:'), added: l10n.t('added:') }[change];
  return html`<div class=${`line ${change} ${kind}`}>
    <span class="line-number" aria-hidden="true">${left ?? ''}</span
    ><span class="line-number" aria-hidden="true">${right ?? ''}</span
    ><span class="sign" aria-hidden="true">${sign}</span
    ><code
      >${spoken === '' ? nothing : html`<span class="unseen">${spoken} </span>`}${parts.map(({ text, changed }) =>
        changed && change !== 'same' ? html`<b>${text}</b>` : text,
      )}</code
    >
  </div>`;
}

interface Condition {
  readonly name: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** Models and configuration of both versions, where they are known. */
function conditions({
  names: [a, b],
  text: { left, right },
  models,
  writing,
}: TextSection): TemplateResult | typeof nothing {
  if (b === null) {
    return nothing;
  }
  const used = models.map((answer) => (answer === null ? null : modelsText(answer, writing)));
  const rows: readonly Condition[] = [
    ...(used.some((text) => text !== null)
      ? [{ name: l10n.t('Models, by calls'), left: used[0] ?? none(), right: used[1] ?? none() }]
      : []),
    ...configChanges(left?.config ?? null, right?.config ?? null).map((change) => ({
      name: change.key,
      left: change.left ?? none(l10n.t('not set')),
      right: change.right ?? none(l10n.t('not set')),
    })),
  ];
  return rows.length === 0
    ? nothing
    : html`<table class="conditions" aria-label=${l10n.t('Models and configuration')}>
        <thead>
          <tr>
            <th scope="col">${l10n.t('Models and configuration')}</th>
            <th scope="col">${a}</th>
            <th scope="col">${b}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, left, right }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${left}</td>
                <td>${right}</td>
              </tr>`,
          )}
        </tbody>
      </table>`;
}

/** `claude-sonnet-4-5 78 %, gpt-4o-mini 22 %`; null when nothing was called. */
function modelsText({ models, total }: ModelsAnswer, { numbers }: Writing): string | null {
  const named = models
    .toSorted((a, b) => b.calls - a.calls)
    .map(({ model, calls }) => `${model ?? l10n.t('unknown')} ${numbers.wholeShare(calls / total.calls)}`);
  return named.length === 0 ? null : named.join(', ');
}
