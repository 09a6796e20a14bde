/** Small events fit without growing; larger ones double it, so that each byte is copied twice at most. */
const FIRST_CAPACITY_BYTES = 2_048;

/**
 * The bytes of an unfinished piece of a stream, gathered over several chunks. It grows with what really
 * arrived, never with what a peer announces.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  #buffer: Buffer | undefined;
  #length = 0;

  /** `maxBytes`: what the caller will not go beyond; no memory is taken ahead for more. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes held, as a view that is valid until the next call. */
  view(): Buffer {
    return this.#buffer === undefined ? Buffer.alloc(0) : this.#buffer.subarray(0, this.#length);
  }

  append(chunk: Buffer, start: number, end: number): void {
    const needed = this.#length + end - start;
    let buffer = this.#buffer;
    if (buffer === undefined || buffer.length < needed) {
      let capacity = buffer?.length ?? FIRST_CAPACITY_BYTES;
      while (capacity < needed) capacity *= 2;
      const wider = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(capacity, this.#maxBytes)));
      if (buffer !== undefined) buffer.copy(wider, 0, 0, this.#length);
      this.#buffer = buffer = wider;
    }
    chunk.copy(buffer, this.#length, start, end);
    this.#length = needed;
  }

  /** Gives the bytes away and is empty again. */
  take(): Buffer {
    const taken = this.view();
    this.#buffer = undefined;
    this.#length = 0;
    return taken;
  }

  clear(): void {
    this.#buffer = undefined;
    this.#length = 0;
  }
}
