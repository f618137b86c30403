import assert from 'node:assert/strict';
import { exportRange } from '../../../src/cli/commands/export.ts';

const now = Date.parse('2026-05-10T12:00:00Z');
const flags = { backend: 'sqlite' } as const;

describe('exportRange', () => {
  it('leaves the range to the engine without flags', () => {
    assert.equal(exportRange(flags, now), null);
  });

  it('counts hours back from now', () => {
    assert.deepEqual(exportRange({ ...flags, hours: 1.5 }, now), { start: '2026-05-10T10:30:00.000Z', end: null });
  });

  it('counts hours back from an end in the past, and from now when the end is in the future', () => {
    assert.deepEqual(exportRange({ ...flags, hours: 24, endTime: '2026-05-02T00:00Z' }, now), {
      start: '2026-05-01T00:00:00.000Z',
      end: '2026-05-02T00:00:00.000Z',
    });
    assert.equal(
      exportRange({ ...flags, hours: 24, endTime: '2030-01-01T00:00Z' }, now)?.start,
      '2026-05-09T12:00:00.000Z',
    );
  });

  it('takes two times as they are', () => {
    assert.deepEqual(exportRange({ ...flags, startTime: '2026-05-01T00:00Z', endTime: '2026-05-02T00:00Z' }, now), {
      start: '2026-05-01T00:00:00.000Z',
      end: '2026-05-02T00:00:00.000Z',
    });
  });

  it('refuses an end without a start', () => {
    assert.throws(() => exportRange({ ...flags, endTime: '2026-05-02T00:00Z' }, now), /--end-time needs/);
  });
});
