import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TAKEOUT } from '../../src/config/compat/takeout.ts';
import { systemClock } from '../../src/core/clock.ts';
import { BivouacError } from '../../src/core/errors.ts';
import { presignedUrl, signedRequest } from '../../src/http/dialects/takeout/aws-signature.ts';
import { readBucketList } from '../../src/http/dialects/takeout/read-bucket-list.ts';
import { createS3Bucket } from '../../src/http/dialects/takeout/s3-bucket.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type S3Store, startS3Store } from '../support/s3-store.ts';
import { hasVersitygw, startVersitygw } from '../support/versitygw.ts';

/** Buckets of an S3-compatible store: ListObjectsV2, and presigned addresses for single objects. */

/** The credentials of Amazon's own examples. */
const EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const EXAMPLE_ORIGIN = 'https://examplebucket.s3.amazonaws.com';
const EXAMPLE_TIME = Date.UTC(2013, 4, 24);

/** Names that trip over encodings, in the order of their bytes. */
const NAMES = ['Album (1)/01 Señor+Ñandú.mp3', "a/b & c='d'.mp4", 'plain.zip', 'ümlaut/😀.png', '~x_y-z.1'];

type Reachable = Pick<S3Store, 'endpoint' | 'bucket' | 'region' | 'accessKeyId' | 'secretAccessKey'>;

function settingsFor(store: Reachable, more: Record<string, unknown> = {}) {
  const [row] = TAKEOUT.Buckets.schema.parse([
    {
      Media: 'films',
      S3: {
        Endpoint: store.endpoint,
        Region: store.region,
        AccessKeyID: store.accessKeyId,
        SecretAccessKey: store.secretAccessKey,
        BucketName: store.bucket,
        ...more,
      },
    },
  ]);
  return row?.S3 ?? assert.fail();
}

async function startStore(t: TestContext, options: Parameters<typeof startS3Store>[0] = {}) {
  const store = await startS3Store(options);
  t.after(() => store.close());
  return store;
}

async function addressOf(bucket: ReturnType<typeof createS3Bucket>, path: string): Promise<string> {
  const place = await bucket.locate(path);
  return place !== undefined && 'url' in place ? place.url : assert.fail();
}

