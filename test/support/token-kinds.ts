import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Proof } from '../../src/auth/sign-in-ports.ts';
import { bearer } from './callers.ts';
import { type HttpKit, PASSWORD } from './http-kit.ts';
import { AT_THE_KIT } from './pairing-world.ts';
import { totpCode } from './totp-code.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const VISIT = { remote: '127.0.0.1', userAgent: 'test' };

/** Everything of a person that is handed out and shown again, all of it alive: each opens its own doors. */
export async function makeTokens(http: HttpKit) {
  const { auth, clock } = http.kit;
  const { sessions, tickets, apiTokens, enrolmentTokens, pairing } = auth;
  const principalId = await http.addUser('alice');
  await http.addUser('dora');
  const user = await auth.users.byName('alice');
  assert.ok(user !== undefined);

  const signIn = (username: string) =>
    auth.signIn.withPassword({ door: 'web', remote: '127.0.0.1', username, password: PASSWORD });
  const first = await signIn('alice');
  assert.equal(first.state, 'signed_in');
  const proof: Proof = first.proof;
  const family = await sessions.openFamily(proof);
  const cookie = await sessions.openBrowser(proof, { isRemembered: false });

  const dora = { principalId: (await auth.users.byName('dora'))!.id };
  const { secret } = await auth.factors.totp.setUp(dora, { door: 'web', ...VISIT });
  await auth.factors.totp.activate(dora, totpCode(secret), { door: 'web', ...VISIT });
  const pending = await signIn('dora');
  assert.equal(pending.state, 'second_factor');

  const api = (name: string, scope: string) => apiTokens.create({ principalId, name, scope }, CONSOLE);
  const enrolment = (form: 'link' | 'typed') => enrolmentTokens.create({ username: 'alice', form }, CONSOLE);
  const short = await pairing.request({ form: 'short', device: {}, ...VISIT });
  const long = await pairing.request({ form: 'long', device: {}, ...VISIT });
  await pairing.approve({ id: long.pairingId }, AT_THE_KIT);
  const invitation = await http.ask('control', '/api/people/alice/invitations', {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ client: 'itak', host: 'localhost' }),
  });
  assert.equal(invitation.status, 200, invitation.text);

  return {
    cookie: cookie.token,
    ots: (await sessions.openOts(proof)).token,
    rport: (await sessions.openRport(proof)).token,
    taxii: (await sessions.openTaxii(proof)).token,
    takeout: family.access.token,
    refresh: family.refresh.token,
    media: family.media.token,
    login: pending.challenge.loginToken,
    device: proof.deviceCookie,
    csrf: auth.csrf.issue(cookie.sessionId),
    ticket: (await tickets.issue({ user })).ticket,
    api: (await api('all', 'read+write')).token,
    stream: (await api('stream', 'cot')).token,
    file: await fileToken(http, family.media.token),
    code: await auth.codeTokens.issue({ id: short.pairingId, expiresMs: clock.now() + 60_000 }),
    deviceCode: long.deviceCode,
    shownByDevice: short.code,
    shownByKit: (await pairing.open({}, AT_THE_KIT)).code,
    enrolmentLink: (await enrolment('link')).token,
    enrolmentTyped: (await enrolment('typed')).token,
    download: /\/(?:join|p)\/([^/]+)\//.exec(invitation.text)?.[1] ?? '',
    recovery: (await auth.adminRecovery.begin(CONSOLE)).code,
  };
}

/** What the token of a file is for. */
export const FILE = '/d/music/song.mp3';

/** Of an address that the library leads to. */
async function fileToken(http: HttpKit, mediaToken: string): Promise<string> {
  const folder = join(http.kit.config.dataDir, 'media', 'music');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'song.mp3'), 'a song');
  const given = await http.ask('control', '/api/people/alice/buckets', {
    method: 'PUT',
    headers: JSON_TYPE,
    body: JSON.stringify({ buckets: ['music'] }),
  });
  assert.equal(given.status, 200, given.text);
  const listed = await http.ask('https', '/api/media/music', { as: 'alice' });
  const { location } = listed.json<{ items: { location: string }[] }>().items[0]!;
  const led = await http.ask('https', location, { headers: bearer(mediaToken) });
  const address = new URL(led.headers.location ?? '', 'https://localhost');
  assert.equal(address.pathname, FILE);
  return address.searchParams.get('token') ?? '';
}

export type Tokens = Awaited<ReturnType<typeof makeTokens>>;
export type Kind = keyof Tokens;
