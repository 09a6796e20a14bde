import { HIGH } from '../xml/characters.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from './reader.ts';

/** Nearly all messages fit; the scratch is given back to this after a larger one. */
const SCRATCH_BYTES = 16_384;

/** Two calls into native code cost more than copying so few characters here. */
const SHORT_CHARS = 64;

/**
 * Writes a protobuf message from its end to its beginning: a length prefix is put down when what it counts is
 * already there, so nothing is measured beforehand or copied twice. Call in reverse order of the fields.
 * Empty strings and zeros are left out, as proto3 has it.
 */
export class ProtoWriter {
  #buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #at = SCRATCH_BYTES;

  /** Bytes written so far: what `message()` needs to know where its content ends. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  text(field: number, value: string): void {
    if (value === '') return;
    const before = this.length;
    if (value.length > SHORT_CHARS || !this.#writeAscii(value)) {
      const length = Buffer.byteLength(value);
      this.#reserve(length);
      this.#at -= length;
      this.#buffer.write(value, this.#at);
    }
    this.message(field, before);
  }

  /** A part of a text or bytes field; the last part first, then `message()` with the length before them. */
  raw(bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#at -= end - start;
    bytes.copy(this.#buffer, this.#at, start, end);
  }

  double(field: number, value: number): void {
    if (value === 0) return;
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
    this.varint(field * 8 + WIRE_FIXED64);
  }

  /** An unsigned integer up to 2^53. */
  integer(field: number, value: number): void {
    if (value === 0) return;
    this.varint(value);
    this.varint(field * 8 + WIRE_VARINT);
  }

  /** Makes what was written since `length` was `lengthBefore` the content of a field. */
  message(field: number, lengthBefore: number): void {
    this.#prefix(field, this.length - lengthBefore);
  }

  /** A bare varint: the length of a stream frame. */
  varint(value: number): void {
    let count = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) count++;
    this.#reserve(count);
    this.#at -= count;
    let at = this.#at;
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[at++] = (rest % 128) | 0x80;
    this.#buffer[at] = rest;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[--this.#at] = value;
  }

  /** What was written, in memory of its own. The writer is empty again. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.length);
    this.#buffer.copy(taken, 0, this.#at);
    if (this.#buffer.length > SCRATCH_BYTES) this.#buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    this.#at = this.#buffer.length;
    return taken;
  }

  /** False, with nothing written, when the text holds more than ASCII. */
  #writeAscii(value: string): boolean {
    const { length } = value;
    this.#reserve(length);
    const buffer = this.#buffer;
    const start = this.#at - length;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code >= HIGH) return false;
      buffer[start + index] = code;
    }
    this.#at = start;
    return true;
  }

  #prefix(field: number, length: number): void {
    this.varint(length);
    this.varint(field * 8 + WIRE_BYTES);
  }

  #reserve(count: number): void {
    if (count <= this.#at) return;
    const used = this.length;
    let capacity = this.#buffer.length * 2;
    while (capacity < used + count) capacity *= 2;
    const wider = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(wider, capacity - used, this.#at);
    this.#buffer = wider;
    this.#at = capacity - used;
  }
}
