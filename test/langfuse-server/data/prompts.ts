import { createRandom, type Random } from './random.ts';
import type { PromptText, PromptVersion } from './types.ts';

/** A prompt version with what the generator alone knows: how often an answer to it is right. */
export interface PromptVariant extends PromptVersion {
  readonly successRate: number;
}

interface PromptSpec {
  readonly name: string;
  readonly type: 'text' | 'chat';
  readonly tags: readonly string[];
  /** One true success rate a version. */
  readonly successRates: readonly number[];
  readonly production: number;
  readonly staging?: number;
  readonly extraLabels?: Readonly<Record<number, readonly string[]>>;
  readonly text: (version: number) => PromptText;
}

const rules = '@@@langfusePrompt:name=shared/house-rules|label=production@@@';

const specs: readonly PromptSpec[] = [
  {
    name: 'code-review/find-bugs',
    type: 'chat',
    tags: ['code', 'review'],
    successRates: [0.52, 0.58, 0.66, 0.63, 0.81, 0.78, 0.84],
    production: 5,
    staging: 7,
    extraLabels: { 6: ['experiment_a'], 2: ['control'] },
    text: (version) => [
      { role: 'system', content: `${rules}\nYou review {{language}} code, strictness ${version} of 7.` },
      { type: 'placeholder', name: 'history' },
      { role: 'user', content: 'Diff:\n{{diff}}\n\nList every bug with its line.' },
    ],
  },
  {
    name: 'code-review/summarise',
    type: 'text',
    tags: ['code'],
    successRates: [0.88, 0.91],
    production: 2,
    text: (version) => `Summarise the change {{diff}} in ${version * 40} words for {{audience}}.`,
  },
  {
    name: 'support-chat',
    type: 'chat',
    tags: ['support', 'chat'],
    successRates: [0.61, 0.72, 0.7, 0.79],
    production: 2,
    staging: 4,
    extraLabels: { 1: ['canary'] },
    text: (version) => [
      { role: 'system', content: `You are support v${version} for {{company}}.` },
      { type: 'placeholder', name: 'history' },
      { role: 'user', content: '{{question}}' },
    ],
  },
  {
    name: 'support/refund policy',
    type: 'text',
    tags: ['support'],
    successRates: [0.7, 0.69, 0.86],
    production: 3,
    text: (version) => `${rules}\nDecide the refund for order {{order_id}} (policy of 202${version}): {{message}}`,
  },
  {
    name: 'research/plan',
    type: 'text',
    tags: [],
    successRates: [0.55, 0.74],
    production: 1,
    staging: 2,
    text: (version) => `Plan at most ${version + 3} steps to answer: {{question}}`,
  },
  {
    name: 'sql-writer',
    type: 'chat',
    tags: ['sql', 'données'],
    successRates: [0.48, 0.64, 0.83, 0.82, 0.87],
    production: 4,
    extraLabels: { 5: ['experiment_b'], 3: ['control'] },
    text: (version) => [
      { role: 'system', content: `Schema:\n{{schema}}\nDialect: SQLite. Rule set ${version}. Answer with SQL only.` },
      { role: 'user', content: '{{question}}' },
    ],
  },
  {
    name: 'shared/house-rules',
    type: 'text',
    tags: ['shared'],
    successRates: [0.9, 0.9],
    production: 2,
    text: (version) => `House rules, edition ${version}: be brief, cite {{source_style}}, say when you do not know.`,
  },
  {
    name: 'translate',
    type: 'text',
    tags: ['nlp', 'i18n'],
    successRates: [0.93, 0.95, 0.94],
    production: 3,
    text: (version) => `Übersetze nach {{target_language}} (Stil ${version}): {{text}} — «keine Erklärungen»`,
  },
];

/** Eight prompts whose versions differ in their true success rates; written before the range begins. */
export function buildPrompts(seed: number, start: number): readonly PromptVariant[] {
  const random = createRandom(seed, 0x9207);
  return specs.flatMap((spec) =>
    spec.successRates.map((rate, index) => toVariant(spec, index + 1, rate, start, random)),
  );
}

function toVariant(spec: PromptSpec, version: number, rate: number, start: number, random: Random): PromptVariant {
  const createdAt = start - (spec.successRates.length - version + 1) * 36e5 * 20 - random.int(36e5);
  return {
    id: random.uuid(),
    name: spec.name,
    version,
    type: spec.type,
    prompt: spec.text(version),
    config: version === 1 ? {} : { model: 'gpt-4o-mini', temperature: version / 10, nested: { stop: ['\n\n'] } },
    labels: [
      ...(version === spec.production ? ['production'] : []),
      ...(version === spec.staging ? ['staging'] : []),
      ...(spec.extraLabels?.[version] ?? []),
      ...(version === spec.successRates.length ? ['latest'] : []),
    ],
    tags: spec.tags,
    commitMessage: version % 3 === 0 ? null : `version ${version}`,
    createdBy: random.chance(0.5) ? 'API' : `user-${random.hex(8)}`,
    createdAt,
    updatedAt: createdAt + random.int(36e5),
    successRate: rate,
  };
}

/** Traffic goes mostly to production, the rest to labelled versions, a little to old ones. */
export function pickVariant(random: Random, prompts: readonly PromptVariant[], name: string): PromptVariant {
  const versions = prompts.filter((prompt) => prompt.name === name);
  return random.weighted(
    versions.map(
      (prompt) => [prompt.labels.includes('production') ? 10 : 1.5 + prompt.labels.length * 1.5, prompt] as const,
    ),
  );
}
