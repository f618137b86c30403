import { AgentTree } from '../agents/agentTree.ts';
import { commandIds } from '../commands/commandIds.ts';
import { PromptDocuments } from '../prompts/promptDocuments.ts';
import { PromptTree } from '../prompts/promptTree.ts';
import { FilterTraces } from '../traces/filterTraces.ts';
import { groupTraces } from '../traces/groupTraces.ts';
import { TraceCommands } from '../traces/traceCommands.ts';
import { TraceTree } from '../traces/traceTree.ts';
import type { Workbench } from '../workbench.ts';

/** The views of traces, prompts and agents. */
export function contributeTrees(workbench: Workbench): { readonly traces: TraceTree } {
  const { context, clock, numbers, times, log, commands, keys, database, engine, history } = workbench;
  const parts = { engine, database, numbers, times, clock, log };
  const traces = new TraceTree({ ...parts, memory: context.workspaceState });
  const prompts = new PromptTree(parts);
  const agents = new AgentTree(parts);
  const traceCommands = new TraceCommands(engine, keys);
  const filterTraces = new FilterTraces({ engine, tree: traces, clock, numbers, times });
  const promptDocuments = new PromptDocuments(engine);
  const followData = history.onDidChange(() => {
    traces.refresh();
    prompts.refresh();
    agents.refresh();
  });
  context.subscriptions.push(traces, prompts, agents, traceCommands, promptDocuments, followData);

  commands.register(commandIds.groupTraces, () => groupTraces(traces));
  commands.register(commandIds.filterTraces, () => filterTraces.run());
  commands.register(commandIds.clearTraceFilter, () => filterTraces.clear());
  commands.register(commandIds.refreshTraces, () => traces.refresh());
  commands.register(commandIds.loadMoreTraces, (parentId) => traces.loadMore(parentId));
  commands.register(commandIds.openTraceInLangfuse, (subject) => traceCommands.openInLangfuse(subject));
  commands.register(commandIds.copyId, (subject) => traceCommands.copyId(subject));
  commands.register(commandIds.showSourceRow, (subject) => traceCommands.showSourceRow(subject));
  commands.register(commandIds.rateGood, (subject) => traceCommands.rate(subject, true));
  commands.register(commandIds.rateBad, (subject) => traceCommands.rate(subject, false));
  commands.register(commandIds.refreshPrompts, () => prompts.refresh());
  commands.register(commandIds.openPromptTemplate, (subject) => promptDocuments.open(subject));
  commands.register(commandIds.diffPromptVersions, (subject, selection) => promptDocuments.diff(subject, selection));
  commands.register(commandIds.refreshAgents, () => agents.refresh());
  return { traces };
}
