/**
 * Summarises tickets within the limits of .langfuse/rate-limits.json, which it shares with classify.py.
 * Run it in a terminal of the editor: node limited/summarise.ts (Node 22.18 or newer; before, npx tsx).
 */
import { setTimeout as sleep } from 'node:timers/promises';

// Set in the terminals of VS Code. Elsewhere: npm install the folder of the extension.
const { openRateLimiter } = await import(process.env.LANGFUSE_METRICS_NODE_CLIENT ?? 'langfuse-metrics/rate-limit');

/** Stands for the call of a provider; returns the tokens it used. */
async function ask(): Promise<number> {
  await sleep(100);
  return 300 + Math.floor(Math.random() * 600);
}

const limiter = await openRateLimiter();
for (let ticket = 0; ticket < 20; ticket += 1) {
  const call = await limiter.acquire({ provider: 'openai', model: 'gpt-4o-mini', tokens: 900, waitSeconds: 60 });
  if (!call.granted) {
    console.log(`ticket ${ticket}: try again in ${call.retryAfterMs} ms`);
    continue;
  }
  const { remaining } = await limiter.report({ reservation: call.reservation, tokens: await ask() });
  console.log(`ticket ${ticket}:`, JSON.stringify(remaining));
}
await limiter.close();
