import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Numbers } from '../../src/format/numbers.ts';
import type { Chat, ChatMessage, ChatPart } from './chat.ts';
import type { TextBlocks } from './textBlocks.ts';

/** Messages under each other, each with its role. @param id of the section, that what is unfolded is remembered by */
export function chatView({ messages, rest }: Chat, id: string, blocks: TextBlocks): TemplateResult {
  return html`<div class="messages">
    ${messages.map((message, index) => messageView(message, `${id}/${index}`, blocks))}
    ${rest === null ? nothing : row(l10n.t('other fields'), null, blocks.json(rest, `${id}/rest`, l10n.t('Other fields')))}
  </div>`;
}

export function chatCaption({ messages }: Chat, numbers: Numbers): string {
  return messages.length === 1 ? l10n.t('1 message') : l10n.t('{0} messages', numbers.count(messages.length));
}

function messageView({ role, name, parts }: ChatMessage, id: string, blocks: TextBlocks): TemplateResult {
  const toolName = parts.length === 1 && parts[0]?.kind === 'toolResult' ? parts[0].name : null;
  const content =
    parts.length === 0
      ? html`<p class="quiet">${l10n.t('no content')}</p>`
      : parts.map((part, index) => partView(part, `${id}/${index}`, role, blocks));
  return row(role, name ?? toolName, content);
}

function row(role: string, name: string | null, content: unknown): TemplateResult {
  return html`<div class="message">
    <div class="role">${role}${name === null ? nothing : html`<br />${name}`}</div>
    <div class="content">${content}</div>
  </div>`;
}

function partView(part: ChatPart, id: string, role: string, blocks: TextBlocks): unknown {
  switch (part.kind) {
    case 'text':
      return blocks.text(part.text, id, role);
    case 'thinking':
      return html`<div class="part thinking">
        <span class="caption">${l10n.t('thinking')}</span>${blocks.text(part.text, id, l10n.t('thinking'))}
      </div>`;
    case 'toolCall':
      return html`<div class="part">
        <span class="caption"
          >${l10n.t('calls')} <b>${part.name}</b>${part.id === null ? nothing : html` <code>${part.id}</code>`}</span
        >${blocks.value(part.arguments, id, l10n.t('Arguments of {0}', part.name))}
      </div>`;
    case 'toolResult':
      return html`<div class="part">
        ${
          part.id === null ? nothing : html`<span class="caption">${l10n.t('answers')} <code>${part.id}</code></span>`
        }${blocks.value(part.value, id, l10n.t('Result'))}
      </div>`;
    case 'media':
      return html`<p class="part quiet">${part.type}: ${blocks.text(part.source, id, part.type)}</p>`;
    case 'data':
      return blocks.value(part.value, id, role);
  }
}
