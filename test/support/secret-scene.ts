import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { startMailServer } from './code-receivers.ts';
import { cookieIn, type SecretWitness, type WitnessedReply } from './secret-witness.ts';
import type { ServerProcess } from './server-process.ts';
import { totpCode } from './totp-code.ts';

/** What a scene of a kit's life needs. */
export interface Stage {
  readonly server: ServerProcess;
  readonly ca: string;
  readonly mail: Awaited<ReturnType<typeof startMailServer>>;
  readonly witness: SecretWitness;
  readonly chief: string;
  /** `name:password` of people without a second factor. */
  readonly bob: string;
}

const dataOf = <T>(reply: WitnessedReply): T => reply.json<{ data: T }>().data;
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A browser that signed in: its cookies, and the mark that it sends along. */
interface Browser {
  readonly jar: Map<string, string>;
  readonly headers: { readonly 'x-xsrf-token': string };
}

/** Claims the kit, and makes people; with what others do wrong on the way. */
export async function begin(
  base: Omit<Stage, 'chief' | 'bob'>,
  passwords: { readonly chief: string; readonly bob: string; readonly alice: string },
): Promise<Stage> {
  const { witness } = base;
  const chief = witness.secret('the password of the chief', passwords.chief);
  const bob = witness.secret('the password of bob', passwords.bob);
  const alice = witness.secret('the password of alice', passwords.alice);
  const wrongCode = witness.secret('a wrong claim code', 'BCDFGHJK');
  const shown = await witness.ask('control', 'GET /api/setup/code', {}, (reply) => ({
    'the claim code': reply.json<{ code: string }>().code,
  }));
  const { code } = shown.json<{ code: string }>();
  const claim = (typed: string, status: number) =>
    witness.ask(
      'https',
      'POST /api/setup/claim',
      { json: { code: typed, username: 'chief', password: chief }, status },
      (reply) =>
        status === 201
          ? {
              'the session of the claim': cookieIn(reply, '__Host-sid'),
              'the device mark of the claim': cookieIn(reply, '__Host-device'),
              'the forgery mark of the claim': reply.json<{ csrfToken: string }>().csrfToken,
            }
          : {},
    );
  await claim(wrongCode, 401);
  await claim(code, 201);
  await claim(code, 410);
  const user = `chief:${chief}`;
  const json = (name: string, password: string, more: object = {}) => ({
    user,
    json: { name, password, groups: ['blue'], ...more },
  });
  await witness.ask('https', 'POST /api/people', json('bob', bob));
  await witness.ask('https', 'POST /api/people', json('alice', alice));
  return { ...base, chief: user, bob: `bob:${bob}` };
}

/** What goes wrong at every door: in forms, in JSON, in paths, in names. */
export async function mistakes({ witness, bob }: Stage): Promise<void> {
  const password = bob.slice('bob:'.length);
  const slip = witness.secret('a mistyped password', 'mistyped-kettle-of-nine');
  const own = { username: 'bob', password: slip };
  await witness.ask('http', 'POST /api/session', { json: own, status: 401 });
  // The password, typed where the name belongs. A name of its own each time: guesses slow the next one down.
  await witness.ask('http', 'POST /api/session', {
    json: { username: password, password: slip },
    status: 401,
  });
  await witness.ask('http', 'POST /api/login', { json: { username: `${slip}-1`, password }, status: 400 });
  await witness.ask('http', 'GET /api/v1/login', { user: `${slip}-2:${password}`, status: 401 });
  const form = { username: `${slip}-3`, password };
  await witness.ask('http', 'POST /management/auth', { form, status: 401 });
  await witness.ask('http', 'POST /api/token', { json: { User: `${slip}-4`, Pass: password }, status: 401 });
  await witness.ask('http', 'GET /Marti/api/tls/config', { user: `${slip}-5:${password}`, status: 401 });
  // What is no order at all.
  for (const body of [`{"username":"bob","password":"${slip}`, `"${slip}"`, `[{"${slip}":1}]`]) {
    for (const path of ['/api/session', '/api/login', '/api/v1/login', '/api/token', '/management/auth']) {
      const headers = { 'content-type': 'application/json' };
      await witness.ask('http', `POST ${path}`, { body, headers, status: [400, 401, 429] });
    }
  }
  await witness.ask('http', 'POST /api/session', {
    json: { ...own, more: slip },
    status: 400,
  });
  await witness.ask('http', 'POST /api/me/tokens', {
    user: bob,
    json: { name: 'x', scope: slip },
    status: 400,
  });
  // Addresses that lead nowhere, or to somebody.
  for (const path of [`/${slip}`, `/p/${slip}/itak.zip`, `/join/${slip}/itak`, `/d/${slip}?token=${slip}`]) {
    await witness.ask('http', `GET ${path}`, { status: [403, 404] });
  }
  await witness.ask('http', `GET /api/me?auth_token=${slip}`, { status: 401 });
  await witness.ask('http', 'GET /api/me', { headers: bearer(`${slip}.${slip}.${slip}`), status: 401 });
  await witness.ask('ftsRestPlain', 'GET /Clients', { headers: bearer(slip), status: 401 });
  await witness.ask('http', `POST /oauth/token?username=${slip}-6&password=${slip}`, { status: [400, 401] });
}

