import type { ClientNames } from './clientNames.ts';
import type { Evaluator } from './evaluator.ts';
import type { KnownParts } from './knownParts.ts';
import { client, type Meaning } from './meaning.ts';
import type { Source } from './source.ts';
import { wholeModule, type Call } from './syntax.ts';

const mockFactory =
  /(^|\.)((Async|Magic|NonCallable|Property)*Mock|create_autospec|mock|mocked|fn|stub|createMock\w*)$/;
const injection = /^(Depends|inject|get|resolve|make|Inject)$/;
const adapters =
  /^(sync_to_async|asyncify|make_async|partial|bind|promisify|memoize|cache|lru_cache|retry|once|wraps)$/;

/** Says what calls give back. */
export class CallMeanings {
  readonly #source: Source;
  readonly #clients: ClientNames;
  readonly #parts: KnownParts;
  readonly #evaluator: Pick<Evaluator, 'meaning' | 'wrapperOf'>;

  constructor(
    source: Source,
    { clients, parts }: { readonly clients: ClientNames; readonly parts: KnownParts },
    evaluator: Pick<Evaluator, 'meaning' | 'wrapperOf'>,
  ) {
    this.#source = source;
    this.#clients = clients;
    this.#parts = parts;
    this.#evaluator = evaluator;
  }

  meaning(call: Call, depth: number): Meaning | null {
    const { syntax } = this.#source;
    const callee = syntax.unwrap(call.callee);
    if (this.#clients.isType(call.types)) {
      return client;
    }
    if (mockFactory.test(callee.text)) {
      return { is: 'mock' };
    }
    const [first] = call.arguments;
    const required = first !== undefined && /^(require|import)$/.test(callee.text) ? syntax.text(first.value) : null;
    if (required !== null) {
      return this.#parts.imported(required, wholeModule);
    }
    const last = syntax.member(callee)?.property ?? syntax.identifier(callee) ?? '';
    const meaning = this.#evaluator.meaning(callee, depth);
    switch (meaning?.is) {
      case 'client':
      case 'sdk':
        return client;
      case 'langfuseExport':
        // A decorator or a tracing function from such a module gives back what it was given.
        return call.arguments.length === 0 || /client|langfuse|^lf$/i.test(`${last} ${meaning.name}`) ? client : null;
      case 'fetch':
      case 'wrapper':
        return last === 'bind' || last === 'partial' ? meaning : null;
      case undefined:
      case 'api':
      case 'prompts':
      case 'create':
      case 'module':
      case 'text':
      case 'number':
      case 'members':
      case 'elsewhere':
      case 'mock':
        break;
    }
    if (first === undefined) {
      return null;
    }
    // `cache(async (name) => …)` is called as what it was given.
    for (const { value } of call.arguments) {
      const given = this.#evaluator.wrapperOf(syntax.unwrap(value));
      if (given !== null) {
        return given;
      }
    }
    if (adapters.test(last)) {
      const adapted = this.#evaluator.meaning(first.value, depth);
      return adapted?.is === 'fetch' || adapted?.is === 'wrapper' ? adapted : null;
    }
    // Dependency injection: Depends(get_langfuse), inject(LangfuseClient).
    const injected = injection.test(last) && call.arguments.length === 1 ? syntax.identifier(first.value) : null;
    return injected !== null && this.#evaluator.meaning(first.value, depth)?.is === 'client' ? client : null;
  }
}
