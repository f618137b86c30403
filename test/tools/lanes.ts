import path from 'node:path';

/**
 * Seconds that spec files take by themselves, where that is much more than others do. Only how evenly the
 * lanes are filled depends on it.
 */
const longRuns: ReadonlyMap<string, number> = new Map([
  ['cli/postgresFaults', 170],
  ['cli/sqliteFaults', 150],
  ['export/exporter', 90],
  ['cli/export', 60],
  ['store/crash', 45],
  ['limiter/crowd', 40],
  ['cli/query', 40],
  ['migrate/move', 40],
  ['migrate/command', 40],
  ['analytics/figures', 30],
  ['ui/journeys', 140],
  ['webview/comparison', 50],
  ['webview/dashboard', 60],
  ['webview/trace', 50],
]);
const usualSeconds = 12;

/** Deals spec files out to processes that run side by side, the longest first, each to the emptiest. */
export function intoLanes(files: readonly string[], count: number): readonly (readonly string[])[] {
  const lanes = Array.from({ length: count }, () => ({ seconds: 0, files: [] as string[] }));
  const weighed = files.map((file) => ({ file, seconds: secondsOf(file) })).toSorted((a, b) => b.seconds - a.seconds);
  for (const { file, seconds } of weighed) {
    const emptiest = lanes.reduce((least, lane) => (lane.seconds < least.seconds ? lane : least));
    emptiest.files.push(file);
    emptiest.seconds += seconds;
  }
  return lanes.map((lane) => lane.files.toSorted()).filter((lane) => lane.length > 0);
}

function secondsOf(file: string): number {
  const name = file.split(path.sep).slice(-2).join('/').replace('.test.ts', '');
  return longRuns.get(name) ?? usualSeconds;
}
