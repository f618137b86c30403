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
  readonly #ajv = formats.default(new Ajv2019({ strict: false, allErrors: true }));
  readonly #validators = new Map<string, ValidateFunction>();

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
    const validate = this.#ajv.compile(this.#convert(schema, false) as object);
    this.#validators.set(key, validate);
    return validate;
  }

  /**
   * OpenAPI 3.0 to JSON schema: references inlined, `nullable` spelled out, keys that it does not name
   * refused. Not so the parts and alternatives of a schema: each names only some of the keys.
   */
  #convert(schema: unknown, isPart: boolean): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.#convert(item, isPart));
    if (typeof schema !== 'object' || schema === null) return schema;
    const given = schema as Schema;
    if (typeof given.$ref === 'string')
      return this.#convert(this.#document.components.schemas[given.$ref.split('/').pop()!], isPart);
    const { nullable, properties, allOf, oneOf, example: _example, ...rest } = given;
    const converted: Record<string, unknown> = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [
        key,
        key === 'enum' || key === 'required' ? value : this.#convert(value, false),
      ]),
    );
    if (properties !== undefined) {
      converted.properties = Object.fromEntries(
        Object.entries(properties as Schema).map(([key, value]) => [key, this.#convert(value, false)]),
      );
    }
    if (allOf !== undefined) converted.allOf = (allOf as unknown[]).map((part) => this.#convert(part, true));
    if (oneOf !== undefined) converted.oneOf = (oneOf as unknown[]).map((part) => this.#convert(part, true));
    const closed =
      (properties !== undefined || allOf !== undefined) && !isPart && rest.additionalProperties === undefined;
    if (closed) converted.unevaluatedProperties = false;
    return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
  }
}

function placeOf(error: ErrorObject): string {
  const path = error.instancePath.replace(/\/\d+(?=\/|$)/g, '[]').replaceAll('/', '.');
  const extra = (error.params as { unevaluatedProperty?: string }).unevaluatedProperty;
  return `$${path}${extra === undefined ? '' : `.${extra}`}`;
}
