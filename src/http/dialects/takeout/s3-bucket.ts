import type { S3Settings } from '../../../config/compat/takeout.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type AwsCredentials, presignedUrl, signedRequest } from './aws-signature.ts';
import type { Bucket, BucketItem } from './bucket.ts';
import { type BucketList, readBucketList } from './read-bucket-list.ts';

/** Of one answer; S3 gives a thousand names at a time, each at most 1 KiB and three times that when encoded. */
const LIST_MAX_BYTES = 8 * 1024 * 1024;

/** Names of one bucket that are kept in memory at the most. */
const ITEMS_MAX = 20_000;

/** A store behind a bad link must not hold up a page for longer. */
const LIST_TIMEOUT_MS = 15_000;

/** A bucket of an S3-compatible store: its names are listed from here, its bytes come from there. */
export function createS3Bucket(
  name: string,
  settings: S3Settings,
  { clock, fetch }: { readonly clock: Clock; readonly fetch: typeof globalThis.fetch },
): Bucket {
  const { Endpoint, BucketName, ObjectPrefix, URLExpiration } = settings;
  const origin = /^https?:\/\//.test(Endpoint) ? Endpoint : `https://${Endpoint}`;
  const credentials: AwsCredentials = {
    accessKeyId: settings.AccessKeyID,
    secretAccessKey: settings.SecretAccessKey,
    region: settings.Region,
  };

  async function page(continuation: string | undefined): Promise<BucketList> {
    const query = {
      'list-type': '2',
      // Names may hold what XML cannot.
      'encoding-type': 'url',
      ...(ObjectPrefix === '' ? {} : { prefix: ObjectPrefix }),
      ...(continuation === undefined ? {} : { 'continuation-token': continuation }),
    };
    const request = signedRequest(
      { method: 'GET', origin, path: `/${BucketName}`, query },
      credentials,
      clock.now(),
    );
    return ask(request.url, request.headers);
  }

  async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<BucketList> {
    try {
      const answer = await fetch(url, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(LIST_TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`the store answered ${answer.status}`);
      return readBucketList(await bodyOf(answer));
    } catch (cause) {
      throw new BivouacError('media.store_failed', undefined, { bucket: name }, cause);
    }
  }

  return {
    name,

    async list() {
      const items: BucketItem[] = [];
      let continuation: string | undefined;
      do {
        const { objects, next } = await page(continuation);
        for (const { key, ...about } of objects) {
          // `folder/` of no bytes is how consoles make folders.
          if (!key.endsWith('/')) items.push({ path: key, ...about });
        }
        continuation = next;
      } while (continuation !== undefined && items.length < ITEMS_MAX);
      return items;
    },

    locate: async (path) => ({
      url: presignedUrl({ method: 'GET', origin, path: `/${BucketName}/${path}`, query: {} }, credentials, {
        nowMs: clock.now(),
        lifeSeconds: Math.max(1, Math.floor(URLExpiration / 1_000)),
      }),
    }),
  };
}

async function bodyOf(answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LIST_MAX_BYTES) throw new Error('the list is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
