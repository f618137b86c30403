import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { databaseBackends } from '../../../src/engine/config/backends.ts';
import { engineConfigSchema, langfusePlans, settings } from '../../../src/engine/config/config.ts';
import { commandIds } from '../../../src/extension/commands/commandIds.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');

interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly viewsWelcome: readonly { readonly when: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Property>> }[];
  };
}

const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const properties = Object.assign({}, ...contributes.configuration.map((group) => group.properties)) as Record<
  string,
  Property
>;

/** The default of a value of the engine's configuration, by its path. */
function engineDefault(dotted: string): unknown {
  const config: unknown = engineConfigSchema.parse({ workspace: root });
  return dotted.split('.').reduce((value, key) => (value as Record<string, unknown>)[key], config);
}

describe('package.json', () => {
  it('declares the commands of the code, and no other', () => {
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual(declared.sort(), Object.values(commandIds).sort());
  });

  it('puts only commands that exist into menus', () => {
    const known = new Set<string>(Object.values(commandIds));
    const used = Object.values(contributes.menus).flat();
    assert.deepEqual(
      used.filter(({ command }) => !known.has(command)),
      [],
    );
  });

  it('uses only context keys that the code sets', () => {
    const source = readFileSync(path.join(root, 'src', 'extension', 'context', 'contextKeys.ts'), 'utf8');
    const set = new Set([...source.matchAll(/'(langfuseMetrics\.\w+)': boolean/g)].map(([, key]) => key));
    const clauses = [
      ...contributes.commands.map(({ enablement }) => enablement ?? ''),
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ when }) => when ?? '')),
      ...contributes.viewsWelcome.map(({ when }) => when),
    ].map((clause) => clause.replaceAll(/view == \S+/g, ''));
    const used = clauses.flatMap((clause) => clause.match(/langfuseMetrics\.\w+/g) ?? []);
    const onContext = [...text.matchAll(/onContext:(langfuseMetrics\.\w+)/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set([...used, ...onContext])].sort(), [...set].sort());
  });

  it('declares the settings of the code, and no other', () => {
    const source = readFileSync(path.join(root, 'src', 'extension', 'settings', 'settingNames.ts'), 'utf8');
    const named = [...source.matchAll(/^ {2}'?([\w.]+)'?:/gm)].map(([, name]) => `langfuseMetrics.${name ?? ''}`);
    assert.deepEqual(Object.keys(properties).sort(), named.sort());
  });

  it('gives every setting the default of the engine', () => {
    for (const [name, property] of Object.entries(properties)) {
      if (name === 'langfuseMetrics.export.background') {
        assert.equal(property.default, true);
        continue;
      }
      // The editor's own: the engine is told with each question.
      if (/^langfuseMetrics\.(codeLens|panels)\./.test(name)) {
        continue;
      }
      assert.deepEqual(property.default, engineDefault(name.slice('langfuseMetrics.'.length)), name);
    }
  });

  it('gives every number the bounds of the engine', () => {
    for (const [name, bounds] of Object.entries(settings)) {
      const property = properties[`langfuseMetrics.export.${name}`];
      assert.deepEqual([property?.minimum, property?.maximum], [bounds.min, bounds.max], name);
    }
    assert.deepEqual(properties['langfuseMetrics.export.plan']?.enum, langfusePlans);
    assert.deepEqual(properties['langfuseMetrics.database.backend']?.enum, databaseBackends);
  });

  it('takes no path and no pace of export from a workspace that is not trusted', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.ok(restrictedConfigurations.includes('langfuseMetrics.database.path'));
    assert.ok(restrictedConfigurations.includes('langfuseMetrics.database.backend'));
    assert.ok(restrictedConfigurations.every((name) => Object.hasOwn(properties, name)));
  });

  it('has no setting for the address of a server: keys and passwords go only where they were tested', () => {
    assert.deepEqual(
      Object.keys(properties).filter((name) => /url|host|user|password|connection|key/i.test(name)),
      [],
    );
  });

  it('activates for the background export alone, once the editor has started', () => {
    assert.deepEqual(manifest.activationEvents, [
      'onStartupFinished',
      'onWebviewPanel:langfuseMetrics.dashboard',
      'onWebviewPanel:langfuseMetrics.sql',
    ]);
  });
});
