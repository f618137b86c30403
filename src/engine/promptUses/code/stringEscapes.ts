const simple: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '0': '\0',
  '\n': '',
};

const escapes = /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))/g;

/** What a literal's inside stands for, in the escapes that the languages here share; unknown ones stand for themselves. */
export function decodeEscapes(inside: string): string {
  if (!inside.includes('\\')) {
    return inside;
  }
  return inside.replace(escapes, (...groups: (string | undefined)[]) => {
    const [whole = '', braced, four, eight, two, other] = groups;
    const code = braced ?? four ?? eight ?? two;
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    }
    return simple[other === '\r\n' ? '\n' : (other ?? '')] ?? other ?? '';
  });
}
