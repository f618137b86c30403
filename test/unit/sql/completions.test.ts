import assert from 'node:assert/strict';
import { describedAt, proposalsAt } from '../../../src/extension/sql/completions.ts';
import type { SchemaTable } from '../../../src/protocol/sql.ts';

const table = (name: string, ...columns: string[]): SchemaTable => ({
  name,
  kind: 'table',
  comment: null,
  columns: columns.map((column) => ({ name: column, type: 'text', nullable: true })),
});
const tables = [table('llm_events', 'event_type', 'trace_id'), table('llm_traces', 'id', 'user_id')];

const at = (marked: string): string[] =>
  proposalsAt(marked.replace('|', ''), marked.indexOf('|'), tables).map((proposal) =>
    proposal.kind === 'table' ? proposal.table.name : proposal.kind === 'column' ? proposal.column.name : proposal.word,
  );

describe('completion in a query document', () => {
  it('offers tables and nothing else where a table must follow', () => {
    assert.deepEqual(at('SELECT * FROM |'), ['llm_events', 'llm_traces']);
    assert.deepEqual(at('SELECT * FROM llm_traces t JOIN llm_|'), ['llm_events', 'llm_traces']);
  });

  it('offers the columns of the table that a name stands for, also behind the cursor', () => {
    assert.deepEqual(at('SELECT e.| FROM llm_events AS e'), ['event_type', 'trace_id']);
    assert.deepEqual(at('SELECT t.us| FROM llm_events e, llm_traces t'), ['id', 'user_id']);
    assert.deepEqual(at('SELECT llm_traces.| FROM llm_traces'), ['id', 'user_id']);
    assert.deepEqual(at('SELECT nobody.| FROM llm_traces'), []);
  });

  it('offers the columns of what the statement reads before everything else', () => {
    assert.deepEqual(at('SELECT | FROM llm_events WHERE 1').slice(0, 4), [
      'event_type',
      'trace_id',
      'llm_events',
      'llm_traces',
    ]);
    assert.deepEqual(at('SELECT 1 FROM llm_events; SELECT | FROM llm_traces').slice(0, 2), ['id', 'user_id']);
  });

  it('takes no keyword for another name of a table', () => {
    assert.deepEqual(at('SELECT where.| FROM llm_events WHERE 1'), []);
  });

  it('knows what a word under the pointer is', () => {
    const sql = 'SELECT user_id FROM llm_traces';
    const column = describedAt(sql, sql.indexOf('user_id'), 'user_id', tables);
    assert.ok(column?.kind === 'column' && column.table.name === 'llm_traces');
    assert.equal(describedAt(sql, sql.indexOf('llm_traces'), 'llm_traces', tables)?.kind, 'table');
    assert.equal(describedAt(sql, 0, 'SELECT', tables), null);
  });
});
