const foreign = /^(LANGFUSE|EXPORT|POSTGRES|VSCODE|ELECTRON|MOCHA|INIT)_|^npm_|^NODE_OPTIONS$/;

/**
 * The environment for programs under test: keys and settings of the person who runs the tests must
 * not reach them, nor what the editor and npm set for their own children.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === 'LANGFUSE_METRICS_CACHE' || name === 'npm_execpath' || !foreign.test(name),
  );
  return Object.fromEntries(kept);
}
