import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';

/** The product's own promise, from the end of the command to the end of the connection. */
const LIMIT_MS = 2_000;

describe('a lost device is off every port', { timeout: 60_000 }, () => {
  let server: ServerProcess;

  before(async () => {
    server = await startServer({ set: { 'listen.httpsCert': '127.0.0.1:0', 'listen.https': '127.0.0.1:0' } });
  });
  after(() => server.stop());

  function hold(listener: string, { cert, key, ca }: ClientIdentity): Promise<TLSSocket> {
    const socket = connect({ ...server.address(listener), cert, key, ca, servername: 'localhost' });
    socket.on('error', () => {});
    socket.resume();
    return new Promise((resolve, reject) => {
      socket.once('secureConnect', () => resolve(socket));
      socket.once('close', () => reject(new Error(`${listener} did not take the certificate`)));
    });
  }

  /** A connection of HTTP that has been used once and is kept open. */
  async function holdHttp(identity: ClientIdentity): Promise<TLSSocket> {
    const socket = await hold('httpsCert', identity);
    const answered = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))));
    socket.write('GET /Marti/api/version HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.match(await answered, /^HTTP\/1\.1 200/);
    return socket;
  }

  function status({ cert, key, ca }: ClientIdentity): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = { ...server.address('httpsCert'), path: '/Marti/api/version', agent: false as const };
      request({ ...options, cert, key, ca, servername: 'localhost' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  const orders = {
    'its certificate is revoked': async (user: string) => {
      const rows = JSON.parse((await server.cli(['cert', 'list', '--user', user, '--json'])).stdout);
      return ['cert', 'revoke', '--serial', (rows as { serial: string }[])[0]!.serial];
    },
    'all its certificates are revoked': async (user: string) => ['cert', 'revoke', '--user', user],
    'its user is disabled': async (user: string) => ['user', 'change', '-u', user, '--disable'],
    'its user is deleted': async (user: string) => ['user', 'delete', '-u', user],
  };

  for (const [index, [what, orderFor]] of Object.entries(orders).entries()) {
    test(what, async (t) => {
      const user = `phone${index}`;
      const identity = await server.issueClient(user);
      const bystander = await server.issueClient(`bystander${index}`);
      const sockets = [await hold('cotTls', identity), await holdHttp(identity)];
      const others = [await hold('cotTls', bystander), await holdHttp(bystander)];
      const closed = sockets.map(
        (socket) => new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now()))),
      );
      const order = await orderFor(user);

      const command = server.cli(order);
      const done = command.then(() => performance.now());
      const delays = (await Promise.all(closed)).map(async (at) => Math.round(at - (await done)));
      const [cot = 0, http = 0] = await Promise.all(delays);
      t.diagnostic(`closed ${cot} ms (8089) and ${http} ms (8443) after the command ended`);
      assert.ok(cot < LIMIT_MS && http < LIMIT_MS);

      assert.equal(await status(identity), 403);
      await assert.rejects(
        new Promise((resolve, reject) => {
          hold('cotTls', identity).then((socket) => {
            socket.once('close', reject);
            setTimeout(resolve, LIMIT_MS, socket);
          }, reject);
        }),
      );
      for (const socket of others) {
        assert.equal(socket.destroyed, false, 'others stay');
        socket.destroy();
      }
    });
  }
});
