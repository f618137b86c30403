import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import type { PromptComparison } from '../../../protocol/analytics.ts';
import { EngineError } from '../../errors.ts';
import { nearestNames } from '../../questions/nearestNames.ts';
import type { Question } from '../../questions/question.ts';
import { scopeSchema } from '../calls/scope.ts';
import { compareVersions } from '../comparison/compareVersions.ts';
import { versionName } from './promptIdentity.ts';
import { loadPromptRuns, type PromptRun, type PromptRuns } from './promptRuns.ts';
import type { Tally } from './tally.ts';
import { versionFigures } from './versionFigures.ts';

/** Versions of one prompt, pair by pair. */
export const promptComparisonQuestion: Question<'promptComparison'> = {
  params: z.strictObject({
    scope: scopeSchema,
    prompt: z.string().min(1),
    variants: z.array(z.string().min(1)).min(1).exactOptional(),
  }),
  async answer({ scope, prompt, variants }, context): Promise<PromptComparison> {
    const found = await loadPromptRuns(context, scope, prompt);
    const runs = Map.groupBy(found.runs, ({ version }) => version);
    const versions = variants === undefined ? executedVersions(found, runs) : namedVersions(found, runs, variants);
    const samples = versions.map((version) => ({
      name: versionName(version),
      executions: runs.get(version) ?? [],
    }));
    return {
      prompt,
      projectId: found.projectId,
      range: scope.range,
      baseline: samples[0]?.name ?? null,
      variants: versions.map((version) => ({
        name: versionName(version),
        ...versionFigures(version, labelsOf(found, version), tallyOf(runs.get(version) ?? [])),
      })),
      comparisons: compareVersions(samples, context.numbers),
      missing: versions.length === 0 ? { variants: 'noCalls' } : {},
    };
  },
};

type RunsByVersion = ReadonlyMap<number | null, readonly PromptRun[]>;

const labelsOf = ({ catalogue }: PromptRuns, version: number | null): readonly string[] =>
  catalogue.find((entry) => entry.version === version)?.labels ?? [];

/** Every version with executions, oldest first, but production's at the head: it is what others must beat. */
function executedVersions({ catalogue }: PromptRuns, runs: RunsByVersion): readonly (number | null)[] {
  const production = catalogue.find(({ isProduction }) => isProduction)?.version ?? null;
  const isBaseline = (version: number | null): number => Number(version !== null && version === production);
  return [...runs.keys()].toSorted((a, b) => isBaseline(b) - isBaseline(a) || (a ?? -1) - (b ?? -1));
}

/** @throws EngineError question.invalid that names what there is instead */
function namedVersions(
  { catalogue }: PromptRuns,
  runs: RunsByVersion,
  variants: readonly string[],
): readonly (number | null)[] {
  const versions = new Set([...catalogue.map(({ version }) => version), ...runs.keys()]);
  const byName = new Map<string, number | null>();
  for (const { labels, version } of catalogue) {
    labels.forEach((label) => byName.set(label, version));
  }
  // After the labels: a label such as "v7" must not hide the version.
  for (const version of versions) {
    byName.set(versionName(version), version);
    byName.set(String(version ?? '?'), version);
  }
  const chosen = variants.map((variant) => {
    const version = byName.get(variant);
    if (version === undefined) {
      throw unknownVariant(variant, [...byName.keys()]);
    }
    return version;
  });
  return [...new Set(chosen)];
}

function unknownVariant(variant: string, names: readonly string[]): EngineError {
  const telling = names.filter((name) => !/^(\d+|\?)$/.test(name)).toSorted();
  const nearest = nearestNames(variant, telling);
  return new EngineError('question.invalid', l10n.t('The prompt has no version or label {0}.', variant), {
    hint: l10n.t('Did you mean {0}?', (nearest.length === 0 ? telling : nearest).join(', ')),
  });
}

function tallyOf(runs: readonly PromptRun[]): Tally {
  const known = (values: readonly (number | null)[]): readonly number[] => values.filter((value) => value !== null);
  const sum = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
  const judged = known(runs.map(({ success }) => success));
  const costs = known(runs.map(({ costUsd }) => costUsd));
  const sources = Map.groupBy(runs, ({ successSource }) => successSource);
  return {
    executions: runs.length,
    judged: judged.length,
    successes: sum(judged) ?? 0,
    latencies: known(runs.map(({ latencySeconds }) => latencySeconds)),
    qualities: known(runs.map(({ quality }) => quality)),
    feedback: known(runs.map(({ userFeedback }) => userFeedback)),
    inputTokens: sum(known(runs.map(({ inputTokens }) => inputTokens))),
    outputTokens: sum(known(runs.map(({ outputTokens }) => outputTokens))),
    costUsd: sum(costs),
    costed: costs.length,
    firstAt: runs[0]?.executedAt ?? null,
    lastAt: runs.at(-1)?.executedAt ?? null,
    sources: new Map([...sources].flatMap(([source, of]) => (source === null ? [] : [[source, of.length]]))),
  };
}
