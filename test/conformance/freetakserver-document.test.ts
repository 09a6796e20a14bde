import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { WEAK_PASSWORDS } from '../support/document-client.ts';
import { ADMIN_TOKEN, DAN_TOKEN, type FtsServer, PASSWORD, startFtsServer } from '../support/fts-server.ts';
import { bearer, CURL_HEADERS, type LiteralAnswer } from '../support/literal-http.ts';
import { connectTakClient } from '../support/tak-client.ts';

/**
 * FreeTAKServer's document «Authentication Methods», and the requests to which FreeTAKServer 2.2.1 was heard to
 * answer, as its clients send them. Ports are free ones instead of 19023, 8443, 8089, 8080 and 8087.
 */

const JSON_TYPE = { 'Content-Type': 'application/json' };
const USERS = '/ManageSystemUser';

function assertUnauthorized(answer: LiteralAnswer, what: string): void {
  assert.equal(answer.status, 401, what);
  assert.equal(answer.text, 'Unauthorized Access', what);
  assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8', what);
  assert.equal(answer.headers['www-authenticate'], 'Bearer realm="Authentication Required"', what);
}

function assertSaid(answer: LiteralAnswer, status: number, message: string): void {
  assert.equal(answer.text, `{"message":"${message}"}\n`);
  assert.equal(answer.status, status);
  assert.equal(answer.headers['content-type'], 'application/json');
}

