import assert from 'node:assert/strict';
import { parseLimits } from '../../../src/engine/limiter/limits/parseLimits.ts';
import { presetTiers } from '../../../src/engine/limiter/limits/presets.ts';
import { limitsFileTemplate } from '../../../src/extension/rateLimits/limitsFile.ts';

const commentedEntries = limitsFileTemplate.split('\n').filter((line) => line.includes('// {'));

describe('the limits file that "Edit rate limits" makes', () => {
  it('is in force as it is, and limits nothing', () => {
    assert.deepEqual(parseLimits(limitsFileTemplate, 'rate-limits.json'), { unknown: 'allow', rules: [] });
  });

  it('has entries that are in force once their slashes are removed, each by itself', () => {
    assert.equal(commentedEntries.length, 5);
    for (const line of commentedEntries) {
      const text = limitsFileTemplate.replace(line, line.replace('// ', ''));
      assert.ok(parseLimits(text, 'rate-limits.json').rules.length > 0, line);
    }
  });

  it('names every tier that has a preset', () => {
    for (const provider of ['openai', 'anthropic', 'gemini']) {
      const line = commentedEntries.find((candidate) => candidate.includes(`"${provider}", "tier"`)) ?? '';
      const named = [...line.matchAll(/"tier": "(\w+)"/g), ...line.matchAll(/(?:or|,) (\w+)/g)].map(([, tier]) => tier);
      assert.deepEqual(named, presetTiers(provider), line);
    }
  });
});
