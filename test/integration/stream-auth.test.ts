import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPkiFixture } from '../support/pki-fixture.ts';
import {
  type ClientIdentity,
  type ServerProcess,
  startServer,
  testPassword,
} from '../support/server-process.ts';
import { connectTakClient, type TakClient, type TakClientOptions } from '../support/tak-client.ts';
import { authXml, saXml } from '../support/tak-events.ts';

/** Who may speak on the TLS CoT socket, under each policy, and how those who may not are sent away. */

/** Room for an Argon2id hash on a busy machine, which falls into it as it does on a kit. */
const AUTH_TIMEOUT_MS = 2_500;
const AUTH_LIMIT_BYTES = 8 * 1_024;

describe('signing in on the stream', { timeout: 90_000 }, () => {
  let server: ServerProcess;
  let alice: ClientIdentity;
  let ca: string;
  const clients: TakClient[] = [];
  const password = testPassword('alice');

  async function connect(options: Partial<TakClientOptions> = {}): Promise<TakClient> {
    const client = await connectTakClient({ ...server.address('cotTls'), ca, ...options });
    clients.push(client);
    return client;
  }

  /** Waits for the end of the connection and the reason that the log gives for it. */
  async function closeReason(client: TakClient, timeoutMs = 5_000): Promise<string> {
    const remote = `${client.socket.localAddress}:${client.socket.localPort}`;
    await client.waitForClose(timeoutMs);
    const line = await server.waitForLog(
      (l) => l.ev === 'cot.closed' && l['remote'] === remote,
      `end of ${remote}`,
    );
    return String(line['reason']);
  }

  async function restart(policy: string): Promise<void> {
    const { dataDir } = server;
    await server.stop({ keepsData: true });
    server = await startServer({ dataDir, set: { ...settings, 'cot.auth': policy } });
  }

  const settings = { 'cot.authTimeoutMs': String(AUTH_TIMEOUT_MS) };
  let removeData: () => Promise<void>;

  before(async () => {
    const first = await startServer({ set: settings });
    removeData = () => first.cleanUp();
    server = first;
    alice = await first.issueClient('alice');
    ca = alice.ca;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await server?.stop();
    await removeData?.();
  });

  test('a certificate of the kit is enough', async () => {
    const client = await connect(alice);
    await client.ping();
  });

  test('TLS 1.2 and 1.3 are both spoken', async () => {
    for (const tlsVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const client = await connect({ ...alice, tlsVersion });
      await client.ping();
    }
  });

  test('user name and password in <auth> are enough, and the next event may follow directly', async () => {
    const client = await connect();
    client.uid = 'PW-1';
    client.send(authXml('alice', password) + saXml({ uid: 'PW-1', callsign: 'PW' }));
    await client.ping();
    await server.waitForLog((l) => l['uid'] === 'PW-1', 'the identity of PW-1');
  });

  test('<auth> may come in pieces', async () => {
    const client = await connect();
    const bytes = Buffer.from(authXml('alice', password));
    await client.sendPieces([...bytes].map((byte) => Buffer.of(byte)));
    await client.ping();
  });

  test('a wrong password ends the connection and is never logged', async () => {
    const client = await connect({ auth: { username: 'alice', password: 'canary-wrong-password-4711' } });
    assert.equal(await closeReason(client), 'auth_failed');
    assert.equal(client.received(() => true).length, 0, 'nothing was told to a stranger');
  });

  test('an unknown user ends the connection', async () => {
    const client = await connect({ auth: { username: 'nobody', password } });
    assert.equal(await closeReason(client), 'auth_failed');
  });

  test('an event before <auth> ends the connection and is not passed on', async () => {
    const witness = await connect(alice);
    const client = await connect();
    client.send(saXml({ uid: 'INTRUDER', callsign: 'INTRUDER' }));
    assert.equal(await closeReason(client), 'auth_missing');
    await witness.ping();
    assert.equal(witness.received({ uid: 'INTRUDER' }).length, 0);
  });

  test('who says nothing is sent away in time', async () => {
    const startMs = performance.now();
    const client = await connect();
    assert.equal(await closeReason(client), 'auth_timeout');
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > AUTH_TIMEOUT_MS * 0.8, `after ${tookMs} ms already`);
    assert.ok(tookMs < AUTH_TIMEOUT_MS * 2.5, `after ${tookMs} ms only`);
  });

  test('who dribbles <auth> byte by byte is sent away in the same time', async () => {
    const client = await connect();
    const startMs = performance.now();
    const letters = [...authXml('alice', password)].values();
    const dribble = setInterval(() => {
      if (!client.isClosed) client.send(letters.next().value ?? ' ');
    }, 50);
    try {
      assert.equal(await closeReason(client), 'auth_timeout');
      assert.ok(performance.now() - startMs < AUTH_TIMEOUT_MS * 2.5);
    } finally {
      clearInterval(dribble);
    }
  });

  test('an <auth> of more than 8 KiB ends the connection', async () => {
    const client = await connect();
    client.send(`<auth><cot username="alice" password="${'x'.repeat(AUTH_LIMIT_BYTES)}`);
    assert.equal(await closeReason(client), 'auth_too_large');
  });

  test('a user who was deleted does not get in', async () => {
    await server.cli(['user', 'add', '-u', 'mallory', '-g', 'team', '--password-stdin'], {
      stdin: `${testPassword('mallory')}\n`,
    });
    await server.cli(['user', 'delete', '-u', 'mallory']);
    const client = await connect({ auth: { username: 'mallory', password: testPassword('mallory') } });
    assert.equal(await closeReason(client), 'auth_failed');
  });

  test('a certificate of somebody else is not ours: the password decides', async () => {
    const { client: foreign } = await createPkiFixture();
    const silent = await connect(foreign);
    assert.equal(await closeReason(silent), 'auth_timeout');
    const named = await connect({ ...foreign, auth: { username: 'alice', password } });
    await named.ping();
  });

  test('policy cert: a password does not replace the certificate', async () => {
    await restart('cert');
    const client = await connect({ auth: { username: 'alice', password } });
    assert.equal(await closeReason(client), 'cert_missing');
    const { client: foreign } = await createPkiFixture();
    const stranger = await connect(foreign);
    assert.equal(await closeReason(stranger), 'cert_unknown_ca');
    await (await connect(alice)).ping();
  });

  test('policy password: a certificate does not replace the password', async () => {
    await restart('password');
    const client = await connect(alice);
    assert.equal(await closeReason(client), 'auth_timeout');
    await (await connect({ auth: { username: 'alice', password } })).ping();
  });

  test('policy cert_and_password: both, of the same user', async () => {
    await restart('cert_and_password');
    const onlyPassword = await connect({ auth: { username: 'alice', password } });
    assert.equal(await closeReason(onlyPassword), 'cert_missing');
    const onlyCertificate = await connect(alice);
    assert.equal(await closeReason(onlyCertificate), 'auth_timeout');
    await (await connect({ ...alice, auth: { username: 'alice', password } })).ping();

    await server.issueClient('bob');
    const mixed = await connect({ ...alice, auth: { username: 'bob', password: testPassword('bob') } });
    assert.equal(await closeReason(mixed), 'auth_mismatch');
  });

  test('no password is in the log of any of this', () => {
    const text = JSON.stringify(server.logs) + server.stderr();
    assert.ok(!text.includes('canary-wrong-password'));
    assert.ok(!text.includes(password));
    assert.deepEqual(server.strayLines, [], 'stdout carries JSON lines only');
  });
});
