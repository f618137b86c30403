import * as l10n from '@vscode/l10n';
import type { Kysely } from 'kysely';
import type { Scope } from '../../../protocol/scope.ts';
import { EngineError } from '../../errors.ts';
import { nearestNames } from '../../questions/nearestNames.ts';
import type { QuestionContext } from '../../questions/question.ts';
import type { MetricsSchema } from '../../store/schema.ts';
import type { Execution } from '../comparison/execution.ts';
import { loadCatalogue, type CatalogueVersion } from './catalogue.ts';
import { executionsInScope } from './executionsInScope.ts';
import { parsePromptId, PromptHomes } from './promptIdentity.ts';

/** Prompts that are named where none has a similar name. */
const namesShown = 10;

/** One execution with what figures and comparisons need of it. */
export interface PromptRun extends Execution {
  readonly version: number | null;
  readonly userFeedback: number | null;
  readonly successSource: string | null;
}

/** One prompt of one project. */
export interface PromptRuns {
  readonly projectId: string;
  /** Versions as the project lists them, newest first. */
  readonly catalogue: readonly CatalogueVersion[];
  /** Oldest first. */
  readonly runs: readonly PromptRun[];
}

/**
 * The executions of one prompt in a scope. Where several projects have a prompt of that name and the
 * scope names none, it is the one with the most executions.
 * @throws EngineError question.invalid with the nearest names when no prompt is called so
 */
export async function loadPromptRuns(context: QuestionContext, scope: Scope, prompt: string): Promise<PromptRuns> {
  const catalogue = await loadCatalogue(context.db, scope.projectId ?? null, [prompt]);
  const homes = new PromptHomes();
  catalogue.forEach(({ projectId }) => {
    homes.add(projectId, prompt);
  });
  const rows = await selectRuns(context, scope, prompt);
  rows.forEach(({ projectId }) => {
    homes.add(projectId, prompt);
  });
  const byProject = Map.groupBy(rows, ({ projectId }) => homes.homeOf(projectId, prompt));
  const projects = [...new Set([...catalogue.map(({ projectId }) => projectId), ...byProject.keys()])]
    .filter((projectId) => scope.projectId == null || projectId === scope.projectId)
    .toSorted((a, b) => (byProject.get(b)?.length ?? 0) - (byProject.get(a)?.length ?? 0) || (a < b ? -1 : 1));
  const [projectId] = projects;
  if (projectId === undefined) {
    await requireKnownPrompt(context.db, prompt);
    return { projectId: scope.projectId ?? '', catalogue: [], runs: [] };
  }
  return {
    projectId,
    catalogue: catalogue
      .filter((version) => version.projectId === projectId)
      .toSorted((a, b) => (b.version ?? -1) - (a.version ?? -1)),
    runs: byProject.get(projectId) ?? [],
  };
}

/** The same scope, of one prompt alone. */
export function scopeOfPrompt(scope: Scope, prompt: string): Scope {
  return { ...scope, filters: { ...scope.filters, prompts: [prompt] } };
}

async function selectRuns(
  context: QuestionContext,
  scope: Scope,
  prompt: string,
): Promise<(PromptRun & { readonly projectId: string })[]> {
  const rows = await executionsInScope(context, scopeOfPrompt(scope, prompt))
    .select([
      'run.project_id as projectId',
      'run.prompt_id as promptId',
      'run.success as success',
      'run.success_source as successSource',
      'run.quality_score as quality',
      'run.user_feedback as userFeedback',
      'run.latency_seconds as latencySeconds',
      'run.cost_usd as costUsd',
      'run.input_tokens as inputTokens',
      'run.output_tokens as outputTokens',
      'run.executed_at as executedAt',
      'run.model as model',
      'run.environment as environment',
    ])
    .orderBy('run.executed_at')
    .execute();
  return rows.flatMap(({ promptId, ...row }) => {
    const identity = parsePromptId(promptId);
    return identity.prompt === prompt ? [{ ...row, version: identity.version }] : [];
  });
}

/** A prompt that ran before the scope's range, or in another project, is known all the same. */
async function requireKnownPrompt(db: Kysely<MetricsSchema>, prompt: string): Promise<void> {
  const listed = await db.selectFrom('prompt_variants').select('prompt_name as name').distinct().execute();
  const executed = await db.selectFrom('prompt_executions').select('prompt_id as id').distinct().execute();
  const names = [
    ...new Set([...listed.map(({ name }) => name), ...executed.map(({ id }) => parsePromptId(id).prompt)]),
  ];
  if (names.includes(prompt)) {
    return;
  }
  const nearest = nearestNames(prompt, names);
  const shown = (nearest.length === 0 ? names.toSorted() : nearest).slice(0, namesShown);
  throw new EngineError('question.invalid', l10n.t('The database has no prompt named {0}.', prompt), {
    hint: shown.length === 0 ? l10n.t('Export the project first.') : l10n.t('Did you mean {0}?', shown.join(', ')),
  });
}
