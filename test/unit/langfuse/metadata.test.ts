import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitMetadata } from '../../../src/engine/langfuse/metadata.ts';

describe('metadata', () => {
  it('parts flat OpenTelemetry keys from the user’s', () => {
    assert.deepEqual(
      splitMetadata({
        tier: 'primary',
        'dotted.key': 'v',
        'scope.name': 'langfuse-sdk',
        'resourceAttributes.service.name': 'agent',
        'attributes.gen_ai.system': 'openai',
      }),
      {
        metadata: { tier: 'primary', 'dotted.key': 'v' },
        resourceAttributes: {
          'scope.name': 'langfuse-sdk',
          'resourceAttributes.service.name': 'agent',
          'attributes.gen_ai.system': 'openai',
        },
      },
    );
  });

  it('gives nested OpenTelemetry objects of legacy writes the same flat keys', () => {
    assert.deepEqual(
      splitMetadata({
        user: { nested: 1 },
        resourceAttributes: { 'service.name': 'agent', process: { pid: 4, args: ['a', 'b'] }, empty: {} },
        scope: { name: 'langfuse-sdk', attributes: { public_key: 'pk' } },
      }),
      {
        metadata: { user: { nested: 1 } },
        resourceAttributes: {
          'resourceAttributes.service.name': 'agent',
          'resourceAttributes.process.pid': 4,
          'resourceAttributes.process.args': ['a', 'b'],
          'scope.name': 'langfuse-sdk',
          'scope.attributes.public_key': 'pk',
        },
      },
    );
  });

  it('leaves a user’s own scope and attributes alone', () => {
    const own = { scope: { team: 'billing' }, 'attributes.colour': 'red', resourceAttributes: 'text' };
    assert.deepEqual(splitMetadata(own), { metadata: own, resourceAttributes: {} });
    const beside = splitMetadata({ scope: 'billing', scopes: 1, 'resourceAttributes.a': 1 });
    assert.deepEqual(beside.metadata, { scope: 'billing', scopes: 1 });
  });

  it('reads what old servers hold instead of an object', () => {
    assert.deepEqual(splitMetadata(null).metadata, {});
    assert.deepEqual(splitMetadata('').metadata, {});
    assert.deepEqual(splitMetadata('{"a":1}').metadata, { a: 1 });
    assert.deepEqual(splitMetadata('plain').metadata, { metadata: 'plain' });
    assert.deepEqual(splitMetadata('{broken').metadata, { metadata: '{broken' });
    assert.deepEqual(splitMetadata([1, 2]).metadata, { metadata: [1, 2] });
  });

  it('keeps a key called __proto__ as a key', () => {
    const wire: unknown = JSON.parse('{"__proto__":{"admin":true},"resourceAttributes.a":1}');
    const { metadata } = splitMetadata(wire);
    assert.deepEqual(Object.keys(metadata), ['__proto__']);
    assert.equal(Object.getPrototypeOf(metadata), Object.prototype);
  });

  it('loses and invents no key, whatever the user chose', () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('scope', 'scope.name', 'attributes', 'resourceAttributes.a', 'resourceAttributesX', 'a.b'),
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))), (wire) => {
        const { metadata, resourceAttributes } = splitMetadata(wire);
        const together = [...Object.entries(metadata), ...Object.entries(resourceAttributes)].sort(byKey);
        assert.deepEqual(together, Object.entries(wire).sort(byKey));
      }),
    );
  });
});

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
