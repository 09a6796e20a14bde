import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import {
  basic,
  bearer,
  CURL_HEADERS,
  curlForm,
  type LiteralAnswer,
  type LiteralRequest,
  parseRecorded,
  send,
} from '../support/literal-http.ts';
import { type CliResult, type ServerProcess, startServer, testPassword } from '../support/server-process.ts';
import { connectTakClient } from '../support/tak-client.ts';
import { saXml } from '../support/tak-events.ts';

/**
 * The requests of OpenTAXII's document «Services Authentication», literally, and around them what OpenTAXII
 * 0.9.3 answered where the document is silent. The port is a free one instead of 9000.
 */

/** The document's `test`/`test` needs these, and an operator would have to write them down. */
const RELAXED = { 'password.minLength': '1', 'password.minEntropyBits': '0' };

const FIXTURES = join(import.meta.dirname, '../fixtures/opentaxii');

const TAXII_HEADERS = {
  'Content-Type': 'application/xml',
  Accept: 'application/xml',
  'X-TAXII-Content-Type': 'urn:taxii.mitre.org:message:xml:1.1',
  'X-TAXII-Accept': 'urn:taxii.mitre.org:message:xml:1.1',
  'X-TAXII-Services': 'urn:taxii.mitre.org:services:1.1',
  'X-TAXII-Protocol': 'urn:taxii.mitre.org:protocol:http:1.0',
};

const POLL_BODY =
  '<taxii_11:Poll_Request xmlns:taxii_11="http://taxii.mitre.org/messages/taxii_xml_binding-1.1" message_id="1234" collection_name="collection-A"><taxii_11:Poll_Parameters allow_asynch="false"><taxii_11:Response_Type>FULL</taxii_11:Response_Type></taxii_11:Poll_Parameters></taxii_11:Poll_Request>';

const NAMESPACES =
  'xmlns:taxii="http://taxii.mitre.org/messages/taxii_xml_binding-1" xmlns:taxii_11="http://taxii.mitre.org/messages/taxii_xml_binding-1.1" xmlns:tdq="http://taxii.mitre.org/query/taxii_default_query-1"';

interface TaxiiServer {
  readonly server: ServerProcess;
  ask(request: LiteralRequest): Promise<LiteralAnswer>;
  addTest(name?: string): Promise<CliResult>;
  poll(headers: Record<string, string>, path?: string): Promise<LiteralAnswer>;
  tokenOf(form?: string): Promise<string>;
}

async function taxiiServer(set: Readonly<Record<string, string>>): Promise<TaxiiServer> {
  const server = await startServer({ set: { 'listen.http': '127.0.0.1:0', ...set } });
  const ask = (request: LiteralRequest) => send(server.address('http'), request);
  return {
    server,
    ask,
    addTest: (name = 'test') =>
      server.cli(['user', 'add', '-u', name, '-g', 'team', '--password-stdin'], {
        stdin: 'test\n',
        mayFail: true,
      }),
    poll: (headers, path = '/services/poll-a') =>
      ask({ method: 'POST', path, headers: { ...TAXII_HEADERS, ...headers }, body: POLL_BODY }),
    tokenOf: async (form = 'username=test&password=test') =>
      (await ask(curlForm('/management/auth', form))).json<{ token: string }>().token,
  };
}

/** The document's own accounts, as an operator has to allow them; and a server with nothing allowed. */
let relaxed: TaxiiServer;
let strict: TaxiiServer;
/** A service without authentication beside one with it, and no Basic. */
let open: TaxiiServer;

before(async () => {
  const services =
    '[ { id = "poll_a", type = "poll", address = "/services/poll-a" }, { id = "open", type = "poll", address = "/services/poll-open", authentication_required = false } ]';
  const collections =
    '[ { name = "collection-A", channels = ["team"] }, { name = "notices", channels = ["notices"], is_public = true } ]';
  const publicServices = {
    ...RELAXED,
    'compat.opentaxii.services': services,
    'compat.opentaxii.collections': collections,
    'compat.opentaxii.support_basic_auth': 'false',
  };
  [relaxed, strict, open] = await Promise.all([
    taxiiServer({ ...RELAXED, 'log.level': 'debug' }),
    taxiiServer({}),
    taxiiServer(publicServices),
  ]);
  for (const { addTest } of [relaxed, open]) assert.equal((await addTest()).code, 0);
});

