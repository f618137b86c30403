import * as vscode from 'vscode';
import type { Messages } from '../messages/messages.ts';
import type { CommandId } from './commandIds.ts';

/** Registers commands so that whatever one throws reaches the user as a message, and never a stack trace. */
export class Commands implements vscode.Disposable {
  readonly #messages: Messages;
  readonly #registered: vscode.Disposable[] = [];

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  /**
   * What the handler returns reaches whoever executes the command from code; undefined when it failed.
   * @param handler is given the row of a tree that the command was called on, and all selected rows where
   * that tree lets several be selected
   */
  register(id: CommandId, handler: (argument: unknown, selection?: unknown) => unknown): void {
    const guarded = async (argument: unknown, selection?: unknown): Promise<unknown> => {
      try {
        return await handler(argument, selection);
      } catch (error) {
        // Not awaited: who executed the command need not wait until the user has read the message.
        void this.#messages.show(error);
        return undefined;
      }
    };
    this.#registered.push(vscode.commands.registerCommand(id, guarded));
  }

  /** For a command that other extensions call: what goes wrong reaches them, and no message the user. */
  expose(id: CommandId, handler: (argument: unknown) => unknown): void {
    this.#registered.push(vscode.commands.registerCommand(id, handler));
  }

  dispose(): void {
    for (const registration of this.#registered) {
      registration.dispose();
    }
  }
}
