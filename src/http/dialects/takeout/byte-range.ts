/** First and last byte, both inclusive; undefined for the whole; `unsatisfiable` for what the file has not. */
export type ByteRange = { readonly first: number; readonly last: number } | undefined | 'unsatisfiable';

/** One range of a `Range` header [RFC 9110, section 14]. Several at once, which no player asks for, are the whole. */
export function byteRangeOf(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= size ? 'unsatisfiable' : { first, last };
}