after(async () => {
  await Promise.all([relaxed, strict, open].map(({ server }) => server.stop()));
});

function recorded(name: string, token = ''): LiteralRequest {
  const text = readFileSync(join(FIXTURES, `cabby-0.1.23-${name}.http`), 'utf8');
  return parseRecorded(text.replace('{token}', token));
}

function assertUnauthorized(answer: LiteralAnswer, what = ''): void {
  assert.equal(answer.status, 200, what);
  assert.equal(answer.headers['content-type'], 'application/xml', what);
  assert.equal(answer.headers['x-taxii-content-type'], 'urn:taxii.mitre.org:message:xml:1.1', what);
  assert.equal(answer.headers['x-taxii-protocol'], 'urn:taxii.mitre.org:protocol:http:1.0', what);
  assert.equal(answer.headers['x-taxii-services'], 'urn:taxii.mitre.org:services:1.1', what);
  const own = answer.text.replace(/ message_id="[^"]+"/, '');
  assert.equal(
    own,
    `<taxii_11:Status_Message ${NAMESPACES} in_response_to="0" status_type="UNAUTHORIZED"/>`,
    what,
  );
}

function assertPolled(answer: LiteralAnswer, inResponseTo = '1234'): void {
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/xml');
  assert.match(answer.text, new RegExp(`^<taxii_11:Poll_Response .*in_response_to="${inResponseTo}"`));
  assert.match(answer.text, / collection_name="collection-A" more="false" result_part_number="1"/);
}

test('the document’s requests for a token are answered as documented', async () => {
  const { ask, poll } = relaxed;

  // curl -d 'username=test&password=test' http://localhost:9000/management/auth
  const form = await ask(
    curlForm('/management/auth', 'username=test&password=test', { Host: 'localhost:9000' }),
  );
  // curl -H "Content-Type: application/json" -d '{"username":"test","password":"test"}' http://localhost:9000/management/auth
  const json = await ask(
    curlForm('/management/auth', '{"username":"test","password":"test"}', {
      Host: 'localhost:9000',
      'Content-Type': 'application/json',
    }),
  );
  for (const answer of [form, json]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.match(answer.text, /^\{"token":"[\w-]+\.[\w-]+\.[\w-]+"\}\n$/);
    const { token } = answer.json<{ token: string }>();
    const { account_id: account, exp = 0 } = decodeJwt(token);
    assert.equal(typeof account, 'string');
    // The document's 60 minutes, and not the server's 60 hours.
    const lifeSeconds = exp - Date.now() / 1_000;
    assert.ok(lifeSeconds > 3_590 && lifeSeconds <= 3_600, `${lifeSeconds}`);
    assertPolled(await poll(bearer(token)));
  }
});

