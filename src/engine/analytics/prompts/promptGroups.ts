import type { CatalogueVersion } from './catalogue.ts';
import { parsePromptId, PromptHomes } from './promptIdentity.ts';
import { addTallies, emptyTally, type PromptTally, type Tally } from './tally.ts';

/** A version with what is known of it; one without the other is possible. */
export interface VersionGroup {
  readonly version: number | null;
  readonly entry: CatalogueVersion | null;
  readonly tally: Tally;
}

export interface PromptGroup {
  readonly projectId: string;
  readonly prompt: string;
  /** text or chat. */
  readonly type: string;
  /** Newest first. */
  readonly versions: readonly VersionGroup[];
}

/** Brings versions and their executions together, prompt by prompt; runs of scripts join the project that has the prompt. */
export function groupVersions(
  catalogue: readonly CatalogueVersion[],
  tallies: readonly PromptTally[],
): readonly PromptGroup[] {
  const homes = new PromptHomes();
  for (const { projectId, prompt } of catalogue) {
    homes.add(projectId, prompt);
  }
  const identified = tallies.map(({ projectId, promptId, tally }) => ({
    projectId,
    tally,
    ...parsePromptId(promptId),
  }));
  for (const { projectId, prompt } of identified) {
    homes.add(projectId, prompt);
  }
  const groups = new Map<string, { projectId: string; prompt: string; versions: Map<number | null, VersionGroup> }>();
  const groupOf = (projectId: string, prompt: string): Map<number | null, VersionGroup> => {
    const key = JSON.stringify([projectId, prompt]);
    const group = groups.get(key) ?? { projectId, prompt, versions: new Map<number | null, VersionGroup>() };
    groups.set(key, group);
    return group.versions;
  };
  for (const entry of catalogue) {
    groupOf(entry.projectId, entry.prompt).set(entry.version, { version: entry.version, entry, tally: emptyTally });
  }
  for (const { projectId, prompt, version, tally } of identified) {
    const versions = groupOf(homes.homeOf(projectId, prompt), prompt);
    const known = versions.get(version) ?? { version, entry: null, tally: emptyTally };
    versions.set(version, { ...known, tally: addTallies(known.tally, tally) });
  }
  return [...groups.values()].map(({ projectId, prompt, versions }) => {
    const newestFirst = [...versions.values()].toSorted((a, b) => (b.version ?? -1) - (a.version ?? -1));
    const type = newestFirst.find(({ entry }) => entry !== null)?.entry?.type ?? 'text';
    return { projectId, prompt, type, versions: newestFirst };
  });
}
