import { CodeScan } from './code/codeScan.ts';
import type { Imports, Meaning } from './code/meaning.ts';
import { moduleExports, type ModuleExports } from './code/moduleExports.ts';
import { Source } from './code/source.ts';
import { wholeModule } from './code/syntax.ts';
import { mayUsePrompts } from './gate.ts';
import { documentLanguage, isParsed } from './languages.ts';
import { resolveModule } from './modulePaths.ts';
import type { PromptUseSettings } from '../../protocol/promptUses.ts';
import type { Parsers } from './parsers.ts';

interface Known {
  readonly exports: ModuleExports;
  readonly dependencies: ReadonlySet<string>;
}

/** A file as other files name it. */
const filePrefix = 'file:';
/** An export of an export of an export. */
const mostHops = 3;
const nothing: ModuleExports = { named: {}, all: [] };

/**
 * What the workspace's files export: functions that fetch the prompt they are given, clients,
 * constants. Files are read when something asks for them, and remembered as plain data.
 */
export class WorkspaceIndex {
  readonly #parsers: Parsers;
  readonly #read: (file: string) => string | null;
  readonly #settings: PromptUseSettings;
  readonly #files = new Set<string>();
  readonly #known = new Map<string, Known>();
  readonly #inProgress = new Set<string>();
  #names: ReadonlySet<string> | null = null;
  /** Files that say something about prompts, by themselves. */
  readonly #telling = new Set<string>();
  /** Files that export what others define, under names of their own. */
  readonly #renaming = new Set<string>();

  /** @param read the text of a file of the workspace; null when it is gone, binary or too large */
  constructor(parsers: Parsers, read: (file: string) => string | null, settings: PromptUseSettings) {
    this.#parsers = parsers;
    this.#read = read;
    this.#settings = settings;
  }

  /** Adds a file, or takes note that it changed. @param text its text; null when it is gone */
  update(file: string, text: string | null): void {
    const language = documentLanguage(file);
    if (language === null || !isParsed(language)) {
      return;
    }
    this.#forget(file);
    if (!this.#files.has(file)) {
      this.#forget(missing(ownName(file)));
    }
    this.#names = null;
    if (text === null) {
      this.#files.delete(file);
      this.#telling.delete(file);
      this.#renaming.delete(file);
      return;
    }
    this.#files.add(file);
    note(this.#telling, file, mayUsePrompts(text));
    note(this.#renaming, file, renames(file, text));
  }

  /** Names under which wrappers are exported: a file without any of them calls none. */
  get wrapperNames(): ReadonlySet<string> {
    this.#names ??= new Set([
      ...[...this.#telling].flatMap((file) => wrapperNames(this.#exportsOf(file), file)),
      ...[...this.#renaming].flatMap((file) => this.#renamed(file)),
      ...this.#settings.wrappers.flatMap((wrapper) => parseWrapper(wrapper)?.name ?? []),
    ]);
    return this.#names;
  }

  importsOf(file: string): Imports {
    return { find: (module, imported) => this.#find(file, module, imported, 0) };
  }

  /** @param wrapperNames what `wrapperNames` said, where imported wrappers count */
  scan(file: string, source: Source, followImported: boolean): CodeScan {
    return new CodeScan(source, {
      imports: this.importsOf(file),
      receivers: new Set(this.#settings.receivers),
      importedNames: followImported ? this.wrapperNames : [],
      followImported,
    });
  }

  #renamed(file: string): string[] {
    return Object.entries(this.#exportsOf(file).named).flatMap(([name, meaning]) => {
      const found = meaning.is === 'elsewhere' ? this.#find(file, meaning.module, meaning.imported, 0) : null;
      return found?.is === 'wrapper' || found?.is === 'fetch' ? [name] : [];
    });
  }

  #forget(file: string): void {
    this.#known.delete(file);
    for (const [other, { dependencies }] of this.#known) {
      if (dependencies.has(file)) {
        this.#known.delete(other);
      }
    }
  }

  #find(from: string, module: string, imported: string, hops: number): Meaning | null {
    const configured = this.#configured(module, imported);
    if (configured !== null) {
      return configured;
    }
    const file = module.startsWith(filePrefix)
      ? module.slice(filePrefix.length)
      : resolveModule(from, module, this.#files);
    if (imported === wholeModule && file !== null) {
      return this.#exportsOf(file).named[wholeModule] ?? { is: 'module', module: filePrefix + file };
    }
    const found = file === null ? null : this.#exported(file, imported, hops);
    return found ?? this.#submodule(from, module, imported);
  }

  /** `from app import prompts` */
  #submodule(from: string, module: string, imported: string): Meaning | null {
    if (!/\.pyi?$/.test(from)) {
      return null;
    }
    if (module.startsWith(filePrefix)) {
      const folder = /^(.*\/)__init__\.py$/.exec(module.slice(filePrefix.length))?.[1];
      const beside = [`${folder}${imported}.py`, `${folder}${imported}/__init__.py`].find((file) =>
        this.#files.has(file),
      );
      return folder === undefined || beside === undefined ? null : { is: 'module', module: filePrefix + beside };
    }
    const inside = resolveModule(from, `${module}${/^\.+$/.test(module) ? '' : '.'}${imported}`, this.#files);
    return inside === null ? null : { is: 'module', module: filePrefix + inside };
  }

  #exported(file: string, name: string, hops: number): Meaning | null {
    const { named, all } = this.#exportsOf(file);
    const meaning = Object.hasOwn(named, name) ? (named[name] ?? null) : null;
    if (meaning?.is === 'elsewhere') {
      return hops < mostHops ? this.#find(file, meaning.module, meaning.imported, hops + 1) : null;
    }
    if (meaning !== null || hops >= mostHops) {
      return meaning;
    }
    for (const module of all) {
      const found = this.#find(file, module, name, hops + 1);
      if (found !== null) {
        return found;
      }
    }
    return null;
  }

