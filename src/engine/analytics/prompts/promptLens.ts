import * as z from 'zod';
import type { PromptLens, PromptLensAnswer } from '../../../protocol/browse.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { rangeSchema } from '../calls/scope.ts';
import { rate } from '../statistics/proportions.ts';
import { percentiles } from '../statistics/quantiles.ts';
import { loadCatalogue } from './catalogue.ts';
import { executionsInScope } from './executionsInScope.ts';
import { groupVersions, type PromptGroup, type VersionGroup } from './promptGroups.ts';
import { sourcesOf, tallyOutcomes, type Tally } from './tally.ts';

type Version = PromptLens['versions'][number];

/** Everything that an editor shows beside prompts in code, of all prompts at once. */
export const promptLensQuestion: Question<'promptLens'> = {
  params: z.strictObject({ range: rangeSchema }),
  async answer({ range }, context): Promise<PromptLensAnswer> {
    const catalogue = await loadCatalogue(context.db, null);
    const templates = await loadTemplates(context);
    const tallies = await tallyOutcomes(executionsInScope(context, { range }), context);
    const toVersion = ({ version, entry, tally }: VersionGroup): Version[] => {
      const template = entry === null ? undefined : templates.get(keyOf(entry.projectId, entry.promptId));
      // Without its text, a version cannot be recognised in code.
      return version === null || entry === null || template === undefined
        ? []
        : [{ version, labels: entry.labels, template, figures: lensFigures(tally) }];
    };
    return {
      range,
      exportedUntil: await exportedUntil(context),
      prompts: groupVersions(catalogue, tallies)
        .map((group) => ({ ...lensOf(group), versions: group.versions.flatMap(toVersion) }))
        .filter(({ versions }) => versions.length > 0),
    };
  },
};

const keyOf = (projectId: string, promptId: string): string => JSON.stringify([projectId, promptId]);

const lensOf = ({ projectId, prompt, type }: PromptGroup): Omit<PromptLens, 'versions'> => ({
  projectId,
  prompt,
  type,
});

async function loadTemplates({ db }: QuestionContext): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('prompt_variants').select(['project_id', 'prompt_id', 'prompt_template']).execute();
  return new Map(rows.map((row) => [keyOf(row.project_id, row.prompt_id), row.prompt_template]));
}

function lensFigures(tally: Tally): Version['figures'] {
  const { low, high } = rate({ successes: tally.successes, n: tally.judged });
  return {
    executions: tally.executions,
    successCount: tally.successes,
    successN: tally.judged,
    low,
    high,
    costPerExecutionUsd: tally.costUsd === null ? null : tally.costUsd / tally.costed,
    latencyP95: percentiles(tally.latencies)?.p95 ?? null,
    successSources: sourcesOf(tally),
  };
}

async function exportedUntil({ db }: QuestionContext): Promise<string | null> {
  const row = await db
    .selectFrom('export_coverage')
    .select(({ fn }) => fn.max('covered_to').as('until'))
    .executeTakeFirst();
  return row?.until ?? null;
}
