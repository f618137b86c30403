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
  readonly order: number;
  readonly markdownDescription?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface WalkthroughStep {
  readonly id: string;
  readonly media: { readonly svg?: string; readonly markdown?: string; readonly altText?: string };
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string; readonly icon?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly walkthroughs: readonly { readonly steps: readonly WalkthroughStep[] }[];
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

  it('offers what is about charts, tables and filters on panels that have them', () => {
    const panels = ['dashboard', 'promptComparison', 'sql', 'trace'] as const;
    const allowed = (when: string | undefined): string =>
      panels
        .filter((panel) => {
          const pattern = /^activeWebviewPanelId =~ \/(.+)\/$/.exec(when ?? '')?.[1] ?? '';
          return new RegExp(pattern).test(`langfuseMetrics.${panel}`);
        })
        .join(' ');
    const offered = (items: readonly { command: string; when?: string; enablement?: string }[]): object =>
      Object.fromEntries(
        items
          .filter(({ command }) => command.startsWith('langfuseMetrics.panel.'))
          .map(({ command, when, enablement }) => [command.split('.')[2], allowed(enablement ?? when)] as const),
      ) as object;
    const expected = {
      addFilter: 'dashboard promptComparison',
      clearFilters: 'dashboard promptComparison',
      toggleTable: 'dashboard sql',
      compare: 'dashboard',
      openAsSql: 'dashboard promptComparison sql',
      copyTable: 'dashboard promptComparison sql',
      saveCsv: 'dashboard promptComparison sql',
      saveImage: 'dashboard sql',
    };
    assert.deepEqual(offered(contributes.commands), expected);
    assert.deepEqual(offered(contributes.menus.commandPalette ?? []), expected);
  });

  it('hides from the palette what only works on a row, a lens or a value', () => {
    const hidden = new Set(
      contributes.menus.commandPalette?.filter(({ when }) => when === 'false').map(({ command }) => command),
    );
    // These ask for what they are not given.
    const asking = [
      'clearTraceFilter',
      'comparePromptVersions',
      'findPromptUses',
      'openTrace',
      'showFailingExamples',
      'rateLimit.pause',
      'rateLimit.resume',
      'rateLimit.reset',
      'rateLimit.copySnippet',
    ].map((name) => `langfuseMetrics.${name}`);
    const onRows = contributes.menus['view/item/context']?.map(({ command }) => command) ?? [];
    const onValues = ['loadMoreRuns', 'loadMoreTraces', 'hidePromptLens', 'comparePromptText'].map(
      (name) => `langfuseMetrics.${name}`,
    );
    const needing = [...onRows, ...onValues].filter((command) => !asking.includes(command));
    assert.ok(needing.length > onValues.length);
    assert.deepEqual(
      needing.filter((command) => !hidden.has(command)),
      [],
    );
  });

  it('gives every command on a row or in a title an icon where it stands as one', () => {
    const icons = new Set(contributes.commands.filter(({ icon }) => icon !== undefined).map(({ command }) => command));
    const shown = Object.values(contributes.menus)
      .flat()
      .filter(({ group = '' }) => /^(navigation|inline)/.test(group));
    assert.deepEqual(
      shown.filter(({ command }) => !icons.has(command)),
      [],
    );
  });

  it('orders its settings under one prefix, each described', () => {
    assert.ok(Object.keys(properties).every((name) => name.startsWith('langfuseMetrics.')));
    for (const { properties: group } of contributes.configuration) {
      const orders = Object.values(group).map(({ order }) => order);
      assert.deepEqual(
        orders,
        orders.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(orders).size, orders.length);
    }
    const undescribed = Object.entries(properties).filter(([, { markdownDescription }]) => markdownDescription == null);
    assert.deepEqual(undescribed, []);
  });

  it('has a picture that every theme colours for each step after the first export', () => {
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.equal(steps.length, 8);
    for (const { id, media } of steps.slice(2)) {
      const picture = readFileSync(path.join(root, media.svg ?? assert.fail(id)), 'utf8');
      assert.deepEqual(picture.match(/(?:fill|stroke)="(?!none|var\(--vscode-)[^"]*"/g), null, id);
      assert.ok(media.altText !== undefined, id);
    }
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
      if (/^langfuseMetrics\.(codeLens|panels|terminal)\./.test(name)) {
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
      'onWebviewPanel:langfuseMetrics.promptComparison',
      'onWebviewPanel:langfuseMetrics.trace',
      'onWebviewPanel:langfuseMetrics.sql',
    ]);
  });
});
