import type { Engine } from '../../protocol/engine.ts';
import type { SchemaAnswer } from '../../protocol/sql.ts';

/** What can be queried, read once and kept until the database changes. */
export class SchemaSource {
  readonly #engine: Pick<Engine, 'ask'>;
  #schema: Promise<SchemaAnswer> | null = null;

  constructor(engine: Pick<Engine, 'ask'>) {
    this.#engine = engine;
  }

  /** @throws what the engine throws; the next call asks again */
  read(): Promise<SchemaAnswer> {
    this.#schema ??= this.#engine.ask('schema', {}).catch((error: unknown) => {
      this.#schema = null;
      throw error;
    });
    return this.#schema;
  }

  forget(): void {
    this.#schema = null;
  }
}