describe('FreeTAKServer’s document, with the defaults', { timeout: 60_000 }, () => {
  let fts: FtsServer;
  before(async () => {
    fts = await startFtsServer({
      'listen.cotTls': '127.0.0.1:0',
      'listen.httpsCert': '127.0.0.1:0',
      'listen.cotTcp': '127.0.0.1:0',
    });
  });
  after(() => fts.stop());

  test('/Alive asks for nothing, over TLS and in plain', async () => {
    for (const ca of [undefined, fts.ca]) {
      const answer = await fts.ask({
        path: '/Alive',
        headers: CURL_HEADERS,
        ...(ca === undefined ? {} : { ca }),
      });
      assert.equal(answer.status, 200);
      assert.equal(answer.text, 'API is running');
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    }
  });

  test('regression FTS F3: every other endpoint asks for a token, also those that FreeTAKServer left open', async () => {
    const ENDPOINTS = [
      `GET ${USERS}/getAll`,
      `GET ${USERS}/getSystemUser`,
      `POST ${USERS}/postSystemUser`,
      `PUT ${USERS}/putSystemUser`,
      `DELETE ${USERS}/deleteSystemUser`,
      'GET /AuthenticateUser?username=administrator&password=x',
      'POST /AuthenticateUser',
      'GET /APIUser',
      'POST /APIUser',
      'DELETE /APIUser',
      'GET /GenerateQR?datapackage_id=1',
      'GET /Clients',
      'GET /checkStatus',
    ];
    const body = JSON.stringify({
      systemUsers: [
        {
          Name: 'mallory',
          Group: 'Yellow',
          Token: DAN_TOKEN,
          Password: PASSWORD,
          DeviceType: 'mobile',
          Certs: 'false',
        },
      ],
      username: 'mallory',
      token: DAN_TOKEN,
    });
    for (const endpoint of ENDPOINTS) {
      const [method = '', path = ''] = endpoint.split(' ');
      for (const ca of [undefined, fts.ca]) {
        assertUnauthorized(
          await fts.ask({
            method,
            path,
            headers: { ...CURL_HEADERS, ...JSON_TYPE },
            body,
            ...(ca && { ca }),
          }),
          endpoint,
        );
      }
    }
    assert.equal(await fts.uidOf('mallory'), '');
  });

  test('a missing, unknown, empty or wrongly written token is answered the same', async () => {
    const path = `${USERS}/getAll`;
    for (const authorization of [
      'Bearer nope',
      'Bearer ',
      'Token nope',
      'nope',
      ADMIN_TOKEN,
      `Token ${ADMIN_TOKEN}`,
      `Basic ${btoa('a:b')}`,
      `Basic ${btoa(`administrator:${PASSWORD}`)}`,
    ]) {
      assertUnauthorized(
        await fts.ask({ path, headers: { ...CURL_HEADERS, Authorization: authorization } }),
        authorization,
      );
    }
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const answer = await fts.ask({
        path,
        headers: { ...CURL_HEADERS, Authorization: `${scheme} ${ADMIN_TOKEN}` },
      });
      assert.equal(answer.status, 200, scheme);
    }
  });

  test('regression FTS F2, F18: SQL in a token, a name or a password is text', async () => {
    for (const token of ['"', '" OR "1"="1', "' OR '1'='1", 'x" UNION SELECT 1 --']) {
      assertUnauthorized(await fts.ask({ path: `${USERS}/getAll`, headers: bearer(token) }), token);
    }
    const evil = encodeURIComponent('" OR "1"="1');
    for (const query of [`username=${evil}&password=${evil}`, `username=administrator&password=${evil}`]) {
      assert.equal((await fts.asAdmin('GET', `/AuthenticateUser?${query}`)).status, 403);
    }
    const answer = await fts.asAdmin('GET', `${USERS}/getSystemUser`, { name: '" OR "1"="1' });
    assert.equal(answer.text, '{"SystemUsers": []}');
  });

  test('a fresh database has no account that a stranger knows', async () => {
    assertUnauthorized(await fts.ask({ path: `${USERS}/getAll`, headers: bearer('token') }), 'token');
    assert.equal(
      (await fts.asAdmin('GET', '/AuthenticateUser?username=admin&password=password')).status,
      403,
    );
  });

  test('the weak credentials of the examples are refused as a failed creation', async () => {
    const weak = {
      Name: 'dan',
      Group: 'Yellow',
      Token: 'tok-dan',
      Password: 'pw-dan',
      DeviceType: 'mobile',
      Certs: 'false',
    };
    for (const fields of [weak, { ...weak, Password: PASSWORD }, { ...weak, Token: DAN_TOKEN }]) {
      assertSaid(
        await fts.addSystemUser(fields),
        500,
        'all users failed to create operation failed for user dan',
      );
    }
    assert.equal(await fts.uidOf('dan'), '', 'nothing is left of it');
  });

  test('tokens of the document’s advice are taken: secrets.token_urlsafe(32)', async () => {
    const python = spawnSync('python3', ['-c', 'import secrets; print(secrets.token_urlsafe(32))'], {
      encoding: 'utf8',
    });
    // Where there is no Python, its outcome is known.
    const token = python.status === 0 ? python.stdout.trim() : 'b3WfLrHfNSm0Yz9n2Q4xk8a1Tq6JcVdE7uGoPiRtXyA';
    const user = {
      Name: 'python',
      Group: 'Yellow',
      Token: token,
      Password: PASSWORD,
      DeviceType: 'mobile',
      Certs: 'false',
    };
    assertSaid(await fts.addSystemUser(user), 201, 'all users created');
    const clients = await fts.ask({ path: '/Clients', headers: bearer(token), ca: fts.ca });
    assert.equal(clients.status, 200);
    assert.equal(
      (await fts.asAdmin('GET', `${USERS}/getAll`, undefined, token)).status,
      403,
      'not an administrator',
    );
  });

  test('the table of services: certificates on 8443 and 8089, and the plain ones as they are here', async () => {
    const { server } = fts.documents;
    const status = (await fts.asAdmin('GET', '/checkStatus')).json<Record<string, Record<string, unknown>>>();
    assert.deepEqual(status['SSLCoTService'], {
      SSLCoTServiceStatus: 'start',
      SSLCoTServiceIP: '127.0.0.1',
      SSLCoTServicePort: server.address('cotTls').port,
    });
    const alice = await server.issueClient('alice', 'Yellow');
    const version = (identity: object) =>
      new Promise<string>((resolve, reject) => {
        const socket = connectTls(
          { ...server.address('httpsCert'), ca: fts.ca, servername: 'localhost', ...identity },
          () => socket.write('GET /Marti/api/version HTTP/1.1\r\nHost: kit\r\nConnection: close\r\n\r\n'),
        );
        let text = '';
        socket.on('data', (chunk) => (text += String(chunk)));
        socket.on('error', reject);
        socket.on('close', () => resolve(text));
      });
    assert.match(await version({}), /^HTTP\/1\.1 401 /);
    assert.match(await version(alice), /^HTTP\/1\.1 200 /);
    // SSL CoT without a certificate hears nothing and is cut; with one it talks.
    const phone = await connectTakClient({ ...server.address('cotTls'), ...alice });
    assert.ok((await phone.ping()) >= 0);
    phone.socket.destroy();
    const plain = await connectTakClient({ ...server.address('cotTcp'), isPlain: true });
    assert.ok((await plain.ping()) >= 0, 'TCP CoT asks for nothing, where it is on');
    plain.socket.destroy();
  });

  test('unknown endpoints, wrong methods, bodies that are no JSON', async () => {
    const missing = await fts.ask({ path: '/nothing', headers: CURL_HEADERS });
    assert.deepEqual([missing.status, missing.text], [404, 'this endpoint does not exist']);
    const wrong = await fts.ask({ method: 'POST', path: '/Alive', headers: CURL_HEADERS });
    assert.deepEqual([wrong.status, wrong.headers['allow']], [405, 'GET, HEAD']);
    assert.match(wrong.text, /^<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed<\/title>\n/);
    const form = await fts.ask({
      method: 'POST',
      path: `${USERS}/postSystemUser`,
      headers: { ...bearer(ADMIN_TOKEN), 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'x',
    });
    assert.equal(form.status, 415);
    assert.match(form.text, /<title>415 Unsupported Media Type<\/title>/);
    for (const body of ['x', '[]', 'null', '']) {
      assert.equal((await fts.asAdmin('POST', `${USERS}/postSystemUser`, body)).status, 400, body);
    }
    for (const body of ['{}', '{"systemUsers":7}', '{"systemUsers":[]}', '{"systemUsers":[7]}']) {
      assertSaid(
        await fts.asAdmin('POST', `${USERS}/postSystemUser`, body),
        500,
        'all users failed to create ',
      );
    }
  });

  test('no answer has CORS headers, and pages of other sites change nothing', async () => {
    const path = `${USERS}/getAll`;
    const headers = { Origin: 'http://x', 'Access-Control-Request-Method': 'GET', ...bearer(ADMIN_TOKEN) };
    for (const [method, status] of [
      ['OPTIONS', 405],
      // Without CORS headers no page can read it.
      ['GET', 200],
      ['POST', 405],
    ] as const) {
      const answer = await fts.ask({ method, path, headers });
      assert.equal(answer.status, status, method);
      assert.deepEqual(
        Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
        [],
      );
    }
    const change = await fts.ask({
      method: 'POST',
      path: `${USERS}/postSystemUser`,
      headers: { ...headers, ...JSON_TYPE },
      body: '{"systemUsers":[]}',
    });
    assert.equal(change.status, 403);
  });
});

