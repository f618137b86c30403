import type { TokenUsage } from '../../../protocol/limiter.ts';

/** A longer line is no usage; it is not kept. */
const longestLine = 1_000_000;

/**
 * Finds usage in what a command prints: a line that is a JSON object with usage as OpenAI, Anthropic
 * or Gemini answer it, or with the counts themselves. The last one counts.
 */
export class UsageLines {
  last: TokenUsage = {};
  #line = '';

  add(text: string): void {
    const [first = '', ...others] = text.split('\n');
    this.#line += first;
    for (const next of others) {
      this.#read();
      this.#line = next;
    }
    if (this.#line.length > longestLine) {
      this.#line = '';
    }
    // A last line may lack its end.
    this.#read();
  }

  #read(): void {
    const usage = usageOf(this.#line.trim());
    if (usage !== null) {
      this.last = usage;
    }
  }
}

function usageOf(line: string): TokenUsage | null {
  if (!line.startsWith('{') || !line.endsWith('}')) {
    return null;
  }
  try {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    return counts(parsed.usage) ?? counts(parsed.usageMetadata) ?? counts(parsed);
  } catch {
    return null;
  }
}

function counts(value: unknown): TokenUsage | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const first = (...names: readonly string[]): number | undefined =>
    names
      .map((name) => (value as Record<string, unknown>)[name])
      .find((count): count is number => Number.isSafeInteger(count) && (count as number) >= 0);
  const usage: TokenUsage = {
    tokens: first('total_tokens', 'totalTokenCount', 'tokens'),
    inputTokens: first('input_tokens', 'prompt_tokens', 'promptTokenCount'),
    outputTokens: first('output_tokens', 'completion_tokens', 'candidatesTokenCount'),
  };
  return Object.values(usage).some((count) => count !== undefined) ? usage : null;
}
