/** One run of a prompt version, as far as comparing needs it; null is not known. */
export interface Execution {
  readonly success: 0 | 1 | null;
  readonly quality: number | null;
  readonly latencySeconds: number | null;
  readonly costUsd: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** UTC, ISO-8601. */
  readonly executedAt: string;
  readonly model: string | null;
  readonly environment: string | null;
}

/** A run whose outcome is known. */
export interface ScoredExecution extends Execution {
  readonly success: 0 | 1;
}

export interface VersionSample {
  /** As verdicts call it: `v7`. */
  readonly name: string;
  readonly executions: readonly Execution[];
}

/** The runs that success can be compared by. */
export function scored(executions: readonly Execution[]): readonly ScoredExecution[] {
  return executions.filter((execution): execution is ScoredExecution => execution.success !== null);
}
