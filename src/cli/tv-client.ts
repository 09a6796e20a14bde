import { X509Certificate } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BivouacError, messageOf } from '../core/errors.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const CLIENT_ID = 'bivouac-terminal-tv';
/** A kit that is out of reach is tried again by the caller. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface DeviceCode {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

export interface TvTokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** An answer, or what is wrong with it in OAuth's word or ours. */
export type TvAnswer<T> = { readonly ok: T } | { readonly error: string };

/** What a screen asks of a kit: the reference for others who write one (docs/pairing.md). */
export interface TvClient {
  /** For the WebSocket. */
  readonly ca: string | undefined;
  authorize(device: { readonly name: string; readonly kind: string }): Promise<DeviceCode>;
  poll(deviceCode: string): Promise<TvAnswer<TvTokens>>;
  refresh(refreshToken: string): Promise<TvAnswer<TvTokens>>;
  ticket(accessToken: string): Promise<TvAnswer<string>>;
  /** Where the stream is. */
  streamUrl(ticket: string): string;
}

/** @param server `https://kit.local:8446` */
export function createTvClient(server: URL, ca: string | undefined): TvClient {
  const post = (path: string, options: { form?: Readonly<Record<string, string>>; bearer?: string }) =>
    ask(new URL(path, server), { method: 'POST', ca, ...options });

  async function token(form: Readonly<Record<string, string>>): Promise<TvAnswer<TvTokens>> {
    const { status, text } = await post('/oauth/token', { form: { ...form, client_id: CLIENT_ID } });
    if (status === 200) return { ok: parsed<TvTokens>(text) };
    return { error: status === 400 ? parsed<{ error: string }>(text).error : `status ${status}` };
  }

  return {
    ca,
    async authorize({ name, kind }) {
      const { status, text } = await post('/oauth/device_authorization', {
        form: { client_id: CLIENT_ID, device_name: name, device_kind: kind },
      });
      if (status !== 200) throw new BivouacError('pairing.too_many', `The kit gives no code now: ${text}`);
      return parsed<DeviceCode>(text);
    },
    poll: (deviceCode) => token({ grant_type: DEVICE_GRANT, device_code: deviceCode }),
    refresh: (refreshToken) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    async ticket(accessToken) {
      const { status, text } = await post('/api/ws-ticket', { bearer: accessToken });
      return status === 200
        ? { ok: parsed<{ ticket: string }>(text).ticket }
        : { error: status === 401 || status === 403 ? 'refused' : `status ${status}` };
    },
    streamUrl(ticket) {
      const url = new URL(`/api/stream?ticket=${encodeURIComponent(ticket)}`, server);
      url.protocol = server.protocol === 'http:' ? 'ws:' : 'wss:';
      return url.href;
    },
  };
}

/**
 * The certificate authority of a kit, fetched from itself and good because a person compared its fingerprint
 * with the one on the kit's display.
 * @throws BivouacError `cert.refused` when it is another one
 */
export async function fetchAuthority(server: URL, fingerprint: string): Promise<string> {
  const { text } = await ask(new URL('/ca.pem', server), {
    method: 'GET',
    ca: undefined,
    isUnverified: true,
  });
  const wanted = fingerprint.replaceAll(/[^0-9a-f]/gi, '').toUpperCase();
  const found = text
    .split(/(?<=-----END CERTIFICATE-----)\s*/)
    .filter((pem) => pem.includes('BEGIN CERTIFICATE'))
    .find((pem) => new X509Certificate(pem).fingerprint256.replaceAll(':', '') === wanted);
  if (found === undefined)
    throw new BivouacError('cert.refused', 'The kit has a certificate authority of another fingerprint');
  return found;
}

/** @throws BivouacError `control.unreachable` for what no kit answers */
function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new BivouacError('control.unreachable', 'Something answers that is no kit');
  }
}

interface AskOptions {
  readonly method: 'GET' | 'POST';
  readonly ca: string | undefined;
  readonly form?: Readonly<Record<string, string>>;
  readonly bearer?: string;
  readonly isUnverified?: true;
}

function ask(url: URL, options: AskOptions): Promise<{ readonly status: number; readonly text: string }> {
  const { method, ca, form, bearer, isUnverified } = options;
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new BivouacError('control.unreachable', `${url.host} does not answer: ${messageOf(error)}`));
    const request = send(
      url,
      {
        method,
        timeout: ANSWER_TIMEOUT_MS,
        headers: {
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(ca === undefined ? {} : { ca }),
        ...(isUnverified === true ? { rejectUnauthorized: false } : {}),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
        answer.on('error', fail);
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', fail);
    request.end(form === undefined ? undefined : String(new URLSearchParams(form)));
  });
}
