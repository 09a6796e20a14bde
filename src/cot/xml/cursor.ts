import { XmlAttributes } from './attributes.ts';
import {
  BANG,
  GREATER,
  HIGH,
  isName,
  LESS,
  NAME_BYTE,
  NAME_START,
  QUESTION,
  SLASH,
  WHITE,
} from './characters.ts';
import { FAULT } from './faults.ts';
import { skipBang, skipInstruction, skipText } from './markup.ts';
import { isNameAt, nameKey, type XmlName } from './name.ts';
import { textOf } from './text-memo.ts';

/** `XmlCursor.next()` came to the end of well-formed XML. */
export const TOKEN_END = 0;
/** A start tag or an empty-element tag; its attributes can be asked until the next `next()`. */
export const TOKEN_OPEN = 1;
/** An end tag. An empty-element tag has none of its own. */
export const TOKEN_CLOSE = 2;
/** The bytes are not well-formed; `fault` says why. */
export const TOKEN_FAULT = 3;

/**
 * The deepest real events (mission changes, routes with styles) have about ten levels. Receivers build trees,
 * which cost them memory and stack per level.
 */
export const MAX_DEPTH = 64;

/** One element from the first byte to the last, or the content of an element. */
export type XmlShape = 'document' | 'fragment';

/**
 * Walks over XML in one pass, strictly: it accepts what a conforming XML 1.0 parser accepts of a document
 * without DTD, and nothing else, also in parts that nobody asks for. It makes no objects: names and values
 * are positions until somebody asks for a string.
 *
 * The bytes must have passed `encodingFault`. One cursor serves frame after frame: `begin()`, then `next()`
 * until END or FAULT.
 */
export class XmlCursor {
  bytes: Buffer = Buffer.alloc(0);
  /** Those of the start tag just read. */
  readonly attributes = new XmlAttributes();
  /** Open elements, the one just opened included; an empty element counts until the next `next()`. */
  depth = 0;
  /** Where the tag just read begins (at `<`) and ends (after `>`). */
  tagStart = 0;
  tagEnd = 0;
  /** Where the name in that tag begins and ends. */
  nameStart = 0;
  nameEnd = 0;
  isEmptyElement = false;
  /** A FAULT once `next()` returned TOKEN_FAULT. */
  fault = 0;

  #start = 0;
  #end = 0;
  #position = 0;
  #isFragment = false;
  #nameKey = 0;
  readonly #openNames = new Int32Array(2 * MAX_DEPTH);

  begin(bytes: Buffer, start: number, end: number, shape: XmlShape): void {
    this.bytes = bytes;
    this.#start = start;
    this.#position = start;
    this.#end = end;
    this.#isFragment = shape === 'fragment';
    this.depth = 0;
    this.isEmptyElement = false;
    this.fault = 0;
  }

  next(): number {
    if (this.isEmptyElement) {
      this.isEmptyElement = false;
      this.depth--;
    }
    const { bytes } = this;
    const end = this.#end;
    let at = this.#position;
    for (;;) {
      const isInElement = this.depth > 0 || this.#isFragment;
      if (!isInElement && at !== this.#start) return at === end ? TOKEN_END : this.#fail(FAULT.outsideRoot);
      if (at < end && bytes[at] !== LESS) {
        if (!isInElement) return this.#fail(FAULT.outsideRoot);
        at = skipText(bytes, at, end);
        if (at < 0) return this.#fail(at);
      }
      if (at >= end) {
        return this.depth > 0 || !this.#isFragment ? this.#fail(FAULT.unclosedElement) : TOKEN_END;
      }
      const second = at + 1 < end ? bytes[at + 1]! : 0;
      if (NAME_START[second] === 1) return this.#readStartTag(at);
      if (second === SLASH) return this.#readEndTag(at);
      if (second === BANG) at = skipBang(bytes, at, end, isInElement);
      else if (second === QUESTION) at = skipInstruction(bytes, at, end);
      else return this.#fail(FAULT.loneLess);
      if (at < 0) return this.#fail(at);
    }
  }

  /** Is this the name in the start tag just read? */
  isNamed(name: XmlName): boolean {
    return this.#nameKey === name.key && isNameAt(this.bytes, this.nameStart, name);
  }

  /** The name in the tag just read. */
  name(): string {
    return textOf(this.bytes, this.nameStart, this.nameEnd);
  }

  #readStartTag(tagStart: number): number {
    const { bytes } = this;
    const end = this.#end;
    if (this.depth === MAX_DEPTH) return this.#fail(FAULT.tooDeep);
    const nameStart = tagStart + 1;
    let at = nameStart;
    let union = 0;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (NAME_BYTE[byte] === 0) break;
      union |= byte;
    }
    if (union >= HIGH && !isName(bytes.toString('utf8', nameStart, at))) return this.#fail(FAULT.badName);
    this.tagStart = tagStart;
    this.nameStart = nameStart;
    this.nameEnd = at;
    this.#nameKey = nameKey(bytes, nameStart, at);
    this.#openNames[2 * this.depth] = nameStart;
    this.#openNames[2 * this.depth + 1] = at;

    at = this.attributes.read(bytes, at, end);
    if (at < 0) return this.#fail(at);
    if (bytes[at] === SLASH) {
      at++;
      if (at >= end || bytes[at] !== GREATER) return this.#fail(FAULT.badStartTag);
      this.isEmptyElement = true;
    }
    this.depth++;
    this.tagEnd = at + 1;
    this.#position = at + 1;
    return TOKEN_OPEN;
  }

  #readEndTag(tagStart: number): number {
    if (this.depth === 0) return this.#fail(FAULT.endTagAlone);
    const { bytes } = this;
    const end = this.#end;
    const openStart = this.#openNames[2 * this.depth - 2]!;
    const openEnd = this.#openNames[2 * this.depth - 1]!;
    let at = tagStart + 2;
    for (let open = openStart; open < openEnd; open++, at++) {
      if (at >= end || bytes[at] !== bytes[open]) return this.#fail(FAULT.badEndTag);
    }
    this.nameStart = tagStart + 2;
    this.nameEnd = at;
    while (at < end && WHITE[bytes[at]!] === 1) at++;
    if (at >= end || bytes[at] !== GREATER) return this.#fail(FAULT.badEndTag);
    this.depth--;
    this.tagStart = tagStart;
    this.tagEnd = at + 1;
    this.#position = at + 1;
    return TOKEN_CLOSE;
  }

  #fail(fault: number): number {
    this.fault = fault;
    return TOKEN_FAULT;
  }
}
