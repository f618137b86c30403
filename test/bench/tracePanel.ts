import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, BrowserContext } from 'playwright-core';
import { silentLog } from '../../src/engine/ports.ts';
import { EngineWorker } from '../../src/extension/engine/engineWorker.ts';
import { firstAskedOfTrace } from '../../src/opening/trace.ts';
import type { Engine } from '../../src/protocol/engine.ts';
import type { QuestionName, QuestionParams } from '../../src/protocol/questions.ts';
import { launchChromium } from '../tools/editor/chromium.ts';
import { root } from '../tools/shell.ts';
import { FakeServices } from '../ui/webview/fakeServices.ts';
import { PanelPage } from '../ui/webview/panelPage.ts';
import { engineOn, fastest } from './measure/engine.ts';

/**
 * The panel of a trace of 50,000 steps against that of one of 500: the engine in its worker, the panel in
 * a browser, from the beginning of the document to painted rows, by the browser's own clock. What both
 * share (the browser, the bundle, the way of the messages) is in both figures. And the processor time
 * of the engine alone, against that of the same rows as objects, both ready to be sent.
 */
const many = Number(process.env.BENCH_STEPS ?? 50_000);
const few = 500;
/** A panel that made anything of each step beside its columns would be at several times this. */
const mostRatio = 5;
/** Of the processor time of the question that gives the same rows as objects. */
const mostShare = 0.9;
const rounds = 7;

const start = Date.UTC(2026, 10, 22) / 1000;

/** Steps in tens below one another: an agent's step with tools and calls, a hundredth of a second apart. */
function fill(file: string, trace: string, steps: number): void {
  const database = new DatabaseSync(file);
  const at = (seconds: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${start} + ${seconds}, 'unixepoch')`;
  const id = (index: string): string => `printf('%08x%08x', (${index}) * 2654435761 % 4294967296, ${index})`;
  const rows = `
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${steps})
    SELECT 'p', '${trace}', ${id('i')}, CASE WHEN i = 0 THEN NULL WHEN i % 10 = 0 THEN ${id('0')} ELSE ${id('i / 10 * 10')} END,
      ${at('i / 100.0')}, ${at('i / 100.0')}, ${at('i / 100.0')}, ${at('i / 100.0 + 1.5')}, 'step ' || (i % 20),
      CASE WHEN i % 500 = 499 THEN 'ERROR' ELSE 'DEFAULT' END, 'default', '[]', 0, 0, 0`;
  const columns = `project_id, trace_id, id, parent_observation_id, created_at, updated_at, start_time, end_time, name,
    level, environment, tags, is_root, bookmarked, public, observation_type`;
  database.exec(`
    BEGIN;
    INSERT INTO llm_traces (project_id, id, trace_id, created_at, name, tags, environment, bookmarked, public,
      total_generations, total_events, total_observations, error_count)
    VALUES ('p', '${trace}', '${trace}', ${at('0')}, 'long', '[]', 'default', 0, 0, ${steps / 2}, 0, ${steps}, 0);
    INSERT INTO llm_spans (${columns}) ${rows}, 'SPAN' FROM n WHERE i % 2 = 0;
    INSERT INTO llm_generations (${columns}, observation_id, completion_start_time, model, total_tokens, cost_usd, is_primary)
    ${rows}, 'GENERATION', 'o', ${at('i / 100.0 + 0.5')}, 'model-' || (i % 5), i % 3000, (i % 1000) / 3e4, 1
    FROM n WHERE i % 2 = 1;
    COMMIT`);
  database.close();
}

/** The extension behind the panel, with a real engine. */
class EngineServices extends FakeServices {
  readonly #engine: Engine;
  /** Milliseconds that the engine took to answer with the trace, by the clock on the wall. */
  answeredAfter = 0;

  constructor(engine: Engine) {
    super({});
    this.#engine = engine;
  }

  override async ask(question: QuestionName, params: unknown, signal: AbortSignal): Promise<unknown> {
    const began = performance.now();
    const answer = await this.#engine.ask(question, params as QuestionParams<QuestionName>, signal);
    if (question === 'traceOutline') {
      this.answeredAfter = performance.now() - began;
    }
    return answer;
  }
}

/** When the first rows were painted: in a task after the frame that drew them. */
const paintWatch = `
  window.painted = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (document.querySelector('.step') !== null) {
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
      }
    }).observe(document, { childList: true, subtree: true });
  });
`;

interface Opening {
  readonly painted: number;
  readonly answered: number;
}

async function openPanel(context: BrowserContext, engine: Engine, traceId: string): Promise<Opening> {
  const services = new EngineServices(engine);
  const target = { projectId: 'p', traceId, observationId: null };
  const panel = await PanelPage.open(context, {
    name: 'trace',
    services,
    target,
    foresee: () => firstAskedOfTrace(target),
    height: 900,
  });
  const painted = await panel.page.evaluate<number>('window.painted');
  const opening = { painted: painted - panel.openedAt, answered: services.answeredAfter };
  await panel.close();
  return opening;
}

/** Least milliseconds over some rounds, the two traces in turn. */
async function measurePanel(engine: Engine, browser: Browser): Promise<{ few: number; many: number; answer: number }> {
  const context = await browser.newContext();
  await context.addInitScript(paintWatch);
  const least = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY, answer: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    const small = await openPanel(context, engine, 'few');
    const large = await openPanel(context, engine, 'many');
    least.few = Math.min(least.few, small.painted);
    least.many = Math.min(least.many, large.painted);
    least.answer = Math.min(least.answer, large.answered);
  }
  return least;
}

const folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-bench-'));
const browser = await launchChromium();
const worker = new EngineWorker(
  path.join(root, 'dist', 'worker.js'),
  { translations: null, language: 'en', wasmPath: path.join(root, 'dist', 'sql-wasm.wasm') },
  silentLog,
);
try {
  const created = engineOn(folder);
  await created.setup();
  await created.close();
  const database = path.join(folder, 'llm_metrics.db');
  fill(database, 'few', few);
  fill(database, 'many', many);

  const alone = engineOn(folder);
  const trace = { projectId: 'p', traceId: 'many' };
  const columns = await fastest(rounds, () => alone.ask('traceOutline', trace));
  const objects = await fastest(rounds, async () => JSON.stringify(await alone.ask('trace', trace)));
  await alone.close();
  const share = columns / objects;
  console.log(
    `the engine's processor time: columns ${columns.toFixed(0)} ms, objects ${objects.toFixed(0)} ms; share ${share.toFixed(2)}, at most ${mostShare}`,
  );

  const engine = worker.engine({ workspace: folder, database: { path: 'llm_metrics.db' } });
  const least = await measurePanel(engine, browser);
  const ratio = least.many / least.few;
  console.log(`${few} steps painted after ${least.few.toFixed(0)} ms`);
  console.log(
    `${many} steps painted after ${least.many.toFixed(0)} ms, of which the engine took ${least.answer.toFixed(0)} ms; ratio ${ratio.toFixed(2)}, at most ${mostRatio}`,
  );
  if (!(ratio <= mostRatio && share <= mostShare)) {
    process.exitCode = 1;
  }
} finally {
  await worker.close();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
