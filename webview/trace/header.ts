import * as l10n from '@vscode/l10n';
import copy from '@vscode/codicons/src/icons/copy.svg';
import linkExternal from '@vscode/codicons/src/icons/link-external.svg';
import markdown from '@vscode/codicons/src/icons/markdown.svg';
import thumbsDown from '@vscode/codicons/src/icons/thumbsdown.svg';
import thumbsDownFilled from '@vscode/codicons/src/icons/thumbsdown-filled.svg';
import thumbsUp from '@vscode/codicons/src/icons/thumbsup.svg';
import thumbsUpFilled from '@vscode/codicons/src/icons/thumbsup-filled.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { TraceOutline } from '../../src/protocol/browse.ts';
import { icon, iconButton } from '../shared/icon.ts';
import type { Writing } from '../shared/panel.ts';

export interface HeaderInput {
  readonly outline: TraceOutline;
  readonly steps: number;
  /** Steps that failed, which need not be what the trace counts. */
  readonly failures: number;
  readonly hasKeys: boolean;
  /** The trace itself is shown on the right. */
  readonly chosen: boolean;
  readonly writing: Writing;
}

export interface HeaderActions {
  showTrace(): void;
  rate(good: boolean): void;
  openInLangfuse(): void;
  copyId(): void;
  copyMarkdown(): void;
  openTraces(filter: { readonly users: readonly string[] } | { readonly sessions: readonly string[] }): void;
}

export function header(input: HeaderInput, actions: HeaderActions): TemplateResult {
  const { outline, chosen } = input;
  return html`<header class="trace-head">
    <div class="title-line">
      <h1>
        <button
          type="button"
          aria-pressed=${chosen}
          title=${l10n.t('Show input, output and scores of the whole trace')}
          @click=${() => actions.showTrace()}
        >
          ${outline.name ?? outline.id}
        </button>
      </h1>
      ${troubles(input)}
      <span class="end">${buttons(input, actions)}</span>
    </div>
    ${facts(input, actions)}
  </header>`;
}

function troubles({ outline, failures, writing: { numbers } }: HeaderInput): TemplateResult {
  const { fallbacks } = outline;
  return html`${
    failures === 0
      ? nothing
      : html`<span class="bad"
          >${failures === 1 ? l10n.t('1 error') : l10n.t('{0} errors', numbers.count(failures))}</span
        >`
  }${failures > 0 && fallbacks > 0 ? html`<span class="quiet" aria-hidden="true">·</span>` : nothing}${
    fallbacks === 0
      ? nothing
      : html`<span class="warn"
          >${fallbacks === 1 ? l10n.t('1 fallback') : l10n.t('{0} fallbacks', numbers.count(fallbacks))}</span
        >`
  }`;
}

function buttons({ outline, hasKeys }: HeaderInput, actions: HeaderActions): TemplateResult {
  const good = outline.rating === true;
  const bad = outline.rating === false;
  return html`${
    hasKeys
      ? html`<span class="quiet rate">${l10n.t('Rate')}</span>${iconButton({
            svg: good ? thumbsUpFilled : thumbsUp,
            label: l10n.t('Rate as good'),
            key: '+',
            pressed: good,
            click: () => actions.rate(true),
          })}${iconButton({
            svg: bad ? thumbsDownFilled : thumbsDown,
            label: l10n.t('Rate as bad'),
            key: '−',
            pressed: bad,
            click: () => actions.rate(false),
          })}`
      : nothing
  }${iconButton({ svg: copy, label: l10n.t('Copy the id'), click: () => actions.copyId() })}${iconButton({
    svg: markdown,
    label: l10n.t('Copy the trace as Markdown'),
    key: l10n.t('Shift C'),
    click: () => actions.copyMarkdown(),
  })}${
    hasKeys
      ? html`<button type="button" class="button" title="O" @click=${() => actions.openInLangfuse()}>
          ${icon(linkExternal)}${l10n.t('Open in Langfuse')}
        </button>`
      : nothing
  }`;
}

function facts({ outline, steps, writing }: HeaderInput, actions: HeaderActions): TemplateResult {
  const { numbers, times, now } = writing;
  const { userId, sessionId } = outline;
  const link = (text: string, run: () => void): TemplateResult =>
    html`<button type="button" class="link" title=${l10n.t('Show its traces')} @click=${run}>${text}</button>`;
  const list: readonly (readonly [string, unknown, string?])[] = [
    [
      l10n.t('Started'),
      `${times.day(outline.startedAt, now())} ${times.second(outline.startedAt)}`,
      times.iso(outline.startedAt),
    ],
    [
      l10n.t('Duration'),
      outline.durationSeconds === null ? l10n.t('unknown') : numbers.duration(outline.durationSeconds),
    ],
    [l10n.t('Cost'), outline.costUsd === null ? l10n.t('no price') : numbers.money(outline.costUsd)],
    [
      l10n.t('Tokens'),
      outline.tokens === null ? l10n.t('none') : numbers.tokens(outline.tokens),
      outline.tokens === null ? '' : numbers.count(outline.tokens),
    ],
    [l10n.t('Steps'), numbers.count(steps)],
    ...(userId === null
      ? []
      : [[l10n.t('User'), link(userId, () => actions.openTraces({ users: [userId] }))] as const]),
    ...(sessionId === null
      ? []
      : [[l10n.t('Session'), link(sessionId, () => actions.openTraces({ sessions: [sessionId] }))] as const]),
    [l10n.t('Environment'), outline.environment],
    ...(outline.release === null ? [] : [[l10n.t('Release'), outline.release] as const]),
    ...(outline.version === null ? [] : [[l10n.t('Version'), outline.version] as const]),
    ...(outline.tags.length === 0 ? [] : [[l10n.t('Tags'), outline.tags.join(', ')] as const]),
  ];
  return html`<dl class="facts">
    ${list.map(
      ([name, value, tooltip]) =>
        html`<div>
          <dt>${name}</dt>
          <dd title=${tooltip ?? nothing}>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
