import type { QuestionContext } from '../../questions/question.ts';
import { allCoverage } from '../../export/checkpoints.ts';
import { uncovered } from '../../export/intervals.ts';
import type { TimeWindow } from '../../langfuse/records.ts';

/** What the database has of its servers, so that "nothing was spent" can be told from "not known". */
export class Exported {
  readonly #projects: readonly (readonly TimeWindow[])[];

  /** @param projects what is covered of each project */
  constructor(projects: readonly (readonly TimeWindow[])[]) {
    this.#projects = projects;
  }

  /** True when nothing says what was exported: rows that came by another way are all that is known. */
  get isUnknown(): boolean {
    return this.#projects.length === 0;
  }

  /** Milliseconds; the last moment that is covered of every project, null without coverage. */
  get until(): number | null {
    return this.isUnknown
      ? null
      : Math.min(...this.#projects.map((windows) => Math.max(...windows.map(({ to }) => to))));
  }

  /** Milliseconds; from when on every project was looked at, null without coverage. */
  get since(): number | null {
    return this.isUnknown
      ? null
      : Math.max(...this.#projects.map((windows) => Math.min(...windows.map(({ from }) => from))));
  }

  /** The whole window is here, of every project. */
  covers(window: TimeWindow): boolean {
    return !this.isUnknown && this.#projects.every((windows) => uncovered(window, windows).length === 0);
  }
}

/** @param projectId null for all projects in the database */
export async function exportedOf({ db }: Pick<QuestionContext, 'db'>, projectId: string | null): Promise<Exported> {
  const coverage = (await allCoverage(db)).filter((row) => projectId === null || row.projectId === projectId);
  const projects = Map.groupBy(coverage, (row) => row.projectId);
  return new Exported(
    [...projects.values()].map((rows) =>
      rows.map(({ start, end }) => ({ from: Date.parse(start), to: Date.parse(end) })),
    ),
  );
}
