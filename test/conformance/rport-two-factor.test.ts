import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, startDocumentServer, WEAK_PASSWORDS } from '../support/document-client.ts';
import { totpCode } from '../support/totp-code.ts';

/** The second step as RPort's page "API Authentication" has it: codes that are sent, and authenticator apps. */

interface Login {
  data: {
    token: string;
    two_fa: { send_to: string; delivery_method: string; totp_key_status: string } | null;
  };
}

const UNAUTHORIZED = '{"errors":[{"code":"","title":"unauthorized","detail":""}]}';
const errorOf = (title: string) => `{"errors":[{"code":"","title":"${title}","detail":""}]}`;
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

async function addUser(kit: DocumentServer, name: string, role = 'administrator'): Promise<void> {
  const reply = await kit.console('POST', '/api/people', { name, password: 'foobaz', role });
  assert.equal(reply.status, 201, reply.text);
}

const login = async (kit: DocumentServer, user = 'admin'): Promise<Login['data']> => {
  const reply = await kit.send('http://localhost:3000/api/v1/login', { user: `${user}:foobaz` });
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Login>().data;
};

const verify = (kit: DocumentServer, token: string, username: string, code: string) =>
  kit.send('http://localhost:3000/api/v1/verify-2fa', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: `{\n"username": "${username}",\n"token": "${code}"\n}`,
  });

describe('RPort: two_fa_token_delivery = a script', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  let directory: string;
  const environment = async () => {
    const lines = (await readFile(join(directory, '2fa.env'), 'utf8')).trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))) as Record<
      string,
      string
    >;
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bivouac-2fa-'));
    const script = join(directory, 'send.sh');
    await writeFile(script, `#!/bin/sh\nenv | grep RPORT_2FA | sort > ${directory}/2fa.env\n`);
    await chmod(script, 0o755);
    kit = await startDocumentServer('foobaz', {
      ...WEAK_PASSWORDS,
      'compat.rport.two_fa_token_delivery': script,
      'compat.rport.two_fa_token_ttl_seconds': '600',
    });
    for (const name of ['admin', 'Bunny']) await addUser(kit, name);
    // `two_fa_send_to` is where an administrator puts it.
    for (const [name, sendTo] of [
      ['admin', 'my.email@gmail.com'],
      ['Bunny', 'super.bunny@gmail.com'],
    ] as const) {
      const path = `/api/people/${name}/factors/codes`;
      const set = await kit.console('PUT', path, { sendTo });
      assert.equal(set.status, 204, set.text);
    }
  });
  after(async () => {
    await kit.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test('login tells where the code went, and gives a token that is good for nothing else', async () => {
    const data = await login(kit);
    assert.deepEqual(data.two_fa, {
      send_to: 'my.email@gmail.com',
      delivery_method: 'script',
      totp_key_status: '',
    });
    const got = await environment();
    assert.deepEqual(Object.keys(got), [
      'RPORT_2FA_REMOTE_ADDRESS',
      'RPORT_2FA_SENDTO',
      'RPORT_2FA_TOKEN',
      'RPORT_2FA_TOKEN_TTL',
      'RPORT_2FA_USER_AGENT',
    ]);
    assert.match(got['RPORT_2FA_TOKEN'] ?? '', /^[0-9A-Za-z]{6}$/);
    assert.equal(got['RPORT_2FA_SENDTO'], 'my.email@gmail.com');
    assert.equal(got['RPORT_2FA_TOKEN_TTL'], '600');
    assert.equal(got['RPORT_2FA_REMOTE_ADDRESS'], '127.0.0.1');

    for (const path of ['/api/v1/clients', '/api/v1/me', '/api/v1/users']) {
      const reply = await kit.send(path, bearer(data.token));
      assert.equal(reply.status, 401, path);
      assert.equal(reply.text, UNAUTHORIZED);
    }
    const own = await kit.send('/api/me', bearer(data.token));
    assert.equal(own.status, 401);
  });

  test('Basic with the password stops working everywhere but at /login', async () => {
    for (const path of ['/api/v1/clients', '/api/v1/me']) {
      assert.equal((await kit.send(path, { user: 'admin:foobaz' })).status, 401, path);
    }
  });

  test('verify-2fa with the code that came: the document’s request', async () => {
    const { token } = await login(kit);
    const code = (await environment())['RPORT_2FA_TOKEN'] ?? '';
    const wrong = await verify(kit, token, 'admin', 'zzzzzz');
    assert.equal(wrong.status, 401);
    assert.equal(wrong.text, errorOf('invalid token'));
    assert.equal((await verify(kit, token, 'admin', '')).text, errorOf('token is required'));
    assert.equal((await verify(kit, token, '', code)).text, errorOf('username is required'));

    const right = await verify(kit, token, 'admin', code);
    assert.equal(right.status, 200, right.text);
    const { data } = right.json<Login>();
    assert.equal(data.two_fa, null);
    assert.equal((await kit.send('/api/v1/clients', bearer(data.token))).status, 200);

    // RPort takes the same code again until it expires, and the full token nowhere here.
    assert.equal((await verify(kit, token, 'admin', code)).status, 401);
    const full = await verify(kit, data.token, 'admin', code);
    assert.equal(full.status, 401);
    assert.equal(full.text, UNAUTHORIZED);

    const made = await kit.sendJson('/api/v1/me/tokens', { scope: 'read', name: 'ci' }, bearer(data.token));
    const api = made.json<{ data: { token: string } }>().data.token;
    assert.equal((await kit.send('/api/v1/clients', { user: `admin:${api}` })).status, 200);
  });

  test('a code belongs to the sign-in that it was sent for, and to nobody else’s', async () => {
    const admin = await login(kit);
    const bunny = await login(kit, 'Bunny');
    const code = (await environment())['RPORT_2FA_TOKEN'] ?? '';
    for (const [token, username] of [
      [admin.token, 'Bunny'],
      [bunny.token, 'admin'],
      [admin.token, 'admin'],
    ] as const) {
      const reply = await verify(kit, token, username, code);
      assert.equal(reply.status, 401, username);
    }
  });

  test('who has no receiver, and whose script fails, is told so', async () => {
    await addUser(kit, 'NoSend');
    const reply = await kit.send('/api/v1/login', { user: 'NoSend:foobaz' });
    assert.equal(reply.status, 400);
    assert.equal(reply.text, errorOf('no two_fa_send_to set for this user'));
    await writeFile(join(directory, 'send.sh'), '#!/bin/sh\necho boom >&2\nexit 3\n');
    const failed = await kit.send('/api/v1/login', { user: 'Bunny:foobaz' });
    assert.equal(failed.status, 500);
    assert.equal(failed.text, errorOf('failed to send 2fa verification code'));
  });
});

