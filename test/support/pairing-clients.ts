import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { openStream, type ScreenClient } from './screen-client.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  json<T>(): T;
}

export interface Request {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Basic credentials. */
  readonly as?: readonly [username: string, password: string];
}

/** A kit as a device on its Wi-Fi reaches it. */
export interface KitDoor {
  readonly port: number;
  ask(path: string, request?: Request): Promise<Reply>;
  /** Opens the stream with an access token. */
  stream(accessToken: string): Promise<ScreenClient>;
}

export function kitDoor(port: number, ca: string): KitDoor {
  function ask(path: string, { method = 'GET', body, headers = {}, as }: Request = {}): Promise<Reply> {
    const credentials = as && { authorization: `Basic ${Buffer.from(as.join(':')).toString('base64')}` };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          ca,
          servername: 'localhost',
          agent: false,
          headers: { ...credentials, ...headers },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: answer.statusCode ?? 0, text, json: () => JSON.parse(text) });
          });
          answer.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }
  return {
    port,
    ask,
    async stream(accessToken) {
      const { ticket } = await expect(
        ask('/api/ws-ticket', { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } }),
      ).then((reply) => reply.json<{ ticket: string }>());
      const screen = openStream(new WebSocket(`wss://localhost:${port}/api/stream?ticket=${ticket}`, { ca }));
      await screen.opened();
      return screen;
    },
  };
}

/** A signed-in person's call with a JSON body. */
export function post(door: KitDoor, path: string, as: Request['as'], body: object = {}): Promise<Reply> {
  return door.ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...(as === undefined ? {} : { as }),
  });
}

/** The reply, if it is a good one. */
export async function expect(reply: Promise<Reply>): Promise<Reply> {
  const { status, text } = await reply;
  if (status < 200 || status > 299) throw new Error(`${status}: ${text}`);
  return reply;
}

/** A watch that types the code of the kit; gives its access token. */
export async function watchTypes(door: KitDoor, code: string): Promise<string> {
  const reply = await expect(
    post(door, '/api/pair', undefined, { code, name: 'Watch of Bo', kind: 'watch' }),
  );
  return reply.json<{ access_token: string }>().access_token;
}

/** A watch of TakeoutFM: shows a code, and asks each second, as its person presses "Next". */
export class TakeoutWatch {
  readonly #door: KitDoor;
  #token = '';
  code = '';

  constructor(door: KitDoor) {
    this.#door = door;
  }

  async begin(): Promise<string> {
    const answer = await expect(this.#door.ask('/api/code'));
    const { AccessToken, Code } = answer.json<{ AccessToken: string; Code: string }>();
    this.#token = AccessToken;
    this.code = Code;
    return Code;
  }

  /** Undefined while it is not linked; throws for a dead code. */
  async next(): Promise<string | undefined> {
    const reply = await this.#door.ask('/api/code', {
      method: 'POST',
      body: JSON.stringify({ Code: this.code }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
    });
    if (reply.status === 403) return undefined;
    if (reply.status !== 200) throw new Error(`the code is dead: ${reply.status} ${reply.text}`);
    return reply.json<{ AccessToken: string }>().AccessToken;
  }
}
