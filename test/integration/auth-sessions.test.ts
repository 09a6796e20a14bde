import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { AuthDeps } from '../../src/auth/auth.ts';
import { CONSOLE, type RevocationNotice } from '../../src/auth/ports.ts';
import { endsSession } from '../../src/auth/revoke.ts';
import type { TokenKind } from '../../src/auth/session-ports.ts';
import { DEFAULT_AUTH_SETTINGS } from '../../src/auth/settings.ts';
import type { Proof } from '../../src/auth/sign-in-ports.ts';
import { type AuthWorld, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ALL_KINDS: readonly TokenKind[] = ['cookie', 'refresh', 'ots', 'rport', 'taxii', 'takeout', 'media'];

const PHONE = { remote: '10.42.0.17:51234', userAgent: 'phone' };

/** A user, and a proof as a sign-in of this moment gives it. */
async function world(t: TestContext, deps: Partial<AuthDeps> = {}) {
  const base = await openAuth(t, deps);
  const { auth, store, clock } = base;
  const user = await auth.users.add({ name: 'alice' }, CONSOLE);
  const proof = async (): Promise<Proof> => ({
    user,
    credEpoch: (await store.principals.byId(user.id))?.credEpoch ?? 0,
    methods: ['password'],
    atMs: clock.now(),
    door: 'web',
    deviceCookie: '',
    ...PHONE,
  });
  const verdict = async (token: string, kinds: readonly TokenKind[] = ALL_KINDS) => {
    const { session, refused } = await auth.sessions.check({ token, kinds });
    return session === undefined ? refused : 'good';
  };
  return { ...base, user, proof, verdict };
}

type World = Awaited<ReturnType<typeof world>>;

/** One token of each kind. */
async function openAll({ auth, proof }: World): Promise<Record<TokenKind, string>> {
  const { access, refresh, media } = await auth.sessions.openFamily(await proof());
  return {
    cookie: (await auth.sessions.openBrowser(await proof(), { isRemembered: false })).token,
    ots: (await auth.sessions.openOts(await proof())).token,
    rport: (await auth.sessions.openRport(await proof())).token,
    taxii: (await auth.sessions.openTaxii(await proof())).token,
    takeout: access.token,
    refresh: refresh.token,
    media: media.token,
  };
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

test('each kind of token is good where its kind is taken, and nowhere else', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  for (const kind of ALL_KINDS) {
    for (const wanted of ALL_KINDS) {
      const expected = kind === wanted ? 'good' : 'unknown';
      assert.equal(await w.verdict(tokens[kind], [wanted]), expected, `${kind} as ${wanted}`);
    }
  }
  const file = await w.auth.fileTokens.issue({
    user: w.user,
    method: 'GET',
    path: '/d/a.zip',
    sha256: 'a'.repeat(64),
  });
  const code = await w.auth.codeTokens.issue({ id: 'pairing-1', expiresMs: w.clock.now() + MINUTE_MS });
  for (const other of [file.token, code]) assert.equal(await w.verdict(other), 'unknown');
  for (const token of [...Object.values(tokens), code]) {
    const { refused } = await w.auth.fileTokens.check({ token, method: 'GET', path: '/d/a.zip' });
    assert.equal(refused, 'malformed');
  }
  assert.deepEqual(await w.auth.codeTokens.check(code), { pairingId: 'pairing-1' });
  assert.deepEqual(await w.auth.codeTokens.check(file.token), { refused: 'malformed' });
});

test('a token whose parts are changed, whose signature is another’s, or that is garbage, is refused', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const [head = '', payload = '', signature = ''] = tokens.rport.split('.');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'rport+jwt' })).toString('base64url');
  const asOts = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'ots+jwt' })).toString('base64url');
  for (const bad of [
    '',
    'x',
    '"',
    "' OR 1=1 --",
    `${head}.${payload}`,
    `${head}.${payload}.`,
    `${none}.${payload}.`,
    `${asOts}.${payload}.${signature}`,
    `${head}.${tokens.ots.split('.')[1]}.${signature}`,
    `${head}.${payload}.${tokens.ots.split('.')[2]}`,
    'a'.repeat(100_000),
  ]) {
    assert.equal(await w.verdict(bad), 'malformed', bad.slice(0, 40));
  }
  assert.equal(await w.verdict('e83d40e4-e237-43d6-bb99-35972ded631b'), 'unknown');
});

