/** Families whose names are known without a prefix, in the plan's spelling of providers. */
const families: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [
    /^(gpt-|chatgpt-|o[1-9](-|$)|text-embedding-|text-davinci-|davinci|babbage|dall-e|whisper|tts-|computer-use-)/,
    'openai',
  ],
  [/^(ft:gpt-)/, 'openai'],
  [/^((us|eu|apac|global)\.)?anthropic\.|^claude/, 'anthropic'],
  [/^(models\/)?(gemini|gemma|learnlm|text-bison|chat-bison|palm|imagen|veo)/, 'gemini'],
  [/^((us|eu|apac|global)\.)?(mistral|ministral|codestral|mixtral|magistral|pixtral|devstral)/, 'mistral'],
  [/^((us|eu|apac|global)\.)?(meta\.)?llama/, 'meta'],
  [/^((us|eu|apac|global)\.)?amazon\./, 'amazon'],
  [/^deepseek/, 'deepseek'],
  [/^(command|cohere\.|embed-english|embed-multilingual|rerank-)/, 'cohere'],
  [/^grok/, 'xai'],
  [/^(qwen|qwq)/, 'alibaba'],
];

/** Prefixes that say the same provider in other words. */
const aliases: Readonly<Record<string, string>> = {
  google: 'gemini',
  google_genai: 'gemini',
  'google-genai': 'gemini',
  models: 'gemini',
  mistralai: 'mistral',
  'meta-llama': 'meta',
};

/**
 * Who serves a model: the prefix of "openai/gpt-4o" or "openai:gpt-4o", else the model's known family;
 * null when neither tells.
 */
export function providerOf(model: string | null): string | null {
  if (model === null) {
    return null;
  }
  const name = model.trim().toLowerCase();
  const prefix =
    /^([a-z0-9_.-]+)\/./.exec(name)?.[1] ??
    /^(openai|anthropic|google_genai|google|gemini|mistral|bedrock|azure):./.exec(name)?.[1];
  if (prefix !== undefined) {
    return aliases[prefix] ?? prefix;
  }
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

const versionSuffix = /[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest)(?:-v\d+:\d+)?$/;

/** The dated or numbered version at the end of a model's name ("2024-08-06", "20250929", "002", "latest"); null without one. */
export function modelVersionOf(model: string | null): string | null {
  return model === null ? null : (versionSuffix.exec(model.trim().toLowerCase())?.[1] ?? null);
}
