import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A small S3-compatible store that checks every signature (Signature Version 4, headers or presigned), as
 * strictly as the real one: time, scope, signed headers, expiry. It knows ListObjectsV2 and GetObject.
 */
export interface S3Store {
  /** `http://127.0.0.1:40123` */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly bucket: string;
  /** Method, path and operation of every request so far, with the status of its answer. */
  readonly requests: readonly { readonly operation: 'list' | 'get' | 'none'; readonly status: number }[];
  put(key: string, body: string): void;
  close(): Promise<void>;
}

interface Stored {
  readonly body: string;
  readonly modified: string;
}

const SKEW_MS = 15 * 60_000;

export async function startS3Store({
  pageSize = 1_000,
  now = Date.now,
}: {
  readonly pageSize?: number;
  readonly now?: () => number;
} = {}): Promise<S3Store> {
  const store = {
    accessKeyId: 'KITMEDIA0000READER',
    secretAccessKey: 'kR9/vQ2+mN4pXz7LwT1yB5cD8eF0gH3jK6sA',
    region: 'eu-north-3',
    bucket: 'kit.media',
  };
  const objects = new Map<string, Stored>();
  const requests: { operation: 'list' | 'get' | 'none'; status: number }[] = [];

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const operation = url.searchParams.get('list-type') === '2' ? 'list' : 'get';
    const send = (status: number, body: string, type = 'application/xml') => {
      requests.push({ operation: status === 403 ? 'none' : operation, status });
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
    const problem = signatureProblem(request, url, store, now());
    if (problem !== undefined) {
      send(403, `<Error><Code>${problem}</Code></Error>`);
      return;
    }
    const path = url.pathname.split('/').map(decodeURIComponent);
    const object = objects.get(path.slice(2).join('/'));
    if (path[1] !== store.bucket) send(404, '<Error><Code>NoSuchBucket</Code></Error>');
    else if (operation === 'list') send(200, listOf(objects, url.searchParams, store.bucket, pageSize));
    else if (object === undefined) send(404, '<Error><Code>NoSuchKey</Code></Error>');
    else send(200, object.body, 'application/octet-stream');
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...store,
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    put: (key, body) => void objects.set(key, { body, modified: new Date(now()).toISOString() }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listOf(
  objects: ReadonlyMap<string, Stored>,
  query: URLSearchParams,
  bucket: string,
  pageSize: number,
): string {
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString('utf8');
  const prefix = query.get('prefix') ?? '';
  const matching = [...objects].filter(([key]) => key.startsWith(prefix) && key > after);
  matching.sort(([a], [b]) => (a < b ? -1 : 1));
  const page = matching.slice(0, pageSize);
  const isTruncated = matching.length > page.length;
  const isEncoded = query.get('encoding-type') === 'url';
  const shown = (key: string) => (isEncoded ? encodeURIComponent(key).replaceAll('%20', '+') : key);
  const rows = page.map(
    ([key, { body, modified }]) =>
      `<Contents><Key>${shown(key)}</Key><LastModified>${modified}</LastModified><ETag>&quot;${createHash('md5').update(body).digest('hex')}&quot;</ETag>` +
      `<Size>${Buffer.byteLength(body)}</Size><Owner><ID>1</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const token = Buffer.from(page.at(-1)?.[0] ?? '').toString('base64');
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
    `<Name>${bucket}</Name><Prefix>${shown(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${pageSize}</MaxKeys>` +
    `${isEncoded ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${isTruncated}</IsTruncated>` +
    `${isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}${rows.join('')}</ListBucketResult>`
  );
}

interface Shown {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly time: string;
  readonly payload: string;
  /** Seconds, of a presigned address. */
  readonly expires: number | undefined;
}

/** S3's own error code for what is wrong with a request; undefined for a good one. */
function signatureProblem(
  request: IncomingMessage,
  url: URL,
  store: Pick<S3Store, 'accessKeyId' | 'secretAccessKey' | 'region'>,
  nowMs: number,
): string | undefined {
  if (request.method !== 'GET') return 'MethodNotAllowed';
  const shown = shownBy(request, url);
  if (shown === undefined) return 'AccessDenied';
  const [keyId, date, region, service, end] = shown.credential.split('/');
  if (keyId !== store.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== store.region || service !== 's3' || end !== 'aws4_request')
    return 'AuthorizationHeaderMalformed';
  if (date !== shown.time.slice(0, 8)) return 'AuthorizationHeaderMalformed';
  const atMs = Date.parse(
    shown.time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!(Math.abs(nowMs - atMs) <= SKEW_MS) && shown.expires === undefined) return 'RequestTimeTooSkewed';
  if (shown.expires !== undefined) {
    if (!(shown.expires >= 1 && shown.expires <= 604_800)) return 'AuthorizationQueryParametersError';
    if (!(nowMs <= atMs + shown.expires * 1_000)) return 'AccessDenied';
  }
  const names = shown.signedHeaders.split(';');
  if (!names.includes('host')) return 'SignatureDoesNotMatch';
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const query = (url.search.slice(1) === '' ? [] : url.search.slice(1).split('&'))
    .filter((pair) => !pair.startsWith('X-Amz-Signature='))
    .sort()
    .join('&');
  const canonical = `GET\n${url.pathname}\n${query}\n${headers}\n${shown.signedHeaders}\n${shown.payload}`;
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${shown.time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const mac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const key = mac(mac(mac(mac(`AWS4${store.secretAccessKey}`, date), region), 's3'), 'aws4_request');
  const wanted = mac(key, text);
  const given = Buffer.from(shown.signature, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted)
    ? undefined
    : 'SignatureDoesNotMatch';
}

function shownBy({ headers }: IncomingMessage, { searchParams: query }: URL): Shown | undefined {
  if (query.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256') {
    return {
      credential: query.get('X-Amz-Credential') ?? '',
      signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
      signature: query.get('X-Amz-Signature') ?? '',
      time: query.get('X-Amz-Date') ?? '',
      payload: 'UNSIGNED-PAYLOAD',
      expires: Number(query.get('X-Amz-Expires') ?? Number.NaN),
    };
  }
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? '',
  );
  if (match === null) return undefined;
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const time = String(headers['x-amz-date'] ?? '');
  const payload = String(headers['x-amz-content-sha256'] ?? '');
  return { credential, signedHeaders, signature, time, payload, expires: undefined };
}