/** A browser with an app, recovery codes and a password that changes. */
export async function browserLife({ witness, chief }: Stage, password: string): Promise<void> {
  const order = { username: 'alice', password };
  const signedIn = await signIn(witness, 'alice', order);
  const opts = (json?: object) => ({ ...signedIn, ...(json === undefined ? {} : { json }) });
  const made = await witness.ask('https', 'POST /api/me/factors/totp', opts(), (reply) => ({
    'the secret of the app': reply.json<{ secret: string }>().secret,
  }));
  const { secret } = made.json<{ secret: string }>();
  const code = (step: number) => witness.secret(`code ${step} of the app`, totpCode(secret, step));
  const codes = { early: code(-1), now: code(0), late: code(1) };
  await witness.ask('https', 'POST /api/me/factors/totp/activate', opts({ code: codes.early }));
  const renewed = await witness.ask('https', 'POST /api/me/factors/recovery-codes', opts(), (reply) =>
    Object.fromEntries(
      reply.json<{ codes: string[] }>().codes.map((one, index) => [`recovery code ${index}`, one]),
    ),
  );
  const [recovery = ''] = renewed.json<{ codes: string[] }>().codes;

  const waiting = await signIn(witness, 'alice, half', order);
  await witness.ask('https', 'POST /api/session/code', { ...waiting, json: { code: '135791' }, status: 401 });
  const second = (jar: Browser, how: string, json: object) =>
    witness.ask('https', 'POST /api/session/code', { ...jar, json }, (reply) =>
      marksOf(reply, `alice by ${how}`),
    );
  await second(waiting, 'code', { code: codes.now });
  const lost = await signIn(witness, 'alice, lost', order);
  await second(lost, 'recovery code', { code: recovery, method: 'recovery_code' });

  // RPort's way, with the next code.
  const login = await witness.ask('https', 'POST /api/v1/login', { json: order }, (reply) => ({
    'RPort’s login token': dataOf<{ token: string }>(reply).token,
  }));
  const verify = { headers: bearer(dataOf<{ token: string }>(login).token) };
  const json = { username: 'alice', token: codes.late };
  const verified = await witness.ask('https', 'POST /api/v1/verify-2fa', { ...verify, json }, (reply) => ({
    'RPort’s token': dataOf<{ token: string }>(reply).token,
  }));
  const rport = bearer(dataOf<{ token: string }>(verified).token);
  const mine = { name: 'from RPort', scope: 'read+write' };
  await witness.ask('https', 'POST /api/v1/me/tokens', { headers: rport, json: mine }, (reply) => ({
    'a personal token by RPort': dataOf<{ token: string }>(reply).token,
  }));
  await witness.ask('https', 'DELETE /api/people/alice/factors', { user: chief });
  const next = witness.secret('the next password of alice', 'velvet harbour under rain');
  await witness.ask('https', 'PATCH /api/people/alice', { user: chief, json: { password: next } });
}

function marksOf(reply: WitnessedReply, whose: string): Readonly<Record<string, string>> {
  const found = ['sid', 'device', 'login', 'browser'].map(
    (name) => [`the cookie ${name} of ${whose}`, cookieIn(reply, `__Host-${name}`)] as const,
  );
  const csrf = [`the forgery mark of ${whose}`, cookieIn(reply, 'XSRF-TOKEN')] as const;
  return Object.fromEntries([...found, csrf].filter(([, value]) => value !== ''));
}

async function signIn(witness: SecretWitness, whose: string, json: object): Promise<Browser> {
  const jar = new Map<string, string>();
  const reply = await witness.ask('https', 'POST /api/session', { json, jar }, (one) => marksOf(one, whose));
  return { jar, headers: { 'x-xsrf-token': reply.json<{ csrfToken: string }>().csrfToken } };
}

