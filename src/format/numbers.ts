/** Keeps a number and its unit on one line. */
const narrowNoBreakSpace = '\u202f';
const minus = '\u2212';
/** Below this, digits would say less than "less than". */
const leastMoney = 0.0001;
const leastShare = 0.001;

/**
 * How this product writes quantities, in one language. Pure: the same in the engine's texts, on a
 * terminal, in the editor and in panels. Missing values are their callers' affair.
 */
export class Numbers {
  readonly #language: string;
  readonly #formats = new Map<string, Intl.NumberFormat>();

  /** @param language BCP 47, such as `en` or `fr` */
  constructor(language: string) {
    this.#language = language;
  }

  /** A whole number with its digits grouped: `94,950`. */
  count(value: number): string {
    return this.#decimal(Math.round(value), 0);
  }

  /** `13.9 M`, `412.3 k`; exact below 1,000. */
  tokens(value: number): string {
    const [divisor, unit] = tokenUnit(Math.abs(value));
    return unit === '' ? this.count(value) : this.#withUnit(this.#decimal(value / divisor, 1), unit);
  }

  /** USD: `$1,204`, `$104.23`, `$0.0036`, `<$0.0001`; two significant digits below $1. */
  money(usd: number): string {
    const amount = Math.abs(usd);
    if (amount > 0 && amount < leastMoney) {
      return this.#lessThanLeast(usd);
    }
    return this.#dollars(usd, moneyDigits(amount));
  }

  /**
   * A way to write all amounts of one column: as many decimals as the smallest needs to show two
   * digits, at most four.
   */
  moneyColumn(amounts: readonly (number | null)[]): (usd: number) => string {
    const known = amounts.filter((amount) => amount !== null && amount !== 0).map((amount) => Math.abs(amount ?? 0));
    const digits = known.length === 0 ? 2 : moneyDigits(Math.max(Math.min(...known), leastMoney));
    return (usd) => {
      const tooSmall = usd !== 0 && Math.abs(usd) < leastMoney;
      return tooSmall ? this.#lessThanLeast(usd) : this.#dollars(usd, digits);
    };
  }

  /** A share of 0 to 1 in percent with one decimal: `98.9 %`. Never rounds to "none" or "all" what is neither. */
  share(value: number): string {
    if (value > 0 && value < leastShare) {
      return `<${this.#percent(leastShare)}`;
    }
    if (value < 1 && value > 1 - leastShare) {
      return `>${this.#percent(1 - leastShare)}`;
    }
    return this.#percent(value);
  }

  /** As `share`, without decimals: `88 %`. */
  wholeShare(value: number): string {
    const whole = Math.round(value * 100);
    const shown = value > 0 && value < 1 ? Math.min(99, Math.max(1, whole)) : whole;
    return this.#withUnit(this.#decimal(shown, 0), '%');
  }

  /** A difference of two shares: `▲ 0.5 pt`. */
  points(difference: number): string {
    return this.#arrow(difference * 100, 'pt', 1);
  }

  /** What a value has become compared with an earlier one, which is not 0: `▲ 12.4 %`. */
  change(now: number, before: number): string {
    return this.#arrow(((now - before) / Math.abs(before)) * 100, '%', 1);
  }

  /** A number of other kinds, such as a score: two decimals. */
  decimal(value: number, digits = 2): string {
    return this.#decimal(value, digits);
  }

