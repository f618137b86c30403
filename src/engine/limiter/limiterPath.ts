import { existsSync } from 'node:fs';
import path from 'node:path';

const home = '.langfuse';

/** The nearest folder upwards that has a .langfuse, else the folder itself. */
export function nearestWorkspace(folder: string): string {
  for (let candidate = folder; ; candidate = path.dirname(candidate)) {
    if (existsSync(path.join(candidate, home))) {
      return candidate;
    }
    if (path.dirname(candidate) === candidate) {
      return folder;
    }
  }
}

/** The rate limit database of a workspace folder. */
export const limiterFileOf = (workspace: string): string => path.join(workspace, home, 'rate_limits.db');
