import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../protocol/engine.ts';
import type { PromptSubject } from './promptNodes.ts';

const scheme = 'langfuse-metrics-prompt';

/** The subject of a command: given by itself, or as the row of a tree; null for anything else. */
export function promptOf(argument: unknown): PromptSubject | null {
  if (typeof argument !== 'object' || argument === null) {
    return null;
  }
  const { subject = argument } = argument as { readonly subject?: unknown };
  const { projectId, prompt, version = null } = subject as Partial<PromptSubject>;
  return typeof projectId === 'string' && typeof prompt === 'string' ? { projectId, prompt, version } : null;
}

/** The versions of one prompt that are selected in a tree, oldest first; those of other prompts are left out. */
export function selectedVersions({ projectId, prompt }: PromptSubject, selection: unknown): readonly number[] {
  const rows: readonly unknown[] = Array.isArray(selection) ? selection : [];
  return rows
    .flatMap((row) => promptOf(row) ?? [])
    .filter((other) => other.projectId === projectId && other.prompt === prompt)
    .flatMap(({ version }) => version ?? [])
    .toSorted((a, b) => a - b);
}

/** A version's text as the address of a read-only document; chat prompts are JSON, others Markdown. */
export function promptUri({ projectId, prompt }: Omit<PromptSubject, 'version'>, version: number): vscode.Uri {
  const name = `${path.posix.basename(prompt)} v${version}`;
  return vscode.Uri.from({ scheme, path: `/${name}`, query: JSON.stringify([projectId, prompt, version]) });
}

/** Shows the texts of two versions beside each other in the editor's own diff. */
export async function openPromptDiff(
  prompt: Omit<PromptSubject, 'version'>,
  left: number,
  right: number,
): Promise<void> {
  const documents = await Promise.all([left, right].map((version) => openTemplate(promptUri(prompt, version))));
  await vscode.commands.executeCommand(
    'vscode.diff',
    ...documents.map(({ uri }) => uri),
    vscode.l10n.t('{0}: v{1} to v{2}', prompt.prompt, left, right),
  );
}

/** The document of a version's text in its language: JSON for a chat. */
async function openTemplate(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri);
  const chat = document.getText().startsWith('[');
  return vscode.languages.setTextDocumentLanguage(document, chat ? 'json' : 'markdown');
}

/** Templates of prompt versions as documents: to read, and to compare in the editor's own diff. */
export class PromptDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #engine: Pick<Engine, 'ask'>;
  readonly #registration: vscode.Disposable;

  constructor(engine: Pick<Engine, 'ask'>) {
    this.#engine = engine;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async open(argument: unknown): Promise<void> {
    const subject = promptOf(argument);
    const version = subject === null ? null : (subject.version ?? (await this.#askVersion(subject, null)));
    if (subject !== null && version !== null) {
      await vscode.window.showTextDocument(await openTemplate(promptUri(subject, version)), { preview: true });
    }
  }

  /** Asks for the version to compare with, unless two are selected; the older one goes to the left. */
  async diff(argument: unknown, selection: unknown): Promise<void> {
    const subject = promptOf(argument);
    const [older, newer, ...more] = subject === null ? [] : selectedVersions(subject, selection);
    if (subject !== null && older !== undefined && newer !== undefined && more.length === 0) {
      return openPromptDiff(subject, older, newer);
    }
    const first = subject === null ? null : (subject.version ?? (await this.#askVersion(subject, null)));
    const second = subject === null || first === null ? null : await this.#askVersion(subject, first);
    if (subject === null || first === null || second === null) {
      return;
    }
    await openPromptDiff(subject, Math.min(first, second), Math.max(first, second));
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [projectId, prompt, version] = JSON.parse(uri.query) as [string, string, number];
    const found = await this.#engine.ask('promptVersion', { projectId, prompt, version });
    if (found === null) {
      return vscode.l10n.t('The database has no version {0} of the prompt {1}.', version, prompt);
    }
    return found.type === 'chat' ? `${JSON.stringify(JSON.parse(found.template), null, 2)}\n` : found.template;
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #askVersion({ projectId, prompt }: PromptSubject, other: number | null): Promise<number | null> {
    const beginning = '0001-01-01T00:00:00.000Z';
    const scope = {
      projectId,
      range: { start: beginning, end: '9999-01-01T00:00:00.000Z' },
      filters: { prompts: [prompt] },
    };
    const { prompts } = await this.#engine.ask('promptOutcomes', { scope });
    const versions = prompts.find((found) => found.prompt === prompt)?.versions ?? [];
    const choices = versions.flatMap(({ version, labels }) =>
      version === null || version === other ? [] : [{ label: `v${version}`, description: labels.join(', '), version }],
    );
    if (choices.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no other version.', prompt));
      return null;
    }
    const title = other === null ? prompt : vscode.l10n.t('Compare v{0} of {1} with', other, prompt);
    return (await vscode.window.showQuickPick(choices, { title }))?.version ?? null;
  }
}
