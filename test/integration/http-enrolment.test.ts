import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import TAKAPI from '@tak-ps/node-tak/lib/api';
import { APIAuthPassword } from '@tak-ps/node-tak/lib/auth';
import { SaxesParser } from 'saxes';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bivouac-enrol-'));

function openssl(args: readonly string[], input?: string | Buffer): string {
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

/** A request as a phone makes it, with its key; PEM. */
function csr(
  name: string,
  algorithm: 'rsa:2048' | 'rsa:1024' | 'ec' = 'rsa:2048',
): { key: string; csr: string } {
  const keyFile = join(scratch, `${Math.floor(performance.now() * 1_000)}.key`);
  const kind =
    algorithm === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', algorithm];
  const request = openssl([
    'req',
    '-new',
    ...kind,
    '-nodes',
    '-keyout',
    keyFile,
    '-subj',
    `/CN=${name}/O=Bivouac/OU=TAK`,
  ]);
  return { key: readFileSync(keyFile, 'utf8'), csr: request };
}

/** ATAK sends the base64 lines without the markers around them [ATAK 5.5]. */
function withoutMarkers(pem: string): string {
  return pem.replace(/-----[^\n]+-----\n/g, '');
}

/** How ATAK 5.5 (libcurl) asks. */
function atakSignRequest(auth: string, uid: string, body: string): string {
  return [
    `POST /Marti/api/tls/signClient/v2?clientUid=${uid}&version=5.5.0.0 HTTP/1.1`,
    'Host: 127.0.0.1:8446',
    `Authorization: Basic ${Buffer.from(auth).toString('base64')}`,
    'Accept: application/xml',
    'Content-Type: application/octet-stream',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

/** Children of the root as ATAK walks them: name and text, white space between elements included. */
function childrenOfRoot(xml: string): {
  root: string;
  children: { name: string; text: string }[];
  stray: string;
} {
  const parser = new SaxesParser();
  const children: { name: string; text: string }[] = [];
  let depth = 0;
  let root = '';
  let stray = '';
  parser.on('opentag', ({ name }) => {
    depth += 1;
    if (depth === 1) root = name;
    if (depth === 2) children.push({ name, text: '' });
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.on('text', (text) => {
    if (depth === 1) stray += text;
    const child = children.at(-1);
    if (depth === 2 && child !== undefined) child.text += text;
  });
  parser.write(xml).close();
  return { root, children, stray };
}

const asPem = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;

describe('enrolment', { timeout: 60_000 }, () => {
  let http: HttpKit;
  let aliceId: string;

  before(async () => {
    http = await startHttpKit();
    aliceId = await http.addUser('alice');
    await http.addUser('bob');
  });
  after(async () => {
    await http.stop();
    rmSync(scratch, { recursive: true });
  });

  const sign = (
    body: string | Buffer,
    headers: Record<string, string> = {},
    query = 'clientUid=ANDROID-1&version=5.5',
  ) =>
    http.ask('https', `/Marti/api/tls/signClient/v2?${query}`, {
      method: 'POST',
      as: 'alice',
      body,
      headers,
    });

  async function enrolmentCode(username: string): Promise<string> {
    const order = { username, form: 'typed' } as const;
    return (await http.kit.auth.enrolmentTokens.create(order, CONSOLE)).token;
  }

  test('the configuration is refused without credentials, in a way that every client retries', async () => {
    const text = await http.exchange(
      'https',
      'GET /Marti/api/tls/config HTTP/1.1\r\nHost: 127.0.0.1:8446\r\nConnection: close\r\n\r\n',
    );
    assert.match(text, /^HTTP\/1\.1 401 Unauthorized\r\n/);
    assert.match(text, /\r\nwww-authenticate: Basic realm="Bivouac"\r\n/i);
  });

  test('the configuration is byte for byte what TAK Server sends, in its namespaces', async () => {
    const answer = await http.ask('https', '/Marti/api/tls/config', { as: 'alice' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/xml');
    assert.equal(
      answer.text,
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><ns2:certificateConfig xmlns="http://bbn.com/marti/xml/config" xmlns:ns2="com.bbn.marti.config"><nameEntries><nameEntry name="O" value="Bivouac"/><nameEntry name="OU" value="TAK"/></nameEntries></ns2:certificateConfig>',
    );
  });

  test('ATAK 5.x: a request without markers gets XML with nothing between its elements', async () => {
    const phone = csr('alice');
    const text = await http.exchange(
      'https',
      atakSignRequest(`alice:${PASSWORD}`, 'ANDROID-55', withoutMarkers(phone.csr)),
    );
    const [head = '', xml = ''] = text.split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?><enrollment><signedCert>MII/);
    const { root, children, stray } = childrenOfRoot(xml);
    assert.equal(root, 'enrollment');
    assert.equal(stray, '');
    assert.deepEqual(
      children.map(({ name }) => name),
      ['signedCert', 'ca'],
    );
    for (const { text: base64 } of children) {
      for (const line of base64.split('\n')) assert.match(line, /^[A-Za-z0-9+/=]{1,64}$/);
    }

    const certificate = new X509Certificate(asPem(children[0]!.text));
    assert.match(certificate.subject, /^CN=alice$/m);
    assert.equal(certificate.verify(new X509Certificate(asPem(children[1]!.text)).publicKey), true);
    assert.deepEqual(certificate.keyUsage?.includes('1.3.6.1.5.5.7.3.2'), true);
    const record = await http.kit.store.certs.bySerial(certificate.serialNumber.toLowerCase());
    assert.equal(record?.principalId, aliceId);
    assert.equal(record?.deviceUid, 'ANDROID-55');

    const identity = { cert: asPem(children[0]!.text), key: phone.key };
    assert.equal((await http.ask('httpsCert', '/Marti/api/clientEndPoints', { identity })).status, 200);
  });

  test('ATAK 5.x: the profile switches its channels on, and is a package with nothing secret', async () => {
    const answer = await http.ask('https', '/Marti/api/tls/profile/enrollment?clientUid=ANDROID-1', {
      as: 'alice',
      headers: { host: 'kit.local:8446' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/zip');
    assert.equal(answer.body.subarray(0, 2).toString(), 'PK');
    assert.ok(answer.body.includes('MANIFEST/manifest.xml'));
  });

  test('iTAK: Accept text/plain gets JSON as text, clientUID in its own spelling, and no profile', async () => {
    const phone = csr('alice');
    const answer = await sign(phone.csr, { accept: 'text/plain' }, 'clientUID=iTAK-9&version=2.12');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain');
    const body = answer.json<Record<string, string>>();
    assert.deepEqual(Object.keys(body), ['signedCert', 'ca0', 'ca1']);
    const certificate = new X509Certificate(asPem(body['signedCert']!));
    const record = await http.kit.store.certs.bySerial(certificate.serialNumber.toLowerCase());
    assert.equal(record?.deviceUid, 'iTAK-9');

    const profile = await http.ask('https', '/Marti/api/tls/profile/enrollment?clientUid=iTAK-9', {
      as: 'alice',
      headers: { 'user-agent': 'iTAK/2.12 CFNetwork/1490 Darwin/23' },
    });
    assert.equal(profile.status, 204);
    assert.equal(profile.body.length, 0);
  });

  test('JSON is for whoever asks for it, for anything, or for nothing in particular', async () => {
    const { csr: request } = csr('alice');
    for (const accept of [
      'application/json',
      '*/*',
      'application/json, text/plain, */*',
      'image/png',
      undefined,
    ]) {
      const answer = await sign(request, accept === undefined ? {} : { accept });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/json', String(accept));
    }
  });

  test('ATAK 4.x: a PKCS#12 file that opens with its one password', async () => {
    const phone = csr('alice');
    const answer = await http.ask('https', '/Marti/api/tls/signClient/?clientUid=ANDROID-46&version=4.6', {
      method: 'POST',
      as: 'alice',
      body: withoutMarkers(phone.csr),
    });
    assert.equal(answer.status, 200);
    const file = join(scratch, 'v1.p12');
    writeFileSync(file, answer.body);
    const listing = openssl(['pkcs12', '-in', file, '-passin', 'pass:atakatak', '-nokeys', '-legacy']);
    assert.match(listing, /friendlyName: signedCert/i);
    assert.match(listing, /friendlyName: ca0/i);
    assert.match(listing, /subject=.*CN ?= ?alice/);
    assert.doesNotMatch(listing, /PRIVATE KEY/);
  });

  test('an elliptic key is as good', async () => {
    assert.equal((await sign(csr('alice', 'ec').csr)).status, 200);
  });

  test('the name of an account may be typed in other letters, the certificate has its own', async () => {
    const answer = await http.ask('https', '/Marti/api/tls/signClient/v2?clientUid=X', {
      method: 'POST',
      as: 'Alice',
      body: csr('ALICE').csr,
    });
    const { signedCert } = answer.json<{ signedCert: string }>();
    assert.match(new X509Certificate(asPem(signedCert)).subject, /^CN=alice$/m);
  });

  test('the same request again gets the same certificate: the answer was lost on the air', async () => {
    const { csr: request } = csr('alice');
    const first = (await sign(request)).json<{ signedCert: string }>();
    assert.deepEqual((await sign(withoutMarkers(request))).json(), first);
  });

  test('hostile requests are refused with their reason', async () => {
    const good = csr('alice').csr;
    const broken = Buffer.from(withoutMarkers(good).replaceAll('\n', ''), 'base64');
    broken[broken.length - 5]! ^= 1;
    const cases: readonly (readonly [string, string | Buffer, number, string])[] = [
      ['another user', csr('bob').csr, 403, 'cert.request_name'],
      ['the administrator', csr('administrator').csr, 403, 'cert.request_name'],
      ['a path', csr('..%2f..%2fetc').csr, 403, 'cert.request_name'],
      ['shell text', csr('alice;reboot').csr, 403, 'cert.request_name'],
      ['a weak key', csr('alice', 'rsa:1024').csr, 400, 'cert.request_weak'],
      ['a wrong signature', broken, 400, 'cert.request_invalid'],
      ['nothing', '', 400, 'cert.request_invalid'],
      ['not a request', 'hello', 400, 'cert.request_invalid'],
      ['20 KB', 'A'.repeat(20_000), 413, 'request.too_large'],
      ['1 MB', 'A'.repeat(1_000_000), 413, 'request.too_large'],
    ];
    for (const [what, body, status, code] of cases) {
      const answer = await sign(body).catch(() => undefined);
      // A body that is far too large may meet a closed door before it is sent whole.
      if (answer === undefined) assert.equal(status, 413, what);
      else {
        assert.equal(answer.status, status, `${what}: ${answer.text}`);
        assert.equal(answer.json<{ error: { code: string } }>().error.code, code, what);
      }
    }
  });

  test('a code that is typed works for one certificate, and its profile after it', async () => {
    const code = await enrolmentCode('bob');
    const spelled = `${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`;
    const ask = (path: string, body?: string) =>
      http.ask('https', `/Marti/api/tls/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        as: 'bob',
        password: spelled,
        ...(body === undefined ? {} : { body }),
      });
    const first = csr('bob').csr;
    assert.equal((await ask('config')).status, 200);
    assert.equal((await ask('profile/enrollment?clientUid=PHONE')).status, 401);
    assert.equal((await ask('signClient/v2?clientUid=PHONE', csr('alice').csr)).status, 403);
    assert.equal((await ask('signClient/v2?clientUid=PHONE', first)).status, 200);
    assert.equal((await ask('profile/enrollment?clientUid=PHONE')).status, 200);
    assert.equal((await ask('signClient/v2?clientUid=PHONE', first)).status, 200, 'the same again');
    assert.equal((await ask('signClient/v2?clientUid=PHONE', csr('bob').csr)).status, 401, 'another request');
    assert.equal((await ask('signClient/v2?clientUid=OTHER', first)).status, 401, 'another device');
  });

  test('a code opens nothing but an enrolment', async () => {
    const password = await enrolmentCode('bob');
    assert.equal(
      (await http.ask('https', '/Marti/api/clientEndPoints', { as: 'bob', password })).status,
      401,
    );
    assert.equal((await http.ask('https', '/api/me/certs', { as: 'bob', password })).status, 401);
  });

  test('failed enrolments are told in words, with what helps', async () => {
    const { text } = await http.ask('control', '/api/diagnosis');
    const incidents = JSON.parse(text) as { code: string; text: string; advice: string; count: number }[];
    const named = incidents.find(
      ({ text: words }) => words.includes('names somebody else') || words.includes('"alice"'),
    );
    assert.ok(named, text);
    assert.ok(incidents.every(({ text: words, advice }) => words.endsWith('.') && advice.endsWith('.')));
    assert.doesNotMatch(text, new RegExp(PASSWORD));
  });

  test('node-tak enrols by its own code', async () => {
    // It would first ask for a token by OAuth: here it shows its password as enrolling devices do.
    class BasicAuth extends APIAuthPassword {
      override async init() {}

      override fetch(api: TAKAPI, url: URL, options: { headers?: Record<string, string> }) {
        const Authorization = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
        return super.fetch(api, url, { ...options, headers: { ...options.headers, Authorization } });
      }
    }
    const url = new URL(`http://127.0.0.1:${http.port('http')}`);
    const api = await TAKAPI.init(url, new BasicAuth('alice', PASSWORD));
    const { cert, key, ca } = await api.Credentials.generate();
    assert.equal(ca.length, 2);
    const identity = { cert, key };
    assert.equal((await http.ask('httpsCert', '/Marti/api/contacts/all', { identity })).status, 200);
  });
});
