import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { endsSession } from '../../src/auth/revoke.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { createPkiFixture } from '../support/pki-fixture.ts';

/** The port where the certificate is the entrance fee. */
describe('the certificate port', { timeout: 60_000 }, () => {
  let http: HttpKit;

  before(async () => {
    http = await startHttpKit();
    for (const name of ['alice', 'bob', 'carol', 'dave']) await http.addUser(name);
  });
  after(() => http.stop());

  const path = '/Marti/api/version';
  const codeOf = (answer: { json<T>(): T }) =>
    answer.json<{ error: { code: string; message: string } }>().error;

  test('no certificate: 401 and what to do', async () => {
    const answer = await http.ask('httpsCert', path);
    assert.equal(answer.status, 401);
    assert.match(codeOf(answer).message, /client certificate.*8446/);
    // Basic would not help here, so it is not asked for.
    assert.equal(answer.headers['www-authenticate'], undefined);
  });

  test("another authority's certificate: 403, and the diagnosis names it", async () => {
    const { client } = await createPkiFixture();
    const answer = await http.ask('httpsCert', path, { identity: client });
    assert.equal(answer.status, 403);
    assert.equal(codeOf(answer).code, 'cert.refused');
    const [incident] = http.kit.diagnosis.recent();
    assert.match(incident?.text ?? '', /127\.0\.0\.1.*certificate of another CA/);
  });

  test('a password does not stand in for a certificate', async () => {
    assert.equal((await http.ask('httpsCert', path, { as: 'alice' })).status, 401);
  });

  test('a revoked certificate is refused on the next request of an open connection', async () => {
    const { cert, key, serial } = await http.issue('alice');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<number>((resolve, reject) => {
        const options = { host: '127.0.0.1', servername: 'localhost', port: http.port('httpsCert') };
        request({ ...options, path, cert, key, ca: http.ca, agent }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        })
          .on('error', reject)
          .end();
      });
    assert.equal(await ask(), 200);
    await http.kit.store.certs.revoke({
      target: { serial },
      reason: 'keyCompromise',
      atMs: Date.now(),
    });
    assert.equal(await ask(), 403);
    agent.destroy();
  });

  test('a disabled user is out with a good certificate, and a new user of its name is somebody else', async () => {
    const identity = await http.issue('bob');
    assert.equal((await http.ask('httpsCert', path, { identity })).status, 200);
    await http.kit.auth.users.change('bob', { isEnabled: false }, CONSOLE);
    assert.equal((await http.ask('httpsCert', path, { identity })).status, 403);
    await http.kit.auth.users.delete('bob', CONSOLE);
    await http.addUser('bob');
    assert.equal((await http.ask('httpsCert', path, { identity })).status, 403);
  });

  test('revoking by API cuts the connections that were opened with it', async () => {
    const { serial, ...identity } = await http.issue('carol');
    http.kit.auth.revocation.onRevoked((notice) => {
      http.server.closeConnections((peer) => {
        const principalId = http.kit.http.principalOf(peer) ?? '';
        return endsSession(notice, { principalId, certSerial: peer.certificate?.serial });
      });
    });
    assert.equal((await http.ask('httpsCert', '/api/me/certs', { identity })).status, 200);
    const agent = new Agent({ keepAlive: true });
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port: http.port('httpsCert'),
      agent,
      ca: http.ca,
    };
    const socket = await new Promise<Socket>((resolve, reject) => {
      request({ ...options, ...identity, path }, (answer) => {
        const { socket } = answer;
        answer.resume().on('end', () => resolve(socket));
      })
        .on('error', reject)
        .end();
    });
    const closed = once(socket, 'close').then(() => performance.now());
    const started = performance.now();
    const answer = await http.ask('https', `/api/me/certs/${serial}`, { method: 'DELETE', as: 'carol' });
    assert.deepEqual(answer.json(), { revoked: [serial] });
    assert.ok((await closed) - started < 2_000);
    agent.destroy();
  });

  test('my own certificates, and nobody else’s', async () => {
    const alices = await http.issue('alice');
    const answer = await http.ask('https', `/api/me/certs/${alices.serial}`, {
      method: 'DELETE',
      as: 'dave',
    });
    assert.equal(answer.status, 404);
    const mine = (await http.ask('https', '/api/me/certs', { as: 'alice' })).json<
      { serial: string; pem?: string }[]
    >();
    assert.ok(mine.some(({ serial }) => serial === alices.serial));
    assert.ok(mine.every((row) => row.pem === undefined));
  });

  test('CSRF: another site cannot use the certificate of a browser', async () => {
    const identity = await http.issue('dave');
    const ask = (headers: Record<string, string>) =>
      http.ask('httpsCert', '/api/me/certs/00ff', { method: 'DELETE', identity, headers });
    assert.equal((await ask({ origin: 'https://evil.example' })).status, 403);
    assert.equal((await ask({ origin: 'null' })).status, 403);
    assert.equal((await ask({ 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await ask({ host: 'localhost:8443', origin: 'https://localhost:8443' })).status, 404);
    assert.equal((await ask({})).status, 404);
  });
});
