import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { CONSOLE } from '../../src/auth/ports.ts';
import { PASSWORD } from '../support/http-kit.ts';
import { eventOf, FakePeer } from '../support/hub-world.ts';
import { AT_THE_KIT } from '../support/pairing-world.ts';
import { type ScreenKit, startScreenKit } from '../support/screen-kit.ts';
import { chatXml, eventXml, saXml } from '../support/tak-events.ts';

/** The stream for screens over real TLS and WebSockets: tickets, messages, slow screens, and its end. */

describe('the stream for screens', { timeout: 60_000 }, () => {
  let kit: ScreenKit;
  let phone: FakePeer;
  let tv: { readonly id: string; readonly access: string; readonly pairingId: string };

  before(async () => {
    kit = await startScreenKit();
    await kit.http.addUser('alice');
    tv = await pairTv();
    phone = join('alice', ['blue']);
    phone.send(saXml({ uid: 'alice', callsign: 'ALPHA', lat: 47, lon: 8 }));
  });
  after(() => kit.stop());

  function join(name: string, groups: readonly string[]): FakePeer {
    const peer = new FakePeer(kit.hub);
    peer.session = kit.hub.connect(
      { principalId: name, username: name, certSerial: undefined, groupsIn: groups, groupsOut: groups },
      peer,
    );
    return peer;
  }

  /** Direction B, at the kit: `blue` alone. */
  async function pairTv() {
    const { pairing } = kit.http.kit.auth;
    const { code, id: pairingId } = await pairing.open({ channels: ['blue'] }, AT_THE_KIT);
    const answer = await kit.http.ask('https', '/api/pair', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, name: 'TV', kind: 'tv' }),
    });
    assert.equal(answer.status, 200, answer.text);
    const { access_token: access } = answer.json<{ access_token: string }>();
    const rows = await pairing.list(AT_THE_KIT);
    assert.ok(rows.some(({ id }) => id === pairingId));
    const display = await kit.http.kit.auth.sessions.check({ token: access, kinds: ['takeout'] });
    return { id: display.session!.user.id, access, pairingId };
  }

  const askTicket = (headers: Readonly<Record<string, string>>) =>
    kit.http.ask('https', '/api/ws-ticket', { method: 'POST', headers });

  async function ticketOf(access = tv.access): Promise<string> {
    const answer = await askTicket({ authorization: `Bearer ${access}` });
    assert.equal(answer.status, 200, answer.text);
    return answer.json<{ ticket: string }>().ticket;
  }

  async function openTv(access = tv.access) {
    const screen = kit.stream(await ticketOf(access));
    await screen.opened();
    return screen;
  }

  test('first what is known, then what happens, as JSON', async () => {
    const screen = await openTv();
    const snapshot = await screen.next(({ type }) => type === 'snapshot', 'snapshot');
    assert.equal(screen.messages[0], snapshot);
    const alice = snapshot.events?.find(({ uid }) => uid === 'alice');
    assert.deepEqual([alice?.type, alice?.callsign, alice?.lat], ['position', 'ALPHA', 47]);
    assert.ok(Number(alice?.agoMs) >= 0);
    phone.send(saXml({ uid: 'alice', callsign: 'ALPHA', lat: 48, lon: 8 }));
    await screen.next(({ type, lat }) => type === 'position' && lat === 48, 'new position');
    phone.send(chatXml({ fromUid: 'alice', fromCallsign: 'ALPHA', text: 'hello', messageId: '1' }));
    await screen.next(({ type, text }) => type === 'chat' && text === 'hello', 'chat');
    const emergency = '<emergency type="911 Alert">ALPHA</emergency>';
    phone.send(eventXml({ uid: 'alice-9-1-1', type: 'b-a-o-tbl', detail: emergency }));
    await screen.next(({ type, isOver }) => type === 'alert' && isOver === false, 'alert');
    phone.send(eventXml({ uid: 'alice-9-1-1', type: 'b-a-o-can', detail: '<emergency cancel="true"/>' }));
    await screen.next(({ type, isOver }) => type === 'alert' && isOver === true, 'its end');
    screen.close();
    assert.equal((await screen.closed).code, 1005);
  });

  test('what is said in another channel is not heard', async () => {
    const red = join('red', ['red']);
    red.send(saXml({ uid: 'red', callsign: 'RED', lat: 1, lon: 1 }));
    const screen = await openTv();
    red.send(chatXml({ fromUid: 'red', fromCallsign: 'RED', text: 'secret', messageId: '9' }));
    phone.send(chatXml({ fromUid: 'alice', fromCallsign: 'ALPHA', text: 'after', messageId: '10' }));
    await screen.next(({ text }) => text === 'after', 'what came after');
    assert.ok(!JSON.stringify(screen.messages).includes('RED'));
    red.close('peer_closed');
    screen.close();
  });

  test('a ticket is good once, and nothing else is a ticket', async () => {
    const ticket = await ticketOf();
    const first = kit.stream(ticket);
    await first.opened();
    for (const again of [ticket, '', 'x', tv.access]) {
      const answer = await kit.stream(again).refused;
      assert.equal(answer.status, 401, again);
      assert.equal(JSON.parse(answer.body).error.code, 'stream.ticket');
    }
    first.close();
  });

  test('of many that come with one ticket, one gets in', async () => {
    const ticket = await ticketOf();
    const screens = Array.from({ length: 5 }, () => kit.stream(ticket));
    const results = await Promise.all(
      screens.map((screen) =>
        Promise.race([screen.opened().then(() => 'in'), screen.refused.then(() => 'out')]),
      ),
    );
    assert.equal(results.filter((result) => result === 'in').length, 1);
    for (const screen of screens) screen.socket.terminate();
  });

  test('tickets are for those who are signed in, by what may end with them', async () => {
    assert.equal((await askTicket({})).status, 401);
    assert.equal((await askTicket({ authorization: 'Bearer nonsense' })).status, 401);
    const alice = await kit.http.ask('https', '/api/ws-ticket', { method: 'POST', as: 'alice' });
    assert.equal(alice.status, 200, alice.text);
    const { token } = await kit.http.kit.auth.apiTokens.create(
      {
        principalId: (await kit.http.kit.auth.users.byName('alice'))!.id,
        name: 'script',
        scope: 'read+write',
      },
      CONSOLE,
    );
    assert.equal((await askTicket({ authorization: `Bearer ${token}` })).status, 401);
  });

  test("another site's page cannot open a stream, ours can", async () => {
    const foreign = kit.stream(await ticketOf(), { origin: 'https://evil.example' });
    assert.equal((await foreign.refused).status, 403);
    const crossSite = kit.stream(await ticketOf(), { 'sec-fetch-site': 'cross-site' });
    assert.equal((await crossSite.refused).status, 403);
    const own = kit.stream(await ticketOf(), { origin: `https://localhost:${kit.streamPort}` });
    await own.opened();
    own.close();
  });

  test('what is no WebSocket is answered as any other request', async () => {
    const { status } = await kit.http.ask('https', '/api/stream?ticket=x');
    assert.equal(status, 404);
    const head = 'Host: localhost\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    for (const [request, expected] of [
      [`GET /api/status HTTP/1.1\r\n${head}Upgrade: websocket\r\n${key}\r\n`, 401],
      [`GET /api/stream HTTP/1.1\r\n${head}Upgrade: h2c\r\n\r\n`, 404],
      [`GET /api/stream?ticket=${await ticketOf()} HTTP/1.1\r\n${head}Upgrade: websocket\r\n\r\n`, 400],
    ] as const) {
      assert.match(await exchange(request), new RegExp(`^HTTP/1.1 ${expected} `), request);
    }
  });

  /** Sends these bytes to the listener of the stream, and gives what comes back in the next moment. */
  function exchange(bytes: string): Promise<string> {
    const socket = connect({
      host: '127.0.0.1',
      port: kit.streamPort,
      ca: kit.http.ca,
      servername: 'localhost',
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (chunk: Buffer) => {
        resolve(chunk.toString('latin1'));
        socket.destroy();
      });
      socket.write(bytes);
    });
  }

  test('a screen that talks too much is cut, a little is a sign of life', async () => {
    const screen = await openTv();
    screen.socket.send('{"type":"ping"}');
    await screen.next(({ type }) => type === 'snapshot', 'snapshot');
    screen.socket.send('x'.repeat(100_000));
    assert.equal((await screen.closed).code, 1009);
  });

  test('one principal has a bounded number of streams', async () => {
    const screens = [];
    for (let i = 0; i < 8; i++) screens.push(await openTv());
    const answer = await kit.stream(await ticketOf()).refused;
    assert.equal(answer.status, 429);
    for (const screen of screens) screen.close();
    await Promise.all(screens.map(({ closed }) => closed));
    const next = await openTv();
    next.close();
  });

  test('revoked: off at once, with a reason, and no way back', async (t) => {
    const lost = await pairTv();
    const screen = await openTv(lost.access);
    const waiting = await ticketOf(lost.access);
    await screen.next(({ type }) => type === 'snapshot', 'snapshot');
    const revokedAtMs = performance.now();
    await kit.http.kit.auth.pairing.revoke(lost.pairingId, AT_THE_KIT);
    const { code, reason, atMs } = await screen.closed;
    t.diagnostic(`off ${(atMs - revokedAtMs).toFixed(1)} ms after the revocation was asked for`);
    assert.deepEqual([code, reason], [4403, 'access_revoked']);
    assert.ok(atMs - revokedAtMs < 2_000);
    assert.equal((await kit.stream(waiting).refused).status, 401, 'a ticket that was out is void');
    assert.equal((await askTicket({ authorization: `Bearer ${lost.access}` })).status, 401);
  });

  test('a screen that does not answer the farewell is cut all the same', async () => {
    const lost = await pairTv();
    const screen = await openTv(lost.access);
    // It reads nothing any more: neither the farewell nor what waits.
    screen.socket.pause();
    await kit.http.kit.auth.pairing.revoke(lost.pairingId, AT_THE_KIT);
    const sessions = () =>
      [...kit.hub.directory.sessions].filter(({ identity }) => identity.principalId === lost.id);
    assert.equal(sessions().length, 0, 'the hub has forgotten it');
    await sleep(700);
    screen.socket.resume();
    await screen.closed;
  });

  test('an ended session takes its stream along, and the other sessions go on', async () => {
    const { auth } = kit.http.kit;
    const signIn = () =>
      auth.signIn.withPassword({
        username: 'alice',
        password: PASSWORD,
        door: 'takeout',
        remote: '10.0.0.1',
      });
    const open = async () => {
      const result = await signIn();
      if (result.state !== 'signed_in') throw new Error(result.state);
      const { access } = await auth.sessions.openFamily(result.proof);
      return { screen: await openTv(access.token), sessionId: access.sessionId };
    };
    const [one, two] = [await open(), await open()];
    const alice = (await auth.users.byName('alice'))!;
    await auth.sessions.end({ principalId: alice.id, sessionId: one.sessionId }, CONSOLE);
    assert.equal((await one.screen.closed).code, 4403);
    assert.equal(two.screen.socket.readyState, two.screen.socket.OPEN);
    two.screen.close();
  });

  test('a channel taken away: the stream closes and comes back with less', async () => {
    const screen = await openTv();
    const { auth } = kit.http.kit;
    const { pairing } = auth;
    await auth.users.add({ name: 'carol', groups: ['red'] }, CONSOLE);
    await pairing.change({ id: tv.pairingId, channels: ['red'] }, AT_THE_KIT);
    assert.equal((await screen.closed).code, 4403);
    const again = await openTv();
    const snapshot = await again.next(({ type }) => type === 'snapshot', 'snapshot');
    assert.deepEqual(
      snapshot.events?.map(({ uid }) => uid),
      ['red'],
    );
    again.close();
    await pairing.change({ id: tv.pairingId, channels: ['blue'] }, AT_THE_KIT);
  });

  test('a slow screen holds nobody up, gets the newest when it reads again, and costs bounded memory', async () => {
    const screen = await openTv();
    const quick = await openTv();
    await screen.next(({ type }) => type === 'snapshot', 'snapshot');
    screen.socket.pause();
    const callsign = 'S'.repeat(200);
    // More than the kernel's buffers take on both sides, so that the kit has to hold some back.
    for (let round = 0; round < 400; round++) {
      for (let i = 0; i < 50; i++) {
        kit.hub.receive(
          phone.session,
          eventOf(saXml({ uid: `g${i}`, callsign, lat: 1 + round / 1_000, lon: 8 })),
        );
      }
      if (round % 20 === 0) await sleep(5);
    }
    const slow = [...kit.hub.directory.sessions].find((session) => session.isSlow);
    assert.ok(slow, 'the kernel took everything: the test is too small');
    assert.ok(slow.replacedPositions > 0);
    assert.ok(slow.queuedBytes < 3 * 1024 * 1024, `${slow.queuedBytes} bytes`);
    await quick.next(({ uid, lat }) => uid === 'g49' && lat === 1.399, 'the last one');
    screen.socket.resume();
    for (const uid of ['g0', 'g49']) {
      await screen.next((message) => message.uid === uid && message.lat === 1.399, 'the newest');
    }
    const heard = screen.messages.filter(({ uid }) => uid === 'g0').map(({ lat }) => lat!);
    assert.deepEqual(
      heard,
      heard.toSorted((a, b) => a - b),
      'in order',
    );
    assert.ok(heard.length < 400, `${heard.length} of 400 were sent to a screen that did not read`);
    screen.close();
    quick.close();
  });
});