test('other encodings of the same credentials, known or not, do as well', async () => {
  const { ask } = relaxed;
  const json = '{"username":"test","password":"test"}';
  const boundary = 'x1y2z3';
  const multipart = ['username', 'password']
    .map((name) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\ntest\r\n`)
    .join('');
  const bodies: readonly [type: string | undefined, body: string][] = [
    ['application/json; charset=utf-8', json],
    ['application/octet-stream', json],
    ['text/plain', 'username=test&password=test'],
    [undefined, json],
    [undefined, 'username=test&password=test'],
    [`multipart/form-data; boundary=${boundary}`, `${multipart}--${boundary}--\r\n`],
  ];
  for (const [type, body] of bodies) {
    const headers = { ...CURL_HEADERS, ...(type === undefined ? {} : { 'Content-Type': type }) };
    const answer = await ask({ method: 'POST', path: '/management/auth', headers, body });
    assert.equal(answer.status, 200, `${type}: ${answer.text}`);
    assert.match(answer.text, /"token"/);
  }
});

test('what is no pair of name and password is asked for both', async () => {
  const { ask } = relaxed;
  const json = { 'Content-Type': 'application/json' };
  const requests: readonly LiteralRequest[] = [
    curlForm('/management/auth', 'username=test'),
    { method: 'POST', path: '/management/auth', headers: CURL_HEADERS },
    curlForm('/management/auth', '{"username":"test","password":"test"}'),
    curlForm('/management/auth', '{"username":"test",', json),
    curlForm('/management/auth', '["test","test"]', json),
    curlForm('/management/auth', '{"username":"test","password":5}', json),
    { method: 'POST', path: '/management/auth?username=test&password=test', headers: CURL_HEADERS },
    { method: 'POST', path: '/management/auth', headers: { ...CURL_HEADERS, ...basic('test', 'test') } },
  ];
  for (const request of requests) {
    const answer = await ask(request);
    assert.equal(answer.status, 400, request.body ?? '');
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(answer.text, 'Both username and password are required');
  }
});

test('a wrong password and an unknown user read the same, with the status of the server', async () => {
  const { ask } = relaxed;
  const wrong = await ask(curlForm('/management/auth', 'username=test&password=wrong'));
  const unknown = await ask(curlForm('/management/auth', 'username=nobody&password=test'));
  for (const answer of [wrong, unknown]) {
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(answer.headers['www-authenticate'], undefined);
    assert.match(answer.text, /^<!doctype html>\n<html lang=en>\n<title>401 Unauthorized<\/title>\n/);
  }
  assert.equal(wrong.text, unknown.text);
  assert.equal((await ask({ path: '/management/auth', headers: CURL_HEADERS })).status, 404);
  const health = await ask({ path: '/management/health', headers: CURL_HEADERS });
  assert.equal(health.status, 200);
  assert.equal(health.text, '{"alive":true}\n');
});

test('with the defaults the document’s credentials are refused, by the document’s errors', async () => {
  const { ask, addTest, poll } = strict;
  const added = await addTest();
  assert.equal(added.code, 1);
  assert.match(added.stderr, /password is too short/);
  assert.equal((await ask(curlForm('/management/auth', 'username=test&password=test'))).status, 401);
  assertUnauthorized(await poll(basic('test', 'test')));
});

test('a service asks for credentials, and every bad one is told alike', async () => {
  const { server, addTest, poll, tokenOf, ask } = relaxed;
  const token = await tokenOf();
  const [head = '', claims = '', signature = ''] = token.split('.');
  const forged = `${head}.${claims}.${signature.slice(0, -4)}AAAA`;
  const none = `${Buffer.from('{"alg":"none","typ":"taxii+jwt"}').toString('base64url')}.${claims}.`;
  const cases: Record<string, Record<string, string>> = {
    'no credentials': {},
    'not a token': bearer('not-a-token'),
    'wrong signature': bearer(forged),
    'no signature': bearer(none),
    'wrong password': basic('test', 'wrong'),
    'not base64': { Authorization: 'Basic !!!!' },
    'no colon': { Authorization: 'Basic dGVzdA==' },
    'another scheme': { Authorization: 'Digest username="test"' },
    'no scheme': { Authorization: token },
  };
  for (const [what, headers] of Object.entries(cases)) assertUnauthorized(await poll(headers), what);

  assertPolled(await poll({ Authorization: `bearer ${token}` }));
  assertPolled(await poll(basic('test', 'test')));

  const unread = await ask({
    method: 'POST',
    path: '/services/poll-a',
    headers: { Accept: 'application/json', ...bearer('bad') },
    body: '{}',
  });
  assert.equal(unread.status, 406);
  assert.equal(unread.text, 'Unacceptable');
  assertUnauthorized(await ask({ method: 'OPTIONS', path: '/services/poll-a', headers: CURL_HEADERS }));
  const options = await ask({ method: 'OPTIONS', path: '/services/poll-a', headers: bearer(token) });
  assert.equal(options.headers['allow'], 'POST, OPTIONS');
  const got = await ask({ path: '/services/poll-a', headers: bearer(token) });
  assert.equal(got.status, 405);
  assert.equal(got.headers['allow'], 'POST, OPTIONS');

  // Bad credentials are told where none are needed, too.
  assertUnauthorized(await ask({ path: '/management/health', headers: bearer('bad') }));

  await addTest('shortlived');
  const last = await tokenOf('username=shortlived&password=test');
  assertPolled(await poll(bearer(last)));
  await server.cli(['user', 'delete', '-u', 'shortlived']);
  assertUnauthorized(await poll(bearer(last)), 'token of a deleted user');
});

test('a new password ends the tokens of the old one', async () => {
  const { server, addTest, poll, tokenOf } = relaxed;
  await addTest('changing');
  const token = await tokenOf('username=changing&password=test');
  assertPolled(await poll(bearer(token)));
  await server.cli(['user', 'change', '-u', 'changing', '--password-stdin'], { stdin: 'another\n' });
  assertUnauthorized(await poll(bearer(token)));
});

test('what cabby sent to OpenTAXII is answered so that cabby goes on', async () => {
  const { ask } = relaxed;
  const login = await ask(recorded('jwt-login'));
  const { token } = login.json<{ token: string }>();
  assertPolled(await ask(recorded('jwt-poll', token)), '357e7208-5649-491a-a120-72e8c160c2e2');
  assertPolled(await ask(recorded('bearer-poll', token)), '578a804b-1e39-409c-8dc1-288e96fdfe0e');
  assertPolled(await ask(recorded('basic-poll')), 'e12c4d47-197c-473e-ba00-8a724582f525');
  const discovered = await ask(recorded('jwt-discovery', token));
  assert.match(
    discovered.text,
    /^<taxii_11:Discovery_Response .*in_response_to="b9711b0e-f6e7-483f-9d8a-359f803b08fc">/,
  );
  assert.match(
    discovered.text,
    /<taxii_11:Address>http:\/\/localhost:9000\/services\/poll-a<\/taxii_11:Address>/,
  );
});

test('the events of a device are there to be polled, for those of its channel', async () => {
  const { server, poll } = relaxed;
  await server.cli(['user', 'add', '-u', 'other', '-g', 'elsewhere', '--password-stdin'], {
    stdin: 'test\n',
  });
  const identity = await server.issueClient('alpha', 'team');
  const device = await connectTakClient({ ...server.address('cotTls'), ...identity });
  const sent = saXml({ uid: 'ANDROID-7', callsign: 'ALPHA', lat: 47.1, lon: 8.2 });
  device.send(sent);
  let answer = await poll(basic('test', 'test'));
  // It is on the disk within `store.commitIntervalMs`.
  for (let tries = 0; tries < 50 && !answer.text.includes('ANDROID-7'); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await poll(basic('test', 'test'));
  }
  assert.ok(answer.text.includes(`<taxii_11:Content>${sent}</taxii_11:Content>`), answer.text);
  assert.doesNotMatch((await poll(basic('other', 'test'))).text, /ANDROID-7/);
  assert.equal((await poll(basic('alpha', testPassword('alpha')))).text.includes('ANDROID-7'), true);
  device.socket.destroy();
});

test('a service without authentication gives public collections, and is nobody’s way to more', async () => {
  const { ask, poll, tokenOf } = open;
  const path = '/services/poll-open';
  const notices = (headers: Record<string, string>, to = path) =>
    ask({
      method: 'POST',
      path: to,
      headers: { ...TAXII_HEADERS, ...headers },
      body: POLL_BODY.replace('collection-A', 'notices'),
    });
  assert.match((await notices({})).text, /^<taxii_11:Poll_Response .*collection_name="notices"/);
  assertUnauthorized(await notices({}, '/services/poll-a'));
  // OpenTAXII runs such a request as an administrator of every collection.
  const refused = await poll({}, path);
  assert.match(refused.text, /status_type="UNAUTHORIZED"/);
  assertPolled(await poll(bearer(await tokenOf()), path));
  assertUnauthorized(await poll(bearer('bad'), path), 'a bad token');
  assertUnauthorized(await poll(basic('test', 'wrong'), path), 'a wrong password');
});

test('an operator can switch Basic off', async () => {
  const { poll, tokenOf, ask } = open;
  assertUnauthorized(await poll(basic('test', 'test')));
  assertPolled(await poll(bearer(await tokenOf())));
  assertUnauthorized(
    await ask(curlForm('/management/auth', 'username=test&password=test', basic('test', 'test'))),
  );
});

test('neither the password nor a token is in the log', async () => {
  const { server, ask, poll, tokenOf } = relaxed;
  const canary = 'wet-canary-in-a-cold-mine-7';
  await server.cli(['user', 'add', '-u', 'canary', '--password-stdin'], { stdin: `${canary}\n` });
  const token = await tokenOf(`username=canary&password=${canary}`);
  await poll(bearer(token));
  await poll(basic('canary', canary));
  await ask(curlForm('/management/auth', `username=nobody&password=${canary}`));
  await server.waitForLog(({ route }) => route === '/services/poll-a', 'the line of a poll');
  const log = JSON.stringify(server.logs) + server.stderr();
  for (const secret of [canary, token, Buffer.from(`canary:${canary}`).toString('base64')]) {
    assert.equal(log.includes(secret), false);
  }
});
