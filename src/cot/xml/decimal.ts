/** A number as CoT writes them: `38.8977`, `-77.03`, `9999999.0`, `1.5E-7`; spaces around it are let pass. */
const DECIMAL = /^[ \t\r\n]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\r\n]*$/;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** 10^0 to 10^22 are exact as doubles, so dividing an exact integer by one of them rounds once: correctly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Integers of up to 15 digits are exact as doubles. */
const MAX_EXACT_DIGITS = 15;

/**
 * The number written by the ASCII bytes from `start` to `end`, or NaN when they write none. The plain form
 * of up to 15 digits is read without making a string; the result is that of `Number()` in any case.
 */
export function parseDecimal(bytes: Buffer, start: number, end: number): number {
  let at = start;
  const isNegative = at < end && bytes[at] === MINUS;
  if (isNegative) at++;
  const digitsStart = at;
  let pointAt = -1;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (bytes[at] === POINT && pointAt < 0) pointAt = at;
    else return parseDecimalText(bytes.toString('latin1', start, end));
  }
  const digits = end - digitsStart - (pointAt < 0 ? 0 : 1);
  if (digits === 0 || digits > MAX_EXACT_DIGITS) {
    return parseDecimalText(bytes.toString('latin1', start, end));
  }
  if (pointAt >= 0) value /= POWERS_OF_TEN[end - pointAt - 1]!;
  return isNegative ? -value : value;
}

/** As `parseDecimal`, of a string. Infinity (too many digits) counts as no number. */
export function parseDecimalText(text: string): number {
  if (!DECIMAL.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * A double in decimal digits without an exponent, as short as reads back to the same double. CoT readers take
 * no exponent everywhere.
 */
export function formatDecimal(value: number): string {
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign, first, rest = '', exponentText] = parts;
  const exponent = Number(exponentText);
  const digits = `${first}${rest}`;
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
    : `${sign}${digits.padEnd(exponent + 1, '0')}`;
}
