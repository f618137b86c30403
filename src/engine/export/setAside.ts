import * as z from 'zod';
import type { SetAsideRow } from '../../protocol/engine.ts';

/** Kept with a run or a checkpoint: enough to find the fault, not enough to swell the file. */
const kept = 1000;

const rowsSchema = z.array(
  z.object({ stream: z.enum(['traces', 'observations', 'scores', 'prompts']), id: z.string(), reason: z.string() }),
);

export function setAsideToJson(rows: readonly SetAsideRow[]): string {
  return JSON.stringify(rows.slice(0, kept));
}

/** @throws ZodError when another program has written something else */
export function setAsideFromJson(json: string): SetAsideRow[] {
  return rowsSchema.parse(JSON.parse(json));
}
