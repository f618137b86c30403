import assert from 'node:assert/strict';
import { xxHash32 } from '../../langfuse-server/data/xxhash32.ts';

describe('xxHash32', () => {
  // Values of the reference implementation, seed 0.
  const vectors = [
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ] as const;
  for (const [text, hash] of vectors) {
    it(`hashes ${JSON.stringify(text)} as the reference does`, () => assert.equal(xxHash32(text), hash));
  }
});
