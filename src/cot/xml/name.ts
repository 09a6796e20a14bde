/** The ASCII name of an element or attribute that is looked for, ready to be compared with bytes. */
export interface XmlName {
  readonly text: string;
  readonly bytes: Buffer;
  readonly key: number;
}

export function xmlName(text: string): XmlName {
  const bytes = Buffer.from(text, 'latin1');
  return { text, bytes, key: nameKey(bytes, 0, bytes.length) };
}

/**
 * Length, first and last byte in one number. Equal keys mean equal lengths and ends (the names that we look
 * for are much shorter than where the length is cut off), so that only the bytes between remain to compare.
 */
export function nameKey(bytes: Buffer, start: number, end: number): number {
  return (Math.min(end - start, 0xffff) << 16) | (bytes[start]! << 8) | bytes[end - 1]!;
}

/** Is this the name at `start`? Only for a name there that has the same key. */
export function isNameAt(bytes: Buffer, start: number, name: XmlName): boolean {
  const wanted = name.bytes;
  const last = wanted.length - 1;
  for (let at = 1; at < last; at++) {
    if (bytes[start + at] !== wanted[at]) return false;
  }
  return true;
}
