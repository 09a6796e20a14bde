import assert from 'node:assert/strict';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { type DocumentServer, type Reply, startDocumentServer } from '../support/document-client.ts';
import { type S3Store, startS3Store } from '../support/s3-store.ts';
import { totpCode } from '../support/totp-code.ts';

/**
 * TakeoutFM's document «Security»: its tokens and what they open. The document writes no requests; these are
 * those of its server (v0.26.0), as recorded, and the shape of the answers is its server's where ours may be.
 */

const ADMIN = 'administrator';
const ADMIN_PASSWORD = 'seven wet horses in a tent';
const PASSWORD = 'correct-Horse7battery!Staple';
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SONG = 'ID3 a song, or what passes for one';

interface Tokens {
  readonly AccessToken: string;
  readonly RefreshToken: string;
  readonly MediaToken: string;
}

interface Item {
  readonly path: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly location: string;
}

let documents: DocumentServer;
let store: S3Store;
let mediaDir: string;

before(async () => {
  store = await startS3Store();
  store.put('films/Über uns.mp4', 'a film from afar');
  store.put('other/not-listed.mp4', 'another');
  const s3 = `{ Endpoint = "${store.endpoint}", Region = "${store.region}", AccessKeyID = "${store.accessKeyId}", SecretAccessKey = "${store.secretAccessKey}", BucketName = "${store.bucket}", ObjectPrefix = "films/", URLExpiration = "5m" }`;
  documents = await startDocumentServer(ADMIN_PASSWORD, {
    'log.level': 'debug',
    'compat.takeout.Buckets': `[ { Media = "films", S3 = ${s3} } ]`,
  });
  mediaDir = join(documents.server.dataDir, 'media');
  await put('music/Album (1)/01 Señor & Co.mp3', SONG);
  await put('music/02.mp3', '0123456789');
  await put('packages/alpha.zip', 'PK a data package');
  await put('packages/page.html', '<script>alert(1)</script>');
  await put('secrets.txt', 'beside the buckets');
  await symlink('/etc/passwd', join(mediaDir, 'music/passwd.mp3'));
  for (const user of ['defsub', 'other']) {
    await documents.server.cli(['user', 'add', '-u', user, '--password-stdin'], { stdin: `${PASSWORD}\n` });
  }
  await giveBuckets('defsub', ['music', 'packages', 'films']);
});

after(async () => {
  await documents.stop();
  await store.close();
});

async function put(path: string, text: string): Promise<void> {
  const file = join(mediaDir, path);
  await mkdir(join(file, '..'), { recursive: true });
  // Whole at once, as a careful program replaces a file.
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}

async function giveBuckets(user: string, buckets: readonly string[]): Promise<void> {
  const path = `/api/people/${user}/buckets`;
  const reply = await documents.console('PUT', path, { buckets });
  assert.deepEqual(reply.json(), { buckets: buckets.toSorted() });
}

