/**
 * Names the rate limit database. Set in the editor's terminals; read by the command line, by the Python
 * client and by the TypeScript API.
 */
export const pathVariable = 'LANGFUSE_METRICS_RATE_LIMITS_PATH';

/** Where scripts in the editor's terminals find the clients. */
export const clientVariables = {
  /** The folder of langfuse_rate_limit.py. */
  python: 'LANGFUSE_METRICS_PYTHON_CLIENT',
  /** The module's file URL, as `import()` takes it on every system. */
  node: 'LANGFUSE_METRICS_NODE_CLIENT',
} as const;
