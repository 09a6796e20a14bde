import { MAX_AUTH_BYTES, readAuthElement } from '../auth-element.ts';
import { CotEvent } from '../event.ts';
import { HeldBytes } from '../held-bytes.ts';
import type { Refusal } from '../model.ts';
import { refuse } from '../refusal.ts';
import type { ByteSource, Framer, StreamPiece } from '../stream-decoder.ts';
import { GREATER, LESS, SLASH, WHITE } from './characters.ts';

type Element = 'event' | 'auth';

/** What a `<` can begin while we look for an event. */
type Beginning = Element | 'dtd' | 'undecided' | 'nothing';

const EVENT_OPEN = Buffer.from('<event');
const AUTH_OPEN = Buffer.from('<auth');
const FORBIDDEN_OPENS = [Buffer.from('<!DOCTYPE'), Buffer.from('<!ENTITY')];
const CLOSE: Readonly<Record<Element, Buffer>> = {
  event: Buffer.from('</event>'),
  auth: Buffer.from('</auth>'),
};
const LONGEST_CLOSE_BYTES = 8;

/** Where the end of the bytes held and the beginning of a chunk are looked at together. */
const seam = Buffer.alloc(2 * (LONGEST_CLOSE_BYTES - 1));

/**
 * Cuts a stream of XML events the way ATAK does: an event ends at the first literal `</event>`, wherever it
 * stands, and what stands before the next `<event` is skipped. A piece that was cut at the wrong place is not
 * well-formed, so the scan refuses it and it is never passed on. No byte is looked at twice, whatever the
 * chunks are.
 */
export class XmlFramer implements Framer {
  readonly #maxEventBytes: number;
  #mayBeAuth: boolean;
  /** The element whose end is looked for; undefined while its beginning is. */
  #element: Element | undefined;
  /** The bytes of the unfinished element, or of a `<…` that may yet begin one. */
  readonly #held: HeldBytes;
  #skippedBytes = 0;

  constructor(maxEventBytes: number, acceptsAuth: boolean) {
    this.#maxEventBytes = maxEventBytes;
    this.#mayBeAuth = acceptsAuth;
    this.#held = new HeldBytes(maxEventBytes);
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  read(source: ByteSource): StreamPiece | undefined {
    if (this.#element === undefined) {
      const refusal = this.#held.length > 0 ? this.#finishBeginning(source) : this.#findBeginning(source);
      if (refusal !== undefined) return refusal;
    }
    if (this.#element === undefined) return undefined;
    return this.#readElement(source, this.#element);
  }

  /** Skips to where an element begins; when found, `source.at` is at its `<`. */
  #findBeginning(source: ByteSource): Refusal | undefined {
    const { chunk } = source;
    while (source.at < chunk.length) {
      const open = chunk[source.at] === LESS ? source.at : chunk.indexOf(LESS, source.at);
      const start = open < 0 ? chunk.length : open;
      this.#skippedBytes += start - source.at;
      source.at = start;
      if (this.#skippedBytes > this.#maxEventBytes) return tooMuchSkipped(this.#maxEventBytes);
      if (start === chunk.length) return undefined;

      const beginning = this.#beginningAt(chunk, start, chunk.length);
      if (beginning === 'undecided') {
        this.#held.append(chunk, start, chunk.length);
        source.at = chunk.length;
        return undefined;
      }
      if (beginning === 'dtd') return refuse('xml_dtd', 'a document type declaration');
      if (beginning !== 'nothing') {
        this.#begin(beginning);
        return undefined;
      }
      this.#skippedBytes++;
      source.at++;
    }
    return undefined;
  }

  /** Goes on with a `<…` that an earlier chunk ended in. */
  #finishBeginning(source: ByteSource): Refusal | undefined {
    const { chunk } = source;
    while (source.at < chunk.length) {
      // A `<` begins anew: what is held turned out to be nothing.
      if (chunk[source.at] === LESS) break;
      this.#held.append(chunk, source.at, source.at + 1);
      source.at++;
      const beginning = this.#beginningAt(this.#held.view(), 0, this.#held.length);
      if (beginning === 'undecided') continue;
      if (beginning === 'dtd') return refuse('xml_dtd', 'a document type declaration');
      if (beginning === 'nothing') break;
      this.#begin(beginning);
      return undefined;
    }
    if (
      source.at === chunk.length &&
      this.#beginningAt(this.#held.view(), 0, this.#held.length) === 'undecided'
    ) {
      return undefined;
    }
    this.#skippedBytes += this.#held.length;
    this.#held.clear();
    return this.#findBeginning(source);
  }

  #begin(element: Element): void {
    this.#element = element;
    this.#mayBeAuth = false;
    this.#skippedBytes = 0;
  }

