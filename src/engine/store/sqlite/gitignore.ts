import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a team may want to share: it holds no data. */
const shared = `!rate-limits.json
!alerts.json
`;

const head = {
  ignored: `# Written by Langfuse Metrics: this folder holds prompts, completions and user ids.
*
`,
  committed: (
    database: string,
  ): string => `# Written by Langfuse Metrics: the metrics file is left to Git, as set in langfuseMetrics.database.commitToGit.
# It holds prompts, completions and user ids.
*
!.gitignore
!${database}
`,
};

/**
 * Keeps the database out of Git, or in it, when it lives in a folder named .langfuse. A file that
 * the user has edited is left alone.
 */
export async function writeGitignore(databasePath: string, commitToGit: boolean): Promise<void> {
  const folder = path.dirname(databasePath);
  if (path.basename(folder) !== '.langfuse') {
    return;
  }
  const file = path.join(folder, '.gitignore');
  const [ignored, committed] = [head.ignored, head.committed(path.basename(databasePath))];
  const wanted = (commitToGit ? committed : ignored) + shared;
  const present = await readFile(file, 'utf8').catch(() => null);
  // Versions before 0.1.0 wrote no more than the heads.
  const ours = [null, ignored, committed, ignored + shared, committed + shared];
  if (ours.includes(present) && present !== wanted) {
    await writeFile(file, wanted);
  }
}
