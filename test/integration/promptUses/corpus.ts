import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CatalogueVersion } from '../../../src/engine/promptUses/catalogue.ts';

const folder = path.join(import.meta.dirname, 'corpus');

/** The corpus: many small files in few large ones, parted by lines `#### path`. */
export function corpusFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const bundle of readdirSync(folder).toSorted()) {
    const parts = readFileSync(path.join(folder, bundle), 'utf8').split(/^#### /m);
    for (const part of parts.slice(1)) {
      const end = part.indexOf('\n');
      files.set(part.slice(0, end), part.slice(end + 1));
    }
  }
  return files;
}

export function writeFiles(target: string, files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) {
    const whole = path.join(target, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}

function version(name: string, number: number, labels: readonly string[], template: string): CatalogueVersion {
  return { name, version: number, labels, type: 'text', template };
}

const quiz = 'You make a quiz about {{topic}} for {{audience}}.';
const chat = [
  { role: 'system', content: 'You are the support desk of {{company}}. Be kind and exact.' },
  { role: 'user', content: '{{question}}' },
];

/** What Langfuse has in the corpus's world; names and texts that tempt are among it. */
export const storedPrompts: readonly CatalogueVersion[] = [
  version('agents/reviewer', 1, [], 'Review the code of {{author}}.'),
  version('agents/reviewer', 2, ['production'], 'Review the code of {{author}} with care.'),
  version('agents/reviewer', 3, ['latest'], 'Review all code of {{author}} with care.'),
  version('agents/planner', 1, ['production'], 'Plan the work of {{team}}.'),
  version('quiz-maker', 1, [], 'You make a quiz.'),
  version('quiz-maker', 2, ['production'], quiz),
  version('quiz-maker', 3, ['latest'], quiz),
  { name: 'support-chat', version: 1, labels: ['production'], type: 'chat', template: JSON.stringify(chat) },
  version('shared/one', 1, ['production'], 'Be brief and cite your sources, always.'),
  version('shared/two', 1, ['production'], 'Be brief and cite your sources, always.'),
  version('defined', 1, ['production'], 'You review {{code}} for the team and answer in one line.'),
  version('word', 1, ['production'], 'summarise'),
  version('input', 1, ['production'], '{{input}}'),
];

/** Puts prompts into a database that `setup` made. */
export function storePrompts(database: string, prompts: readonly CatalogueVersion[]): void {
  using db = new DatabaseSync(database);
  const insert = db.prepare(
    `INSERT INTO prompt_variants (prompt_id, project_id, prompt_name, variant_name, version, prompt_type,
       prompt_template, prompt_variables, tags, labels, is_active, is_default)
     VALUES (?, 'project', ?, ?, ?, ?, ?, '[]', '[]', ?, 1, ?)`,
  );
  for (const { name, version: number, type, template, labels } of prompts) {
    const isDefault = labels.includes('production') ? 1 : 0;
    insert.run(`${name}:v${number}`, name, `v${number}`, number, type, template, JSON.stringify(labels), isDefault);
  }
}
