import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import { successSourceText } from '../../format/successSource.ts';
import type { Times } from '../../format/times.ts';
import type { PromptLens, PromptLensAnswer } from '../../protocol/browse.ts';
import type { PromptUse } from '../../protocol/promptUses.ts';
import { findLens, servedVersion, type LensFinding, type LensVersion } from './lensVersions.ts';

export interface LensHoverOptions {
  readonly numbers: Numbers;
  readonly times: Times;
  readonly days: number;
  readonly minimumRuns: number;
  readonly now: number;
}

/** What the hover says: rows of a table, a template, and where the figures come from. */
export interface LensHover {
  readonly title: string;
  readonly subtitle: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly template: { readonly language: 'json' | 'markdown'; readonly text: string } | null;
  readonly source: string;
}

/** The hover has room for so much of a template. */
const longestTemplate = 2000;
/** Older versions are in the comparison. */
const mostVersions = 6;

/** The same as the lens in full; null for a prompt that the database does not know. */
export function lensHover(use: PromptUse, answer: PromptLensAnswer, options: LensHoverOptions): LensHover | null {
  const prompt = answer.prompts.find((known) => known.prompt === use.promptName);
  if (prompt === undefined) {
    return null;
  }
  const served = servedVersion(prompt);
  const shown = shownVersion(findLens(use, answer)) ?? served ?? prompt.versions[0] ?? null;
  const newest = prompt.versions.toSorted((a, b) => b.version - a.version).slice(0, mostVersions);
  return {
    title: use.promptName,
    subtitle: served === null ? l10n.t('no version is production') : l10n.t('production is v{0}', served.version),
    columns: [
      l10n.t('Version'),
      l10n.t('Success'),
      l10n.t('95 % CI'),
      l10n.t('Runs'),
      l10n.t('Cost / run'),
      l10n.t('p95'),
    ],
    rows: newest.map((version) => versionRow(version, options)),
    template: shown === null ? null : templateOf(prompt, shown),
    source: sourceText(prompt, answer, options),
  };
}

function shownVersion(finding: LensFinding): LensVersion | null {
  switch (finding.kind) {
    case 'version':
      return finding.version;
    case 'text':
      return finding.matched;
    case 'otherText':
      return finding.nearest;
    case 'open':
      return finding.versions[0] ?? null;
    case 'notSynced':
    case 'unknownPrompt':
    case 'unknownVersion':
    case 'unsetLabel':
    case 'refused':
      return null;
  }
}

function versionRow({ version, labels, figures }: LensVersion, { numbers, minimumRuns }: LensHoverOptions): string[] {
  const { successCount, successN, low, high, executions, costPerExecutionUsd, latencyP95 } = figures;
  const share = (value: number): string => numbers.decimal(value * 100, 0);
  const rate =
    successN < minimumRuns
      ? l10n.t('{0} of {1}', numbers.count(successCount), numbers.count(successN))
      : numbers.wholeShare(successCount / successN);
  const nothing = '–';
  return [
    [`v${version}`, ...labels].join(' '),
    successN === 0 ? nothing : rate,
    low === null || high === null ? nothing : l10n.t('{0} to {1}', share(low), share(high)),
    numbers.count(executions),
    costPerExecutionUsd === null ? nothing : numbers.money(costPerExecutionUsd),
    latencyP95 === null ? nothing : numbers.duration(latencyP95),
  ];
}

function templateOf({ type }: PromptLens, { template }: LensVersion): LensHover['template'] {
  const text = type === 'chat' ? indented(template) : template;
  const cut = text.length <= longestTemplate ? text : `${text.slice(0, longestTemplate)}…`;
  return { language: type === 'chat' ? 'json' : 'markdown', text: cut };
}

function indented(template: string): string {
  try {
    return JSON.stringify(JSON.parse(template), null, 2);
  } catch {
    return template;
  }
}

/** Which rule decides what a success is, the period, and how fresh the figures are. */
function sourceText(prompt: PromptLens, answer: PromptLensAnswer, { times, days, now }: LensHoverOptions): string {
  const sources = [...new Set(prompt.versions.flatMap(({ figures }) => figures.successSources))];
  const rule =
    sources.length === 0
      ? l10n.t('No run says whether it was a success.')
      : l10n.t('Success is {0}.', sources.map(successSourceText).join(', '));
  const period = l10n.t('Last {0} d', days);
  const exported =
    answer.exportedUntil === null
      ? l10n.t('not synced yet')
      : l10n.t('exported up to {0}', times.moment(answer.exportedUntil, now));
  return `${rule} ${period}, ${exported}.`;
}
