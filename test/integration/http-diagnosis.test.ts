import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { createPkiFixture, type PkiFixture } from '../support/pki-fixture.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

/** A device that cannot get on ends in a sentence that helps, in the log, in the API and in the doctor. */
describe('troubles are told', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let foreign: PkiFixture;
  let scratch: string;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'bivouac-trouble-'));
    foreign = await createPkiFixture();
    await writeFile(join(scratch, 'ca.pem'), foreign.ca);
    server = await startServer({
      set: { 'listen.https': '127.0.0.1:0', 'listen.httpsCert': '127.0.0.1:0', 'listen.http': '127.0.0.1:0' },
    });
  });
  after(async () => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  /** Sends bytes and waits until the server has had enough. */
  function send(
    listener: string,
    bytes: string | Buffer,
    tls?: { cert?: string; key?: string },
  ): Promise<void> {
    const at = server.address(listener);
    const socket =
      tls === undefined ? connectPlain(at) : connectTls({ ...at, ...tls, rejectUnauthorized: false });
    return new Promise((resolve) => {
      socket.on('close', () => resolve());
      socket.on('error', () => {});
      socket.setTimeout(3_000, () => socket.destroy());
      socket.resume();
      socket.write(bytes);
    });
  }

  function opensslClient(listener: string): void {
    const { host, port } = server.address(listener);
    const args = ['s_client', '-connect', `${host}:${port}`, '-CAfile', join(scratch, 'ca.pem')];
    spawnSync('openssl', [...args, '-verify_return_error'], { input: '', timeout: 5_000 });
  }

  test('each in its own words', async () => {
    await server.cli(['user', 'add', '-u', 'chief', '--role', 'administrator', '--password-stdin'], {
      stdin: 'seven-wet-horses-in-a-tent\n',
    });
    await send('httpsCert', '<event version="2.0" uid="x"/>', {});
    await send('https', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await send('cotTls', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await send('http', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]));
    opensslClient('https');
    opensslClient('cotTls');
    await send('cotTls', '<event/>', foreign.client);
    await send('cotTls', '<auth><cot username="chief" password="wrong" uid="x"/></auth>', {});

    const { stdout } = await server.cli(['doctor'], { mayFail: true });
    const port = server.address('httpsCert').port;
    const expected = [
      `The device at 127.0.0.1 used port ${port} (HTTPS with certificate) for the stream of positions.`,
      `spoke plain HTTP to port ${server.address('https').port} (enrolment and pages).`,
      'spoke plain HTTP to the port of the stream.',
      `spoke TLS to port ${server.address('http').port} (plain HTTP), which is plain HTTP.`,
      'The device at 127.0.0.1 does not trust the certificate of the kit (TLSV1_ALERT_UNKNOWN_CA). (2 times)',
      'The device at 127.0.0.1 offered a certificate of another CA',
      'The device at 127.0.0.1 could not sign in to the stream: wrong password.',
    ];
    for (const sentence of expected) assert.ok(stdout.includes(sentence), `${sentence}\n---\n${stdout}`);
    const codes = new Set(
      server.logs.filter(({ ev }) => ev === 'device.trouble').map((line) => line['code']),
    );
    for (const code of ['port.stream_on_http', 'port.plain_on_tls', 'tls.distrusted', 'cert.refused']) {
      assert.ok(codes.has(code), `${code} in the log`);
    }
  });
});