/** Good until, and over from: both sides of each life. */
for (const [kind, lifeMs] of [
  ['taxii', 60 * MINUTE_MS],
  ['takeout', 4 * HOUR_MS],
  ['rport', 10 * MINUTE_MS],
  ['ots', 12 * HOUR_MS],
  ['cookie', 12 * HOUR_MS],
  ['refresh', 30 * DAY_MS],
] as const) {
  test(`an unused ${kind} token ends after ${lifeMs / MINUTE_MS} minutes`, async (t) => {
    const w = await world(t);
    // A use makes some of them younger: one is used just before the end, its twin is left alone.
    const [used, unused] = [await openAll(w), await openAll(w)];
    w.clock.advance(lifeMs - SECOND_MS);
    assert.equal(await w.verdict(used[kind]), 'good');
    w.clock.advance(SECOND_MS);
    assert.equal(await w.verdict(unused[kind]), 'expired');
  });
}

test('a media token ends with its refresh token, and after 90 days in any case', async (t) => {
  const w = await world(t);
  const { media, refresh } = await w.auth.sessions.openFamily(await w.proof());
  w.clock.advance(30 * DAY_MS - 1);
  assert.equal(await w.verdict(media.token), 'good');
  w.clock.advance(1);
  assert.equal(await w.verdict(media.token), 'expired', 'nobody refreshed for 30 days');

  const second = await w.auth.sessions.openFamily(await w.proof());
  let token = second.refresh.token;
  for (let day = 0; day < 88; day += 8) {
    w.clock.advance(8 * DAY_MS);
    const next = await w.auth.sessions.refresh({ token, ...PHONE });
    assert.ok(next.refused === undefined);
    token = next.refresh.token;
  }
  w.clock.advance(2 * DAY_MS - SECOND_MS);
  assert.equal(await w.verdict(second.media.token), 'good');
  w.clock.advance(SECOND_MS);
  assert.equal(await w.verdict(second.media.token), 'expired');
  assert.notEqual(refresh.token, second.refresh.token);
});

test('a remembered browser stays for 30 days if it comes each day, another one for 12 hours', async (t) => {
  const w = await world(t);
  const plain = await w.auth.sessions.openBrowser(await w.proof(), { isRemembered: false });
  const remembered = await w.auth.sessions.openBrowser(await w.proof(), { isRemembered: true });
  w.clock.advance(11 * HOUR_MS);
  assert.equal(await w.verdict(plain.token), 'good');
  assert.equal(await w.verdict(remembered.token), 'good');
  w.clock.advance(HOUR_MS);
  assert.equal(await w.verdict(plain.token), 'expired', 'a use does not make it longer');
  for (let elapsedMs = 12 * HOUR_MS; elapsedMs < 30 * DAY_MS - 11 * HOUR_MS; elapsedMs += 11 * HOUR_MS) {
    assert.equal(await w.verdict(remembered.token), 'good');
    w.clock.advance(11 * HOUR_MS);
  }
  w.clock.advance(11 * HOUR_MS);
  assert.equal(await w.verdict(remembered.token), 'expired');
});

