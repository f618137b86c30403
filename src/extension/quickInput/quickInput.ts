import * as vscode from 'vscode';
import type { Finding } from './finding.ts';

/** What a person did with one step of several. */
export type Answer<T> = { readonly kind: 'next'; readonly value: T } | { readonly kind: 'back' | 'cancelled' };

export interface Step {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

interface PickOptions<T> extends Step {
  readonly placeholder: string;
  readonly choices: readonly Choice<T>[];
}

/** Offers choices, with a Back button from the second step on. */
export function pickOne<T>({ placeholder, choices, ...step }: PickOptions<T>): Promise<Answer<T>> {
  const pick = vscode.window.createQuickPick<Choice<T>>();
  pick.placeholder = placeholder;
  pick.items = choices;
  return ask(pick, step, (finish) => {
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen !== undefined) {
        finish({ kind: 'next', value: chosen.value });
      }
    });
  });
}

/** A finding as an input box shows it. */
export function toMessage(found: Finding | null): vscode.InputBoxValidationMessage | null {
  if (found === null) {
    return null;
  }
  const { Error, Warning } = vscode.InputBoxValidationSeverity;
  return { message: found.message, severity: found.severity === 'error' ? Error : Warning };
}

interface TextOptions extends Step {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  readonly password?: boolean;
  /** Looks at every change. An error hinders; a warning does not. */
  readonly check: (text: string) => vscode.InputBoxValidationMessage | null;
  /** Runs when the text is accepted; its error is shown in place and the text can be corrected. */
  readonly submit?: (text: string, signal: AbortSignal) => Promise<vscode.InputBoxValidationMessage | null>;
}

/** Asks for a text, with a Back button from the second step on. */
export function askText({ prompt, check, submit, ...options }: TextOptions): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.prompt = prompt;
  box.placeholder = options.placeholder ?? '';
  box.value = options.value ?? '';
  box.password = options.password ?? false;
  return ask(box, options, (finish, hidden) => {
    box.onDidChangeValue((text) => show(box, text === '' ? null : check(text)));
    box.onDidAccept(async () => {
      const text = box.value.trim();
      const found = check(text);
      if (found?.severity === vscode.InputBoxValidationSeverity.Error) {
        show(box, found);
        return;
      }
      box.enabled = false;
      box.busy = true;
      const failure = (await submit?.(text, hidden)) ?? null;
      if (failure === null) {
        finish({ kind: 'next', value: text });
        return;
      }
      box.busy = false;
      box.enabled = true;
      show(box, failure);
    });
  });
}

function ask<T>(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] } & {
    onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
  },
  { title, step, totalSteps }: Step,
  listen: (finish: (answer: Answer<T>) => void, hidden: AbortSignal) => void,
): Promise<Answer<T>> {
  input.title = title;
  input.step = step;
  input.totalSteps = totalSteps;
  // Keys are copied from a browser window: the question must survive that.
  input.ignoreFocusOut = true;
  input.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
  const hidden = new AbortController();
  return new Promise<Answer<T>>((resolve) => {
    listen(resolve, hidden.signal);
    input.onDidTriggerButton(() => resolve({ kind: 'back' }));
    input.onDidHide(() => {
      hidden.abort();
      resolve({ kind: 'cancelled' });
    });
    input.show();
  }).finally(() => input.dispose());
}

function show(box: vscode.InputBox, message: vscode.InputBoxValidationMessage | null): void {
  box.validationMessage = message ?? undefined;
}

/**
 * Asks step after step; Back returns to the one before.
 * @param steps looked at anew before each question, since an answer may add or remove later ones
 * @returns false when the person left
 */
export async function askInOrder(
  title: string,
  steps: () => readonly ((step: Step) => Promise<Answer<unknown>>)[],
): Promise<boolean> {
  let index = 0;
  for (;;) {
    const asked = steps();
    const question = asked[index];
    if (question === undefined) {
      return true;
    }
    const answer = await question({ title, step: index + 1, totalSteps: asked.length });
    if (answer.kind === 'cancelled') {
      return false;
    }
    index = Math.max(0, index + (answer.kind === 'back' ? -1 : 1));
  }
}
