import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { MetricsTool, type ToolQuestion } from './metricsTool.ts';
import { answerFigures, answerSchema, answerSql } from './toolQuestions.ts';

/** Tools for the editor's assistants, as package.json declares them. They read the local database and nothing else. */
export function contributeTools({ context, engine, clock, messages }: Workbench): void {
  // Editors made from VS Code may lack the API.
  if (!('lm' in vscode) || !('registerTool' in vscode.lm)) {
    return;
  }
  const record = (error: unknown): void => messages.record(error);
  const tools: Readonly<Record<string, Omit<ToolQuestion, 'record'>>> = {
    langfuse_get_figures: {
      doing: () => vscode.l10n.t('Reading figures of the Langfuse metrics'),
      answer: (input, signal) => answerFigures(engine, clock, input, signal),
    },
    langfuse_run_sql: {
      doing: () => vscode.l10n.t('Running a read-only statement on the Langfuse metrics'),
      answer: (input, signal) => answerSql(engine, input, signal),
    },
    langfuse_get_schema: {
      doing: () => vscode.l10n.t('Reading which tables the Langfuse metrics have'),
      answer: (input, signal) => answerSchema(engine, input, signal),
    },
  };
  for (const [name, question] of Object.entries(tools)) {
    context.subscriptions.push(vscode.lm.registerTool(name, new MetricsTool({ ...question, record })));
  }
}