/** `curl -d BODY`: with the type of a form, whatever it holds. */
const curl = (path: string, body: string, headers: Record<string, string> = {}) =>
  documents.send(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

async function signIn(user = 'defsub'): Promise<Tokens> {
  const reply = await curl('/api/token', `{"User":"${user}","Pass":"${PASSWORD}"}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Tokens>();
}

const get = (path: string, token?: string, headers: Record<string, string> = {}) =>
  documents.send(path, {
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });

async function itemIn(bucket: string, path: string, { AccessToken }: Tokens): Promise<Item> {
  const { items } = (await get(`/api/media/${bucket}`, AccessToken)).json<{ items: Item[] }>();
  return (
    items.find((item) => item.path === path) ?? assert.fail(`${path} is not in ${JSON.stringify(items)}`)
  );
}

/** The signed address to which a location leads. */
async function signedAddress(location: string, { MediaToken }: Tokens): Promise<string> {
  const reply = await get(location, MediaToken);
  assert.equal(reply.status, 302, reply.text);
  return reply.headers.location ?? assert.fail();
}

function assertText(reply: Reply, status: number, text: string): void {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(reply.headers['x-content-type-options'], 'nosniff');
  assert.equal(reply.text, `${text}\n`);
}

test('a sign-in returns three tokens, each with its life', async () => {
  const reply = await curl('/api/token', `{"User":"defsub","Pass":"${PASSWORD}"}`);
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], 'application/json');
  const tokens = reply.json<Tokens>();
  assert.deepEqual(Object.keys(tokens), ['AccessToken', 'RefreshToken', 'MediaToken']);
  assert.ok(reply.text.endsWith('}\n'));
  assert.match(tokens.RefreshToken, UUID_V4);
  const hoursLeft = (token: string) => ((decodeJwt(token).exp ?? 0) - Date.now() / 1_000) / 3_600;
  for (const token of [tokens.AccessToken, tokens.MediaToken]) {
    const { iss, sub } = decodeJwt(token);
    assert.deepEqual({ iss, sub }, { iss: 'takeout', sub: 'defsub' });
  }
  assert.ok(hoursLeft(tokens.AccessToken) > 3.9 && hoursLeft(tokens.AccessToken) <= 4);
  assert.ok(hoursLeft(tokens.MediaToken) > 2_159 && hoursLeft(tokens.MediaToken) <= 2_160);
});

test('names of members count in any case, as Go has it', async () => {
  const reply = await curl('/api/token', `{"user":"defsub","PASS":"${PASSWORD}"}`);
  assert.equal(reply.status, 200);
});

test('an unknown user and a wrong password read the same', async () => {
  assertText(await curl('/api/token', '{"User":"defsub","Pass":"wrong"}'), 401, 'key mismatch');
  assertText(await curl('/api/token', '{"User":"nobody","Pass":"wrong"}'), 401, 'key mismatch');
});

test('the form for browsers sets a cookie with all its marks, which opens media too', async () => {
  const jar = new Map<string, string>();
  const form = (pass: string) => new URLSearchParams({ user: 'defsub', pass }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const login = (pass: string) =>
    documents.send('/login', { method: 'POST', body: form(pass), headers, jar });
  assertText(await login('wrong'), 401, 'unauthorized');
  const reply = await login(PASSWORD);
  assert.deepEqual([reply.status, reply.headers.location], [303, '/']);
  const cookies = reply.headers['set-cookie'] ?? [];
  assert.ok(cookies.length > 0);
  for (const cookie of cookies) assert.match(cookie, /; HttpOnly/);
  for (const cookie of cookies) assert.match(cookie, /; SameSite=Strict/);
  const listed = await documents.send('/api/media/music', { jar });
  assert.equal(listed.status, 200);
  // Later replies do not send it again with fewer marks.
  assert.equal(listed.headers['set-cookie'], undefined);
  const { items } = listed.json<{ items: Item[] }>();
  assert.equal((await documents.send(items[0]?.location ?? '', { jar })).status, 302);
  const foreign = await documents.send('/login', {
    method: 'POST',
    body: form(PASSWORD),
    headers: { ...headers, origin: 'https://evil.example' },
  });
  assert.equal(foreign.status, 403);
  assert.equal(foreign.headers['set-cookie'], undefined);
});

test('what is no sign-in is refused, and never a fault of the server', async () => {
  for (const body of ['x', '{', '[]', 'null', '{"User":5,"Pass":"x"}']) {
    assertText(await curl('/api/token', body), 401, 'invalid JSON input');
  }
  assertText(
    await curl('/api/token', `{"User":"defsub","Pass":"${PASSWORD}","Passcode":"123456"}`),
    401,
    'missing totp',
  );
});

test('a passcode is asked for once it was assigned, and is good once', async () => {
  await documents.server.cli(['user', 'add', '-u', 'alice', '--password-stdin'], { stdin: `${PASSWORD}\n` });
  const user = `alice:${PASSWORD}`;
  const { secret } = (await documents.send('/api/me/factors/totp', { method: 'POST', user })).json<{
    secret: string;
  }>();
  const first = await documents.sendJson(
    '/api/me/factors/totp/activate',
    { code: totpCode(secret, -1) },
    { user },
  );
  assert.ok(first.status < 300, first.text);
  const login = (passcode?: string, pass = PASSWORD) =>
    curl(
      '/api/token',
      JSON.stringify({ User: 'alice', Pass: pass, ...(passcode && { Passcode: passcode }) }),
    );
  assertText(await login(), 401, 'invalid passcode');
  assertText(await login('000000'), 401, 'invalid passcode');
  const code = totpCode(secret);
  assertText(await login(code, 'wrong'), 401, 'key mismatch');
  const good = await login(code);
  assert.equal(good.status, 200, good.text);
  assertText(await login(code), 401, 'invalid passcode');
});

test('a refresh token is spent for new tokens, and a lost reply comes again', async () => {
  const tokens = await signIn();
  const reply = await get('/api/token', tokens.RefreshToken);
  assert.equal(reply.status, 200, reply.text);
  const renewed = reply.json<Tokens>();
  assert.deepEqual(Object.keys(renewed), ['AccessToken', 'RefreshToken']);
  assert.match(renewed.RefreshToken, UUID_V4);
  assert.notEqual(renewed.RefreshToken, tokens.RefreshToken);
  assert.equal((await get('/api/media', renewed.AccessToken)).status, 200);
  const again = (await get('/api/token', tokens.RefreshToken)).json<Tokens>();
  assert.equal(again.RefreshToken, renewed.RefreshToken);
  // The successor works, and with it the first one is over for good.
  assert.equal((await get('/api/token', renewed.RefreshToken)).status, 200);
  assertText(await get('/api/token', tokens.RefreshToken), 401, 'unauthorized');
});

test('without a good refresh token there are no new ones', async () => {
  const tokens = await signIn();
  assertText(await get('/api/token'), 401, 'unauthorized');
  assertText(await get('/api/token', tokens.AccessToken), 401, 'unauthorized');
  assertText(await get('/api/token', '00000000-0000-4000-8000-000000000000'), 401, 'unauthorized');
  const bare = await documents.send('/api/token', { headers: { authorization: tokens.RefreshToken } });
  assert.equal(bare.status, 200, 'the bare token, as TakeoutFM takes it');
});

test('each kind of token opens its own door only', async () => {
  const tokens = await signIn();
  const { location } = await itemIn('music', '02.mp3', tokens);
  const address = await signedAddress(location, tokens);
  const fileToken = new URL(address, documents.base).searchParams.get('token') ?? '';
  const code = (await documents.send('/api/code')).json<{ AccessToken: string }>().AccessToken;
  const doors: Record<string, { path: string; good: string }> = {
    access: { path: '/api/media', good: tokens.AccessToken },
    media: { path: location, good: tokens.MediaToken },
    refresh: { path: '/api/token', good: tokens.RefreshToken },
  };
  const kinds = { ...tokens, fileToken, code, nonsense: 'not-a-token' };
  for (const [door, { path, good }] of Object.entries(doors)) {
    for (const [kind, token] of Object.entries(kinds)) {
      if (token === good) continue;
      assert.equal((await get(path, token)).status, 401, `${kind} at the door of ${door}`);
    }
  }
  const path = new URL(address, documents.base).pathname;
  for (const token of [tokens.AccessToken, tokens.MediaToken, tokens.RefreshToken, code, '']) {
    assertText(await get(`${path}?token=${token}`), 403, 'access denied');
  }
});

test('a location leads to the bytes, and is the same each time', async () => {
  const tokens = await signIn();
  const song = await itemIn('music', 'Album (1)/01 Señor & Co.mp3', tokens);
  assert.match(song.location, /^\/api\/tracks\/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]+\/location$/);
  assert.equal(song.mediaType, 'audio/mpeg');
  assert.equal((await itemIn('music', song.path, tokens)).location, song.location);
  const first = await signedAddress(song.location, tokens);
  const bare = await documents.send(song.location, { headers: { authorization: tokens.MediaToken } });
  assert.equal(bare.status, 302, 'the bare token, as TakeoutFM takes it');
  assert.match(first, /^\/d\/music\/Album%20\(1\)\/01%20Se%C3%B1or%20%26%20Co\.mp3\?token=/);
  assert.notEqual(await signedAddress(song.location, tokens), first, 'each address is unique');
  const whole = await get(first);
  assert.equal(whole.status, 200);
  assert.equal(whole.text, SONG);
  assert.equal(whole.headers['content-type'], 'audio/mpeg');
  assert.equal(whole.headers['accept-ranges'], 'bytes');
  const head = await documents.send(first, { method: 'HEAD' });
  assert.equal(head.headers['content-length'], String(SONG.length));
  assert.equal(head.text, '');
});

test('players look for a song, a film and an episode at addresses of their own', async () => {
  const tokens = await signIn();
  const song = await itemIn('music', '02.mp3', tokens);
  const [, id = ''] = /([0-9a-f-]{36})\/location$/.exec(song.location) ?? [];
  for (const path of [
    `/api/tracks/${id}/location`,
    `/api/movies/${id}/location`,
    `/api/tv/episodes/${id}/location`,
    `/api/episodes/${id}/location`,
    `/api/media/${id}/location`,
  ]) {
    const whole = await get(await signedAddress(path, tokens));
    assert.deepEqual([whole.status, whole.text], [200, '0123456789'], path);
    assert.equal((await get(path)).status, 401, path);
  }
});

test('players read parts', async () => {
  const tokens = await signIn();
  const address = await signedAddress((await itemIn('music', '02.mp3', tokens)).location, tokens);
  const part = (range: string) => get(address, undefined, { range });
  for (const [range, body, of] of [
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=0-99', '0123456789', 'bytes 0-9/10'],
  ] as const) {
    const reply = await part(range);
    assert.deepEqual([reply.status, reply.text, reply.headers['content-range']], [206, body, of], range);
  }
  const beyond = await part('bytes=10-');
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */10']);
  for (const range of ['bytes=4-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,3-4']) {
    assert.equal((await part(range)).status, 200, range);
  }
});

test('an address opens one file, by reading, and no other', async () => {
  const tokens = await signIn();
  const address = await signedAddress((await itemIn('music', '02.mp3', tokens)).location, tokens);
  const token = address.slice(address.indexOf('?'));
  for (const path of [
    '/d/packages/alpha.zip',
    '/d/music/03.mp3',
    '/d/music//02.mp3',
    '/d/music/x/../02.mp3/',
    '/d/music/%2e%2e/secrets.txt',
    '/d/music%2f02.mp3',
    '/d/music/..%2f..%2fbivouac.db',
    '/d/secrets.txt',
    '/d/music/passwd.mp3',
    '/d/',
  ]) {
    assertText(await get(path + token), 403, 'access denied');
  }
  assert.equal((await documents.send(address, { method: 'POST' })).status, 404);
  const changed = address.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  assertText(await get(changed.slice(0, -2)), 403, 'access denied');
});

test('an address for a single use is good once', async () => {
  const tokens = await signIn();
  const { location, mediaType } = await itemIn('packages', 'alpha.zip', tokens);
  assert.match(location, /^\/api\/media\//);
  assert.equal(mediaType, 'application/zip');
  const address = await signedAddress(`${location}?once`, tokens);
  assert.equal((await documents.send(address, { method: 'HEAD' })).status, 200);
  const first = await get(address);
  assert.equal(first.text, 'PK a data package');
  assert.match(first.headers['content-disposition'] ?? '', /^attachment; filename="alpha\.zip"/);
  assertText(await get(address), 403, 'access denied');
});

test('what could run in a browser is a download', async () => {
  const tokens = await signIn();
  const address = await signedAddress((await itemIn('packages', 'page.html', tokens)).location, tokens);
  const page = await get(address);
  assert.equal(page.headers['content-type'], 'application/octet-stream');
  assert.match(page.headers['content-disposition'] ?? '', /^attachment/);
  assert.equal(page.headers['content-security-policy'], "default-src 'none'; sandbox");
});

test('an address ends when the file is another', async () => {
  const tokens = await signIn();
  await put('music/changing.mp3', 'first words');
  const { location } = await itemIn('music', 'changing.mp3', tokens).catch(async () => {
    // The list is a few seconds old at the most.
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    return itemIn('music', 'changing.mp3', tokens);
  });
  const address = await signedAddress(location, tokens);
  assert.equal((await get(address)).text, 'first words');
  await put('music/changing.mp3', 'other words');
  assertText(await get(address), 403, 'access denied');
  assert.equal((await get(await signedAddress(location, tokens))).text, 'other words');
});

test('each user has a list of buckets, and others do not exist for him', async () => {
  const tokens = await signIn();
  const stranger = await signIn('other');
  assert.deepEqual((await get('/api/media', tokens.AccessToken)).json(), {
    buckets: ['films', 'music', 'packages'],
  });
  assert.deepEqual((await get('/api/media', stranger.AccessToken)).json(), { buckets: [] });
  assert.equal((await get('/api/media/music', stranger.AccessToken)).status, 404);
  const { location } = await itemIn('music', '02.mp3', tokens);
  assertText(await get(location, stranger.MediaToken), 404, 'not found');
  assertText(
    await get(location.replace(/[0-9a-f-]{36}/, '4e3f3533-5f1a-4899-b44b-83268e0b2b39'), tokens.MediaToken),
    404,
    'not found',
  );

  // Taking a bucket away ends the addresses that are out there, too.
  await giveBuckets('other', ['music']);
  const address = await signedAddress(location, stranger);
  assert.equal((await get(address)).status, 200);
  await giveBuckets('other', []);
  assertText(await get(address), 403, 'access denied');
  assertText(await get(location, stranger.MediaToken), 404, 'not found');
});

test('only an administrator decides who may read which bucket', async () => {
  const path = '/api/people/other/buckets';
  const asUser = (user: string) =>
    documents.sendJson(path, { buckets: ['music'] }, { method: 'PUT', user: `${user}:${PASSWORD}` });
  assert.equal((await asUser('other')).status, 403);
  assert.equal((await documents.send(path, { user: `${ADMIN}:${ADMIN_PASSWORD}` })).status, 200);
  const unknown = await documents.console('PUT', '/api/people/nobody/buckets', { buckets: [] });
  assert.equal(unknown.status, 404);
});

test('media in a store elsewhere is reached by a presigned address', async () => {
  const tokens = await signIn();
  const film = await itemIn('films', 'films/Über uns.mp4', tokens);
  assert.match(film.location, /^\/api\/movies\//);
  const address = await signedAddress(film.location, tokens);
  assert.ok(address.startsWith(`${store.endpoint}/kit.media/films/%C3%9Cber%20uns.mp4?X-Amz-`), address);
  assert.equal(new URL(address).searchParams.get('X-Amz-Expires'), '300');
  assert.equal(await (await fetch(address)).text(), 'a film from afar');
  assert.equal((await fetch(address.replace('%C3%9Cber%20uns', 'x'))).status, 403);
  const once = await get(`${film.location}?once`, tokens.MediaToken);
  assert.equal(once.status, 409);
  const listed = (await get('/api/media/films', tokens.AccessToken)).json<{ items: Item[] }>();
  assert.equal(listed.items.length, 1, 'only what is below the prefix');
});

test('whoever is disabled reads nothing more', async () => {
  await documents.server.cli(['user', 'add', '-u', 'leaving', '--password-stdin'], {
    stdin: `${PASSWORD}\n`,
  });
  await giveBuckets('leaving', ['music']);
  const tokens = await signIn('leaving');
  const { location } = await itemIn('music', '02.mp3', tokens);
  const address = await signedAddress(location, tokens);
  const disabled = await documents.console('PATCH', '/api/people/leaving', { isEnabled: false });
  assert.equal(disabled.status, 200, disabled.text);
  assertText(await get(location, tokens.MediaToken), 401, 'unauthorized');
  assertText(await get(address), 403, 'access denied');
  assertText(await get('/api/token', tokens.RefreshToken), 401, 'unauthorized');
  assert.equal((await get('/api/media', tokens.AccessToken)).status, 401);
});

test('no token and no key is in the log', async () => {
  const tokens = await signIn();
  const address = await signedAddress((await itemIn('music', '02.mp3', tokens)).location, tokens);
  await get(address);
  await get('/api/media/films', tokens.AccessToken);
  await documents.server.waitForLog(({ route }) => route === '/d/*', 'the line of a file');
  const log = JSON.stringify(documents.server.logs) + documents.server.stderr();
  const secrets = [...Object.values(tokens), address.split('token=')[1], PASSWORD, store.secretAccessKey];
  for (const secret of secrets) assert.equal(log.includes(String(secret)), false);
});
