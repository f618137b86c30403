import * as vscode from 'vscode';
import { promptUri } from '../prompts/promptDocuments.ts';
import type { LensFigures } from './lensFigures.ts';
import { servedVersion } from './lensVersions.ts';
import type { LensSubject } from './promptLenses.ts';

/** Shows how a local prompt file differs from what Langfuse serves, in the editor's own diff. */
export async function comparePromptText(figures: LensFigures, argument: unknown): Promise<void> {
  const subject = argument as Partial<LensSubject> | undefined;
  const answer = await figures.read();
  const prompt = answer?.prompts.find((known) => known.prompt === subject?.prompt);
  if (prompt === undefined || subject?.document === undefined) {
    return;
  }
  const version = servedVersion(prompt) ?? prompt.versions.toSorted((a, b) => b.version - a.version)[0];
  if (version === undefined) {
    return;
  }
  const stored = { projectId: prompt.projectId, prompt: prompt.prompt, version: version.version };
  await vscode.commands.executeCommand(
    'vscode.diff',
    promptUri(stored, version.version),
    vscode.Uri.parse(subject.document),
    vscode.l10n.t('{0}: v{1} to the local text', prompt.prompt, version.version),
  );
}
