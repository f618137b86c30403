/** Summarises tickets within the limits of .langfuse/rate-limits.json. Run it in the editor's terminal: node limited/summarise.ts */
import { spawnSync } from 'node:child_process';

const tryLater = 75;

function rateLimit(...args: string[]): {
  status: number | null;
  answer: { reservation: string; retryAfterMs: number };
} {
  const { status, stdout } = spawnSync('langfuse-metrics', ['rate-limit', ...args, '--json'], { encoding: 'utf8' });
  return { status, answer: JSON.parse(stdout) };
}

/** Stands for the call of a provider; returns the tokens it used. */
async function ask(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return 300 + Math.floor(Math.random() * 600);
}

for (let ticket = 0; ticket < 20; ticket += 1) {
  const { status, answer } = rateLimit(
    ...['acquire', '--provider', 'openai', '--model', 'gpt-4o-mini', '--tokens', '900', '--wait', '60'],
  );
  if (status === tryLater) {
    console.log(`ticket ${ticket}: try again in ${answer.retryAfterMs} ms`);
    continue;
  }
  rateLimit('report', answer.reservation, '--tokens', String(await ask()));
  console.log(`ticket ${ticket}: done`);
}
