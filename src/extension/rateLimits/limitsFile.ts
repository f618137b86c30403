import path from 'node:path';
import type * as vscode from 'vscode';

/** Where the limiter of a workspace folder is. */
export const rateLimitPaths = (
  folder: vscode.WorkspaceFolder,
): { readonly database: string; readonly limitsFile: string } => {
  const home = path.join(folder.uri.fsPath, '.langfuse');
  return { database: path.join(home, 'rate_limits.db'), limitsFile: path.join(home, 'rate-limits.json') };
};

/** True for the limits file of any folder. */
export const isLimitsFile = (uri: vscode.Uri): boolean =>
  uri.scheme === 'file' && /[\\/]\.langfuse[\\/]rate-limits\.json$/.test(uri.fsPath);

/**
 * A limits file that limits nothing yet and shows what can be in one. Each commented entry is complete:
 * it needs no more than its slashes removed.
 */
export const limitsFileTemplate = `{
  // Limits for every script of this workspace. A change is in force at once, also for scripts that run.
  // What happens to calls of models that no entry covers: "allow" counts them, "refuse" stops them.
  "unknown": "allow",

  "limits": [
    // The limits of your tier, for all models that its preset knows. Your account may have others: the
    // provider's page shows them, and headers of its responses (report --headers) correct them.
    // { "provider": "openai", "tier": "tier1" }, // or tier2, tier3, tier4, tier5
    // { "provider": "anthropic", "tier": "start" }, // or build, scale
    // { "provider": "gemini", "tier": "free" }, // or tier1, tier2, tier3

    // Limits of your own. A model may hold *: all models that match it share one pool.
    // { "provider": "openai", "model": "gpt-4o-mini", "requests": { "minute": 500, "day": 10000 }, "tokens": { "minute": 200000 } },
    // { "provider": "my-gateway", "model": "llama-*", "requests": { "minute": 60 }, "input_tokens": { "hour": 1000000 } },
  ]
}
`;
