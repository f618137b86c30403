import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { silentLog } from '../../src/engine/ports.ts';
import { EngineProxy } from '../../src/extension/engine/engineProxy.ts';
import { firstAskedOfDashboard } from '../../src/opening/dashboard.ts';
import { launchChromium } from '../tools/editor/chromium.ts';
import { root } from '../tools/shell.ts';
import { EngineServices } from '../ui/webview/numbers/engineServices.ts';
import { PanelPage } from '../ui/webview/panelPage.ts';
import { engineOn } from './measure/engine.ts';
import { fillGenerations } from './measure/generations.ts';

/**
 * The dashboard of 1,000,000 generations of 30 days against that of 10,000, as a person opens it: the
 * panel's bundle in Chromium, the engine in its worker thread. Rolled up, it opens about as quickly.
 */
const many = Number(process.env.BENCH_GENERATIONS ?? 1_000_000);
const few = 10_000;
const mostRatio = 3;
const mostMilliseconds = 400;
const rounds = 5;
const timeZone = 'Europe/Paris';

const hour = 3_600_000;
const end = Math.floor(Date.now() / hour) * hour;

/** Milliseconds from the moment when the extension begins to open the panel: until key figures and charts are drawn, and until everything is. */
interface Opening {
  readonly figures: number;
  readonly all: number;
}

const figuresDrawn = `document.querySelector('.figures b')?.textContent.includes('$')
  && [...document.querySelectorAll('.plot canvas')].filter((plot) => plot.style.height !== '').length === 4`;
const allDrawn = `['models', 'prompts', 'agents', 'traces'].every((name) =>
  document.querySelector('[data-part="table.' + name + '"] tbody tr') !== null)`;

/** Runs in the browser: when this has become true, in milliseconds since the epoch. */
const timeOf = (drawn: string): string => `new Promise((resolve) => {
  const look = () => (${drawn}) ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
  look();
})`;

async function open(context: BrowserContext, services: EngineServices): Promise<Opening> {
  const panel = await PanelPage.open(context, {
    name: 'dashboard',
    preloads: ['plot'],
    services,
    foresee: (openedAt) => firstAskedOfDashboard({ scope: null }, openedAt, timeZone),
  });
  try {
    const [figures = 0, all = 0] = await Promise.all(
      [figuresDrawn, allDrawn].map((drawn) => panel.page.evaluate<number>(timeOf(drawn))),
    );
    return { figures: figures - panel.openedAt, all: all - panel.openedAt };
  } finally {
    await panel.close();
  }
}

/** The first opening, with the database still to be read, and the best of some later ones. */
async function measure(
  context: BrowserContext,
  generations: number,
): Promise<{ readonly first: Opening; readonly warm: Opening }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-bench-'));
  const engine = new EngineProxy({
    scriptPath: path.join(root, 'dist', 'worker.js'),
    workerData: { wasmPath: path.join(root, 'dist', 'sql-wasm.wasm'), translations: null, language: 'en' },
    config: () => Promise.resolve({ workspace: folder }),
    database: () => Promise.resolve({ path: 'llm_metrics.db' }),
    log: silentLog,
  });
  try {
    const created = engineOn(folder);
    await created.setup();
    await created.close();
    fillGenerations(path.join(folder, 'llm_metrics.db'), { generations, days: 30, end });
    const rolling = engineOn(folder);
    await rolling.setup();
    await rolling.close();
    const services = new EngineServices(engine);
    const first = await open(context, services);
    const later: Opening[] = [];
    for (let round = 0; round < rounds; round += 1) {
      later.push(await open(context, services));
    }
    const best = (pick: (opening: Opening) => number): number => Math.min(...later.map(pick));
    return { first, warm: { figures: best(({ figures }) => figures), all: best(({ all }) => all) } };
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const browser = await launchChromium();
try {
  const context = await browser.newContext({ timezoneId: timeZone, locale: 'en-US' });
  const little = await measure(context, few);
  const much = await measure(context, many);
  for (const [generations, { first, warm }] of [[few, little] as const, [many, much] as const]) {
    console.log(
      `${String(generations).padStart(9)} generations: figures and charts after ${warm.figures.toFixed(0)} ms, all after ${warm.all.toFixed(0)} ms; ` +
        `the first time ${first.figures.toFixed(0)} and ${first.all.toFixed(0)} ms`,
    );
  }
  const ratio = much.warm.figures / little.warm.figures;
  console.log(
    `figures and charts: ratio ${ratio.toFixed(2)}, at most ${mostRatio}; to be under ${mostMilliseconds} ms`,
  );
  if (ratio > mostRatio) {
    process.exitCode = 1;
  }
} finally {
  await browser.close();
}
