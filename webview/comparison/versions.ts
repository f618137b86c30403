import type { PromptOutcomes, PromptOutcomesAnswer } from '../../src/protocol/analytics.ts';

/** Versions beside the baseline that are shown without being asked for: each pair more makes every test stricter. */
const mostOthers = 6;

/** What a person chose; null is for the panel to choose. Versions are called as the engine does: `v7`. */
export interface VersionChoice {
  readonly baseline: string | null;
  /** The version that the verdict is about. */
  readonly subject: string | null;
  /** All versions shown. */
  readonly shown: readonly string[] | null;
}

/** Versions to ask about. */
export interface ChosenVersions {
  readonly baseline: string;
  /** Null when the prompt has one version only. */
  readonly subject: string | null;
  /** The baseline first, then the others, oldest first. */
  readonly shown: readonly string[];
}

export const nothingChosen: VersionChoice = { baseline: null, subject: null, shown: null };

export function versionName(version: number | null): string {
  return `v${version ?? '?'}`;
}

/** The number in `v7`; null for the version that is not known. */
export function versionNumber(name: string): number | null {
  const number = Number(name.slice(1));
  return Number.isInteger(number) ? number : null;
}

export function promptOfAnswer(
  answer: PromptOutcomesAnswer | null,
  { projectId, prompt }: { readonly projectId: string; readonly prompt: string },
): PromptOutcomes | null {
  return answer?.prompts.find((one) => one.prompt === prompt && one.projectId === projectId) ?? null;
}

/**
 * The versions to compare. By itself the panel measures the newest version that ran against the one in
 * production; that in production, or the only one chosen, against the one before it. Null without versions.
 */
export function chooseVersions(prompt: PromptOutcomes, choice: VersionChoice): ChosenVersions | null {
  const known = prompt.versions.map(({ version }) => versionName(version));
  const ran = prompt.versions.filter(({ executions }) => executions > 0).map(({ version }) => versionName(version));
  const ifKnown = (name: string | null): string | null => (name !== null && known.includes(name) ? name : null);
  const asked = ifKnown(choice.subject);
  const production = prompt.productionVersion === null ? null : ifKnown(versionName(prompt.productionVersion));
  const candidates = [...ran, ...known];
  const baseline =
    ifKnown(choice.baseline) ??
    (production !== null && production !== asked && ran.includes(production) ? production : null) ??
    (asked === null ? (ran.at(-1) ?? known.at(-1)) : before(asked, ran, known)) ??
    asked;
  if (baseline === null) {
    return null;
  }
  const subject = (asked === baseline ? null : asked) ?? candidates.find((name) => name !== baseline) ?? null;
  const others = choice.shown?.filter((name) => known.includes(name)) ?? ran.slice(0, mostOthers);
  const shown = new Set([...others, ...(subject === null ? [] : [subject])]);
  shown.delete(baseline);
  return { baseline, subject, shown: [baseline, ...known.filter((name) => shown.has(name)).toReversed()] };
}

/** The newest version that ran and is older than this one; else any other that ran, or exists. */
function before(name: string, ran: readonly string[], known: readonly string[]): string | undefined {
  const older = known.slice(known.indexOf(name) + 1);
  return (
    older.find((one) => ran.includes(one)) ??
    ran.find((one) => one !== name) ??
    older[0] ??
    known.find((one) => one !== name)
  );
}
