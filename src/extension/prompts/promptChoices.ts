import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { PromptOutcomes, PromptVersionOutcomes } from '../../protocol/analytics.ts';

/** A prompt as a quick pick offers it. */
export interface PromptChoice {
  readonly label: string;
  /** Its versions with their runs, newest first. */
  readonly description: string;
  readonly prompt: PromptOutcomes;
}

export interface PromptChoicesOptions {
  /** Counts failed runs, and puts those with the most first. */
  readonly failures: boolean;
  /** That the runs are of. */
  readonly days: number;
  readonly numbers: Numbers;
}

/** Versions that one line has room for. */
const mostVersions = 5;

/** Prompts by how much there is to see of them: with the most runs (or failures) first, then by name. */
export function promptChoices(
  prompts: readonly PromptOutcomes[],
  { failures, days, numbers }: PromptChoicesOptions,
): PromptChoice[] {
  const count = failures ? failedRuns : (version: PromptVersionOutcomes): number => version.executions;
  const total = ({ versions }: PromptOutcomes): number => versions.reduce((sum, version) => sum + count(version), 0);
  return prompts
    .toSorted((a, b) => total(b) - total(a) || (a.prompt < b.prompt ? -1 : 1))
    .map((prompt) => ({
      label: prompt.prompt,
      description: total(prompt) === 0 ? noneText(failures, days) : versionCounts(prompt.versions, count, numbers),
      prompt,
    }));
}

function failedRuns({ successRate }: PromptVersionOutcomes): number {
  return successRate.n - successRate.count;
}

function noneText(failures: boolean, days: number): string {
  return failures ? l10n.t('no failed run in {0} d', days) : l10n.t('no run in {0} d', days);
}

/** `v8 60 · v7 210`. */
function versionCounts(
  versions: readonly PromptVersionOutcomes[],
  count: (version: PromptVersionOutcomes) => number,
  numbers: Numbers,
): string {
  const counted = versions.filter((version) => count(version) > 0);
  const shown = counted
    .slice(0, mostVersions)
    .map((version) => `v${version.version ?? '?'} ${numbers.count(count(version))}`);
  return [...shown, ...(counted.length > mostVersions ? ['…'] : [])].join(' · ');
}
