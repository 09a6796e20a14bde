import { HIGH } from './characters.ts';

/**
 * Short texts of frames as strings, each made once while it stays in use. The same uids, callsigns, types and
 * team names come with every position report; taking the known string saves an allocation per value, and no
 * string keeps the memory of the frame or of the socket's chunk that it came from alive.
 *
 * A direct-mapped table: a slot holds the last text that fell on it. Never put a credential through here, as
 * the text stays in memory.
 */

/** Enough for the values of a few hundred clients; with 64 characters each at most 256 KiB of text. */
const SLOTS = 4_096;

/** Longer texts (uids of chat messages, addresses of files) seldom come again. */
const MAX_MEMO_BYTES = 64;

const known: string[] = new Array<string>(SLOTS).fill('');

/** The UTF-8 bytes from `start` to `end` as a string that owns its memory. The bytes must be valid UTF-8. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > MAX_MEMO_BYTES) return bytes.toString('utf8', start, end);

  let hash = length;
  let union = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    union |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (union >= HIGH) return bytes.toString('utf8', start, end);

  const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
  const candidate = known[slot]!;
  if (candidate.length === length) {
    let same = 0;
    while (same < length && candidate.charCodeAt(same) === bytes[start + same]) same++;
    if (same === length) return candidate;
  }
  const text = bytes.toString('latin1', start, end);
  known[slot] = text;
  return text;
}
