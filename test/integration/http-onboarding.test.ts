import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Invitation } from '../../src/http/onboarding.ts';
import { derOf } from '../../src/pki/x509.ts';
import { type Answer, type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { parseXml, unzip } from '../support/read-package.ts';
import { readQr } from '../support/read-qr.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** From the invitation to the phone, over the listeners that a phone uses. */
describe('onboarding', { timeout: 60_000 }, () => {
  let http: HttpKit;

  before(async () => {
    http = await startHttpKit(['name=Field Kit', 'listen.https=127.0.0.1:8446']);
    await http.addUser('alice');
  });
  after(() => http.stop());

  async function invite(order: object): Promise<Invitation> {
    const answer = await http.ask('control', '/api/people/alice/invitations', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ host: '127.0.0.1', ...order }),
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json<Invitation>();
  }
  const fetchFrom = (listener: 'portal' | 'https', url: string, headers = {}): Promise<Answer> =>
    http.ask(listener, new URL(url).pathname, { headers });

  test('ATAK: scan, fetch once over the plain portal, type the code, have a certificate', async () => {
    const invitation = await invite({ client: 'atak' });
    assert.match(invitation.code ?? '', /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    const url = new URL(invitation.scan).searchParams.get('url')!;
    assert.equal(
      invitation.scan.startsWith('tak://com.atakmap.app/import?url=http%3A%2F%2F127.0.0.1%3A'),
      true,
    );
    assert.equal(url, invitation.packageUrl);
    assert.equal(new URL(url).port, String(http.port('portal')));
    assert.match(url, /\/atak\.zip$/);

    const file = await fetchFrom('portal', url);
    assert.equal(file.status, 200);
    assert.equal(file.headers['content-type'], 'application/zip');
    assert.equal(file.headers['cache-control'], 'no-store');
    const files = await unzip(file.body);
    const names = [...files.keys()];
    assert.ok(names.includes('MANIFEST/manifest.xml'));
    assert.equal(names.filter((name) => name.endsWith('.p12')).length, 1, 'the truststore alone');
    const preferences = String(files.get('prefs/connection.pref'));
    assert.match(preferences, /enrollForCertificateWithTrust0" class="class java\.lang\.Boolean">true</);

    const config = await http.ask('https', '/Marti/api/tls/config', {
      as: 'alice',
      password: invitation.code!.toLowerCase(),
    });
    assert.equal(config.status, 200);
  });

  test('a link is for the first device that asks, which may repeat; a look ahead uses nothing up', async () => {
    const { packageUrl } = await invite({ client: 'atak' });
    const path = new URL(packageUrl).pathname;
    assert.equal((await http.ask('portal', path, { method: 'HEAD' })).status, 200);
    assert.equal((await fetchFrom('portal', packageUrl)).status, 200);
    assert.equal((await fetchFrom('portal', packageUrl)).status, 200, 'the same device');
    const other = await http.kit.http.fetch(new Request(`http://kit${path}`), {
      listener: 'portal',
      remoteAddress: '10.42.0.99',
      localAddress: '10.42.0.1',
      localPort: 8081,
      isTls: false,
      certificate: undefined,
    });
    assert.equal(other.status, 404);
  });

  test('a package with a private key never goes over plain HTTP', async () => {
    const { packageUrl, code, pageUrl } = await invite({ client: 'atak', withCertificate: true });
    assert.equal(code, undefined);
    assert.match(packageUrl, /^https:/);
    assert.match(pageUrl, /^https:/);
    assert.equal((await fetchFrom('portal', packageUrl)).status, 404);
    assert.equal((await http.ask('http', new URL(packageUrl).pathname)).status, 404);
    const file = await fetchFrom('https', packageUrl);
    assert.equal(file.status, 200);
    const certificates = await http.kit.store.certs.list({});
    assert.equal(certificates.filter(({ username }) => username === 'alice').length, 1);
  });

  test('iTAK scans the line that it knows, WinTAK an address', async () => {
    const itak = await invite({ client: 'itak', host: '10.42.0.1' });
    assert.match(itak.scan, /^Field Kit,10\.42\.0\.1,\d+,SSL$/);
    const wintak = await invite({ client: 'wintak' });
    assert.equal(wintak.scan, wintak.packageUrl);
    assert.match(wintak.steps.join(' '), /WinTAK/);
  });

  test('the page of an invitation has one button for its client, and no secret', async () => {
    const { pageUrl, code, packageUrl } = await invite({ client: 'atak' });
    const page = await fetchFrom('portal', pageUrl, { accept: 'text/html' });
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
    const shownUrl = new URL(packageUrl).pathname;
    assert.ok(page.text.includes(encodeURIComponent(shownUrl)), 'the import link');
    assert.match(page.text, /href="tak:\/\/com\.atakmap\.app\/import\?url=/);
    assert.doesNotMatch(page.text, new RegExp(code!));
    assert.doesNotMatch(page.text, /<script/);
    // Looking at the page does not use the link up.
    assert.equal((await fetchFrom('portal', packageUrl)).status, 200);
  });

  test('a link that is over shows a page that says what to do', async () => {
    const page = await http.ask('portal', '/join/nonsense/atak.zip', { headers: { accept: 'text/html' } });
    assert.equal(page.status, 404);
    assert.match(page.text, /used up/);
    assert.equal((await http.ask('portal', '/p/nonsense/atak.zip')).status, 404);
  });

  test('the landing page escapes the name of the kit and shows the fingerprint', async () => {
    const page = await http.ask('portal', '/');
    assert.equal(page.status, 200);
    assert.ok(page.text.includes(http.kit.authority.fingerprint()));
    assert.match(page.text, /<title>Field Kit<\/title>/);
  });

  test('the certificate of the kit, for each system in its form', async () => {
    const pem = await http.ask('portal', '/ca.pem');
    assert.equal(pem.text, http.ca);
    const der = await http.ask('portal', '/ca.crt');
    assert.equal(der.headers['content-type'], 'application/x-x509-ca-cert');
    assert.equal(new X509Certificate(der.body).ca, true);
    const profile = await http.ask('portal', '/ca.mobileconfig');
    assert.equal(profile.headers['content-type'], 'application/x-apple-aspen-config');
    assert.ok(profile.text.includes(derOf(http.ca).toString('base64')));
    assert.equal(parseXml(profile.text)[0]?.name, 'plist');
  });

  test('the revocation list is at a stable address, and names what was revoked', async () => {
    const { serial } = await http.issue('alice');
    await http.ask('control', '/api/certs/revoke', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ serial, reason: 'keyCompromise' }),
    });
    const answer = await http.ask('portal', '/crl.der');
    assert.equal(answer.headers['content-type'], 'application/pkix-crl');
    const text = execFileSync('openssl', ['crl', '-inform', 'DER', '-noout', '-text'], {
      input: answer.body,
      encoding: 'utf8',
    });
    assert.match(text, new RegExp(`Serial Number: ${serial.toUpperCase()}`));
    assert.match(text, /Key Compromise/);
    assert.ok(new Date(answer.headers['expires'] ?? 0).getTime() > Date.now());
    const [generation] = http.kit.authority.generations();
    assert.deepEqual((await http.ask('portal', `/crl/${generation!.id}.der`)).body, answer.body);
    assert.equal((await http.ask('portal', '/crl/0000.der')).status, 404);
  });

  test('QR codes as SVG, PNG and text', async () => {
    const text = 'tak://com.atakmap.app/import?url=http%3A%2F%2F10.42.0.1';
    const draw = (form: string) =>
      http.ask('control', '/api/qr', {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify({ text, form }),
      });
    assert.match((await draw('svg')).text, /^<svg[\s>]/);
    const png = await draw('png');
    assert.equal(png.headers['content-type'], 'image/png');
    assert.equal(readQr(png.body), text);
    assert.match((await draw('text')).text, /^█+\n/);
    assert.equal((await draw('jpeg')).status, 400);
  });

  test('a wrong host, a wrong client and a stranger are refused', async () => {
    const ask = (name: string, body: object) =>
      http.ask('control', `/api/people/${name}/invitations`, {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify(body),
      });
    assert.equal((await ask('alice', { client: 'atak', host: 'a b' })).status, 400);
    assert.equal((await ask('alice', { client: 'webtak' })).status, 400);
    assert.equal((await ask('nobody', { client: 'atak', host: '10.0.0.1' })).status, 404);
  });
});