describe('FreeTAKServer’s examples, where the operator allows their weak credentials', {
  timeout: 60_000,
}, () => {
  let fts: FtsServer;
  const post = (user: object) =>
    fts.asAdmin('POST', `${USERS}/postSystemUser`, { systemUsers: [user] }, 'token');
  const getAll = (token: string) =>
    fts.ask({ path: `${USERS}/getAll`, headers: { ...CURL_HEADERS, ...bearer(token) } });

  before(async () => {
    fts = await startFtsServer({ ...WEAK_PASSWORDS, 'auth.allowsWeakTokens': 'true' });
    // FreeTAKServer's own first token; here an operator has to want it.
    await fts.documents.console('POST', '/api/people/administrator/tokens', {
      name: 'weak',
      scope: 'read+write',
      token: 'token',
    });
  });
  after(() => fts.stop());

  test('the recorded life of a system user, from its creation to its end', async () => {
    const { server } = fts.documents;
    assertSaid(
      await post({
        Name: 'dan',
        Group: 'Yellow',
        Token: 'tok-dan',
        Password: 'pw-dan',
        DeviceType: 'mobile',
        Certs: 'false',
      }),
      201,
      'all users created',
    );
    await server.cli(['user', 'change', '-u', 'dan', '--role', 'administrator']);
    await fts.documents.console('POST', '/api/people/dan/tokens', {
      name: 'FreeTAKServer',
      scope: 'read+write',
      token: 'tok-dan',
    });
    const list = await getAll('tok-dan');
    assert.equal(list.status, 200);
    assert.equal(list.headers['content-type'], 'text/html; charset=utf-8');
    const uid = await fts.uidOf('dan');
    const own = `{"Name": "dan", "Group": "Yellow", "Token": "", "Password": "", "Certs": null, "Uid": "${uid}", "DeviceType": "mobile"}`;
    assert.ok(list.text.startsWith('{"SystemUsers": [{"Name": "') && list.text.includes(own), list.text);
    assert.equal(
      (await getAll('tok-dan')).text,
      (await fts.ask({ path: `${USERS}/getAll`, headers: { Authorization: 'bearer tok-dan' } })).text,
    );
    const one = await fts.asAdmin('GET', `${USERS}/getSystemUser`, { name: 'dan' }, 'tok-dan');
    assert.equal(one.text, `{"SystemUsers": [${own}]}`);

    const put = (user: object, token: string) =>
      fts.asAdmin('PUT', `${USERS}/putSystemUser`, { systemUsers: [user] }, token);
    assertSaid(await put({ uid, Token: 'tok-dan2' }, 'tok-dan'), 200, 'user updated');
    assertUnauthorized(await getAll('tok-dan'), 'the old token');
    assert.equal((await getAll('tok-dan2')).status, 200);
    assertUnauthorized(
      await fts.ask({
        method: 'PUT',
        path: `${USERS}/putSystemUser`,
        headers: JSON_TYPE,
        body: '{"systemUsers":[]}',
      }),
      'no token',
    );
    assertSaid(
      await put({ uid: 'none', Token: 'x' }, 'tok-dan2'),
      500,
      'An error occured attempting to update user.',
    );

    const right = await fts.ask({
      path: '/AuthenticateUser?username=dan&password=pw-dan',
      headers: bearer('tok-dan2'),
    });
    assert.deepEqual(
      [right.status, right.text, right.headers['content-type']],
      [200, `{"uid": "${uid}"}`, 'text/html; charset=utf-8'],
    );
    for (const query of ['username=dan&password=wrong', 'username=none&password=wrong']) {
      assert.equal(
        (await fts.ask({ path: `/AuthenticateUser?${query}`, headers: bearer('tok-dan2') })).status,
        403,
        query,
      );
    }
    assertUnauthorized(await fts.ask({ path: '/AuthenticateUser?username=dan&password=pw-dan' }), 'no token');

    assertSaid(
      await fts.asAdmin('DELETE', `${USERS}/deleteSystemUser`, { systemUsers: [{ uid }] }, 'token'),
      200,
      'user deleted',
    );
    assertUnauthorized(await getAll('tok-dan2'), 'of the deleted user');
    assertSaid(
      await fts.asAdmin('DELETE', `${USERS}/deleteSystemUser`, { systemUsers: [{ uid }] }, 'token'),
      500,
      'An error occured attempting to remove the user(s).',
    );
  });

  test('creations that fail, alone and beside one that does not', async () => {
    const failed = (name: string) => `all users failed to create operation failed for user ${name}`;
    assertSaid(
      await post({
        Name: 'bad',
        Group: 'Red',
        Token: 't',
        Password: 'p',
        DeviceType: 'toaster',
        Certs: 'true',
      }),
      500,
      failed('bad'),
    );
    assertSaid(
      await post({ Name: 'bad2', Group: 'Red', Password: 'p', DeviceType: 'mobile', Certs: 'false' }),
      500,
      failed('bad2'),
    );
    assertSaid(
      await post({ Group: 'Red' }),
      500,
      'all users failed to create operation failed for user. missing name parameter.',
    );
    const both = {
      systemUsers: [
        { Name: 'ok2', Group: 'Red', Token: 'tok-ok2', Password: 'p', DeviceType: 'mobile', Certs: 'false' },
        { Name: 'bad3' },
      ],
    };
    assertSaid(
      await fts.asAdmin('POST', `${USERS}/postSystemUser`, both, 'token'),
      201,
      'operation failed for user bad3',
    );
    assert.equal((await fts.ask({ path: '/Clients', headers: bearer('tok-ok2') })).text, '[]');
  });

  test('an API user as the document has it: a name and a token', async () => {
    const made = await fts.asAdmin('POST', '/APIUser', { username: 'api1', token: 'tok-api1' }, 'token');
    assert.deepEqual([made.status, made.text], [200, 'success']);
    assert.equal(
      (await fts.asAdmin('GET', '/APIUser', undefined, 'token')).text,
      '{"json_list":[{"Username":"api1","Token":""}]}',
    );
    assert.equal((await fts.ask({ path: '/checkStatus', headers: bearer('tok-api1') })).status, 200);
    assert.equal((await getAll('tok-api1')).status, 403, 'it is no administrator');
    assert.equal((await fts.asAdmin('DELETE', '/APIUser', { username: 'api1' }, 'token')).text, 'success');
    assertUnauthorized(await fts.ask({ path: '/checkStatus', headers: bearer('tok-api1') }), 'deleted');
  });
});
