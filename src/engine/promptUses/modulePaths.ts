import path from 'node:path';

const scriptExtensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
/** Folders that build tools and interpreters put on the search path. */
const roots = ['', 'src', 'lib', 'app'];
const aliases = /^(?:@|~|#|\$lib)\//;

/**
 * The file of the workspace that an import means, without the tools' own configuration: relative
 * paths, packages beside any folder above, and `@/`. Paths have `/` between folders and start at the
 * workspace's folder.
 */
export function resolveModule(from: string, module: string, files: ReadonlySet<string>): string | null {
  return /\.pyi?$/.test(from) ? resolvePython(from, module, files) : resolveScript(from, module, files);
}

function resolvePython(from: string, module: string, files: ReadonlySet<string>): string | null {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const parts = module
    .slice(dots)
    .split('.')
    .filter((part) => part !== '');
  const tails = [`${parts.join('/')}.py`, [...parts, '__init__.py'].join('/')].filter((tail) => tail !== '.py');
  const bases =
    dots > 0 ? [path.posix.join(path.posix.dirname(from), ...Array<string>(dots - 1).fill('..'))] : searchPath(from);
  return firstFile(bases, tails, files);
}

function resolveScript(from: string, module: string, files: ReadonlySet<string>): string | null {
  const relative = module.startsWith('.');
  if (!relative && !aliases.test(module) && !module.includes('/')) {
    return null;
  }
  const tail = relative ? module : module.replace(aliases, '');
  // TypeScript's sources are imported under the names that they are compiled to.
  const bare = tail.replace(/\.[mc]?[jt]sx?$/, '');
  const stems = bare === tail ? [tail] : [tail, bare];
  const tails = stems.flatMap((stem) => [
    ...(stem === tail && bare !== tail ? [stem] : []),
    ...scriptExtensions.map((extension) => stem + extension),
    ...scriptExtensions.map((extension) => `${stem}/index${extension}`),
  ]);
  const bases = relative ? [path.posix.dirname(from)] : searchPath(from);
  return firstFile(bases, tails, files);
}

/** From the importing file's folder up to the workspace. */
function searchPath(from: string): string[] {
  const bases: string[] = [];
  for (let folder = path.posix.dirname(from); ; folder = path.posix.dirname(folder)) {
    bases.push(...roots.map((root) => path.posix.join(folder, root)));
    if (folder === '.' || folder === '/') {
      return bases;
    }
  }
}

function firstFile(bases: readonly string[], tails: readonly string[], files: ReadonlySet<string>): string | null {
  for (const base of bases) {
    for (const tail of tails) {
      const candidate = path.posix.join(base, tail);
      if (files.has(candidate)) {
        return candidate;
      }
    }
  }
  return null;
}
