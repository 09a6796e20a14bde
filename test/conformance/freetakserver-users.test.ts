import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ADMIN_TOKEN, DAN_TOKEN, type FtsServer, PASSWORD, startFtsServer } from '../support/fts-server.ts';
import { bearer } from '../support/literal-http.ts';
import { connectTakClient } from '../support/tak-client.ts';

/** «User Types» and «API Call Logging»: what system users and API users are, and what is kept of their calls. */

const DAN = {
  Name: 'dan',
  Group: 'Yellow',
  Token: DAN_TOKEN,
  Password: PASSWORD,
  DeviceType: 'wintak',
  Certs: 'false',
};
const SERVICE_TOKEN = 'Nw7Bx3Kq9Tz5Rv2Lf8Hc4Gm6';

interface Call {
  readonly username: string;
  readonly method: string;
  readonly endpoint: string;
  readonly content: string;
  readonly atMs: number;
}

describe('system users and API users', { timeout: 60_000 }, () => {
  let fts: FtsServer;
  before(async () => {
    fts = await startFtsServer({ 'listen.cotTls': '127.0.0.1:0', 'log.level': 'debug' });
    assert.equal((await fts.addSystemUser(DAN)).status, 201);
    assert.equal(
      (await fts.asAdmin('POST', '/APIUser', { username: 'feed', token: SERVICE_TOKEN })).status,
      200,
    );
  });
  after(() => fts.stop());

  const calls = async () => (await fts.documents.console('GET', '/api/calls?limit=1000')).json<Call[]>();

  test('a system user is one person on every door: its token on REST, its password on the stream', async () => {
    const stream = fts.documents.server.address('cotTls');
    const phone = await connectTakClient({
      ...stream,
      ca: fts.ca,
      auth: { username: 'dan', password: PASSWORD },
    });
    await phone.ping();
    phone.socket.destroy();
    assert.equal((await fts.ask({ path: '/Clients', headers: bearer(DAN_TOKEN), ca: fts.ca })).status, 200);
    const people = (await fts.documents.console('GET', '/api/people')).text;
    assert.ok(people.includes('"dan"') && people.includes('Yellow'));
  });

  test('regression FTS F8: no list shows a token or a password, whoever asks', async () => {
    const lists = [
      await fts.asAdmin('GET', '/ManageSystemUser/getAll'),
      await fts.asAdmin('GET', '/ManageSystemUser/getSystemUser', { name: 'dan' }),
      await fts.asAdmin('GET', '/APIUser'),
      await fts.documents.console('GET', '/api/people'),
      await fts.documents.console('GET', '/api/people/dan/tokens'),
    ];
    for (const { status, text } of lists) {
      assert.equal(status, 200);
      for (const secret of [DAN_TOKEN, ADMIN_TOKEN, SERVICE_TOKEN, PASSWORD])
        assert.ok(!text.includes(secret), text);
    }
    for (const user of lists[0]?.json<{ SystemUsers: { Token: string; Password: string }[] }>().SystemUsers ??
      []) {
      assert.deepEqual([user.Token, user.Password], ['', '']);
    }
  });

  test('what a list shows can be put back: empty secrets change nothing, a new group and password count', async () => {
    const uid = await fts.uidOf('dan');
    const put = (fields: object) =>
      fts.asAdmin('PUT', '/ManageSystemUser/putSystemUser', { systemUsers: [{ uid, ...fields }] });
    const clients = async () => (await fts.ask({ path: '/Clients', headers: bearer(DAN_TOKEN) })).status;
    assert.equal((await put({ Token: '', Password: '', Group: 'Red' })).status, 200);
    const shown = await fts.asAdmin('GET', '/ManageSystemUser/getSystemUser', { name: 'dan' });
    assert.ok(shown.text.includes('"Group": "Red"'));
    assert.equal(await clients(), 200);
    const check = (password: string) =>
      fts.asAdmin('POST', '/AuthenticateUser', { username: 'dan', password }).then(({ status }) => status);
    assert.equal(await check(PASSWORD), 200);
    assert.equal((await put({ Password: `${PASSWORD}-2` })).status, 200);
    assert.deepEqual([await check(PASSWORD), await check(`${PASSWORD}-2`)], [403, 200]);
    assert.equal(await clients(), 401, 'a new password ends what was open under the old one, tokens too');
    assert.equal((await put({ Password: PASSWORD, Token: DAN_TOKEN })).status, 200);
    assert.equal(await clients(), 200, 'given in the same order, the token is good');
  });

  test('a token of somebody else is refused, and is not taken from him', async () => {
    const copy = await fts.addSystemUser({ ...DAN, Name: 'copy' });
    assert.equal(copy.text, '{"message":"all users failed to create operation failed for user copy"}\n');
    assert.equal(await fts.uidOf('copy'), '');
    assert.equal((await fts.ask({ path: '/Clients', headers: bearer(DAN_TOKEN) })).status, 200);
  });

  test('a system user and an API user manage nobody; each ends with its token', async () => {
    for (const token of [DAN_TOKEN, SERVICE_TOKEN]) {
      for (const [method, path] of [
        ['GET', '/ManageSystemUser/getAll'],
        ['POST', '/ManageSystemUser/postSystemUser'],
        ['GET', '/APIUser'],
        ['GET', '/GenerateQR'],
      ] as const) {
        const answer = await fts.asAdmin(
          method,
          path,
          method === 'POST' ? { systemUsers: [{ ...DAN, Name: 'x' }] } : undefined,
          token,
        );
        assert.equal(answer.status, 403, `${method} ${path}`);
      }
      assert.equal((await fts.asAdmin('GET', '/checkStatus', undefined, token)).status, 200);
    }
  });

  test('F12: calls of system users are kept with time, content and endpoint; those of programs are not', async () => {
    const beforeMs = Date.now();
    await fts.asAdmin('GET', '/ManageSystemUser/getSystemUser', { name: 'kept' });
    await fts.asAdmin('GET', '/checkStatus', undefined, DAN_TOKEN);
    await fts.asAdmin('GET', '/checkStatus', undefined, SERVICE_TOKEN);
    const list = await calls();
    assert.deepEqual(
      list
        .slice(0, 2)
        .map(({ username, method, endpoint, content }) => ({ username, method, endpoint, content })),
      [
        { username: 'dan', method: 'GET', endpoint: '/checkStatus', content: '' },
        {
          username: 'administrator',
          method: 'GET',
          endpoint: '/ManageSystemUser/getSystemUser',
          content: '{"name":"kept"}',
        },
      ],
    );
    assert.ok(
      list.every(({ atMs }, i) => i === 0 || atMs <= (list[i - 1]?.atMs ?? 0)),
      'newest first',
    );
    assert.ok((list[0]?.atMs ?? 0) >= beforeMs - 1_000);
    assert.ok(!list.some(({ username }) => username === 'feed'));
  });

  test('F12: the log of calls holds no secret, nor do the lines of the program', async () => {
    const secret = 'Vt5Zk9Wq3Lx7Rn2Hb8Pc4Md6';
    await fts.addSystemUser({ ...DAN, Name: 'canary', Token: secret, Password: `${secret}-word` });
    await fts.asAdmin('GET', `/AuthenticateUser?username=canary&password=${secret}-word`);
    const byBody = await fts.asAdmin('POST', '/AuthenticateUser', {
      username: 'canary',
      password: `${secret}-word`,
    });
    assert.deepEqual(byBody.json(), { uid: await fts.uidOf('canary') });
    await fts.asAdmin(
      'PUT',
      '/ManageSystemUser/putSystemUser',
      `{"systemUsers":[{"uid":"x","Token":"${secret}"`,
    );
    const kept = JSON.stringify(await calls());
    assert.ok(kept.includes('canary') && kept.includes('/AuthenticateUser?username=canary&password=***'));
    for (const one of [secret, PASSWORD, DAN_TOKEN, ADMIN_TOKEN, SERVICE_TOKEN]) {
      assert.ok(!kept.includes(one));
      assert.ok(!JSON.stringify(fts.documents.server.logs).includes(one));
    }
  });

  test('the log of calls is for administrators', async () => {
    const as = (user: string) => fts.documents.send('/api/calls', { user });
    assert.equal((await as(`dan:${PASSWORD}`)).status, 403);
    assert.equal((await as(`administrator:${PASSWORD}`)).status, 200);
    assert.equal((await fts.documents.send('/api/calls')).status, 401);
  });
});