test('an RPort token slides: each use gives it ten minutes at least, up to 90 days', async (t) => {
  const w = await world(t);
  const { token } = await w.auth.sessions.openRport(await w.proof(), { lifeMs: 4 * SECOND_MS });
  w.clock.advance(3 * SECOND_MS);
  assert.equal(await w.verdict(token), 'good');
  for (let i = 0; i < 10; i += 1) {
    w.clock.advance(10 * MINUTE_MS - 1);
    assert.equal(await w.verdict(token), 'good');
  }
  w.clock.advance(10 * MINUTE_MS);
  assert.equal(await w.verdict(token), 'expired');

  const short = await w.auth.sessions.openRport(await w.proof(), { lifeMs: 4 * SECOND_MS });
  w.clock.advance(4 * SECOND_MS);
  assert.equal(await w.verdict(short.token), 'expired');

  const long = await w.auth.sessions.openRport(await w.proof(), { lifeMs: 90 * DAY_MS });
  w.clock.advance(90 * DAY_MS - 1);
  assert.equal(await w.verdict(long.token), 'good');
  w.clock.advance(1);
  assert.equal(await w.verdict(long.token), 'expired', 'the use before did not carry it over the end');
  for (const lifeMs of [90 * DAY_MS + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await assert.rejects(w.auth.sessions.openRport(await w.proof(), { lifeMs }), { code: 'request.invalid' });
  }
  const standard = await w.auth.sessions.openRport(await w.proof(), { lifeMs: -1 });
  assert.equal(standard.expiresMs, w.clock.now() + 10 * MINUTE_MS);
});

test('a slid life survives a restart, but for the last minute of it', async (t) => {
  const w = await world(t);
  const { token } = await w.auth.sessions.openOts(await w.proof());
  for (let i = 0; i < 20; i += 1) {
    w.clock.advance(HOUR_MS);
    assert.equal(await w.verdict(token), 'good');
  }
  w.clock.advance(50 * SECOND_MS);
  assert.equal(await w.verdict(token), 'good');
  const again = w.restart();
  const check = async () => (await again.sessions.check({ token, kinds: ['ots'] })).refused;
  w.clock.advance(12 * HOUR_MS - 51 * SECOND_MS);
  assert.equal(await check(), undefined);
  w.clock.advance(12 * HOUR_MS);
  assert.equal(await check(), 'expired');
});

test('a session that is used each second is written once a minute', async (t) => {
  const w = await world(t);
  const { token } = await w.auth.sessions.openOts(await w.proof());
  const changes = () =>
    w.withDatabase((database) => database.prepare('SELECT last_seen_ms AS at FROM sessions').get()?.['at']);
  const written = new Set([changes()]);
  for (let i = 0; i < 180; i += 1) {
    w.clock.advance(SECOND_MS);
    assert.equal(await w.verdict(token), 'good');
    // The store answers in order: what was written before this is on the disk.
    await w.store.principals.list();
    written.add(changes());
  }
  assert.equal(written.size, 4);
});

test('a proof is worth nothing once its user was disabled, deleted or got another password', async (t) => {
  const w = await world(t);
  const { auth } = w;
  await auth.users.change('alice', { password: OTHER_PASSWORD }, CONSOLE);
  const proof = await w.proof();
  await auth.users.change('alice', { password: `${OTHER_PASSWORD} again` }, CONSOLE);
  await assert.rejects(auth.sessions.openOts(proof), { code: 'auth.failed' });
  const next = await w.proof();
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  await assert.rejects(auth.sessions.openOts({ ...next, credEpoch: next.credEpoch + 1 }), {
    code: 'auth.failed',
  });
  await auth.users.delete('alice', CONSOLE);
  await assert.rejects(auth.sessions.openFamily(await w.proof()), { code: 'auth.failed' });
});

for (const [what, change] of [
  ['another password', (w: World) => w.auth.users.change('alice', { password: OTHER_PASSWORD }, CONSOLE)],
  ['being disabled', (w: World) => w.auth.users.change('alice', { isEnabled: false }, CONSOLE)],
  ['being deleted', (w: World) => w.auth.users.delete('alice', CONSOLE)],
  [
    'being revoked',
    (w: World) => w.auth.revocation.revoke({ principalId: w.user.id, reason: 'keyCompromise' }, CONSOLE),
  ],
] as const) {
  test(`every token and ticket ends by ${what}, and none comes back`, async (t) => {
    const w = await world(t);
    const tokens = await openAll(w);
    const api = await w.auth.apiTokens.create({ principalId: w.user.id, name: 'ci', scope: 'read' }, CONSOLE);
    const file = await w.auth.fileTokens.issue({
      user: w.user,
      method: 'GET',
      path: '/d/a',
      sha256: 'a'.repeat(64),
    });
    const { ticket } = await w.auth.tickets.issue({ user: w.user });
    await change(w);
    const checkAll = async () => {
      for (const kind of ALL_KINDS) assert.notEqual(await w.verdict(tokens[kind]), 'good', kind);
      assert.notEqual(
        (await w.auth.apiTokens.check({ token: api.token, remote: PHONE.remote })).refused,
        undefined,
      );
      assert.equal(
        (await w.auth.fileTokens.check({ token: file.token, method: 'GET', path: '/d/a' })).refused,
        'revoked',
      );
      const refreshed = await w.auth.sessions.refresh({ token: tokens.refresh, ...PHONE });
      assert.notEqual(refreshed.refused, undefined);
    };
    await checkAll();
    assert.equal(await w.auth.tickets.redeem(ticket), undefined);
    if (what === 'being disabled') await w.auth.users.change('alice', { isEnabled: true }, CONSOLE);
    if (what === 'being deleted') await w.auth.users.add({ name: 'alice' }, CONSOLE);
    await checkAll();
  });
}

test('a user of the same name made later owns nothing of the earlier one', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const api = await w.auth.apiTokens.create({ principalId: w.user.id, name: 'ci', scope: 'read' }, CONSOLE);
  await w.auth.users.delete('alice', CONSOLE);
  const later = await w.auth.users.add({ name: 'alice' }, CONSOLE);
  assert.equal(await w.verdict(tokens.ots), 'unknown', 'the row is gone');
  assert.deepEqual(await w.auth.apiTokens.check({ token: api.token, username: 'alice', remote: '::1' }), {
    refused: 'unknown',
  });
  assert.deepEqual(await w.auth.sessions.list(later.id), []);
});

