/** Ways to keep a script within the limits, in the languages that people call providers from. */
export type SnippetLanguage = 'python' | 'typescript' | 'shell';

/**
 * Code to paste around a call of a provider.
 * @param pythonFolder where langfuse_rate_limit.py lies
 */
export function rateLimitSnippet(
  language: SnippetLanguage,
  provider: string,
  model: string,
  pythonFolder: string,
): string {
  const [p, m] = [JSON.stringify(provider), JSON.stringify(model)];
  switch (language) {
    case 'python':
      return `import sys

sys.path.append(${JSON.stringify(pythonFolder)})
from langfuse_rate_limit import RateLimiter

limiter = RateLimiter()
with limiter.acquire(${p}, ${m}, tokens=1000, wait=60) as call:
    used = ask()  # your call; returns the tokens it used
    call.report(tokens=used)
`;
    case 'typescript':
      return `import { execFileSync } from 'node:child_process';

const rateLimit = (...args: string[]) => execFileSync('langfuse-metrics', ['rate-limit', ...args], { encoding: 'utf8' });
const call = ['--provider', ${p}, '--model', ${m}, '--tokens', '1000', '--wait', '60', '--json'];
const { reservation } = JSON.parse(rateLimit('acquire', ...call));
const used = await ask(); // your call; returns the tokens it used
rateLimit('report', reservation, '--tokens', String(used));
`;
    case 'shell':
      return `langfuse-metrics rate-limit run --provider ${quoted(provider)} --model ${quoted(model)} --tokens 1000 --wait 60 -- ./ask.sh\n`;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
