import { readXmlLeaves } from '../xml-leaves.ts';

/** A part of the names in a bucket of an S3-compatible store. */
export interface BucketList {
  readonly objects: readonly { readonly key: string; readonly bytes: number; readonly modifiedMs: number }[];
  /** To be given back for the next part; undefined when there is no more. */
  readonly next: string | undefined;
}

/**
 * Reads the answer to ListObjectsV2 with `encoding-type=url`. Stores differ in which of it they fill in; an
 * object without a name that can be decoded is left out.
 * @throws Error when it is no such list
 */
export function readBucketList(body: Buffer): BucketList {
  const document = readXmlLeaves(body);
  if (typeof document === 'string') throw new Error(`the list cannot be read: ${document}`);
  if (document.root.name !== 'ListBucketResult') throw new Error('the answer is no list of a bucket');
  const rows = new Map<number, Map<string, string>>();
  const plain = new Map<string, string>();
  for (const { path, text, parent } of document.leaves) {
    if (!path.startsWith('Contents/')) {
      plain.set(path, text);
      continue;
    }
    const row = rows.get(parent) ?? new Map<string, string>();
    row.set(path.slice('Contents/'.length), text);
    rows.set(parent, row);
  }
  const isEncoded = plain.get('EncodingType')?.toLowerCase() === 'url';
  const objects = [...rows.values()].flatMap((row) => {
    const key = keyOf(row.get('Key') ?? '', isEncoded);
    if (key === undefined || key === '') return [];
    const bytes = Math.max(0, Number(row.get('Size')) || 0);
    const modifiedMs = Date.parse(row.get('LastModified') ?? '');
    return [{ key, bytes, modifiedMs: Number.isNaN(modifiedMs) ? 0 : modifiedMs }];
  });
  const next = plain.get('IsTruncated') === 'true' ? plain.get('NextContinuationToken') : undefined;
  return { objects, next: next === '' ? undefined : next };
}

function keyOf(text: string, isEncoded: boolean): string | undefined {
  if (!isEncoded) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
