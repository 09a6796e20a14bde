import type { CotEvent } from './event.ts';
import type { AuthElement, Protocol, Refusal } from './model.ts';
import { ProtoFramer } from './proto/framer.ts';
import { XmlFramer } from './xml/framer.ts';

/** What a stream yields, in the order of its bytes. */
export type StreamPiece = CotEvent | Refusal | AuthElement;

export interface StreamDecoderOptions {
  /** Larger events end the stream (`event_too_large`). The size counts the whole frame. */
  readonly maxEventBytes: number;
  /** Whether `<auth>` as the first element is given out; otherwise it is skipped like any other prolog. */
  readonly acceptsAuth?: boolean;
}

/** Cuts one direction of a protocol's stream; `XmlFramer` and `ProtoFramer` are the two. */
export interface Framer {
  /** The next piece of `source`, undefined when more bytes are needed. Takes what it uses off `source`. */
  read(source: ByteSource): StreamPiece | undefined;
  /** Bytes of an unfinished piece. */
  readonly heldBytes: number;
}

/** The unread rest of the chunk that came last. */
export interface ByteSource {
  chunk: Buffer;
  at: number;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Turns the chunks of one connection into events. Pull style, because the meaning of the next byte can depend
 * on the event before it: after a `t-x-takp-q` the rest of the same chunk is the other protocol.
 *
 * Use: `push(chunk)`, then `read()` until undefined; chunks pushed before that wait in line. An event's bytes are a view into the chunk where it came
 * in one piece. It holds at most `maxEventBytes` and one chunk. After a fatal refusal it gives nothing more and
 * keeps nothing.
 */
export class StreamDecoder {
  readonly #options: StreamDecoderOptions;
  readonly #source: ByteSource = { chunk: NO_BYTES, at: 0 };
  #protocol: Protocol = 'xml';
  #framer: Framer;
  /** Chunks that came before the one in `#source` was read up. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isOver = false;

  constructor(options: StreamDecoderOptions) {
    this.#options = options;
    this.#framer = new XmlFramer(options.maxEventBytes, options.acceptsAuth ?? false);
  }

  /** What the bytes that are read next are taken for. */
  get protocol(): Protocol {
    return this.#protocol;
  }

  /** Bytes taken in that have not come out yet. */
  get bufferedBytes(): number {
    return this.#framer.heldBytes + this.#source.chunk.length - this.#source.at + this.#waitingBytes;
  }

  /** Takes the next bytes of the connection. The chunk must not be changed afterwards. */
  push(chunk: Buffer): void {
    if (this.#isOver || chunk.length === 0) return;
    const source = this.#source;
    if (source.at < source.chunk.length) {
      this.#waiting.push(chunk);
      this.#waitingBytes += chunk.length;
    } else {
      source.chunk = chunk;
      source.at = 0;
    }
  }

  read(): StreamPiece | undefined {
    const source = this.#source;
    while (source.at < source.chunk.length) {
      const piece = this.#framer.read(source);
      if (piece?.kind === 'refusal' && piece.isFatal) this.#end();
      if (source.at === source.chunk.length) this.#nextChunk();
      if (piece !== undefined) return piece;
    }
    return undefined;
  }

  #nextChunk(): void {
    const next = this.#waiting.shift();
    this.#waitingBytes -= next?.length ?? 0;
    // An idle connection must not keep the last chunk's memory.
    this.#source.chunk = next ?? NO_BYTES;
    this.#source.at = 0;
  }

  #end(): void {
    this.#isOver = true;
    this.#framer = new XmlFramer(0, false);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#source.at = this.#source.chunk.length;
  }

  /** Everything not yet read is TAK protocol version 1. Call it right after the event that asked for it. */
  switchToProto(): void {
    if (this.#protocol === 'proto') return;
    this.#protocol = 'proto';
    if (!this.#isOver) this.#framer = new ProtoFramer(this.#options.maxEventBytes);
  }
}
