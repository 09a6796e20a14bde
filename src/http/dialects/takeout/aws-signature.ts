import { createHash, createHmac } from 'node:crypto';

/** AWS Signature Version 4, as far as reading from an S3-compatible store needs it [SigV4 for S3]. */

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface SignableRequest {
  readonly method: 'GET';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Not encoded, with `/` between its parts. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** Presigned addresses may live no longer, seconds. */
export const PRESIGNED_LIFE_MAX_S = 7 * 86_400;

/** The address, and the headers with which its owner asks for it now. */
export function signedRequest(
  request: SignableRequest,
  credentials: AwsCredentials,
  nowMs: number,
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const { host } = new URL(request.origin);
  const time = timestampOf(nowMs);
  const headers = { host, 'x-amz-content-sha256': EMPTY_SHA256, 'x-amz-date': time };
  const names = Object.keys(headers).join(';');
  const query = canonicalQuery(request.query);
  const signature = sign(
    [
      request.method,
      encodePath(request.path),
      query,
      ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
      '',
      names,
      EMPTY_SHA256,
    ].join('\n'),
    credentials,
    time,
  );
  const credential = `${credentials.accessKeyId}/${scopeOf(credentials, time)}`;
  return {
    url: urlOf(request, query),
    headers: {
      'x-amz-content-sha256': EMPTY_SHA256,
      'x-amz-date': time,
      authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    },
  };
}

/** An address that anybody can use for `lifeSeconds`: who has it needs no credentials. */
export function presignedUrl(
  request: SignableRequest,
  credentials: AwsCredentials,
  { nowMs, lifeSeconds }: { readonly nowMs: number; readonly lifeSeconds: number },
): string {
  const time = timestampOf(nowMs);
  const query = canonicalQuery({
    ...request.query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${credentials.accessKeyId}/${scopeOf(credentials, time)}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(Math.min(lifeSeconds, PRESIGNED_LIFE_MAX_S)),
    'X-Amz-SignedHeaders': 'host',
  });
  const { host } = new URL(request.origin);
  const canonical = [
    request.method,
    encodePath(request.path),
    query,
    `host:${host}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  return `${urlOf(request, query)}&X-Amz-Signature=${sign(canonical, credentials, time)}`;
}

function sign(canonicalRequest: string, credentials: AwsCredentials, time: string): string {
  const scope = scopeOf(credentials, time);
  const text = [ALGORITHM, time, scope, createHash('sha256').update(canonicalRequest).digest('hex')].join(
    '\n',
  );
  const key = scope
    .split('/')
    .reduce<Buffer>((before, part) => hmac(before, part), Buffer.from(`AWS4${credentials.secretAccessKey}`));
  return hmac(key, text).toString('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function scopeOf({ region }: AwsCredentials, time: string): string {
  return `${time.slice(0, 8)}/${region}/s3/aws4_request`;
}

/** `20260601T120000Z` */
function timestampOf(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function urlOf({ origin, path }: SignableRequest, query: string): string {
  return `${origin}${encodePath(path)}${query === '' ? '' : `?${query}`}`;
}

function canonicalQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

/** Everything but RFC 3986's unreserved characters; `encodeURIComponent` leaves a few more as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