describe('RPort: totp_enabled = true', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer('foobaz', {
      ...WEAK_PASSWORDS,
      'compat.rport.totp_enabled': 'true',
      'compat.rport.totp_login_session_ttl': '60m',
      'compat.rport.totp_account_name': 'RPort',
    });
    for (const name of ['admin', 'Bunny', 'Willy']) await addUser(kit, name);
  });
  after(() => kit.stop());

  // curl -s -XPOST -H "Authorization: Bearer eyJhbGc..." http://localhost:3000/api/v1/me/totp-secret
  const createSecret = (token: string) =>
    kit.send('http://localhost:3000/api/v1/me/totp-secret', { method: 'POST', ...bearer(token) });

  async function setUp(user: string): Promise<{ secret: string; token: string }> {
    const { token } = await login(kit, user);
    const { secret } = (await createSecret(token)).json<{ secret: string }>();
    const reply = await verify(kit, token, user, totpCode(secret, -1));
    assert.equal(reply.status, 200, reply.text);
    return { secret, token: reply.json<Login>().data.token };
  }

  test('the first sign-in makes the secret, and its first code finishes it', async () => {
    const { token, two_fa: twoFa } = await login(kit);
    assert.deepEqual(twoFa, {
      send_to: '',
      delivery_method: 'totp_authenticator_app',
      totp_key_status: 'pending',
    });
    const early = await verify(kit, token, 'admin', '123334');
    assert.equal(early.status, 409);
    assert.equal(early.text, errorOf('time based one time secret key should be generated for this user'));
    const reading = await kit.send('/api/v1/me/totp-secret', bearer(token));
    assert.equal(reading.status, 401);

    const made = await createSecret(token);
    assert.equal(made.status, 200);
    const { secret, qr } = made.json<{ secret: string; qr: string }>();
    assert.match(secret, /^[A-Z2-7]{32}$/);
    assert.deepEqual([...Buffer.from(qr, 'base64').subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    // Until its first code was seen, it may be made anew: a picture that was never scanned locks nobody out.
    const { secret: second } = (await createSecret(token)).json<{ secret: string }>();
    assert.notEqual(second, secret);

    const wrong = await verify(kit, token, 'admin', '000000');
    assert.equal(wrong.status, 401);
    assert.equal(wrong.text, errorOf('invalid code'));
    assert.equal((await verify(kit, token, 'Bunny', totpCode(second, -1))).status, 401);
    const right = await verify(kit, token, 'admin', totpCode(second, -1));
    assert.equal(right.status, 200, right.text);
    const { data } = right.json<Login>();
    assert.equal(data.two_fa, null);
    assert.equal((await kit.send('/api/v1/clients', bearer(data.token))).status, 200);

    const again = await verify(kit, token, 'admin', totpCode(second));
    assert.equal(again.status, 401);
    assert.equal(again.text, errorOf('login request not found for provided username'));
    assert.equal((await login(kit)).two_fa?.totp_key_status, 'exists');
  });

  test('a login token neither makes, shows nor removes a secret that exists', async () => {
    await setUp('Bunny');
    const { token } = await login(kit, 'Bunny');
    for (const method of ['POST', 'GET', 'DELETE']) {
      const reply = await kit.send('/api/v1/me/totp-secret', { method, ...bearer(token) });
      assert.equal(reply.status, 401, method);
      assert.equal(reply.text, UNAUTHORIZED);
    }
  });

  test('with the token of both steps: read, make once, delete; another administrator deletes too', async () => {
    const { secret, token } = await setUp('Willy');
    const headers = { 'Content-Type': 'application/json', ...bearer(token).headers };
    const path = 'http://localhost:3000/api/v1/me/totp-secret';
    const read = await kit.send(path, { headers });
    assert.equal(read.status, 200);
    assert.equal(read.json<{ secret: string }>().secret, secret);
    const twice = await kit.send(path, { method: 'POST', headers });
    assert.equal(twice.status, 409);
    assert.equal(twice.text, errorOf('cannot create new totP secret when another one already exists'));
    assert.equal((await kit.send(path, { method: 'DELETE', headers })).status, 204);
    const gone = await kit.send(path, { headers });
    assert.equal(gone.status, 404);
    assert.equal(gone.text, errorOf('time based one time secret key should be generated for this user'));
    assert.equal((await kit.send(path, { method: 'DELETE', headers })).status, 204);
    assert.equal((await kit.send(path, { method: 'POST', headers })).status, 200);

    const others = 'http://localhost:3000/api/v1/users';
    const bunny = await kit.send(`${others}/Bunny/totp-secret`, { method: 'DELETE', headers });
    assert.equal(bunny.status, 204, bunny.text);
    assert.equal((await login(kit, 'Bunny')).two_fa?.totp_key_status, 'pending');
    const nobody = await kit.send(`${others}/no@mail.com/totp-secret`, { method: 'DELETE', headers });
    assert.equal(nobody.status, 404);
    assert.equal(nobody.text, errorOf('user not found'));
  });
});

test('both kinds of second factors together do not start', { timeout: 60_000 }, async () => {
  await assert.rejects(
    startDocumentServer('foobaz', {
      ...WEAK_PASSWORDS,
      'compat.rport.totp_enabled': 'true',
      'compat.rport.two_fa_token_delivery': '/bin/true',
    }),
    /two_fa_token_delivery and totp_enabled cannot both be on/,
  );
});
