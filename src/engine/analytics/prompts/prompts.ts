import { sql } from 'kysely';
import * as z from 'zod';
import type { PromptFigures, PromptsAnswer, PromptVersionOutcomes } from '../../../protocol/analytics.ts';
import type { Missing } from '../../../protocol/figures.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { callsInScope } from '../calls/callsInScope.ts';
import { scopeSchema } from '../calls/scope.ts';
import { loadCatalogue } from './catalogue.ts';
import { executionsInScope } from './executionsInScope.ts';
import { groupVersions, type PromptGroup } from './promptGroups.ts';
import { tallyByVersion, tallyOutcomes, type PromptTally, type Tally } from './tally.ts';
import { versionFigures, versionOutcomes } from './versionFigures.ts';

const params = z.strictObject({ scope: scopeSchema });

/** Every prompt with the figures of each of its versions. */
export const promptsQuestion: Question<'prompts'> = {
  params,
  async answer({ scope }, context) {
    const tallies = await tallyByVersion(executionsInScope(context, scope), context);
    return answerWith(tallies, versionFigures, scope, context);
  },
};

/** Every prompt with what came of the executions of each of its versions. */
export const promptOutcomesQuestion: Question<'promptOutcomes'> = {
  params,
  async answer({ scope }, context) {
    const tallies = await tallyOutcomes(executionsInScope(context, scope), context);
    return answerWith(tallies, versionOutcomes, scope, context);
  },
};

type ToFigures<Version> = (version: number | null, labels: readonly string[], tally: Tally) => Version;

async function answerWith<Version extends PromptVersionOutcomes>(
  tallies: readonly PromptTally[],
  toFigures: ToFigures<Version>,
  scope: Scope,
  context: QuestionContext,
): Promise<PromptsAnswer<Version>> {
  const { prompts: names, promptVersions } = scope.filters ?? {};
  const catalogue = await loadCatalogue(context.db, scope.projectId ?? null, names, promptVersions);
  const prompts = groupVersions(catalogue, tallies)
    .filter((group) => isAsked(group, scope))
    .map((group) => promptFigures(group, toFigures))
    .filter(({ versions }) => versions.length > 0);
  return {
    range: scope.range,
    prompts: prompts.toSorted((a, b) => compare(a.prompt, b.prompt) || compare(a.projectId, b.projectId)),
    missing: prompts.some(({ executions }) => executions > 0) ? {} : await whyNone(context, scope),
  };
}

/** Ids of two prompts can lie in one range of the index, and a script's runs may be of another project's prompt. */
function isAsked({ projectId, prompt }: PromptGroup, scope: Scope): boolean {
  const prompts = scope.filters?.prompts;
  return (
    (scope.projectId == null || scope.projectId === projectId) && (prompts === undefined || prompts.includes(prompt))
  );
}

function promptFigures<Version extends PromptVersionOutcomes>(
  { projectId, prompt, type, versions }: PromptGroup,
  toFigures: ToFigures<Version>,
): PromptFigures<Version> {
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
      .map(({ version, entry, tally }) => toFigures(version, entry?.labels ?? [], tally)),
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
