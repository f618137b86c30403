import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const ignoreAll = `# Written by Langfuse Metrics: this folder holds prompts, completions and user ids.
*
`;

const ignoreAllBut = (
  database: string,
): string => `# Written by Langfuse Metrics: the metrics file is left to Git, as set in langfuseMetrics.database.commitToGit.
# It holds prompts, completions and user ids.
*
!.gitignore
!${database}
`;

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
  const committed = ignoreAllBut(path.basename(databasePath));
  const wanted = commitToGit ? committed : ignoreAll;
  const present = await readFile(file, 'utf8').catch(() => null);
  const ours = present === null || present === ignoreAll || present === committed;
  if (ours && present !== wanted) {
    await writeFile(file, wanted);
  }
}
