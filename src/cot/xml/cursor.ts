import {
  AMPERSAND,
  APOSTROPHE,
  BANG,
  EQUALS,
  FORBIDDEN,
  GREATER,
  HIGH,
  isName,
  LESS,
  NAME_BYTE,
  NAME_START,
  QUESTION,
  QUOTE,
  SLASH,
  VALUE_STOP,
  WHITE,
} from './characters.ts';
import { decodeAttributeValue } from './decode.ts';
import { FAULT } from './faults.ts';
import { skipBang, skipInstruction, skipReference, skipText } from './markup.ts';
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

/** With more attributes a set finds equal names: comparing all pairs would be quadratic in a hostile tag. */
const MANY_ATTRIBUTES = 32;

/** Numbers kept per attribute: where its name begins and ends, where its value does, is the value escaped. */
const STRIDE = 5;

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
  /** Open elements, the one just opened included; an empty element counts until the next `next()`. */
  depth = 0;
  /** Where the tag just read begins (at `<`) and ends (after `>`). */
  tagStart = 0;
  tagEnd = 0;
  /** Where the name in that tag begins and ends. */
  nameStart = 0;
  nameEnd = 0;
  isEmptyElement = false;
  attributeCount = 0;
  /** A FAULT once `next()` returned TOKEN_FAULT. */
  fault = 0;

  #start = 0;
  #end = 0;
  #position = 0;
  #isFragment = false;
  #attributes = new Int32Array(STRIDE * MANY_ATTRIBUTES);
  readonly #openNames = new Int32Array(2 * MAX_DEPTH);

  begin(bytes: Buffer, start: number, end: number, shape: XmlShape): void {
    this.bytes = bytes;
    this.#start = start;
    this.#position = start;
    this.#end = end;
    this.#isFragment = shape === 'fragment';
    this.depth = 0;
    this.isEmptyElement = false;
    this.attributeCount = 0;
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

  /** Is this ASCII text the name in the tag just read? */
  isNamed(name: Buffer): boolean {
    return this.#isSame(this.nameStart, this.nameEnd, name);
  }

  /** The name in the tag just read. */
  name(): string {
    return textOf(this.bytes, this.nameStart, this.nameEnd);
  }

  /** The index of the attribute of this ASCII name in the start tag just read; -1 when it has none. */
  find(name: Buffer): number {
    const attributes = this.#attributes;
    for (let index = 0, at = 0; index < this.attributeCount; index++, at += STRIDE) {
      if (this.#isSame(attributes[at]!, attributes[at + 1]!, name)) return index;
    }
    return -1;
  }

  /** The decoded value of the attribute of this ASCII name; undefined when the start tag just read has none. */
  attribute(name: Buffer): string | undefined {
    const index = this.find(name);
    return index < 0 ? undefined : this.value(index);
  }

  attributeName(index: number): string {
    return textOf(this.bytes, this.#attributes[index * STRIDE]!, this.#attributes[index * STRIDE + 1]!);
  }

  /** The decoded value of the attribute at `index`. */
  value(index: number): string {
    const start = this.valueStart(index);
    const end = this.valueEnd(index);
    if (!this.isEscaped(index)) return textOf(this.bytes, start, end);
    return decodeAttributeValue(this.bytes.toString('utf8', start, end));
  }

  /** Where the name of the attribute at `index` begins. */
  attributeStart(index: number): number {
    return this.#attributes[index * STRIDE]!;
  }

  /** Where the raw value of the attribute at `index` begins, behind its opening quote. */
  valueStart(index: number): number {
    return this.#attributes[index * STRIDE + 2]!;
  }

  /** Where the raw value of the attribute at `index` ends: its closing quote. */
  valueEnd(index: number): number {
    return this.#attributes[index * STRIDE + 3]!;
  }

  /** Does the raw value hold references, tabs or line ends, so that it differs from the decoded one? */
  isEscaped(index: number): boolean {
    return this.#attributes[index * STRIDE + 4] === 1;
  }

  #readStartTag(tagStart: number): number {
    const { bytes } = this;
    const end = this.#end;
    const nameEnd = this.#skipName(tagStart + 1);
    if (nameEnd < 0) return this.#fail(nameEnd);
    if (this.depth === MAX_DEPTH) return this.#fail(FAULT.tooDeep);
    this.tagStart = tagStart;
    this.nameStart = tagStart + 1;
    this.nameEnd = nameEnd;
    this.attributeCount = 0;

    let at = nameEnd;
    for (;;) {
      const spaceStart = at;
      while (at < end && WHITE[bytes[at]!] === 1) at++;
      if (at >= end) return this.#fail(FAULT.endlessTag);
      const byte = bytes[at]!;
      if (byte === GREATER || byte === SLASH) break;
      if (at === spaceStart || NAME_START[byte] === 0) return this.#fail(FAULT.badStartTag);
      at = this.#readAttribute(at);
      if (at < 0) return this.#fail(at);
    }
    if (this.attributeCount > MANY_ATTRIBUTES && this.#hasRepeatAmongMany()) {
      return this.#fail(FAULT.repeatedAttribute);
    }
    if (bytes[at] === SLASH) {
      at++;
      if (at >= end || bytes[at] !== GREATER) return this.#fail(FAULT.badStartTag);
      this.isEmptyElement = true;
    }
    this.#openNames[2 * this.depth] = tagStart + 1;
    this.#openNames[2 * this.depth + 1] = nameEnd;
    this.depth++;
    this.tagEnd = at + 1;
    this.#position = at + 1;
    return TOKEN_OPEN;
  }

  /** Over one attribute, from its name to behind its closing quote. */
  #readAttribute(nameStart: number): number {
    const { bytes } = this;
    const end = this.#end;
    const nameEnd = this.#skipName(nameStart);
    if (nameEnd < 0) return nameEnd;

    let at = nameEnd;
    while (at < end && WHITE[bytes[at]!] === 1) at++;
    if (at >= end || bytes[at] !== EQUALS) return FAULT.attributeWithoutValue;
    at++;
    while (at < end && WHITE[bytes[at]!] === 1) at++;
    const quote = at < end ? bytes[at]! : 0;
    if (quote !== QUOTE && quote !== APOSTROPHE) return FAULT.unquotedValue;
    at++;

    const valueStart = at;
    let isEscaped = 0;
    for (;;) {
      while (at < end && VALUE_STOP[bytes[at]!] === 0) at++;
      if (at >= end) return FAULT.endlessValue;
      const stop = bytes[at]!;
      if (stop === quote) break;
      if (stop === AMPERSAND) {
        isEscaped = 1;
        at = skipReference(bytes, at + 1, end);
        if (at < 0) return at;
      } else if (stop === LESS) {
        return FAULT.lessInValue;
      } else if (FORBIDDEN[stop] === 1) {
        return FAULT.controlCharacter;
      } else {
        if (WHITE[stop] === 1) isEscaped = 1;
        at++;
      }
    }

    const slot = this.attributeCount * STRIDE;
    if (slot === this.#attributes.length) this.#growAttributes();
    const attributes = this.#attributes;
    attributes[slot] = nameStart;
    attributes[slot + 1] = nameEnd;
    attributes[slot + 2] = valueStart;
    attributes[slot + 3] = at;
    attributes[slot + 4] = isEscaped;
    this.attributeCount++;
    if (this.attributeCount <= MANY_ATTRIBUTES && this.#isRepeated(slot)) return FAULT.repeatedAttribute;
    return at + 1;
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
    this.attributeCount = 0;
    this.tagStart = tagStart;
    this.tagEnd = at + 1;
    this.#position = at + 1;
    return TOKEN_CLOSE;
  }

  /** From the first byte of a name to behind its last, or a FAULT. */
  #skipName(start: number): number {
    const { bytes } = this;
    const end = this.#end;
    let at = start;
    let union = 0;
    while (at < end) {
      const byte = bytes[at]!;
      if (NAME_BYTE[byte] === 0) break;
      union |= byte;
      at++;
    }
    return union < HIGH || isName(bytes.toString('utf8', start, at)) ? at : FAULT.badName;
  }

  #isSame(start: number, end: number, text: Buffer): boolean {
    const { length } = text;
    if (end - start !== length) return false;
    const { bytes } = this;
    for (let at = 0; at < length; at++) {
      if (bytes[start + at] !== text[at]) return false;
    }
    return true;
  }

  /** Does an earlier attribute have the name of the one at `slot`? */
  #isRepeated(slot: number): boolean {
    const { bytes } = this;
    const attributes = this.#attributes;
    const start = attributes[slot]!;
    const length = attributes[slot + 1]! - start;
    for (let other = 0; other < slot; other += STRIDE) {
      const otherStart = attributes[other]!;
      if (attributes[other + 1]! - otherStart !== length) continue;
      let at = 0;
      while (at < length && bytes[start + at] === bytes[otherStart + at]) at++;
      if (at === length) return true;
    }
    return false;
  }

  #hasRepeatAmongMany(): boolean {
    const names = new Set<string>();
    for (let index = 0; index < this.attributeCount; index++) names.add(this.attributeName(index));
    return names.size !== this.attributeCount;
  }

  #growAttributes(): void {
    const wider = new Int32Array(this.#attributes.length * 2);
    wider.set(this.#attributes);
    this.#attributes = wider;
  }

  #fail(fault: number): number {
    this.fault = fault;
    return TOKEN_FAULT;
  }
}
