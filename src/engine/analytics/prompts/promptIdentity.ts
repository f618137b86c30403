import { recordedProject } from '../../record/recordedRows.ts';

/** A prompt of a project and one of its versions; null: linked without a version. */
export interface PromptIdentity {
  readonly prompt: string;
  readonly version: number | null;
}

/** Reads an id of prompt_variants and prompt_executions; one that a script made up is a prompt's name by itself. */
export function parsePromptId(id: string): PromptIdentity {
  const [, prompt, version] = /^(.+):v(\d+|\?)$/s.exec(id) ?? [];
  return prompt === undefined
    ? { prompt: id, version: null }
    : { prompt, version: version === '?' ? null : Number(version) };
}

/** How verdicts and tables call a version. */
export const versionName = (version: number | null): string => `v${version ?? '?'}`;

/**
 * Which project a run counts for. Scripts record runs of no project: theirs are those of the one
 * project that has a prompt of that name, else of their own.
 */
export class PromptHomes {
  readonly #projects = new Map<string, Set<string>>();

  /** Says that a project has this prompt. */
  add(projectId: string, prompt: string): void {
    if (projectId === recordedProject) {
      return;
    }
    const projects = this.#projects.get(prompt) ?? new Set();
    projects.add(projectId);
    this.#projects.set(prompt, projects);
  }

  homeOf(projectId: string, prompt: string): string {
    const [only, ...others] = this.#projects.get(prompt) ?? [];
    return projectId === recordedProject && only !== undefined && others.length === 0 ? only : projectId;
  }
}
