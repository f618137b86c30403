import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { AgentFigures, AgentsAnswer } from '../../protocol/analytics.ts';
import type { AgentTask } from '../../protocol/browse.ts';
import { commandIds } from '../commands/commandIds.ts';
import { rateText } from '../prompts/promptNodes.ts';
import { attention, type NodeContext, type TreeIcon, type TreeNode } from '../trees/treeNode.ts';

type Agent = AgentsAnswer['agents'][number];

const joined = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' · ');

/** In points, and only when the two intervals do not overlap: `down 9 pt`. */
function fallText(agent: AgentFigures, previous: AgentFigures | null, numbers: Numbers): string | null {
  const now = agent.successRate;
  const before = previous?.successRate;
  if (before === undefined || now.value === null || before.value === null) {
    return null;
  }
  const fell = now.high !== null && before.low !== null && now.high < before.low;
  return fell ? l10n.t('down {0} pt', numbers.count((before.value - now.value) * 100)) : null;
}

function description(agent: AgentFigures, previous: AgentFigures | null, numbers: Numbers): string {
  const fall = fallText(agent, previous, numbers);
  const cost = agent.costPerTaskUsd === null ? null : numbers.money(agent.costPerTaskUsd);
  const rate = rateText(agent.successRate, numbers) ?? l10n.t('{0} tasks', numbers.count(agent.tasks));
  return joined([rate, fall ?? cost]);
}

function tooltip(agent: AgentFigures, numbers: Numbers): string[] {
  const { successRate, duration, quality, confidence } = agent;
  const line = (label: string, value: string | null): string[] => (value === null ? [] : [`${label}: ${value}`]);
  const money = (value: number | null): string | null => (value === null ? null : numbers.money(value));
  return [
    joined([agent.agent, agent.taskType]),
    ...line(l10n.t('Tasks'), numbers.count(agent.tasks)),
    ...line(l10n.t('Success'), rateText(successRate, numbers)),
    ...line(
      l10n.t('Duration p50, p95'),
      duration === null ? null : `${numbers.duration(duration.p50)}, ${numbers.duration(duration.p95)}`,
    ),
    ...line(l10n.t('Quality'), quality.value === null ? null : numbers.decimal(quality.value)),
    ...line(l10n.t('Confidence'), confidence.value === null ? null : numbers.decimal(confidence.value)),
    ...line(l10n.t('Cost'), money(agent.costUsd)),
    ...line(l10n.t('Cost per successful task'), money(agent.costPerSuccessfulTaskUsd)),
    ...line(
      l10n.t('LLM calls per task'),
      agent.llmCallsPerTask === null ? null : numbers.decimal(agent.llmCallsPerTask, 1),
    ),
    ...line(l10n.t('Fallbacks'), agent.fallbacks === null ? null : numbers.count(agent.fallbacks)),
  ];
}

function taskIcon({ success }: AgentTask): TreeIcon {
  if (success === null) {
    return { name: 'circle-outline' };
  }
  return success ? { name: 'pass' } : attention.error;
}

export function taskNode(task: AgentTask, parentId: string, { numbers, times, now }: NodeContext): TreeNode {
  const figures = joined([
    task.durationSeconds === null ? null : numbers.duration(task.durationSeconds),
    task.costUsd === null ? null : numbers.money(task.costUsd),
    task.success === false ? task.errorMessage : null,
  ]);
  const label = times.moment(task.startedAt, now);
  const outcome =
    task.success === null ? l10n.t('outcome unknown') : task.success ? l10n.t('succeeded') : l10n.t('failed');
  const subject = { projectId: task.projectId, traceId: task.traceId ?? '', observationId: null };
  return {
    id: `${parentId}/task/${task.projectId}/${task.taskId}`,
    label,
    description: figures,
    tooltip: [task.taskId, outcome, ...(task.errorMessage === null ? [] : [task.errorMessage])],
    icon: taskIcon(task),
    spoken: `${label}, ${outcome}, ${figures}`,
    ...(task.traceId === null
      ? {}
      : { context: 'trace', subject, command: { id: commandIds.openTrace, argument: subject } }),
  };
}

export type TasksOf = (taskType: string | null, parentId: string) => Promise<readonly TreeNode[]>;

function taskTypeNode(agent: Agent, figures: AgentFigures, tasksOf: TasksOf, numbers: Numbers): TreeNode {
  const id = `agent/${agent.agent}/${figures.taskType ?? ''}`;
  return {
    id,
    label: figures.taskType ?? l10n.t('Without a task type'),
    description: description(figures, null, numbers),
    tooltip: tooltip(figures, numbers),
    icon: { name: 'tasklist' },
    children: () => tasksOf(figures.taskType, id),
  };
}

/** An agent with its task types; those with their recent tasks, failures first. */
export function agentNode(agent: Agent, tasksOf: TasksOf, { numbers }: NodeContext): TreeNode {
  const fell = fallText(agent, agent.previous, numbers) !== null;
  return {
    id: `agent/${agent.agent}`,
    label: agent.agent,
    description: description(agent, agent.previous, numbers),
    tooltip: tooltip(agent, numbers),
    icon: fell ? { name: 'robot', color: 'list.warningForeground' } : { name: 'robot' },
    context: 'agent',
    children: agent.taskTypes.map((figures) => taskTypeNode(agent, figures, tasksOf, numbers)),
  };
}
