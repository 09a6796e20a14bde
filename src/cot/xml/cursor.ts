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
  SPACE,
  VALUE_STOP,
  WHITE,
} from './characters.ts';
import { decodeAttributeValue } from './decode.ts';
import { FAULT } from './faults.ts';
import { skipBang, skipInstruction, skipReference, skipText } from './markup.ts';
import { nameKey, type XmlName } from './name.ts';
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

// Numbers kept per attribute, STRIDE of them in a row.
const KEY = 0;
const NAME_FIRST = 1;
const NAME_END = 2;
const VALUE_FIRST = 3;
const VALUE_END = 4;
const ESCAPED = 5;
const STRIDE = 6;

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
  #nameKey = 0;
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

  /** Is this the name in the tag just read? */
  isNamed(name: XmlName): boolean {
    return this.#nameKey === name.key && this.#isAt(this.nameStart, name);
  }

  /** The name in the tag just read. */
  name(): string {
    return textOf(this.bytes, this.nameStart, this.nameEnd);
  }

  /** The index of the attribute of this name in the start tag just read; -1 when it has none. */
  find(name: XmlName): number {
    const attributes = this.#attributes;
    const { key } = name;
    const count = this.attributeCount;
    for (let index = 0, at = 0; index < count; index++, at += STRIDE) {
      if (attributes[at] === key && this.#isAt(attributes[at + NAME_FIRST]!, name)) return index;
    }
    return -1;
  }

  /** The decoded value of the attribute of this name; undefined when the start tag just read has none. */
  attribute(name: XmlName): string | undefined {
    const index = this.find(name);
    return index < 0 ? undefined : this.value(index);
  }

  /** The decoded value of the attribute at `index`. */
  value(index: number): string {
    const start = this.valueStart(index);
    const end = this.valueEnd(index);
    if (!this.isEscaped(index)) return textOf(this.bytes, start, end);
    return decodeAttributeValue(this.bytes.toString('utf8', start, end));
  }

  attributeName(index: number): string {
    return textOf(this.bytes, this.attributeStart(index), this.#attributes[index * STRIDE + NAME_END]!);
  }

  /** Where the name of the attribute at `index` begins. */
  attributeStart(index: number): number {
    return this.#attributes[index * STRIDE + NAME_FIRST]!;
  }

  /** Where the raw value of the attribute at `index` begins, behind its opening quote. */
  valueStart(index: number): number {
    return this.#attributes[index * STRIDE + VALUE_FIRST]!;
  }

  /** Where the raw value of the attribute at `index` ends: its closing quote. */
  valueEnd(index: number): number {
    return this.#attributes[index * STRIDE + VALUE_END]!;
  }

  /** Does the raw value hold references, tabs or line ends, so that it differs from the decoded one? */
  isEscaped(index: number): boolean {
    return this.#attributes[index * STRIDE + ESCAPED] === 1;
  }

  #readStartTag(tagStart: number): number {
    const { bytes } = this;
    const end = this.#end;
    if (this.depth === MAX_DEPTH) return this.#fail(FAULT.tooDeep);
    let at = tagStart + 1;
    let union = 0;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (NAME_BYTE[byte] === 0) break;
      union |= byte;
    }
    if (union >= HIGH && !this.#isGoodName(tagStart + 1, at)) return this.#fail(FAULT.badName);
    this.tagStart = tagStart;
    this.nameStart = tagStart + 1;
    this.nameEnd = at;
    this.#nameKey = nameKey(bytes, tagStart + 1, at);
    this.#openNames[2 * this.depth] = tagStart + 1;
    this.#openNames[2 * this.depth + 1] = at;

    at = this.#readAttributes(at);
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

  /**
   * Over the attributes of a start tag, to its `>` or `/`; or a FAULT. One loop with everything in local
   * variables: this is where most of the time of a scan goes.
   */
  #readAttributes(start: number): number {
    const { bytes } = this;
    const end = this.#end;
    let attributes = this.#attributes;
    let slot = 0;
    /** A bit for each key seen, so that names need comparing only when the bits meet. */
    let keysSeen = 0;
    let at = start;
    for (;;) {
      const spaceStart = at;
      while (at < end && WHITE[bytes[at]!] === 1) at++;
      if (at >= end) return FAULT.endlessTag;
      const first = bytes[at]!;
      if (first === GREATER || first === SLASH) break;
      if (at === spaceStart || NAME_START[first] === 0) return FAULT.badStartTag;

      const nameStart = at;
      let union = 0;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (NAME_BYTE[byte] === 0) break;
        union |= byte;
      }
      const nameEnd = at;
      if (union >= HIGH && !this.#isGoodName(nameStart, nameEnd)) return FAULT.badName;
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
        if (stop === LESS) return FAULT.lessInValue;
        if (FORBIDDEN[stop] === 1) return FAULT.controlCharacter;
        if (stop === AMPERSAND) {
          isEscaped = 1;
          at = skipReference(bytes, at + 1, end);
          if (at < 0) return at;
        } else {
          // The other quote, or a tab or line end, which becomes a space.
          if (stop < SPACE) isEscaped = 1;
          at++;
        }
      }

      const key = nameKey(bytes, nameStart, nameEnd);
      if (slot === attributes.length) attributes = this.#growAttributes();
      attributes[slot + KEY] = key;
      attributes[slot + NAME_FIRST] = nameStart;
      attributes[slot + NAME_END] = nameEnd;
      attributes[slot + VALUE_FIRST] = valueStart;
      attributes[slot + VALUE_END] = at;
      attributes[slot + ESCAPED] = isEscaped;
      at++;

      const keyBit = 1 << ((key ^ (key >>> 5) ^ (key >>> 14)) & 31);
      if ((keysSeen & keyBit) !== 0 && slot < MANY_ATTRIBUTES * STRIDE && this.#isRepeated(slot)) {
        return FAULT.repeatedAttribute;
      }
      keysSeen |= keyBit;
      slot += STRIDE;
    }
    this.attributeCount = slot / STRIDE;
    return this.attributeCount > MANY_ATTRIBUTES && this.#hasRepeatAmongMany() ? FAULT.repeatedAttribute : at;
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

  /** Of a name that holds multi-byte characters. */
  #isGoodName(start: number, end: number): boolean {
    return isName(this.bytes.toString('utf8', start, end));
  }

  /** Is this name at `start`? The caller knows that the key, and so the length, is the same. */
  #isAt(start: number, name: XmlName): boolean {
    const { bytes } = this;
    const wanted = name.bytes;
    const last = wanted.length - 1;
    for (let at = 1; at < last; at++) {
      if (bytes[start + at] !== wanted[at]) return false;
    }
    return true;
  }

  /** Does an earlier attribute have the name of the one at `slot`? */
  #isRepeated(slot: number): boolean {
    const { bytes } = this;
    const attributes = this.#attributes;
    const start = attributes[slot + NAME_FIRST]!;
    const length = attributes[slot + NAME_END]! - start;
    for (let other = 0; other < slot; other += STRIDE) {
      const otherStart = attributes[other + NAME_FIRST]!;
      if (attributes[other + NAME_END]! - otherStart !== length) continue;
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

  #growAttributes(): Int32Array<ArrayBuffer> {
    const wider = new Int32Array(this.#attributes.length * 2);
    wider.set(this.#attributes);
    this.#attributes = wider;
    return wider;
  }

  #fail(fault: number): number {
    this.fault = fault;
    return TOKEN_FAULT;
  }
}
