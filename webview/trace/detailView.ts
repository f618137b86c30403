import * as l10n from '@vscode/l10n';
import arrowSwap from '@vscode/codicons/src/icons/arrow-swap.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import listTree from '@vscode/codicons/src/icons/list-tree.svg';
import markdown from '@vscode/codicons/src/icons/markdown.svg';
import json from '@vscode/codicons/src/icons/json.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ScoreSummary } from '../../src/protocol/browse.ts';
import { choices } from '../shared/choices.ts';
import { icon, iconButton } from '../shared/icon.ts';
import { Memo } from '../shared/memo.ts';
import type { Writing } from '../shared/panel.ts';
import { readChat, type Chat } from './chat.ts';
import { chatCaption, chatView } from './messagesView.ts';
import { isList, isRecord, readJson, type Json, type ReadJson } from './readJson.ts';
import { sizeText } from './sizeText.ts';
import type { Step } from './stepTree.ts';
import { stepName, stepSeconds } from './stepWords.ts';
import { typeIcon } from './typeIcon.ts';
import type { Subject } from './subject.ts';
import { TextBlocks } from './textBlocks.ts';
import { usageTable } from './usageTable.ts';

export type DetailMode = 'messages' | 'raw';
export type DetailSection = 'input' | 'output' | 'usage' | 'scores' | 'parameters' | 'metadata';

export interface DetailInput {
  /** Null for the trace itself. */
  readonly step: Step | null;
  /** When it began, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly traceName: string;
  /** Null while it is being read. */
  readonly subject: Subject | null;
  /** What stands in its place when it could not be read; null otherwise. */
  readonly problem: string | null;
  readonly mode: DetailMode;
  readonly foldedSections: readonly DetailSection[];
}

export interface DetailActions {
  setMode(mode: DetailMode): void;
  toggleSection(section: DetailSection): void;
  openPrompt(prompt: NonNullable<Subject['prompt']>): void;
  showSourceRow(): void;
  copyMarkdown(): void;
  copyText(text: string): void;
}

/** A text as it was read: messages, other JSON, or nothing but a text. */
interface ReadText {
  readonly json: ReadJson | null;
  readonly chat: Chat | null;
}

/** The right side of the panel: one observation with all that is known of it. */
export class DetailView {
  readonly #writing: Writing;
  readonly #actions: DetailActions;
  readonly #changed: () => void;
  readonly #query: () => string;
  readonly #memo = new Memo();
  #blocks: TextBlocks | null = null;
  #blocksOf: Subject | null = null;

  /** @param changed it is to be drawn anew @param query what is looked for, in lower case */
  constructor(writing: Writing, actions: DetailActions, changed: () => void, query: () => string) {
    this.#writing = writing;
    this.#actions = actions;
    this.#changed = changed;
    this.#query = query;
  }

  template(input: DetailInput): TemplateResult {
    const { subject, problem } = input;
    return html`${this.#header(input)}${this.#bar(input)}
    ${problem === null ? nothing : html`<div class="note" role="alert">${icon(error)}<span>${problem}</span></div>`}
    ${subject === null ? nothing : this.#body(input, subject)}`;
  }

