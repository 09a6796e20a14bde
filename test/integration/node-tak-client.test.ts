import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import type CoT from '@tak-ps/node-cot';
import { CoTParser, DirectChat } from '@tak-ps/node-cot';
import TAK from '@tak-ps/node-tak';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { chatXml, saXml } from '../support/tak-events.ts';

/** A client library that people use, over TLS with certificates from the kit's own authority. */

const WAIT_MS = 5_000;
const GRACE_MS = 300;

/** A node-tak connection that keeps what it hears. */
interface Person {
  readonly tak: TAK;
  readonly heard: CoT[];
  readonly uid: string;
  readonly callsign: string;
}

describe('node-tak clients', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  const identities = new Map<string, ClientIdentity>();
  const people: Person[] = [];

  async function join(name: string): Promise<Person> {
    const { host, port } = server.address('cotTls');
    const identity = identities.get(name)!;
    const tak = await TAK.connect(new URL(`ssl://${host}:${port}`), identity);
    const person: Person = { tak, heard: [], uid: `NODE-TAK-${name}`, callsign: name.toUpperCase() };
    people.push(person);
    // Its socket errors when the server stops; that is no failure of the test.
    tak.on('error', () => {});
    tak.on('cot', (cot: CoT) => person.heard.push(cot));
    await once(tak, 'ping', { signal: AbortSignal.timeout(WAIT_MS) });
    return person;
  }

  async function hear(person: Person, what: string, matches: (cot: CoT) => boolean): Promise<CoT> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const found = person.heard.find(matches);
      if (found !== undefined) return found;
      if (Date.now() > deadline) assert.fail(`${person.callsign} did not hear ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const report = (person: Person) =>
    person.tak.write([
      CoTParser.from_xml(saXml({ uid: person.uid, callsign: person.callsign, lat: 47.5, lon: 15.25 })),
    ]);
  const isFrom = (person: Person) => (cot: CoT) => cot.uid() === person.uid;

  before(async () => {
    server = await startServer({ set: { 'hub.disconnectGraceMs': String(GRACE_MS) } });
    for (const name of ['alice', 'bob', 'carol', 'dave'])
      identities.set(name, await server.issueClient(name));
  });
  after(async () => {
    for (const { tak } of people) tak.destroy();
    await server?.stop();
  });

  let alice: Person;
  let bob: Person;
  let carol: Person;

  test('connect, are answered their ping and told the server version', async () => {
    [alice, bob, carol] = [await join('alice'), await join('bob'), await join('carol')];
    assert.match(String(alice.tak.version), /\d+\.\d+/);
  });

  test('see each other', async () => {
    for (const person of [alice, bob, carol]) await report(person);
    const seenByBob = await hear(bob, 'Alice', isFrom(alice));
    assert.equal(seenByBob.callsign(), 'ALICE');
    assert.deepEqual(seenByBob.position(), [15.25, 47.5]);
    assert.equal((await hear(alice, 'Bob', isFrom(bob))).callsign(), 'BOB');
    await hear(carol, 'Alice', isFrom(alice));
    await hear(alice, 'Carol', isFrom(carol));
    assert.equal(alice.heard.filter(isFrom(alice)).length, 0, 'nobody hears themselves');
  });

  test('chat in the room of everybody', async () => {
    const chat = chatXml({
      fromUid: alice.uid,
      fromCallsign: 'ALICE',
      text: 'Grüße an alle',
      messageId: 'm-1',
    });
    alice.tak.write_xml(chat);
    for (const person of [bob, carol]) {
      const heard = await hear(person, 'the chat', (cot) => cot.is_chat());
      assert.equal(remarks(heard), 'Grüße an alle');
    }
  });

  test('send a direct message to one person only', async () => {
    const direct = new DirectChat({
      from: { uid: alice.uid, callsign: 'ALICE' },
      to: { uid: bob.uid, callsign: 'BOB' },
      message: 'only for Bob',
    });
    await alice.tak.write([direct]);
    await hear(bob, 'the direct message', (cot) => remarks(cot) === 'only for Bob');
    // What Alice says afterwards reaches Carol; the message before it must not have.
    alice.tak.write_xml(
      chatXml({ fromUid: alice.uid, fromCallsign: 'ALICE', text: 'fence', messageId: 'm-2' }),
    );
    await hear(carol, 'the fence', (cot) => remarks(cot) === 'fence');
    assert.equal(carol.heard.filter((cot) => remarks(cot) === 'only for Bob').length, 0);
  });

  test('who joins late is told where everybody is, before saying a word', async () => {
    const dave = await join('dave');
    for (const person of [alice, bob, carol]) {
      const known = await hear(dave, person.callsign, isFrom(person));
      assert.equal(known.callsign(), person.callsign);
    }
  });

  test('who leaves is gone for the others', async () => {
    alice.tak.destroy();
    const farewell = await hear(bob, 'the farewell', (cot) => cot.type() === 't-x-d-d');
    const link = farewell.detail().link;
    assert.equal((Array.isArray(link) ? link[0] : link)?._attributes.uid, alice.uid);
  });
});

/** Text of `<remarks>`, with or without attributes. */
function remarks(cot: CoT): string {
  const element = cot.raw.event.detail?.remarks as { _text?: string } | string | undefined;
  return typeof element === 'string' ? element : (element?._text ?? '');
}
