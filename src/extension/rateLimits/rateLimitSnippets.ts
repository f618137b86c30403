import { clientVariables } from '../../protocol/scripts.ts';

/** Ways to keep a script within the limits, in the languages that people call providers from. */
export const snippetLanguages = ['python', 'typescript', 'shell'] as const;
export type SnippetLanguage = (typeof snippetLanguages)[number];

/**
 * Code to paste around a call of a provider. It names no path: the editor's terminals say where the
 * clients are, and elsewhere they are installed by hand.
 */
export function rateLimitSnippet(language: SnippetLanguage, provider: string, model: string): string {
  const [p, m] = [JSON.stringify(provider), JSON.stringify(model)];
  switch (language) {
    case 'python':
      return `import os
import sys

# Set in the terminals of VS Code. Elsewhere: copy langfuse_rate_limit.py beside this file.
sys.path.append(os.environ.get("${clientVariables.python}", ""))
from langfuse_rate_limit import RateLimiter

limiter = RateLimiter()
with limiter.acquire(${p}, ${m}, tokens=1000, wait=60) as call:
    used = ask()  # your call; returns the tokens it used
    call.report(tokens=used)
`;
    case 'typescript':
      return `// Set in the terminals of VS Code. Elsewhere: npm install the folder of the extension.
const { openRateLimiter } = await import(process.env.${clientVariables.node} ?? 'langfuse-metrics/rate-limit');

const limiter = await openRateLimiter();
const call = await limiter.acquire({ provider: ${p}, model: ${m}, tokens: 1000, waitSeconds: 60 });
if (!call.granted) throw new Error(\`rate limited: try again in \${call.retryAfterMs} ms\`);
const used = await ask(); // your call; returns the tokens it used
await limiter.report({ reservation: call.reservation, tokens: used });
await limiter.close();
`;
    case 'shell':
      return `# Waits for its turn, runs the command, and settles by the usage that it prints as JSON, else by the estimate.
langfuse-metrics rate-limit run --provider ${quoted(provider)} --model ${quoted(model)} --tokens 1000 --wait 60 -- ./ask.sh
`;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