  #header({ step, startedAt, traceName }: DetailInput): TemplateResult {
    return html`<header>
      <h2>
        ${icon(step === null ? listTree : typeIcon(step.type))}<span
          >${step === null ? traceName : stepName(step)}</span
        >
        <span class="end">
          ${
            step === null
              ? nothing
              : iconButton({ svg: json, label: l10n.t('Show source row'), click: () => this.#actions.showSourceRow() })
          }
          ${iconButton({
            svg: markdown,
            label: step === null ? l10n.t('Copy the trace as Markdown') : l10n.t('Copy this step as Markdown'),
            key: 'C',
            click: () => this.#actions.copyMarkdown(),
          })}
        </span>
      </h2>
      <p class="caption" title=${this.#writing.times.iso(startedAt)}>${this.#facts(step, startedAt)}</p>
    </header>`;
  }

  #facts(step: Step | null, startedAt: number): string {
    const { numbers, times } = this.#writing;
    if (step === null) {
      return l10n.t('the whole trace');
    }
    const seconds = stepSeconds(step);
    const first =
      step.firstToken === null
        ? null
        : l10n.t('first token after {0}', numbers.duration(Math.max(0, step.firstToken - step.start) / 1000));
    const length = seconds === null ? (step.kind === 'event' ? null : l10n.t('no end')) : numbers.duration(seconds);
    return [step.type.toLowerCase(), step.model, times.second(startedAt), [length, first].filter(isKnown).join(', ')]
      .filter((part) => isKnown(part) && part !== '')
      .join(' · ');
  }

  #bar({ mode, subject }: DetailInput): TemplateResult {
    const prompt = subject?.prompt ?? null;
    return html`<div class="detail-bar">
      ${choices<DetailMode>({
        label: l10n.t('Texts'),
        choices: [
          { value: 'messages', label: l10n.t('Messages') },
          { value: 'raw', label: l10n.t('Raw') },
        ],
        chosen: mode,
        choose: (mode) => this.#actions.setMode(mode),
      })}
      ${
        prompt === null
          ? nothing
          : html`<button type="button" class="link prompt-link" @click=${() => this.#actions.openPrompt(prompt)}>
              ${prompt.version === null ? l10n.t('Prompt {0}', prompt.name) : l10n.t('Prompt {0} v{1}', prompt.name, prompt.version)}
            </button>`
      }
    </div>`;
  }

  #body(input: DetailInput, subject: Subject): TemplateResult {
    return html`${this.#notes(input, subject)} ${this.#textSection('input', input, subject)}
    ${this.#textSection('output', input, subject)} ${this.#usage(input, subject)} ${this.#scores(input, subject)}
    ${this.#jsonSection('parameters', l10n.t('Model parameters'), subject.modelParameters, input)}
    ${this.#jsonSection('metadata', l10n.t('Metadata'), subject.metadata, input)}`;
  }

  #notes({ step }: DetailInput, { fallbackOf }: Subject): TemplateResult {
    const message = step?.statusMessage ?? null;
    const kind = step?.failed === true ? 'note' : step?.level === 'WARNING' ? 'note warning' : 'plain-note';
    return html`${
      message === null || message === ''
        ? nothing
        : html`<div class=${kind}>
            ${step?.failed === true ? icon(error) : step?.level === 'WARNING' ? icon(warning) : nothing}<span
              class="text"
              >${message}</span
            >
          </div>`
    }${fallbackOf === null ? nothing : html`<div class="note warning">${icon(arrowSwap)}<span>${fallbackWords(fallbackOf)}</span></div>`}`;
  }

  #textSection(section: 'input' | 'output', input: DetailInput, subject: Subject): TemplateResult {
    const title = section === 'input' ? l10n.t('Input') : l10n.t('Output');
    const text = section === 'input' ? subject.inputText : subject.outputText;
    if (text === null) {
      return this.#section(section, title, l10n.t('none kept'), input, null);
    }
    const { json, chat } = this.#memo.get(section, [text], () => readText(text));
    const { numbers } = this.#writing;
    const caption = [
      chat !== null && input.mode === 'messages' ? chatCaption(chat, numbers) : null,
      sizeText(text.length, numbers),
    ].filter(isKnown);
    const cut = json?.cut === true || (section === 'input' ? subject.inputCut : subject.outputCut);
    const tools = iconButton({
      svg: copy,
      label: section === 'input' ? l10n.t('Copy the input') : l10n.t('Copy the output'),
      click: () => this.#actions.copyText(text),
    });
    const content = (): unknown => html`
      ${this.#textContent(section, title, text, json, chat, input, subject)}
      ${
        cut
          ? html`<p class="caption cut">
              ${l10n.t('Cut when it was exported: the first {0} are kept.', sizeText(text.length, numbers))}
            </p>`
          : nothing
      }
    `;
    return this.#section(section, title, caption.join(' · '), input, content, tools);
  }

  #textContent(
    id: string,
    label: string,
    text: string,
    json: ReadJson | null,
    chat: Chat | null,
    { mode }: DetailInput,
    subject: Subject,
  ): unknown {
    const blocks = this.#blocksFor(subject);
    if (mode === 'raw') {
      return html`<div class="raw">${blocks.text(text, `${id}/raw`, label)}</div>`;
    }
    if (chat !== null) {
      return chatView(chat, id, blocks);
    }
    return json === null ? blocks.text(text, id, label) : blocks.json(json.value, id, label);
  }

  #usage(input: DetailInput, subject: Subject): TemplateResult | typeof nothing {
    const { usage, costUsd, tokens, costSource, provider } = subject;
    if (input.step === null || (usage.length === 0 && costUsd === null && tokens === null)) {
      return nothing;
    }
    const caption = [input.step.model, provider, costSource === null ? null : costSourceWords(costSource)];
    return this.#section('usage', l10n.t('Usage and cost'), caption.filter(isKnown).join(' · '), input, () =>
      usageTable(subject, this.#writing),
    );
  }

  #scores(input: DetailInput, { scores }: Subject): TemplateResult | typeof nothing {
    if (scores.length === 0) {
      return nothing;
    }
    const { times, now } = this.#writing;
    return this.#section(
      'scores',
      l10n.t('Scores'),
      this.#writing.numbers.count(scores.length),
      input,
      () => html`
        <dl class="pairs">
          ${scores.map(
            (score) =>
              html`<dt>${score.name}</dt>
                <dd>
                  ${this.#scoreValue(score)}
                  <span class="quiet" title=${times.iso(score.at)}
                    >${score.source.toLowerCase()}, ${times.moment(score.at, now())}</span
                  >
                  ${score.comment === null ? nothing : html`<br /><span class="text">${score.comment}</span>`}
                </dd>`,
          )}
        </dl>
      `,
    );
  }

  #scoreValue({ dataType, value, stringValue }: ScoreSummary): TemplateResult {
    if (dataType === 'BOOLEAN' && value !== null) {
      return value === 0 ? html`<span class="bad">${l10n.t('no')}</span>` : html`${l10n.t('yes')}`;
    }
    if (value !== null && dataType !== 'CATEGORICAL') {
      return html`${this.#writing.numbers.decimal(value)}`;
    }
    return html`${stringValue ?? l10n.t('none')}`;
  }

  #jsonSection(
    section: 'parameters' | 'metadata',
    title: string,
    text: string | null,
    input: DetailInput,
  ): TemplateResult | typeof nothing {
    const subject = input.subject;
    const json = text === null ? null : this.#memo.get(section, [text], () => readJson(text));
    if (text === null || subject === null || (json !== null && sizeOf(json.value) === 0)) {
      return nothing;
    }
    const blocks = this.#blocksFor(subject);
    const caption = json === null ? sizeText(text.length, this.#writing.numbers) : summaryOf(json.value, this.#writing);
    return this.#section(section, title, caption, input, () =>
      json === null ? blocks.text(text, section, title) : blocks.json(json.value, section, title),
    );
  }

  #section(
    section: DetailSection,
    title: string,
    caption: string,
    { foldedSections }: DetailInput,
    content: (() => unknown) | null,
    tools: TemplateResult | typeof nothing = nothing,
  ): TemplateResult {
    const open = content !== null && !foldedSections.includes(section);
    return html`<section data-section=${section}>
      <h3>
        <button
          type="button"
          aria-expanded=${open}
          ?disabled=${content === null}
          @click=${() => this.#actions.toggleSection(section)}
        >
          ${content === null ? html`<span class="icon"></span>` : icon(open ? chevronDown : chevronRight)}${title}
        </button>
        <span class="caption">${caption}</span>${tools}
      </h3>
      ${open ? content() : nothing}
    </section>`;
  }

  /** What was unfolded stays so until something else is shown. */
  #blocksFor(subject: Subject): TextBlocks {
    const same =
      this.#blocksOf?.observationId === subject.observationId &&
      this.#blocksOf.inputText === subject.inputText &&
      this.#blocksOf.outputText === subject.outputText;
    if (this.#blocks === null || !same) {
      this.#blocks?.dispose();
      this.#blocks = new TextBlocks(this.#writing.numbers, this.#changed, this.#query);
      this.#blocksOf = subject;
    }
    return this.#blocks;
  }
}

