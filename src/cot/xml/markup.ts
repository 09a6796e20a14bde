import {
  AMPERSAND,
  CLOSE_BRACKET,
  FORBIDDEN,
  GREATER,
  HASH,
  isName,
  LESS,
  MINUS,
  NAME_BYTE,
  NAME_START,
  QUESTION,
  SEMICOLON,
  TEXT_STOP,
  WHITE,
} from './characters.ts';
import { isReference } from './decode.ts';
import { FAULT } from './faults.ts';

/*
 * What may stand between tags. Each function takes the position after what it is named for began, and returns
 * the position after its end, or a negative FAULT.
 */

const CDATA_OPEN = Buffer.from('<![CDATA[');
const DECLARATIONS = ['<!DOCTYPE', '<!ENTITY', '<!ELEMENT', '<!ATTLIST', '<!NOTATION'].map((text) =>
  Buffer.from(text),
);

/** Over character data, to the next `<` or to the end. */
export function skipText(bytes: Buffer, start: number, end: number): number {
  let at = start;
  for (;;) {
    while (at < end && TEXT_STOP[bytes[at]!] === 0) at++;
    if (at >= end) return at;
    const stop = bytes[at]!;
    if (stop === LESS) return at;
    if (stop === AMPERSAND) {
      at = skipReference(bytes, at + 1, end);
      if (at < 0) return at;
    } else if (stop === GREATER) {
      if (endsCdata(bytes, start, at)) return FAULT.cdataEndInText;
      at++;
    } else {
      return FAULT.controlCharacter;
    }
  }
}

/** Over a reference, from the byte after `&` to the byte after `;`. */
export function skipReference(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (NAME_BYTE[bytes[at]!] === 1 || bytes[at] === HASH)) at++;
  if (at >= end || bytes[at] !== SEMICOLON) return FAULT.loneAmpersand;
  return isReference(bytes.toString('latin1', start, at)) ? at + 1 : FAULT.unknownReference;
}

/** Over a comment or a CDATA section that begins with the `<!` at `start`. */
export function skipBang(bytes: Buffer, start: number, end: number, isInElement: boolean): number {
  if (start + 4 <= end && bytes[start + 2] === MINUS && bytes[start + 3] === MINUS) {
    return skipComment(bytes, start + 4, end);
  }
  if (startsWith(bytes, start, end, CDATA_OPEN)) {
    return isInElement ? skipCdata(bytes, start + CDATA_OPEN.length, end) : FAULT.outsideRoot;
  }
  for (const declaration of DECLARATIONS) {
    if (startsWith(bytes, start, end, declaration)) return FAULT.documentType;
  }
  return FAULT.badBang;
}

function skipComment(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === MINUS && at + 1 < end && bytes[at + 1] === MINUS) {
      return at + 2 < end && bytes[at + 2] === GREATER ? at + 3 : FAULT.badComment;
    }
    if (FORBIDDEN[byte] === 1) return FAULT.controlCharacter;
  }
  return FAULT.endlessComment;
}

function skipCdata(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (FORBIDDEN[byte] === 1) return FAULT.controlCharacter;
    if (byte === GREATER && endsCdata(bytes, start, at)) return at + 1;
  }
  return FAULT.endlessCdata;
}

/** Over a processing instruction. An XML declaration is none, and is wrong wherever a frame has one. */
export function skipInstruction(bytes: Buffer, start: number, end: number): number {
  let at = start + 2;
  if (at >= end || NAME_START[bytes[at]!] === 0) return FAULT.badInstruction;
  while (at < end && NAME_BYTE[bytes[at]!] === 1) at++;
  const target = bytes.toString('utf8', start + 2, at);
  if (!isName(target)) return FAULT.badName;
  if (target.toLowerCase() === 'xml') return FAULT.innerDeclaration;
  if (at >= end || (bytes[at] !== QUESTION && WHITE[bytes[at]!] === 0)) return FAULT.badInstruction;
  // `<?target?>` has no space before its end; otherwise anything may follow up to the first `?>`.
  if (bytes[at] === QUESTION && bytes[at + 1] !== GREATER) return FAULT.badInstruction;
  for (; at + 1 < end; at++) {
    const byte = bytes[at]!;
    if (FORBIDDEN[byte] === 1) return FAULT.controlCharacter;
    if (byte === QUESTION && bytes[at + 1] === GREATER) return at + 2;
  }
  return FAULT.badInstruction;
}

/** Is the `>` at `at` the end of a `]]>` that lies behind `start`? */
function endsCdata(bytes: Buffer, start: number, at: number): boolean {
  return at - start >= 2 && bytes[at - 1] === CLOSE_BRACKET && bytes[at - 2] === CLOSE_BRACKET;
}

function startsWith(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start < text.length) return false;
  for (let offset = 0; offset < text.length; offset++) {
    if (bytes[start + offset] !== text[offset]) return false;
  }
  return true;
}