/** Tokens of every dialect, used where they belong. */
export async function tokensOfDialects({ server, ca, witness, chief, bob }: Stage): Promise<void> {
  const [username = '', password = ''] = bob.split(':');
  const made = await witness.ask(
    'https',
    'POST /api/me/tokens',
    { user: bob, json: { name: 'mine', scope: 'read+write' } },
    (reply) => ({ 'a personal token': reply.json<{ token: string }>().token }),
  );
  const { token } = made.json<{ token: string }>();
  await witness.ask('https', 'GET /api/me/certs', { headers: bearer(token) });
  await witness.ask('https', 'GET /api/v1/me', { user: `bob:${token}` });
  const ots = await witness.ask(
    'https',
    'POST /api/login?include_auth_token',
    { json: { username, password } },
    (reply) => ({
      'OpenTAKServer’s token': otsTokenOf(reply),
      ...marksOf(reply, 'bob'),
    }),
  );
  await witness.ask('https', `GET /api/me?auth_token=${otsTokenOf(ots)}`);
  await witness.ask(
    'https',
    'POST /api/atak_qr_string',
    { headers: bearer(otsTokenOf(ots)), json: {} },
    (reply) => ({
      'the code of a QR string': /token=(\w+)/.exec(reply.text)?.[1] ?? '',
    }),
  );
  const query = new URLSearchParams({ username, password });
  await witness.ask('https', `GET /oauth/token?${query}`, {}, (reply) => ({
    'a token by a query': reply.json<{ access_token: string }>().access_token,
  }));
  const taxii = await witness.ask(
    'https',
    'POST /management/auth',
    { form: { username, password } },
    (reply) => ({
      'TAXII’s token': reply.json<{ token: string }>().token,
    }),
  );
  await witness.ask('https', 'GET /management/health', {
    headers: bearer(taxii.json<{ token: string }>().token),
  });
  const rport = await witness.ask('https', 'GET /api/v1/login', { user: bob }, (reply) => ({
    'RPort’s token of bob': dataOf<{ token: string }>(reply).token,
  }));
  await overStream(
    witness,
    server,
    ca,
    `/api/v1/ws/clients?access_token=${dataOf<{ token: string }>(rport).token}`,
  );
  await takeout({ witness, server, chief, bob });
}

function otsTokenOf(reply: WitnessedReply): string {
  return reply.json<{ response: { user: { authentication_token: string } } }>().response.user
    .authentication_token;
}

async function takeout({ witness, server, chief, bob }: Pick<Stage, 'witness' | 'server' | 'chief' | 'bob'>) {
  const [User = '', Pass = ''] = bob.split(':');
  await mkdir(join(server.dataDir, 'media', 'music'), { recursive: true });
  await writeFile(join(server.dataDir, 'media', 'music', 'song.mp3'), 'a song');
  await witness.ask('https', 'PUT /api/people/bob/buckets', { user: chief, json: { buckets: ['music'] } });
  const named = (reply: WitnessedReply, what: string) => {
    const { AccessToken, RefreshToken, MediaToken } = reply.json<Record<string, string>>();
    const all = { access: AccessToken, refresh: RefreshToken, media: MediaToken };
    return Object.fromEntries(
      Object.entries(all).flatMap(([kind, token]) =>
        token === undefined ? [] : [[`${what} (${kind})`, token]],
      ),
    );
  };
  const tokens = await witness.ask('https', 'POST /api/token', { json: { User, Pass } }, (reply) =>
    named(reply, 'TakeoutFM’s tokens'),
  );
  const { RefreshToken = '', MediaToken = '' } = tokens.json<Record<string, string>>();
  const renewed = await witness.ask('https', 'GET /api/token', { headers: bearer(RefreshToken) }, (reply) =>
    named(reply, 'TakeoutFM’s next tokens'),
  );
  const access = bearer(renewed.json<Record<string, string>>()['AccessToken'] ?? '');
  const listed = await witness.ask('https', 'GET /api/media/music', { headers: access });
  const { location } = listed.json<{ items: { location: string }[] }>().items[0]!;
  const led = await witness.ask(
    'https',
    `GET ${location}`,
    { headers: bearer(MediaToken), status: 302 },
    (reply) => ({
      'the token of a file': new URL(reply.headers.location ?? '', 'https://localhost').searchParams.get(
        'token',
      )!,
    }),
  );
  await witness.ask('https', `GET ${led.headers.location}`);
}

/** Opens a WebSocket, and keeps the first message. */
export async function overStream(
  witness: SecretWitness,
  server: ServerProcess,
  ca: string,
  path: string,
): Promise<void> {
  const { port } = server.address('https');
  const socket = new WebSocket(`wss://localhost:${port}${path}`, { ca });
  const message = new Promise<string>((resolve, reject) => {
    socket.once('message', (data: Buffer) => resolve(data.toString('utf8')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${path.split('?')[0]} was closed`)));
  });
  witness.overhears(`the stream ${path.split('?')[0]}`, await message);
  socket.terminate();
}
