import { createHmac } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { Bucket, BucketItem } from './bucket.ts';

/** A list that is younger is not asked for again, milliseconds: S3 lists cost money, a card's list costs time. */
const LIST_LIFE_MS = 60_000;

/** An unknown id makes buckets be listed again, but not more often than this, milliseconds. */
const RELIST_PERIOD_MS = 5_000;

/** An item, with the id by which its location is asked for. */
export interface LibraryItem extends BucketItem {
  readonly bucket: string;
  /** In the form of a UUID: nobody guesses it, and it stays the same, so that players may keep it. */
  readonly id: string;
}

/** All buckets of the kit. Whether a caller may see them is not decided here. */
export interface Library {
  names(): Promise<readonly string[]>;
  /** Undefined when there is no such bucket. */
  items(bucket: string): Promise<readonly LibraryItem[] | undefined>;
  find(id: string): Promise<LibraryItem | undefined>;
  bucket(name: string): Promise<Bucket | undefined>;
}

interface Listed {
  readonly atMs: number;
  readonly items: Promise<readonly LibraryItem[]>;
}

export function createLibrary({
  buckets,
  idKey,
  clock,
}: {
  /** Asked each time: folders come and go. */
  readonly buckets: () => Promise<readonly Bucket[]>;
  /** Secret of this kit, so that ids cannot be computed from names. */
  readonly idKey: () => Uint8Array;
  readonly clock: Clock;
}): Library {
  const lists = new Map<string, Listed>();

  function idOf(bucket: string, path: string): string {
    const hex = createHmac('sha256', idKey()).update(`${bucket}\n${path}`).digest('hex');
    const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!;
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
  }

  function itemsOf(bucket: Bucket, maxAgeMs: number): Promise<readonly LibraryItem[]> {
    const nowMs = clock.monotonicMs();
    const known = lists.get(bucket.name);
    if (known !== undefined && nowMs - known.atMs < maxAgeMs) return known.items;
    const items = bucket
      .list()
      .then((rows) => rows.map((row) => ({ ...row, bucket: bucket.name, id: idOf(bucket.name, row.path) })));
    lists.set(bucket.name, { atMs: nowMs, items });
    items.catch(() => lists.delete(bucket.name));
    return items;
  }

  async function search(id: string, maxAgeMs: number): Promise<LibraryItem | undefined> {
    // One store that is down must not hide what the others have.
    const found = await Promise.allSettled(
      (await buckets()).map(async (bucket) =>
        (await itemsOf(bucket, maxAgeMs)).find((item) => item.id === id),
      ),
    );
    return found.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))[0];
  }

  const byName = async (name: string) => (await buckets()).find((bucket) => bucket.name === name);

  return {
    names: async () => (await buckets()).map(({ name }) => name),
    async items(name) {
      const bucket = await byName(name);
      return bucket && itemsOf(bucket, RELIST_PERIOD_MS);
    },
    find: async (id) => (await search(id, LIST_LIFE_MS)) ?? search(id, RELIST_PERIOD_MS),
    bucket: byName,
  };
}
