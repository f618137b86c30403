import { sql } from 'kysely';
import * as z from 'zod';
import type { PromptFigures, PromptsAnswer } from '../../../protocol/analytics.ts';
import type { Missing } from '../../../protocol/figures.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { callsInScope } from '../calls/callsInScope.ts';
import { scopeSchema } from '../calls/scope.ts';
import { loadCatalogue } from './catalogue.ts';
import { executionsInScope } from './executionsInScope.ts';
import { groupVersions, type PromptGroup } from './promptGroups.ts';
import { tallyByVersion } from './tally.ts';
import { versionFigures } from './versionFigures.ts';

/** Every prompt with the figures of each of its versions. */
export const promptsQuestion: Question<'prompts'> = {
  params: z.strictObject({ scope: scopeSchema }),
  async answer({ scope }, context): Promise<PromptsAnswer> {
    const { prompts: names, promptVersions } = scope.filters ?? {};
    const catalogue = await loadCatalogue(context.db, scope.projectId ?? null, names, promptVersions);
    const tallies = await tallyByVersion(executionsInScope(context, scope), context);
    const prompts = groupVersions(catalogue, tallies)
      .filter((group) => isAsked(group, scope))
      .map(promptFigures)
      .filter(({ versions }) => versions.length > 0);
    return {
      range: scope.range,
      prompts: prompts.toSorted((a, b) => compare(a.prompt, b.prompt) || compare(a.projectId, b.projectId)),
      missing: prompts.some(({ executions }) => executions > 0) ? {} : await whyNone(context, scope),
    };
  },
};

/** Ids of two prompts can lie in one range of the index, and a script's runs may be of another project's prompt. */
function isAsked({ projectId, prompt }: PromptGroup, scope: Scope): boolean {
  const prompts = scope.filters?.prompts;
  return (
    (scope.projectId == null || scope.projectId === projectId) && (prompts === undefined || prompts.includes(prompt))
  );
}

function promptFigures({ projectId, prompt, type, versions }: PromptGroup): PromptFigures {
  const costs = versions.map(({ tally }) => tally.costUsd).filter((cost) => cost !== null);
  return {
    projectId,
    prompt,
    type,
    executions: versions.reduce((sum, { tally }) => sum + tally.executions, 0),
    costUsd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    productionVersion: versions.find(({ entry }) => entry?.isProduction)?.version ?? null,
    versions: versions
      .filter(({ entry, tally }) => tally.executions > 0 || entry?.isActive)
      .map(({ version, entry, tally }) => versionFigures(version, entry?.labels ?? [], tally)),
  };
}

async function whyNone(context: QuestionContext, scope: Scope): Promise<Missing> {
  const call = await callsInScope(context, scope)
    .select(sql`1`.as('found'))
    .limit(1)
    .executeTakeFirst();
  return { executions: call === undefined ? 'noCalls' : 'noLinkedPrompts' };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
