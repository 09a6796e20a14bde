import { isUtf8 } from 'node:buffer';

/**
 * Which bytes may stand where in XML 1.0 (fifth edition), as tables for the scanner's inner loops. Bytes of
 * 0x80 and more belong to multi-byte UTF-8 characters.
 */

export const TAB = 0x09;
export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const SPACE = 0x20;
export const BANG = 0x21;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const AMPERSAND = 0x26;
export const APOSTROPHE = 0x27;
export const MINUS = 0x2d;
export const SLASH = 0x2f;
export const SEMICOLON = 0x3b;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const CLOSE_BRACKET = 0x5d;
/** Every byte of a multi-byte character is at least this. */
export const HIGH = 0x80;

const isLetter = (byte: number) => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isNameStart = (byte: number) => isLetter(byte) || byte === 0x3a || byte === 0x5f;
const isSpace = (byte: number) =>
  byte === SPACE || byte === TAB || byte === LINE_FEED || byte === CARRIAGE_RETURN;
const isForbidden = (byte: number) => byte < SPACE && !isSpace(byte);

function tableOf(isMember: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0));
}

/** 1 for each byte that may begin a name; high bytes count, and the whole name is checked afterwards. */
export const NAME_START = tableOf((byte) => isNameStart(byte) || byte >= HIGH);

/** 1 for each byte that may stand in a name; high bytes as above. */
export const NAME_BYTE = tableOf(
  (byte) => isNameStart(byte) || isDigit(byte) || byte === MINUS || byte === 0x2e || byte >= HIGH,
);

/** 1 for space, tab, line feed, carriage return. */
export const WHITE = tableOf(isSpace);

/** 1 where the scan of an attribute value has to look: quotes, markup, tabs, line ends, control characters. */
export const VALUE_STOP = tableOf(
  (byte) => byte === QUOTE || byte === APOSTROPHE || byte === LESS || byte === AMPERSAND || byte < SPACE,
);

/** 1 where the scan of character data has to look: markup, `>` (of `]]>`), control characters. */
export const TEXT_STOP = tableOf(
  (byte) => byte === LESS || byte === AMPERSAND || byte === GREATER || isForbidden(byte),
);

/** 1 for the control characters that XML 1.0 allows nowhere, not even as a reference. */
export const FORBIDDEN = tableOf(isForbidden);

const NAME =
  /^[:A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}][-.0-9:A-Z_a-z\u{B7}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{203F}-\u{2040}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}]*$/u;

/** The production `Name`, for the rare name that holds more than ASCII. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** The production `Char`: what a character reference may name. */
export function isCharacter(codePoint: number): boolean {
  return (
    (codePoint >= SPACE && codePoint <= 0xd7ff) ||
    codePoint === TAB ||
    codePoint === LINE_FEED ||
    codePoint === CARRIAGE_RETURN ||
    (codePoint >= 0xe000 && codePoint <= 0xfffd) ||
    (codePoint >= 0x10000 && codePoint <= 0x10ffff)
  );
}

/**
 * Are the bytes UTF-8 whose multi-byte characters XML allows? The cursor looks at ASCII only, so each text
 * passes here first. Of the multi-byte characters XML forbids U+FFFE and U+FFFF (EF BF BE, EF BF BF).
 */
export function encodingFault(bytes: Buffer): 'not_utf8' | 'noncharacter' | undefined {
  if (!isUtf8(bytes)) return 'not_utf8';
  for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 3)) {
    if (bytes[at + 1] === 0xbf && bytes[at + 2]! >= 0xbe) return 'noncharacter';
  }
  return undefined;
}
