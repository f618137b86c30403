import assert from 'node:assert/strict';
import { resolveModule } from '../../../src/engine/promptUses/modulePaths.ts';

describe('modules of the workspace', () => {
  const files = new Set([
    'app/__init__.py',
    'app/prompts.py',
    'app/sub/deep.py',
    'src/lib/a.ts',
    'src/lib/index.ts',
    'src/app/page.tsx',
    'packages/x/src/tool.py',
    'web/util.js',
  ]);
  const cases: readonly (readonly [from: string, module: string, file: string | null])[] = [
    ['app/main.py', 'app.prompts', 'app/prompts.py'],
    ['app/main.py', '.prompts', 'app/prompts.py'],
    ['app/main.py', '.', 'app/__init__.py'],
    ['app/sub/deep.py', '..prompts', 'app/prompts.py'],
    ['app/sub/deep.py', '...app.prompts', 'app/prompts.py'],
    ['main.py', 'app', 'app/__init__.py'],
    ['packages/x/tests/test.py', 'tool', 'packages/x/src/tool.py'],
    ['main.py', 'langfuse', null],
    ['src/app/page.tsx', '../lib/a', 'src/lib/a.ts'],
    ['src/app/page.tsx', '../lib/a.js', 'src/lib/a.ts'],
    ['src/app/page.tsx', '../lib', 'src/lib/index.ts'],
    ['src/app/page.tsx', '@/lib/a', 'src/lib/a.ts'],
    ['src/app/page.tsx', '~/lib/a', 'src/lib/a.ts'],
    ['src/app/page.tsx', 'lib/a', 'src/lib/a.ts'],
    ['web/main.js', './util.js', 'web/util.js'],
    ['web/main.js', 'lodash', null],
    ['web/main.js', '../../../outside', null],
  ];
  for (const [from, module, file] of cases) {
    it(`${module} in ${from} is ${file ?? 'of someone else'}`, () => {
      assert.equal(resolveModule(from, module, files), file);
    });
  }
});
