/**
 * Short texts of frames as strings, each made once while it stays in use. The same uids, callsigns, types and
 * team names come with every position report; taking the known string saves an allocation per value, and no
 * string keeps the memory of the frame or of the socket's chunk that it came from alive.
 *
 * A direct-mapped table: a slot holds the last text that fell on it, as a string and as the bytes to compare
 * with. Never put a credential through here, as the text stays in memory.
 */

/** Enough for the values of a few hundred clients; with the bytes of each slot about half a megabyte. */
const SLOTS = 4_096;

/** Longer texts (uids of chat messages, addresses of files) seldom come again. */
const MAX_MEMO_BYTES = 64;

/** Texts that differ do so near their end (uids, callsigns, numbers): enough bytes to spread them. */
const HASHED_BYTES = 8;

const strings: string[] = new Array<string>(SLOTS).fill('');
const contents = new Uint8Array(SLOTS * MAX_MEMO_BYTES);
const lengths = new Uint8Array(SLOTS);

/** The UTF-8 bytes from `start` to `end` as a string that owns its memory. The bytes must be valid UTF-8. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > MAX_MEMO_BYTES) return bytes.toString('utf8', start, end);

  let hash = Math.imul(bytes[start]!, 31) + length;
  for (let at = length > HASHED_BYTES ? end - HASHED_BYTES : start; at < end; at++) {
    hash = Math.imul(hash, 31) + bytes[at]!;
  }
  const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
  const offset = slot * MAX_MEMO_BYTES;
  if (lengths[slot] === length) {
    let same = 0;
    while (same < length && contents[offset + same] === bytes[start + same]) same++;
    if (same === length) return strings[slot]!;
  }

  const text = bytes.toString('utf8', start, end);
  strings[slot] = text;
  lengths[slot] = length;
  contents.set(bytes.subarray(start, end), offset);
  return text;
}
