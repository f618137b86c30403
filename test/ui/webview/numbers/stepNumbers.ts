import assert from 'node:assert/strict';
import type { Workspace } from '../../../integration/cli/workspace.ts';
import type { ShownNumbers } from './shownNumbers.ts';
import * as written from './writtenNumbers.ts';

type Row = Readonly<Record<string, string | number | null>>;

const { or } = written;
const timeZone = 'Europe/Paris';
const { moment } = written.moments(timeZone);
const second = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' });
const fields = (json: Row[string] | undefined): Readonly<Record<string, number>> =>
  json == null ? {} : (JSON.parse(String(json)) as Readonly<Record<string, number>>);
const joined = (parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(' · ');
const known = (value: Row[string] | undefined): string | null => (value == null ? null : String(value));

const nameOf = (row: Row): string => known(row.name) ?? String(row.observation_type).toLowerCase();

/** Claims what the pane beside a trace says of one step, or of the trace itself, as plain SQL finds it. */
export class StepNumbers {
  readonly #shown: ShownNumbers;
  readonly #workspace: Workspace;

  constructor(shown: ShownNumbers, workspace: Workspace) {
    this.#shown = shown;
    this.#workspace = workspace;
  }

  /** What stands above all else that is said of a step: its name, and by hovering when it began. */
  headOf(id: string): { readonly name: string; readonly starts: string } {
    const row = this.#row(id);
    return { name: nameOf(row), starts: written.localIso(String(row.starts), timeZone) };
  }

  async claimStep(id: string): Promise<void> {
    const row = this.#row(id);
    await this.#facts(row);
    await this.#texts('input', row.input ?? null);
    await this.#texts('output', row.output ?? null);
    await this.#usage(row);
    await this.#scores(`observation_id = '${id}'`);
  }

  async claimTrace(id: string): Promise<void> {
    const [trace] = this.#workspace.sql(
      `SELECT name, created_at, root_observation_id FROM llm_traces WHERE id = '${id}'`,
    ) as readonly Row[];
    assert.ok(trace?.root_observation_id != null);
    const root = this.#row(String(trace.root_observation_id));
    await this.#head(String(trace.name), 'the whole trace', String(trace.created_at));
    await this.#texts('input', root.input ?? null);
    await this.#texts('output', root.output ?? null);
    await this.#scores(`trace_id = '${id}' AND observation_id IS NULL`);
  }

  #row(id: string): Row {
    const found = (
      [
        ['llm_generations', 'name, start_time AS starts, prompt_text AS input, completion_text AS output'],
        ['llm_spans', 'name, start_time AS starts, input_text AS input, output_text AS output'],
        [
          'llm_events',
          "event_name AS name, created_at AS starts, 'EVENT' AS observation_type, input_text AS input, output_text AS output",
        ],
      ] as const
    ).flatMap(([table, columns]) => this.#workspace.sql(`SELECT *, ${columns} FROM ${table} WHERE id = '${id}'`));
    assert.equal(found.length, 1);
    return found[0] as Row;
  }

  async #facts(row: Row): Promise<void> {
    const [starts, ends, first] = [row.starts, row.end_time, row.completion_start_time].map((instant) =>
      instant == null ? null : Date.parse(String(instant)),
    );
    assert.ok(starts != null);
    const since = (instant: number): string => written.duration((instant - starts) / 1000);
    const length = or(ends, since, row.observation_type === 'EVENT' ? '' : 'no end');
    const wait = or(first, (instant) => `first token after ${since(instant)}`, '');
    const caption = joined([
      String(row.observation_type).toLowerCase(),
      known(row.model ?? row.fallback_model),
      second.format(starts),
      [length, wait].filter((part) => part !== '').join(', '),
    ]);
    await this.#head(nameOf(row), caption, String(row.starts));
    const prompt =
      row.prompt_name == null
        ? []
        : [`Prompt ${row.prompt_name}${row.prompt_version == null ? '' : ` v${row.prompt_version}`}`];
    await this.#shown.claim('.detail .prompt-link', prompt);
  }

  async #head(name: string, caption: string, starts: string): Promise<void> {
    await this.#shown.claim('.detail h2 > span:not(.icon, .end)', [name]);
    await this.#shown.claim('.detail header .caption', [caption]);
    await this.#shown.claim('.detail header .caption', [written.localIso(starts, timeZone)], 'title');
  }

  async #texts(section: 'input' | 'output', text: Row[string]): Promise<void> {
    const caption = `.detail [data-section=${section}] > h3 .caption`;
    if (text === null) {
      await this.#shown.claim(caption, ['none kept']);
      return;
    }
    const { length } = String(text);
    const messages = messagesIn(String(text));
    await this.#shown.claim(caption, [
      joined([
        messages === null ? null : messages === 1 ? '1 message' : `${written.count(messages)} messages`,
        `${written.tokens(length)} character${length === 1 ? '' : 's'}`,
      ]),
    ]);
  }

  async #usage(row: Row): Promise<void> {
    const [tokens, costs] = [fields(row.usage_details), fields(row.cost_details)];
    const kinds = [...new Set([...Object.keys(tokens), ...Object.keys(costs)])]
      .filter((kind) => kind !== 'total')
      .sort();
    const section = '.detail [data-section=usage]';
    if (kinds.length === 0 && row.cost_usd == null && row.total_tokens == null) {
      assert.ok(!(await this.#shown.has(section)));
      return;
    }
    const sources: Readonly<Record<string, string>> = {
      langfuse: 'price from Langfuse',
      metadata: 'cost from the metadata',
      computed: 'price from the local table',
    };
    await this.#shown.claim(`${section} > h3 .caption`, [
      joined([known(row.model), known(row.provider), sources[String(row.cost_source)] ?? null]),
    ]);
    const total = row.cost_usd == null ? null : Number(row.cost_usd);
    const column = [...kinds.map((kind) => costs[kind] ?? null), total];
    const money = (usd: number | null | undefined, missing: string): string =>
      or(usd, (value) => written.moneyOf(column, value), missing);
    const price = (kind: string): string => {
      const [count, usd] = [tokens[kind], costs[kind]];
      return count === undefined || count === 0 || usd === undefined ? 'none' : written.money((usd / count) * 1e6);
    };
    const rows = kinds.map((kind) => [
      kind,
      or(tokens[kind], written.count, 'none'),
      price(kind),
      money(costs[kind], 'none'),
    ]);
    const sum = ['Total', or(row.total_tokens as number | null, written.count, 'none'), '', money(total, 'no price')];
    await this.#shown.claim(`${section} thead th`, ['Kind', 'Tokens', 'per 1 M', 'Cost']);
    await this.#shown.claim(`${section} tbody td`, [...rows, sum].flat());
    const priced = kinds.filter((kind) => (costs[kind] ?? 0) > 0);
    await this.#shown.claim(
      `${section} .split-bar`,
      priced.length === 0 ? [] : [`Cost: ${priced.map((kind) => `${kind} ${money(costs[kind], '')}`).join(', ')}`],
      'aria-label',
    );
  }

  async #scores(whose: string): Promise<void> {
    const scores = this.#workspace.sql(`SELECT *, created_at AS at FROM llm_scores WHERE ${whose}`) as readonly Row[];
    const section = '.detail [data-section=scores]';
    await this.#shown.claim(`${section} > h3 .caption`, scores.length === 0 ? [] : [written.count(scores.length)]);
    const valueOf = ({ data_type: type, value, string_value: text }: Row): string => {
      if (type === 'BOOLEAN' && value != null) {
        return value === 0 ? 'no' : 'yes';
      }
      return value != null && type !== 'CATEGORICAL' ? written.number(Number(value), 2) : (known(text) ?? 'none');
    };
    await this.#shown.claimRows(
      [
        [`${section} dt`, 'text'],
        [`${section} dd`, 'text'],
        [`${section} dd > .quiet`, 'title'],
      ],
      scores.map((score) =>
        [
          known(score.name),
          [`${valueOf(score)} ${String(score.source).toLowerCase()}, ${moment(String(score.at))}`, known(score.comment)]
            .filter((part) => part !== null)
            .join(' '),
          written.localIso(String(score.at), timeZone),
        ].join(' | '),
      ),
    );
  }
}

/** Messages of a conversation in JSON; null for another text. */
function messagesIn(text: string): number | null {
  const value = /^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : null;
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const isMessage = (one: unknown): boolean => typeof one === 'object' && one !== null && 'role' in one;
  return list.length > 0 && list.every(isMessage) ? list.length : null;
}
