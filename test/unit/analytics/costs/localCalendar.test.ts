import assert from 'node:assert/strict';
import { addDays, LocalCalendar } from '../../../../src/engine/analytics/costs/localCalendar.ts';

const iso = (moment: number): string => new Date(moment).toISOString();
const start = (date: string, zone: string): string => iso(new LocalCalendar(zone).startOf(date));

describe('a local calendar', () => {
  it('begins days at the zone’s midnight, summer and winter', () => {
    assert.equal(start('2026-07-01', 'Europe/Paris'), '2026-06-30T22:00:00.000Z');
    assert.equal(start('2026-12-01', 'Europe/Paris'), '2026-11-30T23:00:00.000Z');
    assert.equal(start('2026-01-01', 'America/Los_Angeles'), '2026-01-01T08:00:00.000Z');
    assert.equal(start('2026-01-01', 'Pacific/Kiritimati'), '2025-12-31T10:00:00.000Z');
    assert.equal(start('2026-01-01', 'UTC'), '2026-01-01T00:00:00.000Z');
  });

  it('knows zones that are half an hour or a quarter off', () => {
    assert.equal(start('2026-01-01', 'Asia/Kolkata'), '2025-12-31T18:30:00.000Z');
    assert.equal(start('2026-01-01', 'Asia/Kathmandu'), '2025-12-31T18:15:00.000Z');
  });

  it('begins a day without a midnight when its clocks begin', () => {
    // Cairo put clocks forward from 00:00 to 01:00 on 24 April 2026, at 22:00 UTC.
    assert.equal(start('2026-04-24', 'Africa/Cairo'), '2026-04-23T22:00:00.000Z');
    assert.equal(start('2026-04-25', 'Africa/Cairo'), '2026-04-24T21:00:00.000Z');
  });

  it('has days of 23 and 25 hours', () => {
    const calendar = new LocalCalendar('Europe/Paris');
    const lengths = (from: string, to: string): number[] =>
      calendar.days(from, to).map((day) => (day.end - day.start) / 3_600_000);
    assert.deepEqual(lengths('2026-03-28', '2026-03-30'), [24, 23, 24]);
    assert.deepEqual(lengths('2026-10-24', '2026-10-26'), [24, 25, 24]);
  });

  it('leaves out the day that the date line took', () => {
    // Samoa went from 29 to 31 December 2011.
    const days = new LocalCalendar('Pacific/Apia').days('2011-12-28', '2012-01-01');
    assert.deepEqual(
      days.map(({ date }) => date.slice(8)),
      ['28', '29', '31', '01'],
    );
  });

  it('finds day, week and month of a moment', () => {
    const calendar = new LocalCalendar('Europe/Paris');
    const of = (time: string, unit: 'day' | 'week' | 'month'): string[] => {
      const period = calendar.period(Date.parse(time), unit);
      return [iso(period.start), iso(period.end)];
    };
    // New Year's Eve in UTC is New Year in Paris, a Friday.
    const eve = '2026-12-31T23:30:00Z';
    assert.deepEqual(of(eve, 'day'), ['2026-12-31T23:00:00.000Z', '2027-01-01T23:00:00.000Z']);
    assert.deepEqual(of(eve, 'week'), ['2026-12-27T23:00:00.000Z', '2027-01-03T23:00:00.000Z']);
    assert.deepEqual(of(eve, 'month'), ['2026-12-31T23:00:00.000Z', '2027-01-31T23:00:00.000Z']);
    // A month that summer time begins in is an hour short.
    assert.deepEqual(of('2026-03-15T00:00:00Z', 'month'), ['2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z']);
    // Sunday belongs to the week before.
    assert.deepEqual(of('2026-11-22T12:00:00Z', 'week')[0], '2026-11-15T23:00:00.000Z');
  });

  it('counts days across months and leap years', () => {
    assert.equal(addDays('2028-02-28', 1), '2028-02-29');
    assert.equal(addDays('2026-12-31', 1), '2027-01-01');
    assert.equal(addDays('2026-03-01', -1), '2026-02-28');
  });
});
