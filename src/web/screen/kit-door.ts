/** What a screen asks of the kit: RFC 8628, the code of the kit, and its stream. */
export interface DeviceCode {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

export type Kind = 'tv' | 'watch';

/** What the kit said no with, in OAuth's word, the word of our API, or `status 503`. Being out of reach is thrown. */
export class Refused extends Error {
  readonly word: string;
  readonly status: number;
  constructor(status: number, word: string, message: string) {
    super(message);
    this.word = word;
    this.status = status;
  }
}

const CLIENT_ID = 'bivouac-page';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** An answer that has not come by then will not. */
const TIMEOUT_MS = 10_000;

export function createKitDoor(kind: Kind) {
  async function post<T>(path: string, init: RequestInit): Promise<T> {
    const answer = await fetch(path, {
      method: 'POST',
      // A person who is signed in on this device is not the screen.
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...init,
    });
    const body = (await answer.json().catch(() => ({}))) as {
      error?: string | { code?: string; message?: string };
    };
    if (answer.ok) return body as T;
    const { error } = body;
    if (typeof error === 'string') throw new Refused(answer.status, error, error);
    throw new Refused(answer.status, error?.code ?? `status ${answer.status}`, error?.message ?? '');
  }

  const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
    body: new URLSearchParams({ client_id: CLIENT_ID, ...fields }),
  });

  return {
    authorize: () => post<DeviceCode>('/oauth/device_authorization', form({ device_kind: kind })),
    poll: (code: string) =>
      post<Tokens>('/oauth/token', form({ grant_type: DEVICE_GRANT, device_code: code })),
    refresh: (token: string) =>
      post<Tokens>('/oauth/token', form({ grant_type: 'refresh_token', refresh_token: token })),
    typed: (code: string) =>
      post<Tokens>('/api/pair', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code, kind }),
      }),
    async openStream({ access_token }: Tokens): Promise<WebSocket> {
      const headers = { authorization: `Bearer ${access_token}` };
      const { ticket } = await post<{ ticket: string }>('/api/ws-ticket', { headers });
      const address = new URL(`/api/stream?ticket=${encodeURIComponent(ticket)}`, location.href);
      address.protocol = address.protocol.replace('http', 'ws');
      return new WebSocket(address);
    },
  };
}

export type KitDoor = ReturnType<typeof createKitDoor>;
