/** What tools tell a model: plain text, a table of tab-separated values with its units in the heads. */

export type AnswerValue = string | number | null;

export interface AnswerTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly AnswerValue[])[];
}

export interface Answer {
  /** What the figures are of: period, filters, what is missing. */
  readonly lines: readonly string[];
  readonly tables: readonly AnswerTable[];
}

export interface TokenBudget {
  readonly tokens: number;
  readonly count: (text: string) => PromiseLike<number>;
}

/** Of a text; a model that wants more of a text can select that alone. */
const mostCharacters = 300;

/**
 * The answer in at most so many tokens: rows are left out from the end of the longest table, never
 * in silence.
 */
export async function answerText(answer: Answer, budget: TokenBudget): Promise<string> {
  let limit = Math.max(0, ...answer.tables.map(({ rows }) => rows.length));
  for (;;) {
    const text = written(answer, limit);
    if (limit === 0 || (await budget.count(text)) <= budget.tokens) {
      return text;
    }
    limit = Math.floor(limit / 2);
  }
}

function written({ lines, tables }: Answer, limit: number): string {
  return [...lines, ...tables.flatMap((table) => ['', ...tableLines(table, limit)])].join('\n');
}

function tableLines({ heads, rows }: AnswerTable, limit: number): readonly string[] {
  const shown = rows.slice(0, limit).map((row) => row.map(cell).join('\t'));
  const left = rows.length - shown.length;
  const rest = left === 0 ? [] : [`(${left} more rows left out to stay within the token budget)`];
  return [heads.join('\t'), ...shown, ...rest];
}

function cell(value: AnswerValue): string {
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'number') {
    // Enough digits for money and rates, few enough for a small budget.
    return String(Number(value.toPrecision(6)));
  }
  return value.replaceAll(/\s+/g, ' ');
}

/** The beginning of a text that may be of any length. */
export function shortened(value: string): string {
  return value.length > mostCharacters ? `${value.slice(0, mostCharacters)}…` : value;
}
