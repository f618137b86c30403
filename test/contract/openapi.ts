import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019, type ErrorObject, type ValidateFunction } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { sharedFolder } from './recordings.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

/** Checks answers against Langfuse's own OpenAPI file, less what real answers were seen to differ in. */
export class OpenApi {
  readonly #document = parse(readFileSync(join(sharedFolder, 'openapi-4.16.0.yml'), 'utf8'), {
    maxAliasCount: -1,
  }) as Document;
  readonly #differences = new Set(
    readFileSync(join(sharedFolder, 'differences-from-openapi.txt'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/ \(.*$/, '')),
  );
  readonly #ajv = new Ajv2019({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    formats(this.#ajv);
  }

  /** What is wrong with the answer; empty when it fits. */
  problems(method: string, path: string, status: number, body: unknown): string[] {
    const endpoint = `${method} ${path}`;
    const validate = this.#validator(method, path, status);
    if (validate === null) {
      return this.#differences.has(`${endpoint}: status ${status} not in spec`)
        ? []
        : [`${endpoint} ${status} is not in the file`];
    }
    if (validate(body)) return [];
    return (validate.errors ?? []).flatMap((error) => {
      const place = placeOf(error);
      if (this.#differences.has(`${endpoint} ${status} ${place}: not in spec`)) return [];
      return [`${endpoint} ${status} ${place}: ${error.message ?? error.keyword}`];
    });
  }

  #validator(method: string, path: string, status: number): ValidateFunction | null {
    const key = `${method} ${path} ${status}`;
    const known = this.#validators.get(key);
    if (known !== undefined) return known;
    const response = this.#document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
    if (response === undefined) return null;
    const schema = Object.values(response.content ?? {})[0]?.schema ?? {};
    const validate = this.#ajv.compile(this.#convert(schema, false));
    this.#validators.set(key, validate);
    return validate;
  }

  /**
   * OpenAPI 3.0 to JSON schema: references inlined, `nullable` spelled out, keys that it does not name
   * refused. Not so the parts and alternatives of a schema: each names only some of the keys.
   */
  #convert(schema: unknown, isPart: boolean): Schema {
    const given = schema as Schema;
    if (typeof given.$ref === 'string') {
      return this.#convert(this.#document.components.schemas[given.$ref.split('/').pop()!], isPart);
    }
    const converted: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(given)) {
      if (key === 'allOf' || key === 'oneOf')
        converted[key] = (value as unknown[]).map((part) => this.#convert(part, true));
      else if (key === 'items') converted.items = this.#convert(value, false);
      else if (key === 'additionalProperties')
        converted.additionalProperties = typeof value === 'object' ? this.#convert(value, false) : value;
      else if (key === 'properties') converted.properties = this.#convertAll(value as Schema);
      else if (key === 'type' || key === 'enum' || key === 'required' || key === 'format') converted[key] = value;
    }
    const named = given.properties !== undefined || given.allOf !== undefined;
    if (named && !isPart && given.additionalProperties === undefined) converted.unevaluatedProperties = false;
    return given.nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
  }

  #convertAll(properties: Schema): Schema {
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, this.#convert(value, false)]));
  }
}

function placeOf(error: ErrorObject): string {
  const path = error.instancePath.replace(/\/\d+(?=\/|$)/g, '[]').replaceAll('/', '.');
  const extra = (error.params as { unevaluatedProperty?: string }).unevaluatedProperty;
  return `$${path}${extra === undefined ? '' : `.${extra}`}`;
}
