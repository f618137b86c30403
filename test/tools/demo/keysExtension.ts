import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pack } from '../vsix.ts';
import type { StandIn } from './standIn.ts';

/**
 * Packs a second extension, for the demo only, that hands the stand-in's keys to the product by its
 * public command. A browser keeps secrets in its own profile, so keys that the demo typed in its own
 * browser would be missing in the visitor's; and the product must not hold a back door for demos.
 */
export async function packKeysExtension(folder: string, standIn: StandIn): Promise<string> {
  const { url, publicKey, secretKey } = standIn;
  const manifest = {
    name: 'demo-keys',
    displayName: 'Demo: keys of the sample Langfuse server',
    description: 'Sets the keys of the sample server when the window opens.',
    version: '1.0.0',
    publisher: 'langfuse-metrics-demo',
    license: 'MIT',
    engines: { vscode: '^1.101.0' },
    main: './extension.js',
    activationEvents: ['onStartupFinished'],
    extensionDependencies: ['langfuse-metrics.langfuse-metrics'],
    extensionKind: ['workspace'],
    files: ['extension.js', 'LICENSE'],
  };
  const keys = JSON.stringify({ baseUrl: url, publicKey, secretKey });
  const code = `const vscode = require('vscode');
exports.activate = () => {
  void vscode.commands.executeCommand('langfuseMetrics.setKeys', ${keys});
};
`;
  await mkdir(folder);
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  await writeFile(path.join(folder, 'extension.js'), code);
  await writeFile(path.join(folder, 'LICENSE'), 'MIT\n');
  const file = path.join(folder, 'demo-keys.vsix');
  await pack(folder, file);
  return file;
}
