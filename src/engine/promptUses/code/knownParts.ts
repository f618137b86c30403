import type { ClientNames } from './clientNames.ts';
import { client, isLangfuseClass, isLangfuseModule, isSdkModule, type Imports, type Meaning } from './meaning.ts';
import { wholeModule } from './syntax.ts';

/** Says what the parts of modules, clients and other known things stand for. */
export class KnownParts {
  readonly #imports: Imports;
  readonly #clients: ClientNames;

  constructor(imports: Imports, clients: ClientNames) {
    this.#imports = imports;
    this.#clients = clients;
  }

  /** What a file gets by an import. */
  imported(module: string, imported: string): Meaning | null {
    if (isSdkModule(module)) {
      if (imported === wholeModule || imported === 'default') {
        return { is: 'sdk' };
      }
      return isLangfuseClass(imported) || imported === 'get_client' ? client : null;
    }
    const known = this.#imports.find(module, imported);
    if (known !== null) {
      return known;
    }
    if (isLangfuseModule(module)) {
      return { is: 'langfuseExport', name: imported };
    }
    return imported === wholeModule ? { is: 'module', module } : null;
  }

  /** What a property of something known stands for. */
  property(base: Meaning, property: string): Meaning | null {
    switch (base.is) {
      case 'client':
      case 'langfuseExport':
        return this.#clients.property(property);
      case 'sdk':
        if (property === 'default') {
          return base;
        }
        return isLangfuseClass(property) || property === 'get_client' ? client : this.#clients.property(property);
      case 'api':
        return property === 'prompts' ? { is: 'prompts' } : null;
      case 'prompts':
        return property === 'get' ? { is: 'fetch', api: 'prompts' } : property === 'create' ? { is: 'create' } : null;
      case 'module': {
        const known = this.#imports.find(base.module, property);
        return known ?? this.#imports.find(`${base.module}.${property}`, wholeModule);
      }
      case 'members':
        return base.members[property] ?? null;
      case 'fetch':
      case 'wrapper':
        return property === 'bind' ? base : null;
      case 'create':
      case 'text':
      case 'number':
      case 'elsewhere':
      case 'mock':
        return null;
    }
  }
}
