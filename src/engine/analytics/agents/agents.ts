import { sql } from 'kysely';
import * as z from 'zod';
import type { AgentsAnswer } from '../../../protocol/analytics.ts';
import type { Missing } from '../../../protocol/figures.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { previousScope, scopeSchema } from '../calls/scope.ts';
import { callsInScope } from '../calls/callsInScope.ts';
import { agentFigures } from './agentFigures.ts';
import { failureSteps } from './failureSteps.ts';
import { tasksInScope } from './tasksInScope.ts';
import { addTaskTallies, tallyByAgent, type AgentTally, type TaskTally } from './taskTally.ts';

/** How agents do at their tasks, and where they fail. */
export const agentsQuestion: Question<'agents'> = {
  params: z.strictObject({ scope: scopeSchema, comparePrevious: z.boolean().exactOptional() }),
  async answer({ scope, comparePrevious = false }, context): Promise<AgentsAnswer> {
    const tasks = tasksInScope(context, scope);
    const byAgent = await groupsOf(context, scope);
    const before = comparePrevious ? await groupsOf(context, previousScope(scope)) : new Map<string, Group>();
    const agents = [...byAgent].map(([agent, { total, types }]) => {
      const previous = before.get(agent);
      return {
        ...agentFigures(agent, null, total),
        taskTypes: types
          .map((tally) => agentFigures(agent, tally.taskType, tally))
          .toSorted((a, b) => b.tasks - a.tasks || compare(a.taskType ?? '', b.taskType ?? '')),
        previous: previous === undefined ? null : agentFigures(agent, null, previous.total),
      };
    });
    return {
      range: scope.range,
      agents: agents.toSorted((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1) || compare(a.agent, b.agent)),
      failureSteps: await failureSteps(tasks),
      missing: agents.length > 0 ? {} : await whyNone(context, scope),
    };
  },
};

interface Group {
  readonly total: TaskTally;
  readonly types: readonly AgentTally[];
}

async function groupsOf(context: QuestionContext, scope: Scope): Promise<ReadonlyMap<string, Group>> {
  const tallies = await tallyByAgent(tasksInScope(context, scope), context);
  const groups = new Map<string, Group>();
  for (const tally of tallies) {
    const known = groups.get(tally.agent);
    groups.set(
      tally.agent,
      known === undefined
        ? { total: tally, types: [tally] }
        : { total: addTaskTallies(known.total, tally), types: [...known.types, tally] },
    );
  }
  return groups;
}

async function whyNone(context: QuestionContext, scope: Scope): Promise<Missing> {
  const call = await callsInScope(context, scope)
    .select(sql`1`.as('found'))
    .limit(1)
    .executeTakeFirst();
  return { agents: call === undefined ? 'noCalls' : 'noTasks' };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
