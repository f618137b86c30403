/** What should be one JSON value of a stream, unparsed, and the line that it begins on (from 1). */
export interface JsonText {
  readonly line: number;
  readonly text: string;
}

/** between: before a value; open: in an object or array; closed: behind one, on its line; bare: in anything else. */
type State = 'between' | 'open' | 'closed' | 'bare';

const isBlank = (character: string): boolean => character === ' ' || character === '\t' || character === '\r';

/**
 * Cuts a stream into JSON values without ever holding more than one of them: a value a line (NDJSON),
 * values that run over several lines, or the elements of one array. A damaged value ends where the
 * next line that is a whole object by itself begins, so that it does not swallow what follows.
 */
export class JsonSplitter {
  readonly #found: JsonText[] = [];
  #state: State = 'between';
  /** True between the brackets of an array that holds the values; null before the first character. */
  #inArray: boolean | null = null;
  #line = 1;
  #text = '';
  #textLine = 1;
  /** Where the present line begins in #text. */
  #lineStart = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @returns values that are complete now */
  push(chunk: string): readonly JsonText[] {
    for (const character of chunk) {
      this.#take(character);
    }
    return this.#found.splice(0);
  }

  /** @returns what was still open at the end of the stream */
  end(): readonly JsonText[] {
    this.#endLine();
    if (this.#state !== 'between') {
      this.#emitDamaged(this.#text);
    }
    if (this.#inArray === true) {
      this.#found.push({ line: this.#line, text: '' });
    }
    return this.#found.splice(0);
  }

  #take(character: string): void {
    if (character === '\n') {
      this.#endLine();
      this.#line += 1;
      return;
    }
    switch (this.#state) {
      case 'between':
        this.#begin(character);
        return;
      case 'open':
        this.#text += character;
        this.#scan(character);
        return;
      case 'closed':
        this.#follow(character);
        return;
      case 'bare':
        if (this.#inArray === true && (character === ',' || character === ']')) {
          this.#emit();
          this.#begin(character);
        } else {
          this.#text += character;
        }
    }
  }

  /** The first character of a value, or what may stand before one. */
  #begin(character: string): void {
    if (isBlank(character) || character === '\uFEFF') {
      return;
    }
    if (this.#inArray === null) {
      this.#inArray = character === '[';
      if (this.#inArray) {
        return;
      }
    }
    if (this.#inArray && (character === ',' || character === ']')) {
      this.#inArray = character === ',';
      return;
    }
    this.#text = character;
    this.#textLine = this.#line;
    this.#lineStart = 0;
    const opens = character === '{' || character === '[';
    this.#depth = opens ? 1 : 0;
    this.#inString = false;
    this.#escaped = false;
    this.#state = opens ? 'open' : 'bare';
  }

  #scan(character: string): void {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (this.#inString) {
      this.#escaped = character === '\\';
      this.#inString = character !== '"';
    } else if (character === '"') {
      this.#inString = true;
    } else if (character === '{' || character === '[') {
      this.#depth += 1;
    } else if (character === '}' || character === ']') {
      this.#depth -= 1;
      this.#state = this.#depth === 0 ? 'closed' : 'open';
    }
  }

  /** A character behind a value on its line: the next value's, or one that makes the line no JSON. */
  #follow(character: string): void {
    const separates = this.#inArray === true ? character === ',' || character === ']' : character === '{';
    if (separates) {
      this.#emit();
      this.#begin(character);
      return;
    }
    this.#text += character;
    if (!isBlank(character)) {
      this.#state = 'bare';
    }
  }

  #endLine(): void {
    if (this.#state === 'open') {
      // A string cannot go on in the next line.
      if (this.#inString) {
        this.#emitDamaged(this.#text);
        return;
      }
      const line = this.#text.slice(this.#lineStart).replace(this.#inArray === true ? /,?\s*$/ : /\s*$/, '');
      if (this.#lineStart > 0 && line.startsWith('{') && isJson(line)) {
        this.#emitDamaged(this.#text.slice(0, this.#lineStart));
        this.#found.push({ line: this.#line, text: line });
        return;
      }
      this.#text += '\n';
      this.#lineStart = this.#text.length;
    } else if (this.#state !== 'between') {
      this.#emit();
    }
  }

  #emit(): void {
    // A damaged value can be closed by what was left of the one before it.
    if (this.#text.includes('\n{') && !isJson(this.#text)) {
      this.#emitDamaged(this.#text);
      return;
    }
    this.#found.push({ line: this.#textLine, text: this.#text });
    this.#state = 'between';
  }

  /** One value for each line of the text that looks like the beginning of one. */
  #emitDamaged(text: string): void {
    const lines = text.trimEnd().split('\n');
    for (const [index, line] of lines.entries()) {
      if (index === 0 || line.startsWith('{')) {
        this.#found.push({ line: this.#textLine + index, text: line });
      }
    }
    this.#state = 'between';
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // That is the answer.
    return false;
  }
}
