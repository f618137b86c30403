import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { PromptLens, PromptLensAnswer } from '../../protocol/browse.ts';
import type { PromptUse } from '../../protocol/promptUses.ts';
import {
  findLens,
  previousVersion,
  servedLabel,
  servedVersion,
  type LensFinding,
  type LensVersion,
} from './lensVersions.ts';

export interface LensTextOptions {
  readonly numbers: Numbers;
  /** The period that the figures are of. */
  readonly days: number;
  /** Under so many scored runs counts say it, not a percentage. */
  readonly minimumRuns: number;
}

/** What a click on the lens does. */
export type LensAction = 'compareVersions' | 'compareText' | 'howToLink' | 'export' | 'none';

export interface LensText {
  readonly title: string;
  readonly action: LensAction;
}

/** The line above a use; `answer` is null while the figures are being read. */
export function lensText(use: PromptUse, answer: PromptLensAnswer | null, options: LensTextOptions): LensText {
  if (answer === null) {
    return { title: joined(use.promptName, l10n.t('loading…')), action: 'none' };
  }
  return textOf(use.promptName, findLens(use, answer), options);
}

function textOf(name: string, finding: LensFinding, options: LensTextOptions): LensText {
  switch (finding.kind) {
    case 'notSynced':
      return { title: joined(name, l10n.t('not synced yet')), action: 'export' };
    case 'unknownPrompt':
      return { title: joined(name, l10n.t('not in Langfuse')), action: 'none' };
    case 'unknownVersion':
      return { title: joined(name, l10n.t('no version {0}', finding.version)), action: 'compareVersions' };
    case 'unsetLabel':
      return { title: joined(name, l10n.t('label {0} not set', finding.label)), action: 'compareVersions' };
    case 'refused':
      return { title: joined(name, l10n.t('version and label: SDK refuses')), action: 'none' };
    case 'open':
      return openText(name, finding.versions, options);
    case 'text':
      return matchText(name, finding.prompt, finding.matched, options);
    case 'otherText':
      return {
        title: joined(l10n.t('differs from {0}', versionName(finding.nearest)), l10n.t('Compare')),
        action: 'compareText',
      };
    case 'version':
      return versionText(name, finding, options);
  }
}

function versionText(
  name: string,
  { prompt, version, by }: LensFinding & { kind: 'version' },
  options: LensTextOptions,
): LensText {
  const head = joined(name, by === null ? `v${version.version}` : `${by} v${version.version}`);
  const { executions, costPerExecutionUsd } = version.figures;
  if (executions === 0) {
    return { title: joined(head, l10n.t('no linked generations (how to link)')), action: 'howToLink' };
  }
  const cost = costPerExecutionUsd === null ? null : l10n.t('{0} a call', options.numbers.money(costPerExecutionUsd));
  const arrow = arrowAgainst(version, previousVersion(prompt, version));
  return { title: joined(head, rateWithCounts(version, arrow, options), cost), action: 'compareVersions' };
}

/** `92 % ok (184/200, 7 d)`, with few runs `3 of 4 ok (7 d)`. */
function rateWithCounts(
  { figures }: LensVersion,
  arrow: string,
  { numbers, days, minimumRuns }: LensTextOptions,
): string {
  const { successCount, successN, executions } = figures;
  const period = l10n.t('{0} d', days);
  if (successN === 0) {
    return l10n.t('{0} calls, none scored ({1})', numbers.count(executions), period);
  }
  const counts = [numbers.count(successCount), numbers.count(successN)] as const;
  if (successN < minimumRuns) {
    return l10n.t('{0} of {1} ok ({2})', ...counts, period);
  }
  const share = numbers.wholeShare(successCount / successN);
  return l10n.t('{0} ok{1} ({2}/{3}, {4})', share, arrow, ...counts, period);
}

/** An arrow only when the intervals part; chance moves a rate too. */
function arrowAgainst({ figures }: LensVersion, previous: LensVersion | null): string {
  const { low, high } = figures;
  const before = previous?.figures;
  if (low === null || high === null || before?.low == null || before.high === null) {
    return '';
  }
  if (low > before.high) {
    return ' ▲';
  }
  return high < before.low ? ' ▼' : '';
}

function openText(name: string, versions: readonly LensVersion[], options: LensTextOptions): LensText {
  const parts = versions.map((version) => {
    const label = version.labels.find((candidate) => candidate !== servedLabel && candidate !== 'latest');
    const shown = version.labels.includes(servedLabel) || label === undefined ? null : label;
    return [`v${version.version}`, shown, shortRate(version, options)].filter((part) => part !== null).join(' ');
  });
  return { title: joined(name, ...parts), action: 'compareVersions' };
}

/** `81 %`, `3 of 4`; null without scored runs. */
function shortRate({ figures }: LensVersion, { numbers, minimumRuns }: LensTextOptions): string | null {
  const { successCount, successN } = figures;
  if (successN === 0) {
    return null;
  }
  return successN < minimumRuns
    ? l10n.t('{0} of {1}', numbers.count(successCount), numbers.count(successN))
    : numbers.wholeShare(successCount / successN);
}

function matchText(name: string, prompt: PromptLens, matched: LensVersion, options: LensTextOptions): LensText {
  const served = servedVersion(prompt);
  if (served !== null && served.version !== matched.version) {
    return {
      title: l10n.t('matches v{0}, production is v{1}', matched.version, served.version),
      action: 'compareVersions',
    };
  }
  const title = joined(l10n.t('matches {0} {1}', name, versionName(matched)), shortRate(matched, options));
  return { title, action: 'compareVersions' };
}

/** `v2 (production)` */
function versionName({ version, labels }: LensVersion): string {
  return labels.includes(servedLabel) ? `v${version} (${servedLabel})` : `v${version}`;
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' · ');
}

/** What is wrong with a use, for the list of problems; null when nothing is. */
export function lensProblem(use: PromptUse, answer: PromptLensAnswer): string | null {
  const finding = findLens(use, answer);
  switch (finding.kind) {
    case 'unknownPrompt':
      // A definition makes the prompt.
      return use.via === 'definition' ? null : l10n.t('Langfuse has no prompt {0}.', use.promptName);
    case 'unknownVersion':
      return l10n.t('The prompt {0} has no version {1}.', use.promptName, finding.version);
    case 'unsetLabel':
      return use.via === 'definition'
        ? null
        : l10n.t('No version of the prompt {0} has the label {1}.', use.promptName, finding.label);
    case 'refused':
      return l10n.t('The SDK refuses a version together with a label.');
    case 'notSynced':
    case 'open':
    case 'text':
    case 'otherText':
    case 'version':
      return null;
  }
}
