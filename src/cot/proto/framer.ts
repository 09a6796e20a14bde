import { CotEvent } from '../event.ts';
import { HeldBytes } from '../held-bytes.ts';
import type { Refusal } from '../model.ts';
import { refuse } from '../refusal.ts';
import type { ByteSource, Framer, StreamPiece } from '../stream-decoder.ts';
import { WHITE } from '../xml/characters.ts';
import { MAGIC } from './frame.ts';

/** Protobuf writes at most 64 bits, seven to a byte. */
const MAX_VARINT_BYTES = 10;

/** Cuts a stream of `0xBF` + varint payload length + payload. Nothing is allocated for an announced length. */
export class ProtoFramer implements Framer {
  readonly #maxEventBytes: number;
  readonly #held: HeldBytes;
  /** Clients that end each XML event with a newline (node-tak) send one before their first message. */
  #maySkipWhite = true;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
    this.#held = new HeldBytes(maxEventBytes);
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  read(source: ByteSource): StreamPiece | undefined {
    const { chunk } = source;
    if (this.#maySkipWhite) {
      while (source.at < chunk.length && WHITE[chunk[source.at]!] === 1) source.at++;
      if (source.at === chunk.length) return undefined;
      this.#maySkipWhite = false;
    }

    if (this.#held.length === 0) {
      const size = frameSize(chunk, source.at, chunk.length, this.#maxEventBytes);
      if (typeof size === 'object') return size;
      if (size > 0 && source.at + size <= chunk.length) {
        const frame = chunk.subarray(source.at, source.at + size);
        source.at += size;
        return CotEvent.fromProto(frame);
      }
      this.#held.append(chunk, source.at, chunk.length);
      source.at = chunk.length;
      return undefined;
    }

    let size = frameSize(this.#held.view(), 0, this.#held.length, this.#maxEventBytes);
    while (size === 0 && source.at < chunk.length) {
      this.#held.append(chunk, source.at, source.at + 1);
      source.at++;
      size = frameSize(this.#held.view(), 0, this.#held.length, this.#maxEventBytes);
    }
    if (typeof size === 'object') return size;
    if (size === 0) return undefined;
    const end = Math.min(chunk.length, source.at + size - this.#held.length);
    this.#held.append(chunk, source.at, end);
    source.at = end;
    return this.#held.length === size ? CotEvent.fromProto(this.#held.take()) : undefined;
  }
}

/** The size of the whole frame that begins at `start`; 0 when its header has not fully arrived. */
function frameSize(bytes: Buffer, start: number, end: number, limitBytes: number): number | Refusal {
  if (bytes[start] !== MAGIC) return refuse('proto_magic', 'a message that does not begin with 0xBF');
  let length = 0;
  let factor = 1;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at]!;
    // A number, not 32-bit arithmetic: 2 TiB must stay 2 TiB.
    length += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) {
      const size = at + 1 - start + length;
      return size > limitBytes
        ? refuse('event_too_large', `a message of more than ${limitBytes} bytes`)
        : size;
    }
    if (at - start === MAX_VARINT_BYTES)
      return refuse('proto_length', 'a message length of more than ten bytes');
  }
  return 0;
}
