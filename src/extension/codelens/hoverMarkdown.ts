import * as vscode from 'vscode';
import { commandIds, type CommandId } from '../commands/commandIds.ts';
import type { LensHover } from './lensHover.ts';
import type { LensSubject } from './promptLenses.ts';

/** The hover's text, with links that run our commands and no others. */
export function hoverMarkdown(hover: LensHover, subject: LensSubject): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  const actions = hoverActions(subject);
  markdown.isTrusted = { enabledCommands: actions.map(({ command }) => command) };
  markdown.appendMarkdown(`**${escaped(hover.title)}** ${escaped(hover.subtitle)}\n\n${table(hover)}\n\n`);
  // Before the template: below a long one they would be out of sight.
  const links = actions.map((action) => link(action, subject)).join(' · ');
  markdown.appendMarkdown(`${escaped(hover.source)}\n\n${links}\n\n`);
  if (hover.template !== null) {
    markdown.appendCodeblock(hover.template.text, hover.template.language);
  }
  return markdown;
}

interface HoverAction {
  readonly title: string;
  readonly command: CommandId;
}

function hoverActions({ projectId }: LensSubject): readonly HoverAction[] {
  const known =
    projectId === null
      ? []
      : [
          { title: vscode.l10n.t('Compare versions'), command: commandIds.comparePromptVersions },
          { title: vscode.l10n.t('Failing runs'), command: commandIds.showFailingExamples },
          { title: vscode.l10n.t('Template'), command: commandIds.openPromptTemplate },
        ];
  return [
    ...known,
    { title: vscode.l10n.t('Uses'), command: commandIds.findPromptUses },
    { title: vscode.l10n.t('Hide for this prompt'), command: commandIds.hidePromptLens },
  ];
}

function link({ title, command }: HoverAction, subject: LensSubject): string {
  return `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([subject]))})`;
}

function table({ columns, rows }: LensHover): string {
  // The editor sets columns of figures so close that two would read as one.
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | &emsp;')} |`;
  const rule = columns.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(columns), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** Labels and names come from outside and may look like Markdown. (appendText would glue the words together.) */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~$&-]/g, '\\$&');
}
