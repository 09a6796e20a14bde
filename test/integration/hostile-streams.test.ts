import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';
import { eventXml, saXml } from '../support/tak-events.ts';
import { frameOf } from '../support/tak-proto.ts';

/** What a broken or hostile device may send, and that nobody else notices. */

const MIB = 1_024 * 1_024;
/** 0xBF, then 2^41 as a varint: seven bytes that announce a protobuf message of 2 TiB. */
const TWO_TEBIBYTES = Buffer.from([0xbf, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);
/** None of these attacks may cost more memory than this; an honest buffer of 2 TiB would show. */
const MEMORY_GROWTH_MAX_BYTES = 100 * MIB;
const SILENT_CONNECTIONS = 3_000;
const WAITING_MAX = 500;
const AUTH_TIMEOUT_MS = 5_000;

describe('hostile streams', { timeout: 120_000 }, () => {
  let server: ServerProcess;
  let identity: ClientIdentity;
  /** Two honest people who must not notice anything. */
  let alice: TakClient;
  let bob: TakClient;
  let round = 0;
  const guests: TakClient[] = [];

  async function guest(listener: 'cotTls' | 'cotTcp' = 'cotTls'): Promise<TakClient> {
    const client = await connectTakClient({
      ...server.address(listener),
      ...(listener === 'cotTls' ? identity : { isPlain: true }),
    });
    guests.push(client);
    return client;
  }

  /** Whether the stream was ended, within a second, for this reason. */
  async function assertClosed(client: TakClient, reason: string): Promise<void> {
    const remote = `${client.socket.localAddress}:${client.socket.localPort}`;
    await client.waitForClose(2_000);
    const line = await server.waitForLog(
      (l) => l.ev === 'cot.closed' && l['remote'] === remote,
      `end of ${remote}`,
    );
    assert.equal(line['reason'], reason);
  }

  async function residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1_024;
  }

  before(async () => {
    server = await startServer({
      set: {
        'listen.cotTcp': '127.0.0.1:0',
        'cot.authTimeoutMs': String(AUTH_TIMEOUT_MS),
        'cot.maxUnauthenticated': String(WAITING_MAX),
        'cot.maxEventBytes': String(MIB),
      },
    });
    identity = await server.issueClient('alice');
    alice = await connectTakClient({ ...server.address('cotTls'), ...identity });
    bob = await connectTakClient({ ...server.address('cotTls'), ...identity });
    alice.sendSa({ uid: 'ALICE', callsign: 'ALICE' });
    bob.sendSa({ uid: 'BOB', callsign: 'BOB' });
    await bob.waitFor({ uid: 'ALICE' });
  });
  after(async () => {
    alice?.destroy();
    bob?.destroy();
    await server?.stop();
  });
  afterEach(async () => {
    for (const client of guests.splice(0)) client.destroy();
    // The people: still there, still hearing each other.
    round += 1;
    const uid = `ALIVE-${round}`;
    alice.send(eventXml({ uid, type: 'b-m-p-s-m' }));
    await bob.waitFor({ uid }, { timeoutMs: 2_000 });
  });

  test('a protobuf length of 2 TiB in seven bytes, on the plain port', async () => {
    const before = await residentBytes();
    const client = await guest('cotTcp');
    client.send(TWO_TEBIBYTES);
    await sleep(200);
    assert.ok((await residentBytes()) - before < MEMORY_GROWTH_MAX_BYTES);
  });

  test('a protobuf length of 2 TiB in seven bytes, where protobuf is spoken', async () => {
    const before = await residentBytes();
    for (const pieces of [[TWO_TEBIBYTES], [...TWO_TEBIBYTES].map((byte) => Buffer.of(byte))]) {
      const client = await guest();
      await client.negotiateProto();
      await client.sendPieces(pieces);
      await assertClosed(client, 'protocol_error');
    }
    assert.ok((await residentBytes()) - before < MEMORY_GROWTH_MAX_BYTES);
  });

  test('a varint that never ends, a wrong magic byte, a length just over the limit', async () => {
    const endless = Buffer.from([0xbf, ...Array.from({ length: 11 }, () => 0xff)]);
    const tooLong = frameOf(Buffer.alloc(MIB)).subarray(0, 6);
    for (const bytes of [endless, Buffer.from('<event'), tooLong]) {
      const client = await guest();
      await client.negotiateProto();
      client.send(bytes);
      await assertClosed(client, 'protocol_error');
    }
  });

  test('frames that hold no event, or rubbish, are passed over or end the stream; nobody hears of them', async () => {
    for (const payload of [
      Buffer.alloc(0),
      Buffer.from([0x0a, 0x02, 0x08, 0x01]),
      randomBytes(64),
      Buffer.alloc(300, 0xff),
    ]) {
      const client = await guest();
      await client.negotiateProto();
      const heard = bob.events.length;
      client.send(frameOf(payload));
      alice.send(eventXml({ uid: `FENCE-${heard}`, type: 'b-m-p-s-m' }));
      await bob.waitFor({ uid: `FENCE-${heard}` });
      assert.deepEqual(
        bob.events.slice(heard).map((e) => e.uid),
        [`FENCE-${heard}`],
      );
    }
  });

  test('an event of 1 MiB without its end', async () => {
    const before = await residentBytes();
    const client = await guest();
    client.send(saXml({ uid: 'ENDLESS', callsign: 'ENDLESS' }));
    client.send('<event uid="endless" type="a-f-G"><detail>');
    const filler = 'x'.repeat(64 * 1_024);
    for (let sent = 0; sent < 1.5 * MIB && !client.isClosed; sent += filler.length) {
      await client.sendPieces([filler]).catch(() => {});
    }
    await assertClosed(client, 'protocol_error');
    assert.ok((await residentBytes()) - before < MEMORY_GROWTH_MAX_BYTES);
  });

  test('megabytes that are no event at all', async () => {
    const before = await residentBytes();
    const client = await guest();
    const filler = 'no event here, only words. '.repeat(2_500);
    for (let sent = 0; sent < 3 * MIB && !client.isClosed; sent += filler.length) client.send(filler);
    await assertClosed(client, 'protocol_error');
    assert.ok((await residentBytes()) - before < MEMORY_GROWTH_MAX_BYTES);
  });

  test('document types and entities are refused, and nothing of them is passed on', async () => {
    const bombs = [
      '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>',
      '<!DOCTYPE event SYSTEM "file:///etc/passwd">',
    ];
    for (const bomb of bombs) {
      const client = await guest();
      const heard = bob.events.length;
      client.send(bomb + eventXml({ uid: 'BOMB', type: 'b-m-p-s-m', detail: '<remarks>&lol2;</remarks>' }));
      await assertClosed(client, 'protocol_error');
      assert.equal(bob.events.slice(heard).filter((e) => e.uid === 'BOMB').length, 0);
    }
    const client = await guest();
    client.send(eventXml({ uid: 'ENTITY', type: 'b-m-p-s-m', detail: '<remarks>&xxe;</remarks>' }));
    client.send(eventXml({ uid: 'AFTER-ENTITY', type: 'b-m-p-s-m' }));
    await sleep(200);
    assert.equal(bob.received({ uid: 'ENTITY' }).length, 0);
  });

  test('an event that lacks what routing needs is refused alone; the next one is taken', async () => {
    const good = (uid: string) => eventXml({ uid, type: 'b-m-p-s-m' });
    const broken = [
      good('').replace(' uid=""', ''),
      good('NO-TYPE').replace(/ type="[^"]*"/, ''),
      good('NO-STALE').replace(/ stale="[^"]*"/, ''),
      good('BAD-TIME').replace(/ time="[^"]*"/, ' time="yesterday"'),
      good('NO-POINT').replace(/<point[^>]*>/, ''),
      good('BAD-LAT').replace('lat="0"', 'lat="north"'),
      good('NOT-CLOSED').replace('<detail>', '<detail><open>'),
    ];
    const client = await guest();
    const heard = bob.events.length;
    // ATAK wants `how` too, other clients do not: it is for the receiver to say.
    const withoutHow = good('NO-HOW').replace(/ how="[^"]*"/, '');
    client.send(broken.join('') + withoutHow + good('GOOD-AFTER-BAD'));
    await bob.waitFor({ uid: 'GOOD-AFTER-BAD' });
    assert.deepEqual(
      bob.events.slice(heard).map((e) => e.uid),
      ['NO-HOW', 'GOOD-AFTER-BAD'],
    );
  });

  test('rubbish instead of TLS, and a connection that ends in the middle of everything', async () => {
    const { host, port } = server.address('cotTls');
    for (let i = 0; i < 20; i += 1) {
      const socket = await openTcp(host, port);
      socket.write(randomBytes(1 + i * 100));
      await sleep(5);
      socket.destroy();
    }
    for (let i = 0; i < 10; i += 1) {
      const client = await guest();
      const bytes = Buffer.from(saXml({ uid: `CUT-${i}`, callsign: 'CUT' }));
      await client.sendPieces([bytes.subarray(0, 30 * i)]);
      client.destroy();
    }
  });

  test('a stream of random bytes', async () => {
    for (let i = 0; i < 20; i += 1) {
      const client = await guest();
      for (let part = 0; part < 8 && !client.isClosed; part += 1) client.send(randomBytes(4_096));
    }
    await sleep(100);
  });

  test('3,000 silent connections: their number is bounded, people still get in, and time ends them', async () => {
    const { host, port } = server.address('cotTls');
    const before = await residentBytes();
    const sockets: Socket[] = [];
    for (let i = 0; i < SILENT_CONNECTIONS; i += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => openTcp(host, port)))));
    }
    const openCount = () => sockets.filter((socket) => !socket.destroyed).length;
    try {
      await until(() => openCount() <= WAITING_MAX, 2_000);
      assert.ok(openCount() <= WAITING_MAX, `${openCount()} silent connections are open`);
      const late = await guest();
      late.uid = 'LATE';
      assert.ok((await late.ping()) < 1_000);
      assert.ok((await residentBytes()) - before < MEMORY_GROWTH_MAX_BYTES);
      await until(() => openCount() === 0, AUTH_TIMEOUT_MS + 3_000);
      assert.equal(openCount(), 0, 'silence is ended by time');
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});

function openTcp(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => resolve(socket));
    socket.on('error', (error) => {
      reject(error);
      socket.destroy();
    });
    // Without a reader the end of the connection would stay unseen.
    socket.resume();
    socket.on('end', () => socket.destroy());
  });
}

async function until(isTrue: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isTrue() && Date.now() < deadline) await sleep(20);
}