  #exportsOf(file: string): ModuleExports {
    const known = this.#known.get(file);
    if (known !== undefined) {
      return known.exports;
    }
    const language = documentLanguage(file);
    const text = this.#inProgress.has(file) ? null : this.#read(file);
    if (text === null || language === null || !isParsed(language)) {
      return nothing;
    }
    this.#inProgress.add(file);
    const tree = this.#parsers.parse(language, text);
    try {
      const dependencies = new Set<string>();
      const imports: Imports = {
        find: (module, imported) => {
          const from = resolveModule(file, module, this.#files);
          if (from === null) {
            // A file that is added under this name changes the answer.
            dependencies.add(missing(lastName(module))).add(missing(imported));
          } else {
            dependencies.add(from);
          }
          return this.#find(file, module, imported, 0);
        },
      };
      const receivers = new Set(this.#settings.receivers);
      const scan = new CodeScan(new Source(text, tree, language), {
        imports,
        receivers,
        importedNames: [],
        followImported: false,
      });
      if (mayUsePrompts(text)) {
        scan.run();
      }
      const exports = moduleExports(scan);
      this.#known.set(file, { exports, dependencies });
      return exports;
    } finally {
      tree.delete();
      this.#inProgress.delete(file);
    }
  }

  /** Wrappers of the user's settings. */
  #configured(module: string, imported: string): Meaning | null {
    for (const setting of this.#settings.wrappers) {
      const wrapper = parseWrapper(setting);
      if (wrapper?.name === imported && isSameModule(module, wrapper.module)) {
        const name = { position: wrapper.position, keyword: 'name', property: null, rest: false };
        const absent = { kind: 'absent' } as const;
        return { is: 'wrapper', wrapper: { name, label: absent, version: absent }, imported: true };
      }
    }
    return null;
  }
}

function missing(name: string): string {
  return `missing:${name}`;
}

function lastName(module: string): string {
  return (
    module
      .replace(/\.[mc]?[jt]sx?$/, '')
      .split(/[./]/)
      .findLast((part) => part !== '') ?? ''
  );
}

/** What importers call a file: its name, or that of its folder for `index` and `__init__`. */
function ownName(file: string): string {
  const [base = '', folder = ''] = file
    .replace(/\.[^./]+$/, '')
    .split('/')
    .toReversed();
  return base === 'index' || base === '__init__' ? folder : base;
}

function note(files: Set<string>, file: string, belongs: boolean): void {
  if (belongs) {
    files.add(file);
  } else {
    files.delete(file);
  }
}

function renames(file: string, text: string): boolean {
  return /(^|\/)__init__\.py$/.test(file)
    ? /^\s*from\b[^\n]*\bas\b/m.test(text)
    : /\bexport\s*\{[^}]*\bas\b[^}]*\}\s*from\b/.test(text);
}

function parseWrapper(setting: string): { module: string; name: string; position: number } | null {
  const [, module, name, position] = /^(.+):([^:]+):(\d+)$/.exec(setting) ?? [];
  return module === undefined || name === undefined ? null : { module, name, position: Number(position) };
}

/** `app.prompts`, `app/prompts.py` and `./prompts` name the same module. */
function isSameModule(imported: string, configured: string): boolean {
  const parts = (module: string): string[] =>
    module
      .replace(/^file:/, '')
      .replace(/\.(pyi?|[mc]?[jt]sx?)$/, '')
      .split(/[./\\]+/)
      .filter((part) => part !== '' && part !== '@' && part !== '~');
  const [short, long] = [parts(imported), parts(configured)].toSorted((a, b) => a.length - b.length);
  return short !== undefined && short.length > 0 && short.join('/') === long?.slice(-short.length).join('/');
}

function wrapperNames({ named }: ModuleExports, file: string): string[] {
  return Object.entries(named).flatMap(([name, meaning]) => {
    switch (meaning.is) {
      case 'wrapper':
      case 'fetch':
        // A default export has the name that its importer gives it, in general that of the file.
        return [name === 'default' || name === wholeModule ? ownName(file) : name];
      case 'members':
        return [
          ...(meaning.constructs === null ? [] : [name]),
          ...Object.entries(meaning.members).flatMap(([key, member]) => (member.is === 'wrapper' ? [key] : [])),
        ];
      case 'client':
      case 'langfuseExport':
      case 'sdk':
      case 'api':
      case 'prompts':
      case 'create':
      case 'module':
      case 'text':
      case 'number':
      case 'elsewhere':
      case 'mock':
        return [];
    }
  });
}
