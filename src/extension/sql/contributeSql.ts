import * as vscode from 'vscode';
import { commandIds } from '../commands/commandIds.ts';
import { ContextKeyWriter } from '../context/contextKeys.ts';
import type { Panels } from '../panels/panels.ts';
import { sqlPanel } from '../panels/sqlPanel.ts';
import type { Workbench } from '../workbench.ts';
import { NamedQueryPicker } from './pickNamedQuery.ts';
import { QueryCompletion } from './queryCompletion.ts';
import { QueryDocuments } from './queryDocuments.ts';
import { QueryLenses } from './queryLenses.ts';
import { queryHead } from './queryTitle.ts';
import { RunStatement } from './runStatement.ts';
import { SchemaSource } from './schemaSource.ts';

/** What a new query begins with: something that runs, and shows what there is. */
const firstStatement = `SELECT model, count(*) AS calls, sum(total_tokens) AS tokens, sum(cost_usd) AS cost_usd
FROM llm_generations
GROUP BY model
ORDER BY cost_usd DESC;
`;

/** Query documents with completion and lenses, and the commands that open and run them. */
export function contributeSql(workbench: Workbench, panels: Panels): void {
  const { context, commands, engine, folder, messages, history, database } = workbench;
  const documents = new QueryDocuments(context.workspaceState, new ContextKeyWriter());
  const schema = new SchemaSource(engine);
  const runs = new RunStatement({
    documents,
    memory: context.workspaceState,
    show: (target) => panels.show(sqlPanel, target),
  });
  const picker = new NamedQueryPicker({ engine, folder });
  context.subscriptions.push(
    documents,
    new QueryLenses(documents),
    new QueryCompletion({ documents, schema, record: (error) => messages.record(error) }),
    history.onDidChange(() => schema.forget()),
    database.onDidChange(() => schema.forget()),
  );

  commands.register(commandIds.newQuery, async (argument) => {
    await folder.require();
    const given = givenSql(argument);
    await documents.open(queryHead(null, null) + (given === null ? firstStatement : `${given};\n`));
    if (given !== null) {
      await runs.run(undefined);
    }
  });
  commands.register(commandIds.runStatement, async (argument) => {
    await folder.require();
    await runs.run(argument);
  });
  commands.register(commandIds.runNamedQuery, async (argument) => {
    await folder.require();
    const chosen = await picker.choose(argument);
    if (chosen === null) {
      return;
    }
    if (chosen.kind === 'file') {
      const document = await vscode.workspace.openTextDocument(chosen.uri);
      await documents.bind(document);
      await vscode.window.showTextDocument(document, { preview: false });
    } else {
      await documents.open(chosen.content);
    }
    await runs.run(undefined);
  });
}

/** What a panel hands over to go on from. */
function givenSql(argument: unknown): string | null {
  const sql = typeof argument === 'object' && argument !== null && 'sql' in argument ? argument.sql : null;
  return typeof sql === 'string' ? sql : null;
}
