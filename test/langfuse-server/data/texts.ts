import { createRandom, type Random } from './random.ts';

const words =
  'the a of to and in is that for with on as by this from request model answer token agent tool context document user system error retry latency budget schema table query index record window export trace span score prompt version label branch review merge deploy rollback invoice order customer refund policy shipment delay ticket priority summary outline paragraph citation source evidence claim value total average median limit quota timeout cache stream chunk vector embedding search result rank filter parse render compile test coverage commit diff patch module function class interface promise worker thread queue lock file path folder network socket server client header body cursor page row column key constraint migration backup restore'.split(
    ' ',
  );

/** Texts that break careless string handling: right-to-left, wide, joined and combining characters, controls. */
export const unicodeTexts: readonly string[] = [
  'مرحبا، كيف يمكنني مساعدتك اليوم؟ رقم الطلب ١٢٣٤',
  'שלום עולם, מספר ההזמנה הוא 4711',
  '日本語のテキスト。全角文字と、半角ｶﾅ。',
  '👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, e\u0301 combining, \u{1F469}\u{1F3FD}‍\u{1F680}',
  'controls: \u0001\u0007\u0008\u001b[31mred\u001b[0m tab\t crlf\r\n next\u0085 line\u2028separator',
  'quotes " and \' and \\ backslash, <b>html</b> & {"json": true}, \'); DROP TABLE llm_traces; --',
  'Ünïcödé — naïve café, “curly”, … and a zero\u200bwidth, \ufeffBOM',
];

const oddIds: readonly string[] = [
  "quote'id",
  'double"quote',
  'slash/es/in/id',
  'back\\slash',
  'emoji-🚀-id',
  'space and ünïcode',
  'percent%20&query=1?#',
];

/** A long text to cut pieces from: slices share its memory, so a million rows cost little. */
export class Texts {
  readonly #corpus: string;

  constructor(seed: number, length: number) {
    const random = createRandom(seed, 0x7e875);
    const parts: string[] = [];
    for (let size = 0; size < length;) {
      const count = 6 + random.int(12);
      const sentence = Array.from({ length: count }, () => random.pick(words)).join(' ');
      const text = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}. `;
      parts.push(text);
      size += text.length;
    }
    this.#corpus = parts.join('');
  }

  slice(random: Random, length: number): string {
    const wanted = Math.min(Math.max(0, Math.round(length)), this.#corpus.length);
    const from = random.int(this.#corpus.length - wanted + 1);
    return this.#corpus.slice(from, from + wanted);
  }

  /** A text of any size, repeated from the corpus. */
  huge(bytes: number): string {
    return this.#corpus.repeat(Math.ceil(bytes / this.#corpus.length)).slice(0, bytes);
  }
}

/** Ids that clients really choose: quotes, slashes, emoji, 800 characters (the longest that Langfuse takes). */
export function oddId(random: Random): string {
  const unique = random.hex(8);
  if (random.chance(0.15)) return `${unique}-${'long'.repeat(200)}`.slice(0, 800);
  return `${random.pick(oddIds)}-${unique}`;
}
