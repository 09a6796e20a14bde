import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type ServerProcess, startServer } from '../support/server-process.ts';

/** A phone that has joined the hotspot, and asks whether this is the Internet. */
describe('the captive portal', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer({ set: { 'listen.portal': '127.0.0.1:0', 'listen.https': '127.0.0.1:0' } });
  });
  after(() => server.stop());

  function ask(
    path: string,
    host: string,
  ): Promise<{ status: number; location: string | undefined; body: string }> {
    const at = server.address('portal');
    return new Promise((resolve, reject) => {
      request({ ...at, path, headers: { host } }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, location: answer.headers.location, body }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  const probes = [
    ['Android', '/generate_204', 'connectivitycheck.gstatic.com'],
    ['iOS', '/hotspot-detect.html', 'captive.apple.com'],
    ['Windows', '/connecttest.txt', 'www.msftconnecttest.com'],
    ['Android without Google', '/gen_204', 'www.google.com'],
    ['iOS, older', '/library/test/success.html', 'www.ibook.info'],
    ['Windows, opening the page', '/redirect', 'www.msftconnecttest.com'],
    ['Windows, older', '/ncsi.txt', 'www.msftncsi.com'],
    ['Firefox', '/success.txt?ipv4', 'detectportal.firefox.com'],
    ['GNOME', '/check_network_status.txt', 'nmcheck.gnome.org'],
    ['Debian', '/nm', 'network-test.debian.org'],
    ['Kindle', '/kindle-wifi/wifistub.html', 'spectrum.s3.amazonaws.com'],
  ] as const;
  for (const [name, path, host] of probes) {
    test(`${name} is led to the landing page, by address`, async () => {
      const { status, location } = await ask(path, host);
      assert.equal(status, 302);
      assert.equal(location, 'http://127.0.0.1/');
    });
  }

  test('where the port was named, it stays', async () => {
    const { host, port } = server.address('portal');
    const { location } = await ask('/generate_204', `${host}:${port}`);
    assert.equal(location, `http://127.0.0.1:${port}/`);
    const { status, body } = await ask(new URL(location).pathname, `${host}:${port}`);
    assert.equal(status, 200);
    assert.match(body, /ATAK/);
  });
});