test('the 51st session ends the one that was unused for longest', async (t) => {
  const w = await world(t);
  const tokens: string[] = [];
  for (let i = 0; i < 50; i += 1) {
    tokens.push((await w.auth.sessions.openOts(await w.proof())).token);
    w.clock.advance(MINUTE_MS);
  }
  assert.equal(await w.verdict(tokens[0] as string), 'good');
  await w.store.principals.list();
  const notices: RevocationNotice[] = [];
  w.auth.revocation.onRevoked((notice) => notices.push(notice));
  tokens.push((await w.auth.sessions.openTaxii(await w.proof())).token);
  assert.equal(await w.verdict(tokens[1] as string), 'unknown');
  assert.equal(await w.verdict(tokens[0] as string), 'good');
  assert.equal((await w.auth.sessions.list(w.user.id)).length, 50);
  assert.equal(notices.length, 1);
});

test('a list shows who is where, and nothing secret', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const list = await w.auth.sessions.list(w.user.id);
  assert.deepEqual(
    list.map(({ kind, remote, userAgent }) => [kind, remote, userAgent]),
    ['taxii', 'rport', 'ots', 'cookie', 'refresh'].map((kind) => [kind, '10.42.0.17', 'phone']),
  );
  const shown = JSON.stringify(list);
  for (const token of Object.values(tokens)) {
    assert.ok(!shown.includes(token));
    if (token.includes('.')) assert.ok(!shown.includes(String(claimsOf(token)['jti'])));
  }
  assert.equal(claimsOf(tokens.rport)['sessionID'], list.find(({ kind }) => kind === 'rport')?.number);
});

test('nothing that would open a door is in the database', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const api = await w.auth.apiTokens.create({ principalId: w.user.id, name: 'ci', scope: 'read' }, CONSOLE);
  const rows = w.withDatabase((database) =>
    JSON.stringify(
      ['sessions', 'api_tokens'].map((table) => database.prepare(`SELECT * FROM ${table}`).all()),
    ),
  );
  const secrets = Object.values(tokens).map((token) =>
    token.includes('.') ? claimsOf(token)['jti'] : token,
  );
  for (const secret of [...secrets, api.token, api.token.split('_')[1]])
    assert.ok(!rows.includes(String(secret)));
});

test('one session ends alone, and with it what hangs on it', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const notices: RevocationNotice[] = [];
  w.auth.revocation.onRevoked((notice) => notices.push(notice));
  const family = (await w.auth.sessions.list(w.user.id)).find(({ kind }) => kind === 'refresh');
  await w.auth.sessions.end({ principalId: w.user.id, sessionId: family?.id ?? '' }, CONSOLE);
  for (const kind of ['refresh', 'takeout', 'media'] as const)
    assert.equal(await w.verdict(tokens[kind]), 'unknown');
  for (const kind of ['cookie', 'ots', 'rport', 'taxii'] as const)
    assert.equal(await w.verdict(tokens[kind]), 'good');
  const [notice] = notices;
  assert.ok(notice !== undefined);
  const socket = { principalId: w.user.id, certSerial: undefined };
  assert.ok(endsSession(notice, { ...socket, sessionId: family?.id ?? '' }));
  assert.ok(!endsSession(notice, { ...socket, sessionId: 'another' }));
  assert.ok(!endsSession(notice, socket), 'a CoT socket is not a session of this kind');
  await assert.rejects(
    w.auth.sessions.end({ principalId: w.user.id, sessionId: family?.id ?? '' }, CONSOLE),
    {
      code: 'session.unknown',
    },
  );
  const bob = await w.auth.users.add({ name: 'bob' }, CONSOLE);
  const [other] = await w.auth.sessions.list(w.user.id);
  await assert.rejects(w.auth.sessions.end({ principalId: bob.id, sessionId: other?.id ?? '' }, CONSOLE), {
    code: 'session.unknown',
  });
});

