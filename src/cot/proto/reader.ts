export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

/** Protobuf writes at most 64 bits, seven to a byte. */
const MAX_VARINT_BYTES = 10;
/** The tenth byte of a varint holds the last of the 64 bits only. */
const MAX_TENTH_BYTE = 1;
const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/**
 * Walks over the fields of one protobuf message in place. Lengths are checked against the message before they
 * are used, nothing is allocated, and groups (which proto3 does not have) are a fault, so there is nothing to
 * recurse into.
 */
export class ProtoReader {
  bytes: Buffer = Buffer.alloc(0);
  /** Number and wire type of the field just read. */
  field = 0;
  wireType = 0;
  /** The value of a varint; above 2^53 it is rounded. */
  integer = 0;
  /** Where the value of the field just read begins and ends. */
  start = 0;
  end = 0;
  isBroken = false;

  #position = 0;
  #limit = 0;

  begin(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.#position = start;
    this.#limit = end;
    this.isBroken = false;
  }

  /** On to the next field; false at the end of the message and when it is broken (`isBroken`). */
  next(): boolean {
    if (this.#position >= this.#limit || this.isBroken) return false;
    const tag = this.#readVarint();
    if (tag < 0) return this.#fail();
    this.wireType = tag & 7;
    this.field = tag < 0x80 ? tag >> 3 : Math.floor(tag / 8);
    if (this.field === 0 || this.field > MAX_FIELD_NUMBER) return this.#fail();

    switch (this.wireType) {
      case WIRE_BYTES: {
        const length = this.#readVarint();
        return length < 0 ? this.#fail() : this.#take(length);
      }
      case WIRE_FIXED64:
        return this.#take(8);
      case WIRE_VARINT:
        this.start = this.#position;
        this.integer = this.#readVarint();
        this.end = this.#position;
        return this.integer < 0 ? this.#fail() : true;
      case WIRE_FIXED32:
        return this.#take(4);
      default:
        return this.#fail();
    }
  }

  /** The value of a double field. */
  double(): number {
    return this.bytes.readDoubleLE(this.start);
  }

  /** Makes the next `length` bytes the value. */
  #take(length: number): boolean {
    const start = this.#position;
    const end = start + length;
    if (end > this.#limit) return this.#fail();
    this.start = start;
    this.end = end;
    this.#position = end;
    return true;
  }

  /** The varint at the position, rounded above 2^53; -1 when it is cut or longer than 64 bits. */
  #readVarint(): number {
    const { bytes } = this;
    let at = this.#position;
    if (at >= this.#limit) return -1;
    const first = bytes[at++]!;
    // Nearly all tags and lengths.
    if (first < 0x80) {
      this.#position = at;
      return first;
    }
    let value = first & 0x7f;
    let factor = 128;
    for (let count = 2; count <= MAX_VARINT_BYTES; count++) {
      if (at >= this.#limit) return -1;
      const byte = bytes[at++]!;
      if (count === MAX_VARINT_BYTES && byte > MAX_TENTH_BYTE) return -1;
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) {
        this.#position = at;
        return value;
      }
    }
    return -1;
  }

  #fail(): false {
    this.isBroken = true;
    return false;
  }
}