function readText(text: string): ReadText {
  const json = readJson(text);
  return { json, chat: json === null ? null : readChat(json.value) };
}

function isKnown<T>(value: T | null): value is T {
  return value !== null;
}

function fallbackWords({ originalModel, fallbackModel, reason }: NonNullable<Subject['fallbackOf']>): string {
  const from = originalModel ?? l10n.t('another model');
  const to = fallbackModel ?? l10n.t('another model');
  return reason === null
    ? l10n.t('Fallback from {0} to {1}.', from, to)
    : l10n.t('Fallback from {0} to {1}: {2}', from, to, reason);
}

function costSourceWords(source: string): string {
  switch (source) {
    case 'langfuse':
      return l10n.t('price from Langfuse');
    case 'metadata':
      return l10n.t('cost from the metadata');
    default:
      return l10n.t('price from the local table');
  }
}

function sizeOf(value: Json): number {
  return isList(value) ? value.length : isRecord(value) ? Object.keys(value).length : 1;
}

/** The first members that are short, and how many more there are: `temperature 0.2, max_tokens 2048, 3 more`. */
function summaryOf(value: Json, { numbers }: Writing): string {
  const size = sizeOf(value);
  if (!isRecord(value)) {
    return size === 1 ? l10n.t('1 element') : l10n.t('{0} elements', numbers.count(size));
  }
  const short = Object.entries(value).filter(
    ([, member]) =>
      typeof member === 'number' || typeof member === 'boolean' || (typeof member === 'string' && member.length <= 20),
  );
  const shown = short
    .slice(0, 2)
    .map(([name, member]) => `${name} ${typeof member === 'string' ? member : JSON.stringify(member)}`);
  const more = size - shown.length;
  return [
    ...shown,
    ...(more === 0
      ? []
      : [shown.length === 0 ? keysText(more, numbers.count(more)) : l10n.t('{0} more', numbers.count(more))]),
  ].join(', ');
}

function keysText(count: number, written: string): string {
  return count === 1 ? l10n.t('1 key') : l10n.t('{0} keys', written);
}
