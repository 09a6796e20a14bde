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
    if (!this.#readVarint()) return this.#fail();
    const tag = this.integer;
    this.wireType = tag % 8;
    this.field = Math.floor(tag / 8);
    if (this.field === 0 || this.field > MAX_FIELD_NUMBER) return this.#fail();

    this.start = this.#position;
    switch (this.wireType) {
      case WIRE_VARINT:
        if (!this.#readVarint()) return this.#fail();
        this.end = this.#position;
        return true;
      case WIRE_BYTES:
        if (!this.#readVarint()) return this.#fail();
        this.start = this.#position;
        return this.#skipTo(this.#position + this.integer);
      case WIRE_FIXED64:
        return this.#skipTo(this.#position + 8);
      case WIRE_FIXED32:
        return this.#skipTo(this.#position + 4);
      default:
        return this.#fail();
    }
  }

  /** The value of a double field. */
  double(): number {
    return this.bytes.readDoubleLE(this.start);
  }

  #skipTo(end: number): boolean {
    if (end > this.#limit) return this.#fail();
    this.end = end;
    this.#position = end;
    return true;
  }

  #readVarint(): boolean {
    const { bytes } = this;
    let at = this.#position;
    let value = 0;
    let factor = 1;
    for (let count = 1; count <= MAX_VARINT_BYTES; count++) {
      if (at >= this.#limit) return false;
      const byte = bytes[at++]!;
      if (count === MAX_VARINT_BYTES && byte > MAX_TENTH_BYTE) return false;
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) {
        this.#position = at;
        this.integer = value;
        return true;
      }
    }
    return false;
  }

  #fail(): false {
    this.isBroken = true;
    return false;
  }
}