  /** `840 ms`, `4.82 s`, `2 min 08 s`, `2 h 05 min`. */
  duration(seconds: number): string {
    const milliseconds = Math.round(Math.abs(seconds) * 1000);
    const sign = seconds < 0 && milliseconds > 0 ? minus : '';
    if (milliseconds < 1000) {
      return sign + this.#withUnit(this.count(milliseconds), 'ms');
    }
    const hundredths = Math.round(milliseconds / 10);
    if (hundredths < 6000) {
      return sign + this.#withUnit(this.#decimal(hundredths / 100, 2), 's');
    }
    const whole = Math.round(milliseconds / 1000);
    if (whole < 3600) {
      return sign + this.#twoUnits(Math.floor(whole / 60), 'min', whole % 60, 's');
    }
    const minutes = Math.round(whole / 60);
    return sign + this.#twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  }

  /** As `duration`, rounded up to whole seconds: for what is only estimated or counts down. */
  wholeSeconds(seconds: number): string {
    const whole = Math.ceil(seconds);
    return whole < 60 ? this.#withUnit(this.count(whole), 's') : this.duration(whole);
  }

  /** How long ago or how long until, in the largest unit that says enough: `5 min`; at least a minute. */
  span(milliseconds: number): string {
    const minutes = Math.max(1, Math.round(milliseconds / 60_000));
    if (minutes < 60) {
      return this.#withUnit(this.count(minutes), 'min');
    }
    const hours = Math.round(minutes / 60);
    return hours < 48
      ? this.#withUnit(this.count(hours), 'h')
      : this.#withUnit(this.count(hours / 24), this.#dayUnit());
  }

  /** Tokens a second without their unit, which is a word: `84`, `9.3`. */
  perSecond(value: number): string {
    return this.#decimal(value, value < 9.95 ? 1 : 0);
  }

  /** What counts down: `0:21`, `12:05`. */
  countdown(seconds: number): string {
    const whole = Math.max(0, Math.ceil(seconds));
    return `${Math.floor(whole / 60)}:${twoDigits(whole % 60)}`;
  }

  /** `d` in English, `j` in French. */
  #dayUnit(): string {
    const days = new Intl.NumberFormat(this.#language, { style: 'unit', unit: 'day', unitDisplay: 'narrow' });
    return days.formatToParts(2).find(({ type }) => type === 'unit')?.value ?? 'd';
  }

  #lessThanLeast(usd: number): string {
    return usd < 0 ? `>${this.#dollars(-leastMoney, 4)}` : `<${this.#dollars(leastMoney, 4)}`;
  }

  #arrow(value: number, unit: string, digits: number): string {
    const size = this.#decimal(Math.abs(value), digits);
    if (size === this.#decimal(0, digits)) {
      return this.#withUnit(size, unit);
    }
    return `${value > 0 ? '▲' : '▼'}${narrowNoBreakSpace}${this.#withUnit(size, unit)}`;
  }

  #percent(share: number): string {
    return this.#withUnit(this.#decimal(share * 100, 1), '%');
  }

  #twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
    return `${this.#withUnit(this.count(large), largeUnit)} ${this.#withUnit(twoDigits(small), smallUnit)}`;
  }

  #withUnit(text: string, unit: string): string {
    return text + narrowNoBreakSpace + unit;
  }

  #decimal(value: number, digits: number): string {
    return this.#write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  #dollars(usd: number, digits: number): string {
    return this.#write(usd, {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }

  #write(value: number, options: Intl.NumberFormatOptions): string {
    const key = JSON.stringify(options);
    const format = this.#formats.get(key) ?? new Intl.NumberFormat(this.#language, options);
    this.#formats.set(key, format);
    return format
      .format(Object.is(value, -0) ? 0 : value)
      .replace('-', minus)
      .replaceAll('\u00a0', narrowNoBreakSpace);
  }
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** The largest unit in which the value, as it will be rounded, is at least 1. */
function tokenUnit(value: number): readonly [divisor: number, unit: string] {
  if (Math.round(value) < 1000) {
    return [1, ''];
  }
  if (value < 999_950) {
    return [1e3, 'k'];
  }
  return value < 999_950_000 ? [1e6, 'M'] : [1e9, 'G'];
}

/** Decimals of an amount: none from $1,000, cents from $1, below as many as two significant digits take. */
function moneyDigits(amount: number): number {
  if (amount >= 999.995) {
    return 0;
  }
  if (amount >= 0.995 || amount === 0) {
    return 2;
  }
  // Rounding may add a digit: 0.0996 has two as 0.10.
  const exponent = Number(amount.toExponential(1).split('e')[1]);
  return 1 - exponent;
}
