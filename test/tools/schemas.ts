import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import * as z from 'zod';
import { alertsFileSchema } from '../../src/engine/analytics/alerts/rules.ts';

/** Writes the JSON schemas that editors check files by, from the schemas that the product checks them by. */
const file = path.resolve(import.meta.dirname, '../../media/schemas/alerts.json');
const schema = z.toJSONSchema(alertsFileSchema, { io: 'input', target: 'draft-7', reused: 'ref' });
await writeFile(file, await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 }));
