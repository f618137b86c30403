import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import { successSourceText } from '../../format/successSource.ts';
import type { PromptFigures, PromptVersionFigures } from '../../protocol/analytics.ts';
import type { Rate } from '../../protocol/figures.ts';
import type { NodeContext, TreeNode } from '../trees/treeNode.ts';

/** What the commands of a prompt's or a version's row work on. */
export interface PromptSubject {
  readonly projectId: string;
  readonly prompt: string;
  /** Null: the prompt as a whole. */
  readonly version: number | null;
}

/** Under so many scored runs a percentage says more than is known. */
const leastForShare = 20;

/** `88 % of 4,102`, or `57 of 60` where a percentage would claim too much; null when nothing is scored. */
export function rateText(rate: Rate, numbers: Numbers): string | null {
  if (rate.value === null) {
    return null;
  }
  return rate.n < leastForShare
    ? l10n.t('{0} of {1}', numbers.count(rate.count), numbers.count(rate.n))
    : l10n.t('{0} of {1}', numbers.wholeShare(rate.value), numbers.count(rate.n));
}

const joined = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' · ');

function costText({ costPerExecutionUsd }: PromptVersionFigures, numbers: Numbers): string | null {
  return costPerExecutionUsd === null ? null : l10n.t('{0} a run', numbers.money(costPerExecutionUsd));
}

function versionDescription(version: PromptVersionFigures, numbers: Numbers): string {
  if (version.executions === 0) {
    return l10n.t('no linked generations');
  }
  const rate =
    rateText(version.successRate, numbers) ?? l10n.t('{0} runs, none scored', numbers.count(version.executions));
  return joined([rate, costText(version, numbers)]);
}

function versionTooltip(version: PromptVersionFigures, { numbers, times }: NodeContext): string[] {
  const { successRate, quality, userFeedback, latency } = version;
  const line = (label: string, value: string | null): string[] => (value === null ? [] : [`${label}: ${value}`]);
  const interval =
    successRate.low === null || successRate.high === null
      ? null
      : l10n.t('95 % interval {0} to {1}', numbers.share(successRate.low), numbers.share(successRate.high));
  return [
    ...line(l10n.t('Runs'), numbers.count(version.executions)),
    ...line(l10n.t('Success'), joined([rateText(successRate, numbers), interval]) || null),
    ...line(
      l10n.t('Success is'),
      version.successSources.length === 0 ? null : version.successSources.map(successSourceText).join(', '),
    ),
    ...line(l10n.t('Quality'), quality.value === null ? null : `${numbers.decimal(quality.value)} (n = ${quality.n})`),
    ...line(
      l10n.t('User feedback'),
      userFeedback.value === null ? null : `${numbers.decimal(userFeedback.value)} (n = ${userFeedback.n})`,
    ),
    ...line(l10n.t('Latency p95'), latency === null ? null : numbers.duration(latency.p95)),
    ...line(l10n.t('Cost'), version.costUsd === null ? null : numbers.money(version.costUsd)),
    ...line(l10n.t('Last run'), version.lastExecutedAt === null ? null : times.iso(version.lastExecutedAt)),
  ];
}

export function versionNode(prompt: PromptFigures, version: PromptVersionFigures, context: NodeContext): TreeNode {
  const name = version.version === null ? l10n.t('unknown version') : `v${version.version}`;
  const label = [name, ...version.labels].join(' ');
  const description = versionDescription(version, context.numbers);
  const subject: PromptSubject = { projectId: prompt.projectId, prompt: prompt.prompt, version: version.version };
  return {
    id: `prompt/${prompt.projectId}/${prompt.prompt}/${version.version ?? ''}`,
    label,
    description,
    tooltip: [`${prompt.prompt} ${label}`, ...versionTooltip(version, context)],
    icon: { name: 'git-commit' },
    context: version.version === null ? 'promptVersionUnknown' : 'promptVersion',
    spoken: `${label}, ${description}`,
    subject,
  };
}

function promptDescription(prompt: PromptFigures, numbers: Numbers): string {
  const shown = prompt.versions.find(({ version }) => version === prompt.productionVersion) ?? prompt.versions[0];
  if (shown === undefined) {
    return '';
  }
  const rate = shown.executions === 0 ? null : rateText(shown.successRate, numbers);
  return joined([shown.version === null ? null : `v${shown.version}`, rate]);
}

function promptNode(prompt: PromptFigures, label: string, context: NodeContext): TreeNode {
  const subject: PromptSubject = { projectId: prompt.projectId, prompt: prompt.prompt, version: null };
  return {
    id: `prompt/${prompt.projectId}/${prompt.prompt}`,
    label,
    description: promptDescription(prompt, context.numbers),
    tooltip: [
      prompt.prompt,
      prompt.costUsd === null
        ? l10n.t('{0} runs', context.numbers.count(prompt.executions))
        : l10n.t('{0} runs, {1}', context.numbers.count(prompt.executions), context.numbers.money(prompt.costUsd)),
    ],
    icon: { name: 'note' },
    context: 'prompt',
    subject,
    children: prompt.versions.map((version) => versionNode(prompt, version, context)),
  };
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly prompts: { readonly prompt: PromptFigures; readonly label: string }[];
}

const emptyFolder = (): Folder => ({ folders: new Map(), prompts: [] });

function folderOf(root: Folder, names: readonly string[]): Folder {
  let folder = root;
  for (const name of names) {
    const next = folder.folders.get(name) ?? emptyFolder();
    folder.folders.set(name, next);
    folder = next;
  }
  return folder;
}

function countPrompts(folder: Folder): number {
  return [...folder.folders.values()].reduce((sum, inner) => sum + countPrompts(inner), folder.prompts.length);
}

function folderNodes(folder: Folder, path: string, context: NodeContext): readonly TreeNode[] {
  const byName = new Intl.Collator();
  const folders = [...folder.folders].sort(([a], [b]) => byName.compare(a, b));
  return [
    ...folders.map(([name, inner]) => ({
      id: `folder/${path}${name}`,
      label: name,
      description: context.numbers.count(countPrompts(inner)),
      icon: { name: 'folder' },
      context: 'promptFolder',
      children: folderNodes(inner, `${path}${name}/`, context),
    })),
    ...folder.prompts
      .toSorted((a, b) => byName.compare(a.label, b.label))
      .map(({ prompt, label }) => promptNode(prompt, label, context)),
  ];
}

/** Prompts in the folders that slashes in their names make, each with its versions. */
export function promptNodes(prompts: readonly PromptFigures[], context: NodeContext): readonly TreeNode[] {
  const root = emptyFolder();
  for (const prompt of prompts) {
    const names = prompt.prompt.split('/');
    const label = names.pop() ?? prompt.prompt;
    folderOf(root, names).prompts.push({ prompt, label });
  }
  return folderNodes(root, '', context);
}
