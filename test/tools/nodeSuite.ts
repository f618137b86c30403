/**
 * Runs spec files with mocha in a process of their own:
 * `node --import tsx test/tools/nodeSuite.ts --results FILE [--grep TEXT] --timeout MS SPEC…`.
 * The counts go to FILE as JSON, since tests may write anything to stdout.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runMocha } from './mochaRun.ts';
import { runTool, ToolError } from './shell.ts';

/** Time that open servers and child processes have to end after the last test. */
const lingerMilliseconds = 10_000;

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      results: { type: 'string' },
      grep: { type: 'string' },
      timeout: { type: 'string', default: '20000' },
    },
  });
  if (values.results === undefined) {
    throw new ToolError('--results FILE is missing');
  }
  const counts = await runMocha({
    files: positionals,
    grep: values.grep ?? null,
    timeoutMilliseconds: Number(values.timeout),
  });
  await writeFile(values.results, JSON.stringify(counts));
  setTimeout(endLingering, lingerMilliseconds).unref();
  return counts.failed === 0 ? 0 : 1;
});

function endLingering(): void {
  const left = process.getActiveResourcesInfo().join(', ');
  console.error(`The tests are over, but something they started still runs: ${left}`);
  process.exit(1);
}
