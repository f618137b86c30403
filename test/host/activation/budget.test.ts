import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';

interface Main {
  activate(context: Partial<vscode.ExtensionContext>): void;
  deactivate(): Promise<void>;
}

/** Of the processor's time: a busy machine makes the clock on the wall useless here. */
const budgetMilliseconds = 30;

/** What VS Code hands over, with nothing remembered and no keys. */
function emptyContext(extensionUri: vscode.Uri): Partial<vscode.ExtensionContext> {
  const nothing = { get: () => undefined, update: () => Promise.resolve(), keys: () => [] };
  return {
    extensionUri,
    subscriptions: [],
    workspaceState: { ...nothing, get: <T>(_key: string, fallback?: T) => fallback as T },
    secrets: {
      keys: () => Promise.resolve([]),
      get: () => Promise.resolve(undefined),
      store: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      onDidChange: new vscode.EventEmitter<vscode.SecretStorageChangeEvent>().event,
    } as vscode.SecretStorage,
  };
}

describe('the activation of the extension', () => {
  const extension = vscode.extensions.getExtension<undefined>('langfuse-metrics.langfuse-metrics');

  it('costs little, loading included', async () => {
    assert.ok(extension);
    // VS Code's own figure includes its storages and what else starts with the window, so the two
    // steps that are ours are timed by themselves, before the editor takes them.
    assert.equal(extension.isActive, false);
    const require = createRequire(path.join(extension.extensionPath, 'package.json'));
    const bundle = require.resolve('./dist/extension.js');
    // Should the editor have read it by now, it is read again.
    Reflect.deleteProperty(require.cache, bundle);
    const context = emptyContext(extension.extensionUri);
    const started = process.cpuUsage();
    const main = require(bundle) as Main;
    main.activate(context);
    const { user, system } = process.cpuUsage(started);
    context.subscriptions?.forEach((subscription) => void subscription.dispose());
    await main.deactivate();
    const milliseconds = (user + system) / 1000;
    assert.ok(milliseconds < budgetMilliseconds, `${milliseconds} ms`);
  });
});