  #beginningAt(bytes: Buffer, start: number, end: number): Beginning {
    const event = matchOpenTag(bytes, start, end, EVENT_OPEN);
    if (event !== 'no') return event === 'yes' ? 'event' : 'undecided';
    if (this.#mayBeAuth) {
      const auth = matchOpenTag(bytes, start, end, AUTH_OPEN);
      if (auth !== 'no') return auth === 'yes' ? 'auth' : 'undecided';
    }
    for (const open of FORBIDDEN_OPENS) {
      const matched = countMatching(bytes, start, end, open);
      if (matched === open.length) return 'dtd';
      if (start + matched === end) return 'undecided';
    }
    return 'nothing';
  }

  #readElement(source: ByteSource, element: Element): StreamPiece | undefined {
    const { chunk, at } = source;
    const close = CLOSE[element];
    const limit = element === 'event' ? this.#maxEventBytes : MAX_AUTH_BYTES;
    const end = this.#findClose(chunk, at, close);
    const length = this.#held.length + (end < 0 ? chunk.length : end) - at;
    if (length > limit) {
      this.#held.clear();
      return tooLarge(element, limit);
    }
    if (end < 0) {
      this.#held.append(chunk, at, chunk.length);
      source.at = chunk.length;
      return undefined;
    }
    source.at = end;
    this.#element = undefined;
    let piece: Buffer;
    if (this.#held.length === 0) {
      piece = chunk.subarray(at, end);
    } else {
      this.#held.append(chunk, at, end);
      piece = this.#held.take();
    }
    return element === 'event' ? CotEvent.fromXml(piece) : readAuthElement(piece);
  }

  /** Where the close tag ends in the chunk, -1 when it does not; it may begin in the bytes held. */
  #findClose(chunk: Buffer, at: number, close: Buffer): number {
    const overlap = Math.min(close.length - 1, this.#held.length);
    if (overlap > 0) {
      const held = this.#held.view();
      const ahead = Math.min(close.length - 1, chunk.length - at);
      held.copy(seam, 0, held.length - overlap);
      chunk.copy(seam, overlap, at, at + ahead);
      const found = seam.subarray(0, overlap + ahead).indexOf(close);
      if (found >= 0) return at + found + close.length - overlap;
    }
    const found = chunk.indexOf(close, at);
    return found < 0 ? -1 : found + close.length;
  }
}

/** Does a start tag of this name begin here? `<events` and `<event-x` are other names. */
function matchOpenTag(bytes: Buffer, start: number, end: number, open: Buffer): 'yes' | 'no' | 'unknown' {
  const matched = countMatching(bytes, start, end, open);
  if (start + matched === end) return 'unknown';
  if (matched < open.length) return 'no';
  const next = bytes[start + matched]!;
  return WHITE[next] === 1 || next === GREATER || next === SLASH ? 'yes' : 'no';
}

function countMatching(bytes: Buffer, start: number, end: number, text: Buffer): number {
  let count = 0;
  while (count < text.length && start + count < end && bytes[start + count] === text[count]) count++;
  return count;
}

function tooLarge(element: Element, limitBytes: number): Refusal {
  return element === 'event'
    ? refuse('event_too_large', `an event of more than ${limitBytes} bytes`)
    : refuse('auth_too_large', `an auth element of more than ${limitBytes} bytes`);
}

function tooMuchSkipped(limitBytes: number): Refusal {
  return refuse('xml_malformed', `more than ${limitBytes} bytes without an event`, true);
}
