import * as vscode from 'vscode';
import { errorText } from '../messages/messages.ts';
import { answerText, type Answer, type TokenBudget } from './answerText.ts';

export interface ToolQuestion {
  /** Localised: what the chat says while the tool works. */
  readonly doing: (input: unknown) => string;
  /** @throws EngineError; its message is what the model reads */
  readonly answer: (input: unknown, signal: AbortSignal) => Promise<Answer>;
  readonly record: (error: unknown) => void;
}

/** A model that sets no budget gets at most so many tokens, at four characters each. */
const defaultTokens = 4000;
const charactersPerToken = 4;

/** A question to the local database as a tool of the editor's language models. Reads only, contacts nobody. */
export class MetricsTool implements vscode.LanguageModelTool<unknown> {
  readonly #question: ToolQuestion;

  constructor(question: ToolQuestion) {
    this.#question = question;
  }

  prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<unknown>): vscode.PreparedToolInvocation {
    return { invocationMessage: this.#question.doing(input) };
  }

  async invoke(
    { input, tokenizationOptions }: vscode.LanguageModelToolInvocationOptions<unknown>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => controller.abort());
    try {
      if (token.isCancellationRequested) {
        throw new vscode.CancellationError();
      }
      const answer = await this.#question.answer(input, controller.signal);
      const text = await answerText(answer, budgetOf(tokenizationOptions, token));
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    } catch (error) {
      if (controller.signal.aborted) {
        throw new vscode.CancellationError();
      }
      this.#question.record(error);
      throw new Error(errorText(error), { cause: error });
    } finally {
      subscription.dispose();
    }
  }
}

function budgetOf(
  options: vscode.LanguageModelToolTokenizationOptions | undefined,
  token: vscode.CancellationToken,
): TokenBudget {
  return options === undefined
    ? { tokens: defaultTokens, count: (text) => Promise.resolve(text.length / charactersPerToken) }
    : { tokens: options.tokenBudget, count: (text) => options.countTokens(text, token) };
}
