import assert from 'node:assert/strict';
import { settingIn, settingOf } from '../../../src/extension/settings/settingNames.ts';

describe('the name of a setting in a message', () => {
  it('is the one that the Settings editor finds', () => {
    assert.equal(settingOf('export.pageSize'), 'langfuseMetrics.export.pageSize');
    assert.equal(settingOf('outcome.successScores.3'), 'langfuseMetrics.outcome.successScores');
  });

  it('is found again in the message', () => {
    assert.equal(settingIn(`${settingOf('export.pageSize')}: too big; x`), 'langfuseMetrics.export.pageSize');
    assert.equal(settingIn('no setting here'), null);
  });
});
