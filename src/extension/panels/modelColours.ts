import type * as vscode from 'vscode';
import { modelColourCount, type ColoursParams, type ModelColourNumbers } from '../../protocol/panels.ts';

const memoryKey = (projectId: string | null): string => `panels.colours.${projectId ?? '*'}`;

/** Which model is drawn in which colour, for every panel of this workspace. */
export class ModelColours {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  async colours({ projectId, models }: ColoursParams): Promise<ModelColourNumbers> {
    const key = memoryKey(projectId);
    const before = this.#memory.get<ModelColourNumbers>(key, {});
    const after = assignColours(before, models);
    await this.#memory.update(key, after);
    return Object.fromEntries(models.map((model) => [model, after[model] ?? 0]));
  }
}

/**
 * Gives each of these models a colour. One that has a colour keeps it, unless a model shown before it
 * in this list has the same: there are more models than colours, and no chart shows two in one.
 * @param models shown together, most important first
 */
export function assignColours(assigned: ModelColourNumbers, models: readonly string[]): ModelColourNumbers {
  const result: Record<string, number> = { ...assigned };
  const taken = new Set<number>();
  const homeless: string[] = [];
  for (const model of models) {
    const colour = Object.hasOwn(assigned, model) ? assigned[model] : undefined;
    if (colour === undefined || taken.has(colour)) {
      homeless.push(model);
    } else {
      taken.add(colour);
    }
  }
  for (const model of homeless) {
    const colour = leastUsed(assigned, taken);
    result[model] = colour;
    taken.add(colour);
  }
  return result;
}

function leastUsed(assigned: ModelColourNumbers, taken: ReadonlySet<number>): number {
  const uses = Array.from({ length: modelColourCount }, (_, colour) => ({
    colour,
    uses: Object.values(assigned).filter((other) => other === colour).length,
  }));
  const free = uses.filter(({ colour }) => !taken.has(colour)).sort((a, b) => a.uses - b.uses);
  return free[0]?.colour ?? 0;
}
