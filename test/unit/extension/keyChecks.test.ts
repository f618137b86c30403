import assert from 'node:assert/strict';
import { checkBaseUrl, checkPublicKey, checkSecretKey, normalBaseUrl } from '../../../src/extension/keys/keyChecks.ts';

describe('Langfuse keys as they are typed', () => {
  const severity = (found: { severity: string } | null): string => found?.severity ?? 'fine';

  it('take any http or https address, and warn where the network could listen', () => {
    assert.equal(severity(checkBaseUrl('https://langfuse.example.com/')), 'fine');
    assert.equal(severity(checkBaseUrl('http://localhost:3000')), 'fine');
    assert.equal(severity(checkBaseUrl('http://[::1]:3000')), 'fine');
    assert.equal(severity(checkBaseUrl('http://langfuse.example.com')), 'warning');
    for (const text of ['', 'langfuse.example.com', 'ftp://example.com', 'https://user:word@example.com']) {
      assert.equal(severity(checkBaseUrl(text)), 'error', text);
    }
  });

  it('are stored with one form of the address', () => {
    assert.equal(normalBaseUrl(' https://langfuse.example.com// '), 'https://langfuse.example.com');
  });

  it('are not mixed up', () => {
    assert.equal(severity(checkPublicKey('pk-lf-1')), 'fine');
    assert.equal(severity(checkPublicKey('sk-lf-1')), 'error');
    assert.equal(severity(checkPublicKey('custom')), 'warning');
    assert.equal(severity(checkPublicKey(' ')), 'error');
    assert.equal(severity(checkSecretKey('sk-lf-1')), 'fine');
    assert.equal(severity(checkSecretKey('pk-lf-1')), 'error');
    assert.equal(severity(checkSecretKey('custom')), 'warning');
    assert.equal(severity(checkSecretKey('')), 'error');
  });
});
