import * as vscode from 'vscode';
import type { SqlTarget } from '../../protocol/sql.ts';
import type { PanelKind } from './panelKind.ts';
import { readSqlTarget } from './panelGuards.ts';

/** What statements of one query document gave, one panel a document. */
export const sqlPanel: PanelKind<SqlTarget> = {
  name: 'sql',
  viewType: 'langfuseMetrics.sql',
  beside: true,
  title: ({ title }) => vscode.l10n.t('Results: {0}', title),
  key: ({ origin }) => origin.uri,
  readTarget: readSqlTarget,
};
