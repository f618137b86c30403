import * as vscode from 'vscode';
import type { ComparisonTarget } from '../../protocol/panels.ts';
import type { PanelKind } from './panelKind.ts';

/** The comparison of one prompt's versions. */
export const comparisonPanel: PanelKind<ComparisonTarget> = {
  name: 'comparison',
  viewType: 'langfuseMetrics.promptComparison',
  title: ({ prompt }) => vscode.l10n.t('{0}: versions', prompt.slice(prompt.lastIndexOf('/') + 1)),
  key: ({ projectId, prompt }) => JSON.stringify([projectId, prompt]),
  readTarget: (value) => {
    if (typeof value !== 'object' || value === null) {
      return null;
    }
    const { projectId, prompt, versions, failures } = value as Partial<ComparisonTarget>;
    return typeof projectId === 'string' && typeof prompt === 'string' && prompt !== ''
      ? { projectId, prompt, versions: readVersions(versions), failures: failures === true }
      : null;
  },
};

function readVersions(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : [];
}
