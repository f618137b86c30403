import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  readAsk,
  readColours,
  readCommand,
  readCopy,
  readEnvelope,
  readOpen,
  readPick,
  readSave,
  readTimeRange,
} from '../../../src/extension/panels/panelGuards.ts';
import { panelHtml } from '../../../src/extension/panels/panelHtml.ts';

describe('what documents of panels say', () => {
  it('is read without an exception, whatever it is', () => {
    const readers = [
      readAsk,
      readColours,
      readCommand,
      readCopy,
      readEnvelope,
      readOpen,
      readPick,
      readSave,
      readTimeRange,
    ];
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const read of readers) {
          read(value);
        }
      }),
    );
  });

  it('runs only commands of the list', () => {
    assert.equal(readCommand({ command: 'langfuseMetrics.export' }), 'langfuseMetrics.export');
    assert.equal(readCommand({ command: 'workbench.action.terminal.sendSequence' }), null);
    assert.equal(readCommand({ command: 'toString' }), null);
  });

  it('opens only what has a name and a target of its kind', () => {
    const trace = { link: 'trace', target: { projectId: 'p', traceId: 't', observationId: null } };
    assert.deepEqual(readOpen(trace), trace);
    assert.equal(readOpen({ ...trace, target: { projectId: 'p' } }), null);
    assert.equal(readOpen({ ...trace, link: 'constructor' }), null);
    const diff = { link: 'promptDiff', target: { projectId: 'p', prompt: 'a', versions: [6, 7] } };
    assert.deepEqual(readOpen(diff), diff);
    assert.equal(readOpen({ ...diff, target: { ...diff.target, versions: [6] } }), null);
    assert.equal(readOpen({ ...diff, link: 'promptInLangfuse' }), null);
    assert.equal(readOpen({ link: 'setting', target: { name: 'terminal.integrated.shell' } }), null);
    assert.equal(readOpen({ link: 'exportRange', target: { start: 'yesterday', end: 'now' } }), null);
  });

  it('saves under a name, never under a path', () => {
    const content = { content: 'a', encoding: 'utf8' };
    assert.deepEqual(readSave({ name: 'langfuse-models.csv', ...content }), {
      name: 'langfuse-models.csv',
      ...content,
    });
    for (const name of ['../evil.csv', '/etc/passwd', 'a\\b', '.bashrc', '']) {
      assert.equal(readSave({ name, ...content }), null, name);
    }
  });
});

describe('the document of a panel', () => {
  const html = panelHtml({
    title: '"><script>alert(1)</script>',
    setup: { language: 'en', translations: { a: '"</script><img src=x>' }, target: null, openedAt: 0 },
    scriptUri: 'https://host/dashboard.js',
    styleUri: 'https://host/dashboard.css',
    preloadUris: ['https://host/plot.js"><img>'],
    cspSource: 'https://host',
    nonce: 'abc',
  });

  it('allows our scripts by its nonce, our style sheets, and nothing else', () => {
    assert.match(
      html,
      /content="default-src 'none'; script-src 'nonce-abc'; style-src https:\/\/host; base-uri 'none'; form-action 'none'"/,
    );
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      '<script type="module" nonce="abc" src="https://host/dashboard.js">',
      '<script type="module" async nonce="abc">',
    ]);
    assert.match(html, /<link rel="modulepreload" nonce="abc" href="https:\/\/host\/plot\.js&quot;&gt;&lt;img&gt;">/);
    assert.equal(html.match(/<img/g), null);
  });
});