test('all sessions but one end together', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const mine = (await w.auth.sessions.check({ token: tokens.cookie, kinds: ['cookie'] })).session;
  const ended = await w.auth.sessions.endAll(
    { principalId: w.user.id, exceptId: mine?.sessionId ?? '' },
    CONSOLE,
  );
  assert.equal(ended, 6);
  assert.equal(await w.verdict(tokens.cookie), 'good');
  assert.equal(await w.verdict(tokens.ots), 'unknown');
});

test('the claims are those that the documents show', async (t) => {
  const w = await world(t);
  const tokens = await openAll(w);
  const { username, scopes, sessionID, exp } = claimsOf(tokens.rport);
  assert.equal(username, 'alice');
  assert.equal(typeof sessionID, 'number');
  assert.deepEqual(scopes, [
    { uri: '*', method: '*' },
    { uri: '/api/v1/verify-2fa', method: '*', exclude: true },
  ]);
  assert.equal(exp, undefined);
  const taxii = claimsOf(tokens.taxii);
  assert.equal(taxii['account_id'], w.user.id);
  assert.equal(taxii['exp'], w.clock.now() / 1_000 + 3_600);
  assert.equal(claimsOf(tokens.takeout)['iss'], 'takeout');
});

test('RPort’s tokens are signed with jwt_secret where it is set, and other kinds are not', async (t) => {
  const secret = 'a unique secret of this server, 32 characters';
  const sessions = { ...DEFAULT_AUTH_SETTINGS.sessions, rportSecret: secret };
  const w = await world(t, { settings: () => ({ ...DEFAULT_AUTH_SETTINGS, sessions }) });
  const tokens = await openAll(w);
  const isSignedWithSecret = (token: string) => {
    const [head, payload, signature] = token.split('.');
    return createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url') === signature;
  };
  assert.ok(isSignedWithSecret(tokens.rport));
  assert.ok(!isSignedWithSecret(tokens.ots));
  assert.equal(await w.verdict(tokens.rport), 'good');
});

async function refreshed(w: AuthWorld, token: string, client = PHONE) {
  const result = await w.auth.sessions.refresh({ token, ...client });
  assert.ok(result.refused === undefined, `refused: ${result.refused}`);
  return result;
}