test('signatures are those of Amazon’s published examples', () => {
  const presigned = presignedUrl(
    { method: 'GET', origin: EXAMPLE_ORIGIN, path: '/test.txt', query: {} },
    EXAMPLE,
    { nowMs: EXAMPLE_TIME, lifeSeconds: 86_400 },
  );
  assert.equal(
    new URL(presigned).searchParams.get('X-Amz-Signature'),
    'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
  const query = { prefix: 'J', 'max-keys': '2' };
  const list = signedRequest(
    { method: 'GET', origin: EXAMPLE_ORIGIN, path: '/', query },
    EXAMPLE,
    EXAMPLE_TIME,
  );
  assert.match(
    list.headers['authorization'] ?? '',
    /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
  );
});

test('a bucket is listed over several pages, whatever its names hold', async (t) => {
  const store = await startStore(t, { pageSize: 2 });
  for (const name of NAMES) store.put(name, name);
  store.put('folder/', '');
  const bucket = createS3Bucket('films', settingsFor(store), { clock: systemClock, fetch });
  const items = await bucket.list();
  assert.deepEqual(items.map(({ path }) => path).sort(), NAMES.toSorted());
  assert.ok(items.every(({ path, bytes }) => bytes === Buffer.byteLength(path)));
  assert.ok(items.every(({ modifiedMs }) => Math.abs(Date.now() - modifiedMs) < 60_000));
  assert.deepEqual([...new Set(store.requests.map(({ status }) => status))], [200]);
});

test('only names below the prefix are listed', async (t) => {
  const store = await startStore(t);
  for (const name of NAMES) store.put(name, name);
  const settings = settingsFor(store, { ObjectPrefix: 'Album (1)/' });
  const bucket = createS3Bucket('films', settings, { clock: systemClock, fetch });
  assert.deepEqual(
    (await bucket.list()).map(({ path }) => path),
    [NAMES[0]],
  );
});

test('an address for an object is good without credentials, for its time, and for this object only', async (t) => {
  const clock = new FakeClock();
  const store = await startStore(t, { now: () => clock.now() });
  for (const name of NAMES) store.put(name, `body of ${name}`);
  const settings = settingsFor(store, { URLExpiration: '10m' });
  const bucket = createS3Bucket('films', settings, { clock, fetch });
  const addresses = await Promise.all(NAMES.map((name) => addressOf(bucket, name)));
  for (const [i, address] of addresses.entries()) {
    assert.equal(await (await fetch(address)).text(), `body of ${NAMES[i]}`);
    assert.doesNotMatch(address, new RegExp(encodeURIComponent(store.secretAccessKey).slice(0, 8)));
  }
  const [first = '', second = ''] = addresses;
  assert.equal((await fetch(first.replace(new URL(first).pathname, new URL(second).pathname))).status, 403);
  assert.equal((await fetch(first.replace('X-Amz-Expires=600', 'X-Amz-Expires=6000'))).status, 403);
  clock.advance(599_000);
  assert.equal((await fetch(first)).status, 200);
  clock.advance(2_000);
  assert.equal((await fetch(first)).status, 403);
});

test('a store that refuses, lies or is silent is one trouble with a name, without its secrets', async (t) => {
  const store = await startStore(t);
  const wrong = { ...store, secretAccessKey: `${store.secretAccessKey}x` };
  const isStoreFailure = (error: unknown) => {
    assert.ok(error instanceof BivouacError);
    assert.equal(error.code, 'media.store_failed');
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /kR9/);
    return true;
  };
  const refused = createS3Bucket('films', settingsFor(wrong), { clock: systemClock, fetch });
  await assert.rejects(refused.list(), isStoreFailure);
  const nobody = createS3Bucket('films', settingsFor({ ...store, endpoint: 'http://127.0.0.1:1' }), {
    clock: systemClock,
    fetch,
  });
  await assert.rejects(nobody.list(), isStoreFailure);
  const liar = createS3Bucket('films', settingsFor(store), {
    clock: systemClock,
    fetch: async () => new Response('<html><body>captive portal</body></html>'),
  });
  await assert.rejects(liar.list(), isStoreFailure);
});

test('a list with a document type, or of something else, is refused', () => {
  const list = (inner: string) => Buffer.from(`<ListBucketResult>${inner}</ListBucketResult>`);
  assert.deepEqual(readBucketList(list('<IsTruncated>false</IsTruncated>')), {
    objects: [],
    next: undefined,
  });
  assert.throws(() => readBucketList(Buffer.from('<!DOCTYPE a><ListBucketResult/>')));
  assert.throws(() => readBucketList(Buffer.from('<Error><Code>AccessDenied</Code></Error>')));
  const odd = '<Contents><Size>-5</Size><Key>a%zz</Key></Contents><Contents><Key>b</Key></Contents>';
  assert.deepEqual(readBucketList(list(`<EncodingType>url</EncodingType>${odd}`)).objects, [
    { key: 'b', bytes: 0, modifiedMs: 0 },
  ]);
});

// Few machines have it: whoever does runs this too. The strict server above checks signatures everywhere.
if (await hasVersitygw()) {
  test('versitygw, an S3 server of others, takes our signatures and no wrong ones', async (t) => {
    const objects = Object.fromEntries(NAMES.map((name) => [name, `body of ${name}`]));
    const store = await startVersitygw(t, objects);
    const bucket = createS3Bucket('films', settingsFor(store), { clock: systemClock, fetch });
    assert.deepEqual((await bucket.list()).map(({ path }) => path).sort(), NAMES.toSorted());
    for (const name of NAMES) {
      const address = await addressOf(bucket, name);
      assert.equal(await (await fetch(address)).text(), `body of ${name}`, name);
      assert.equal((await fetch(address.replace(/Signature=..../, 'Signature=0000'))).status, 403);
    }
    const wrong = { ...store, secretAccessKey: 'another' };
    const stranger = createS3Bucket('films', settingsFor(wrong), { clock: systemClock, fetch });
    await assert.rejects(stranger.list());
    assert.equal((await fetch(await addressOf(stranger, 'plain.zip'))).status, 403);
  });
}
