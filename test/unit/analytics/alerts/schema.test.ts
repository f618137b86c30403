import Ajv from 'ajv';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { alertsFileSchema } from '../../../../src/engine/analytics/alerts/rules.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

describe('the JSON schema of alerts.json', () => {
  const schema = read('media/schemas/alerts.json') as object;

  it('is the one that rules are checked with', () => {
    const made = z.toJSONSchema(alertsFileSchema, { io: 'input', target: 'draft-7', reused: 'ref' });
    assert.deepEqual(schema, JSON.parse(JSON.stringify(made)));
  });

  it('serves the file in the editor, which may hold comments there', () => {
    const { contributes } = read('package.json') as {
      contributes: {
        jsonValidation: readonly { fileMatch: string; url: string }[];
        languages: readonly { id: string; filenamePatterns: readonly string[] }[];
      };
    };
    assert.ok(
      contributes.jsonValidation.some(
        ({ fileMatch, url }) => fileMatch === '.langfuse/alerts.json' && url === './media/schemas/alerts.json',
      ),
    );
    const jsonc = contributes.languages.find(({ id }) => id === 'jsonc');
    assert.ok(jsonc?.filenamePatterns.includes('**/.langfuse/alerts.json'));
  });

  it('takes what the README shows, and refuses what the product refuses', () => {
    const validate = new Ajv({ strict: false }).compile(schema);
    const budget = { kind: 'budget', period: 'month', limitUsd: 100, levels: [0.8, 1], filters: { tags: ['prod'] } };
    assert.equal(validate({ alerts: [budget, { kind: 'noData', hours: 6 }] }), true);
    assert.equal(validate({ alerts: [{ ...budget, limitUSD: 7 }] }), false);
    assert.equal(validate({ alerts: [{ kind: 'latency', limitSeconds: 3, percentile: 42 }] }), false);
  });
});