test('a refresh token is exchanged for its successor and a new access token', async (t) => {
  const w = await world(t);
  const first = await w.auth.sessions.openFamily(await w.proof());
  w.clock.advance(4 * HOUR_MS);
  assert.equal(await w.verdict(first.access.token), 'expired');
  const second = await refreshed(w, first.refresh.token);
  assert.equal(second.user.name, 'alice');
  assert.notEqual(second.refresh.token, first.refresh.token);
  assert.equal(await w.verdict(second.access.token, ['takeout']), 'good');
  assert.equal(await w.verdict(first.media.token, ['media']), 'good');
  assert.match(second.refresh.token, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a reply that was lost is given again within 20 s to the same client', async (t) => {
  const w = await world(t);
  const { refresh } = await w.auth.sessions.openFamily(await w.proof());
  const second = await refreshed(w, refresh.token);
  w.clock.advance(20 * SECOND_MS);
  const again = await refreshed(w, refresh.token);
  assert.equal(again.refresh.token, second.refresh.token);
  assert.equal(await w.verdict(again.access.token), 'good');
  assert.equal(await w.verdict(second.access.token), 'good');
});

for (const [when, spoil] of [
  ['later', (w: World) => Promise.resolve(w.clock.advance(20 * SECOND_MS + 1))],
  [
    'after its successor was used',
    async (w: World, successor: string) => void (await refreshed(w, successor)),
  ],
] as const) {
  test(`a spent refresh token that comes again ${when} ends the family`, async (t) => {
    const w = await world(t);
    const first = await w.auth.sessions.openFamily(await w.proof());
    const second = await refreshed(w, first.refresh.token);
    await spoil(w, second.refresh.token);
    const notices: RevocationNotice[] = [];
    w.auth.revocation.onRevoked((notice) => notices.push(notice));
    assert.deepEqual(await w.auth.sessions.refresh({ token: first.refresh.token, ...PHONE }), {
      refused: 'reused',
    });
    for (const token of [second.refresh.token, second.access.token, first.media.token]) {
      assert.equal(await w.verdict(token), 'unknown');
    }
    assert.equal(notices[0]?.scope, 'sessions');
    const reused = (await w.audited()).filter(({ action }) => action === 'session.reuse');
    assert.deepEqual(
      reused.map(({ result, target }) => [result, target]),
      [['refused', 'alice']],
    );
  });
}

test('a spent refresh token from another client ends the family at once', async (t) => {
  for (const other of [
    { ...PHONE, userAgent: 'thief' },
    { ...PHONE, remote: '10.42.0.99:1' },
  ]) {
    const w = await world(t);
    const first = await w.auth.sessions.openFamily(await w.proof());
    const second = await refreshed(w, first.refresh.token);
    assert.deepEqual(await w.auth.sessions.refresh({ token: first.refresh.token, ...other }), {
      refused: 'reused',
    });
    assert.equal(await w.verdict(second.refresh.token), 'unknown');
  }
});

test('two exchanges at one moment leave one family, whole', async (t) => {
  const w = await world(t);
  const { refresh } = await w.auth.sessions.openFamily(await w.proof());
  const both = await Promise.all([refreshed(w, refresh.token), refreshed(w, refresh.token)]);
  assert.equal(both[0].refresh.token, both[1].refresh.token);
  assert.equal((await w.auth.sessions.list(w.user.id)).length, 1);
});

test('refreshing goes on for 180 days, then it is over', async (t) => {
  const w = await world(t);
  let { token } = (await w.auth.sessions.openFamily(await w.proof())).refresh;
  for (let day = 0; day < 174; day += 29) {
    w.clock.advance(29 * DAY_MS);
    ({ token } = (await refreshed(w, token)).refresh);
  }
  w.clock.advance(6 * DAY_MS - 1);
  ({ token } = (await refreshed(w, token)).refresh);
  w.clock.advance(1);
  assert.deepEqual(await w.auth.sessions.refresh({ token, ...PHONE }), { refused: 'expired' });
});

test('a loop of refreshing fills no table', async (t) => {
  const w = await world(t);
  let { token } = (await w.auth.sessions.openFamily(await w.proof())).refresh;
  for (let i = 0; i < 130; i += 1) ({ token } = (await refreshed(w, token)).refresh);
  const count = w.withDatabase(
    (database) => database.prepare('SELECT count(*) AS n FROM sessions').get()?.['n'],
  );
  assert.equal(count, 1 + 100 + 5 + 1, 'the live one, spent ones, access tokens, media');
});

test('what was opened while the clock was ahead is over once the clock is right', async (t) => {
  const w = await world(t);
  const realMs = w.clock.now();
  w.clock.setWall(realMs + 3_650 * DAY_MS);
  const tokens = await openAll(w);
  const api = await w.auth.apiTokens.create({ principalId: w.user.id, name: 'ci', scope: 'read' }, CONSOLE);
  assert.equal(await w.verdict(tokens.ots), 'good');
  // A time server's little correction does no harm.
  w.clock.setWall(realMs + 3_650 * DAY_MS - 5 * MINUTE_MS);
  assert.equal(await w.verdict(tokens.ots), 'good');
  w.clock.setWall(realMs);
  for (const kind of ALL_KINDS) assert.equal(await w.verdict(tokens[kind]), 'expired', kind);
  assert.deepEqual(await w.auth.sessions.refresh({ token: tokens.refresh, ...PHONE }), {
    refused: 'expired',
  });
  assert.equal((await w.auth.apiTokens.check({ token: api.token, remote: PHONE.remote })).refused, 'expired');
});
