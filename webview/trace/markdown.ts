import * as l10n from '@vscode/l10n';
import type { TraceOutline } from '../../src/protocol/browse.ts';
import type { Writing } from '../shared/panel.ts';
import { readChat, type ChatPart } from './chat.ts';
import { readJson, type Json } from './readJson.ts';
import type { Step, StepTree } from './stepTree.ts';
import { stepName, stepSeconds } from './stepWords.ts';
import type { Subject } from './subject.ts';

/** A trace with its steps as a nested list, and its own texts. Times are ISO-8601. */
export function traceMarkdown(outline: TraceOutline, tree: StepTree, subject: Subject, writing: Writing): string {
  const { numbers, times } = writing;
  const facts: readonly (readonly [string, string | null])[] = [
    [l10n.t('Trace'), code(outline.id)],
    [l10n.t('Started'), times.iso(outline.startedAt)],
    [l10n.t('Duration'), outline.durationSeconds === null ? null : numbers.duration(outline.durationSeconds)],
    [l10n.t('Cost'), outline.costUsd === null ? l10n.t('no price') : numbers.money(outline.costUsd)],
    [l10n.t('Tokens'), outline.tokens === null ? null : numbers.count(outline.tokens)],
    [l10n.t('Errors'), outline.errors === 0 ? null : numbers.count(outline.errors)],
    [l10n.t('Fallbacks'), outline.fallbacks === 0 ? null : numbers.count(outline.fallbacks)],
    [l10n.t('User'), escapeText(outline.userId)],
    [l10n.t('Session'), escapeText(outline.sessionId)],
    [l10n.t('Environment'), escapeText(outline.environment)],
    [l10n.t('Tags'), escapeText(outline.tags.length === 0 ? null : outline.tags.join(', '))],
  ];
  const steps = Array.from({ length: tree.size }, (_, place) => {
    const step = tree.step(place);
    return `${'  '.repeat(tree.depth(place))}- ${stepLine(step, writing)}`;
  });
  return blocks([
    `# ${escapeText(outline.name ?? outline.id) ?? ''}`,
    factList(facts),
    ...textBlocks(subject),
    ...(steps.length === 0 ? [] : [`## ${l10n.t('Steps')}`, steps.join('\n')]),
  ]);
}

/** One step with its texts laid out as messages where they are some. */
export function stepMarkdown(step: Step, startedAt: number, subject: Subject, writing: Writing): string {
  const { numbers, times } = writing;
  const seconds = stepSeconds(step);
  const usage = subject.usage.map(({ kind, tokens, costUsd }) =>
    [
      kind,
      tokens === null ? null : l10n.t('{0} tokens', numbers.count(tokens)),
      costUsd === null ? null : numbers.money(costUsd),
    ]
      .filter((part) => part !== null)
      .join(' '),
  );
  const prompt = subject.prompt;
  const facts: readonly (readonly [string, string | null])[] = [
    [l10n.t('Kind'), step.type.toLowerCase()],
    [l10n.t('Observation'), code(step.id)],
    [l10n.t('Model'), escapeText(step.model)],
    [l10n.t('Started'), times.iso(startedAt)],
    [l10n.t('Duration'), seconds === null ? null : numbers.duration(seconds)],
    [l10n.t('Cost'), step.costUsd === null ? null : numbers.money(step.costUsd)],
    [l10n.t('Tokens'), step.tokens === null ? null : numbers.count(step.tokens)],
    [l10n.t('Usage'), usage.length === 0 ? null : escapeText(usage.join('; '))],
    [
      l10n.t('Prompt'),
      prompt === null ? null : escapeText(`${prompt.name}${prompt.version === null ? '' : ` v${prompt.version}`}`),
    ],
    [step.failed ? l10n.t('Error') : l10n.t('Status'), escapeText(step.statusMessage)],
  ];
  return blocks([`# ${escapeText(stepName(step)) ?? ''}`, factList(facts), ...textBlocks(subject)]);
}

function stepLine(step: Step, { numbers }: Writing): string {
  const seconds = stepSeconds(step);
  const figures = [
    escapeText(step.model),
    seconds === null ? null : numbers.duration(seconds),
    step.costUsd === null ? null : numbers.money(step.costUsd),
    step.failed ? `**${l10n.t('error')}**` : null,
    step.fallback ? l10n.t('fallback') : null,
    escapeText(step.statusMessage),
  ].filter((part) => part !== null);
  return [`**${escapeText(stepName(step)) ?? ''}**`, ...figures].join(' · ');
}

function textBlocks({ inputText, outputText, metadata }: Subject): readonly string[] {
  return [
    ...textBlock(l10n.t('Input'), inputText),
    ...textBlock(l10n.t('Output'), outputText),
    ...textBlock(l10n.t('Metadata'), metadata === '{}' ? null : metadata),
  ];
}

function textBlock(title: string, text: string | null): readonly string[] {
  if (text === null) {
    return [];
  }
  const json = readJson(text);
  const chat = json === null ? null : readChat(json.value);
  if (chat === null) {
    return [`## ${title}`, json === null || json.cut ? fenced(text) : fencedJson(json.value)];
  }
  const messages = chat.messages.flatMap(({ role, name, parts }) => [
    `### ${escapeText(name === null ? role : `${role} ${name}`) ?? ''}`,
    ...parts.map(partBlock),
  ]);
  return [`## ${title}`, ...messages, ...(chat.rest === null ? [] : [fencedJson(chat.rest)])];
}

function partBlock(part: ChatPart): string {
  switch (part.kind) {
    case 'text':
      return fenced(part.text);
    case 'thinking':
      return blocks([`*${l10n.t('thinking')}*`, fenced(part.text)]).trimEnd();
    case 'toolCall':
      return blocks([`${l10n.t('calls')} ${code(part.name)}`, valueBlock(part.arguments)]).trimEnd();
    case 'toolResult':
      return valueBlock(part.value);
    case 'media':
      return blocks([part.type, fenced(part.source)]).trimEnd();
    case 'data':
      return valueBlock(part.value);
  }
}

function valueBlock(value: Json): string {
  return typeof value === 'string' ? fenced(value) : fencedJson(value);
}

function fencedJson(value: Json): string {
  return fenced(JSON.stringify(value, null, 2), 'json');
}

/** In a fence longer than any in the text, so that nothing in it ends it. */
function fenced(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(2, longestTicks(text)) + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function code(text: string): string {
  const longest = longestTicks(text);
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

function longestTicks(text: string): number {
  let longest = 0;
  for (const [ticks] of text.matchAll(/`+/g)) {
    longest = Math.max(longest, ticks.length);
  }
  return longest;
}

/** On one line, with what Markdown would read as its own disarmed. */
function escapeText(text: string | null): string | null {
  return text === null ? null : text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#|]/g, '\\$&');
}

function factList(facts: readonly (readonly [string, string | null])[]): string {
  return facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [`- ${name}: ${value}`])).join('\n');
}

function blocks(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
