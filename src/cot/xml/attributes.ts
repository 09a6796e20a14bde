import {
  AMPERSAND,
  APOSTROPHE,
  EQUALS,
  FORBIDDEN,
  GREATER,
  HIGH,
  isName,
  LESS,
  NAME_BYTE,
  NAME_START,
  QUOTE,
  SLASH,
  SPACE,
  VALUE_STOP,
  WHITE,
} from './characters.ts';
import { decodeAttributeValue } from './decode.ts';
import { FAULT } from './faults.ts';
import { skipReference } from './markup.ts';
import { isNameAt, nameKey, type XmlName } from './name.ts';
import { textOf } from './text-memo.ts';

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

const MAX_KEPT_NUMBERS = STRIDE * 1_024;

/** The attributes of the start tag read last, as positions in its bytes. */
export class XmlAttributes {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  #numbers = new Int32Array(STRIDE * MANY_ATTRIBUTES);

  /**
   * Over the attributes of a start tag, from the end of its name to its `>` or `/`; or a FAULT. One loop with
   * everything in local variables: this is where most of the time of a scan goes.
   */
  read(bytes: Buffer, start: number, end: number): number {
    this.bytes = bytes;
    this.count = 0;
    // A hostile tag with very many attributes must not keep its memory.
    if (this.#numbers.length > MAX_KEPT_NUMBERS) this.#numbers = new Int32Array(STRIDE * MANY_ATTRIBUTES);
    let numbers = this.#numbers;
    let slot = 0;
    /** A bit for each key seen, so that names need comparing only when the bits meet. */
    let keysSeen = 0;
    let at = start;
    for (;;) {
      const spaceStart = at;
      while (at < end && WHITE[bytes[at]!] === 1) at++;
      if (at >= end) return FAULT.endlessTag;
      const first = bytes[at]!;
      if (NAME_START[first] === 0) {
        if (first === GREATER || first === SLASH) break;
        return FAULT.badStartTag;
      }
      if (at === spaceStart) return FAULT.badStartTag;

      const nameStart = at;
      let union = 0;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (NAME_BYTE[byte] === 0) break;
        union |= byte;
      }
      const nameEnd = at;
      if (union >= HIGH && !isName(bytes.toString('utf8', nameStart, nameEnd))) return FAULT.badName;
      let quote = at + 1 < end && bytes[at] === EQUALS ? bytes[at + 1]! : 0;
      if (quote === QUOTE || quote === APOSTROPHE) {
        at += 2;
      } else {
        // Spaces around the = are allowed, though nobody writes them.
        while (at < end && WHITE[bytes[at]!] === 1) at++;
        if (at >= end || bytes[at] !== EQUALS) return FAULT.attributeWithoutValue;
        at++;
        while (at < end && WHITE[bytes[at]!] === 1) at++;
        quote = at < end ? bytes[at]! : 0;
        if (quote !== QUOTE && quote !== APOSTROPHE) return FAULT.unquotedValue;
        at++;
      }

      const valueStart = at;
      let isEscaped = 0;
      for (;;) {
        // Four at a time: a branch per byte is what this loop would cost most.
        while (
          at + 3 < end &&
          (VALUE_STOP[bytes[at]!]! |
            VALUE_STOP[bytes[at + 1]!]! |
            VALUE_STOP[bytes[at + 2]!]! |
            VALUE_STOP[bytes[at + 3]!]!) ===
            0
        ) {
          at += 4;
        }
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
      if (slot === numbers.length) numbers = this.#grow();
      numbers[slot + KEY] = key;
      numbers[slot + NAME_FIRST] = nameStart;
      numbers[slot + NAME_END] = nameEnd;
      numbers[slot + VALUE_FIRST] = valueStart;
      numbers[slot + VALUE_END] = at;
      numbers[slot + ESCAPED] = isEscaped;
      at++;

      const keyBit = 1 << ((key ^ (key >>> 5) ^ (key >>> 14)) & 31);
      if ((keysSeen & keyBit) !== 0 && slot < MANY_ATTRIBUTES * STRIDE && this.#isRepeated(slot)) {
        return FAULT.repeatedAttribute;
      }
      keysSeen |= keyBit;
      slot += STRIDE;
    }
    this.count = slot / STRIDE;
    return this.count > MANY_ATTRIBUTES && this.#hasRepeatAmongMany() ? FAULT.repeatedAttribute : at;
  }

  /** The index of the attribute of this name; -1 when there is none. */
  find(name: XmlName): number {
    const numbers = this.#numbers;
    const { key } = name;
    const { count } = this;
    for (let index = 0, at = 0; index < count; index++, at += STRIDE) {
      if (numbers[at] === key && isNameAt(this.bytes, numbers[at + NAME_FIRST]!, name)) return index;
    }
    return -1;
  }

  /** The decoded value of the attribute of this name; undefined when there is none. */
  get(name: XmlName): string | undefined {
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

  name(index: number): string {
    return textOf(this.bytes, this.nameStart(index), this.#numbers[index * STRIDE + NAME_END]!);
  }

  nameStart(index: number): number {
    return this.#numbers[index * STRIDE + NAME_FIRST]!;
  }

  /** Where the raw value begins, behind its opening quote. */
  valueStart(index: number): number {
    return this.#numbers[index * STRIDE + VALUE_FIRST]!;
  }

  /** Where the raw value ends: its closing quote. */
  valueEnd(index: number): number {
    return this.#numbers[index * STRIDE + VALUE_END]!;
  }

  /** Does the raw value hold references, tabs or line ends, so that it differs from the decoded one? */
  isEscaped(index: number): boolean {
    return this.#numbers[index * STRIDE + ESCAPED] === 1;
  }

  /** Does an earlier attribute have the name of the one at `slot`? */
  #isRepeated(slot: number): boolean {
    const { bytes } = this;
    const numbers = this.#numbers;
    const start = numbers[slot + NAME_FIRST]!;
    const length = numbers[slot + NAME_END]! - start;
    for (let other = 0; other < slot; other += STRIDE) {
      const otherStart = numbers[other + NAME_FIRST]!;
      if (numbers[other + NAME_END]! - otherStart !== length) continue;
      let at = 0;
      while (at < length && bytes[start + at] === bytes[otherStart + at]) at++;
      if (at === length) return true;
    }
    return false;
  }

  #hasRepeatAmongMany(): boolean {
    const names = new Set<string>();
    for (let index = 0; index < this.count; index++) names.add(this.name(index));
    return names.size !== this.count;
  }

  #grow(): Int32Array<ArrayBuffer> {
    const wider = new Int32Array(this.#numbers.length * 2);
    wider.set(this.#numbers);
    this.#numbers = wider;
    return wider;
  }
}
