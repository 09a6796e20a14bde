import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, protoTimes, type ReceivedEvent, type TakClient } from '../support/tak-client.ts';
import { eventXml } from '../support/tak-events.ts';

/**
 * Clients that speak protobuf among clients that speak XML, while everybody sends without pause and some are
 * just switching: the switch happens between two events or not at all.
 */

const XML_CLIENTS = 6;
const PROTO_CLIENTS = 6;
const EVENTS_EACH = 300;
/** Those that negotiate while the storm blows, one after the other. */
const SWITCHING_CLIENTS = 8;
/** Positions wait for company, so that at any moment some are owed to whoever switches just then; … */
const POSITION = 'a-f-G-U-C';
/** … a marker in between goes out at once, and must not overtake them. */
const MARKER = 'b-m-p-s-m';
const MARKER_EVERY = 40;

describe('protocol v1 in a storm', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let identity: ClientIdentity;
  const clients: TakClient[] = [];

  async function join(uid: string): Promise<TakClient> {
    const client = await connectTakClient({ ...server.address('cotTls'), ...identity });
    clients.push(client);
    client.uid = uid;
    return client;
  }

  before(async () => {
    server = await startServer();
    identity = await server.issueClient('alice');
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await server?.stop();
  });

  /** Every event has its own uid, so none may be replaced by another: all must arrive. */
  function sendNumbered(client: TakClient, number: number): void {
    const uid = `${client.uid}:${number}`;
    const type = number % MARKER_EVERY === 0 ? MARKER : POSITION;
    const text = `<remarks>${uid} ümläut 😀</remarks>`;
    if (client.protocol === 'xml') client.send(eventXml({ uid, type, lat: 47.123456789, detail: text }));
    else
      client.sendProto({
        type,
        uid,
        how: 'm-g',
        ...protoTimes(),
        lat: 47.123456789,
        detail: { xmlDetail: text },
      });
  }

  test('nothing is lost, doubled, reordered or changed, also for those who switch in it', async () => {
    const senders: TakClient[] = [];
    for (let i = 0; i < XML_CLIENTS; i += 1) senders.push(await join(`XML-${i}`));
    for (let i = 0; i < PROTO_CLIENTS; i += 1) {
      const client = await join(`PROTO-${i}`);
      await client.negotiateProto();
      senders.push(client);
    }
    const switching: TakClient[] = [];
    for (let i = 0; i < SWITCHING_CLIENTS; i += 1) {
      const client = await join(`SWITCH-${i}`);
      await client.waitFor({ type: 't-x-takp-v' });
      switching.push(client);
    }

    const isOver = new AbortController();
    const storm = (async () => {
      for (let number = 0; number < EVENTS_EACH; number += 1) {
        for (const sender of senders) sendNumbered(sender, number);
        await sleep(3);
      }
      isOver.abort();
    })();
    const switches = (async () => {
      for (const client of switching) {
        await sleep(60);
        assert.equal(isOver.signal.aborted, false, 'the storm must outlast the switches');
        await client.negotiateProto();
      }
    })();
    await Promise.all([storm, switches]);

    for (const sender of senders) {
      const heard = await hearAll(sender, EVENTS_EACH * (senders.length - 1));
      assertComplete(
        sender,
        heard,
        senders.filter((other) => other !== sender),
      );
      const protocols = new Set(heard.map((event) => event.protocol));
      assert.deepEqual([...protocols], [sender.protocol]);
    }
    for (const client of switching) {
      const heard = await hearAll(client, EVENTS_EACH * senders.length);
      assertComplete(client, heard, senders);
      const protocols = heard.map((event) => event.protocol);
      const firstProto = protocols.indexOf('proto');
      assert.ok(firstProto > 0, `${client.uid} switched in the middle`);
      assert.equal(protocols.lastIndexOf('xml'), firstProto - 1, 'no XML after the first protobuf');
    }
  });

  function hearAll(client: TakClient, count: number): Promise<ReceivedEvent[]> {
    const isNumbered = ({ type }: ReceivedEvent) => type === MARKER || type === POSITION;
    return client.waitForCount(isNumbered, count, { timeoutMs: 15_000 });
  }

  function assertComplete(
    client: TakClient,
    heard: readonly ReceivedEvent[],
    senders: readonly TakClient[],
  ): void {
    const next = new Map(senders.map((sender) => [sender.uid, 0]));
    for (const event of heard) {
      const [from, number] = event.uid.split(':') as [string, string];
      assert.equal(Number(number), next.get(from), `${client.uid} hears ${from} in order`);
      next.set(from, Number(number) + 1);
      const text = event.protocol === 'xml' ? event.xml : (event.proto?.detail?.xmlDetail ?? '');
      assert.ok(
        text.includes(`<remarks>${event.uid} ümläut 😀</remarks>`),
        `${client.uid} gets the text of ${event.uid}`,
      );
      const lat = event.protocol === 'xml' ? Number(/lat="([^"]*)"/.exec(event.xml)?.[1]) : event.proto?.lat;
      assert.equal(lat, 47.123456789);
    }
    for (const [from, count] of next) assert.equal(count, EVENTS_EACH, `${client.uid} hears all of ${from}`);
  }
});
