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
 * Length, first and last byte in one number. Up to 65,535 bytes equal keys mean equal lengths and ends, so
 * that only the bytes between remain to be compared, and names that we look for are much shorter.
 */
export function nameKey(bytes: Buffer, start: number, end: number): number {
  return (Math.min(end - start, 0xffff) << 16) | (bytes[start]! << 8) | bytes[end - 1]!;
}
