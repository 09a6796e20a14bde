import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';
import { eventXml } from '../support/tak-events.ts';

/** ATAK's receive buffer [ATAK-CIV 5.5]; what does not fit throws the client out of step. */
const CLIENT_LIMIT_BYTES = 65_536;

describe('an event of 70 KB', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let identities: Record<'alice' | 'bob' | 'carol', ClientIdentity>;
  let [alice, bob, carol]: TakClient[] = [];
  const big = eventXml({ uid: 'BIG 1 é', type: 'u-d-f', detail: `<remarks>${'é'.repeat(35_000)}</remarks>` });

  before(async () => {
    server = await startServer({ set: { 'listen.httpsCert': '127.0.0.1:0' } });
    identities = {
      alice: await server.issueClient('alice', 'blue'),
      bob: await server.issueClient('bob', 'blue'),
      carol: await server.issueClient('carol', 'red'),
    };
    const at = server.address('cotTls');
    [alice, bob, carol] = await Promise.all(
      (['alice', 'bob', 'carol'] as const).map((name) => connectTakClient({ ...at, ...identities[name] })),
    );
    for (const [client, uid] of [
      [alice, 'A'],
      [bob, 'B'],
      [carol, 'C'],
    ] as const)
      client!.sendSa({ uid, callsign: uid });
    await bob!.waitFor({ uid: 'A' });
    await alice!.waitFor({ uid: 'B' });
  });
  after(() => server.stop());

  function fetchAs(identity: ClientIdentity, url: string): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { cert, key, ca } = identity;
      request(url, { cert, key, ca }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces) }));
      })
        .on('error', reject)
        .end();
    });
  }

  test('reaches clients as a file that they can fetch, byte for byte, and nobody else can', async () => {
    const heard = carol!.events.length;
    alice!.send(big);
    const offer = await bob!.waitFor({ type: 'b-f-t-r' });
    assert.ok(bob!.events.every(({ raw }) => raw.length < CLIENT_LIMIT_BYTES));
    const field = (name: string) =>
      new RegExp(` ${name}="([^"]*)"`).exec(offer.xml)?.[1]?.replaceAll('&amp;', '&') ?? '';
    for (const name of ['filename', 'name', 'senderUid', 'senderCallsign']) assert.notEqual(field(name), '');

    const { status, body } = await fetchAs(identities.bob, field('senderUrl'));
    assert.equal(status, 200);
    assert.equal(body.length, Number(field('sizeInBytes')));
    assert.equal(createHash('sha256').update(body).digest('hex'), field('sha256'));
    assert.ok(body.toString().endsWith(big));

    assert.equal((await fetchAs(identities.carol, field('senderUrl'))).status, 404);
    assert.equal(
      (await fetchAs(identities.bob, field('senderUrl').replace(/sha256=../, 'sha256=00'))).status,
      404,
    );
    assert.equal(carol!.events.slice(heard).filter(({ type }) => type === 'b-f-t-r').length, 0);
  });

  test('does not disturb what comes after it, in either protocol', async () => {
    await bob!.negotiateProto();
    alice!.send(big.replace('BIG', 'BIG2'));
    alice!.send(eventXml({ uid: 'AFTER', type: 'b-m-p-s-m' }));
    await bob!.waitFor({ uid: 'AFTER' });
    const types = bob!.events.filter(({ protocol }) => protocol === 'proto').map(({ type }) => type);
    assert.deepEqual(types.slice(-2), ['b-f-t-r', 'b-m-p-s-m']);
  });

  test('a late joiner is offered it too', async () => {
    const late = await connectTakClient({ ...server.address('cotTls'), ...identities.bob });
    await late.waitFor({ type: 'b-f-t-r' });
    assert.ok(late.events.every(({ raw }) => raw.length < CLIENT_LIMIT_BYTES));
    late.socket.destroy();
  });
});
