import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';
import { chatXml, eventXml } from '../support/tak-events.ts';

/** The power goes while everybody is sending. What the kit said is on disk is there when it comes back. */

const SENDERS = 4;
const ROUNDS = 3;
/** One event in so many is a chat, the rest are positions of always the same uid. */
const CHAT_EVERY = 5;
const COMMITTED = 'bivouac_recorder_committed_total';
const DROPPED = 'bivouac_recorder_dropped_total';

interface Exported {
  readonly uid: string;
  readonly xml: string;
}

describe('kill -9 under load', { timeout: 120_000 }, () => {
  let server: ServerProcess;
  let identity: ClientIdentity;
  let removeData: () => Promise<void>;

  before(async () => {
    server = await startServer();
    removeData = server.cleanUp;
    identity = await server.issueClient('alice');
  });
  after(async () => {
    await server?.kill9();
    await removeData?.();
  });

  async function storedEvents(): Promise<Exported[]> {
    const { stdout } = await server.cli(['history', 'export']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Exported);
  }

  /** Sends until told to stop: `ROUND.SENDER.NUMBER` in each event. */
  async function blast(round: number, stop: AbortSignal): Promise<TakClient[]> {
    const clients: TakClient[] = [];
    for (let i = 0; i < SENDERS; i += 1) {
      const client = await connectTakClient({ ...server.address('cotTls'), ...identity });
      client.uid = `SENDER-${i}`;
      clients.push(client);
    }
    void (async () => {
      for (let number = 0; !stop.aborted; number += 1) {
        clients.forEach((client, i) => {
          const mark = `mark:${round}.${i}.${number}:`;
          if (number % CHAT_EVERY === 0) {
            const chat = { fromUid: client.uid, fromCallsign: client.uid, text: mark, messageId: mark };
            client.send(chatXml(chat));
          } else {
            client.send(
              eventXml({ uid: client.uid, type: 'a-f-G-U-C', detail: `<remarks>${mark}</remarks>` }),
            );
          }
        });
        await sleep(4);
      }
    })();
    return clients;
  }

  for (let round = 0; round < ROUNDS; round += 1) {
    test(`round ${round + 1}: nothing acknowledged is lost, and nothing needs repair`, async () => {
      const storedBefore = (await storedEvents()).length;
      const stop = new AbortController();
      const clients = await blast(round, stop.signal);
      // Long enough for several commits; the moment of death is another one in each round.
      await sleep(1_700 + round * 210);
      const committed = await server.metric(COMMITTED);
      const dropped = await server.metric(DROPPED);
      await server.kill9();
      stop.abort();
      for (const client of clients) client.destroy();
      assert.ok(committed > 100, `only ${committed} events were committed under load`);
      assert.equal(dropped, 0, 'this load is no reason to drop anything');

      const { dataDir } = server;
      server = await startServer({ dataDir, readyTimeoutMs: 10_000 });
      const events = await storedEvents();
      assert.ok(
        events.length - storedBefore >= committed,
        `${committed} acknowledged, ${events.length - storedBefore} found`,
      );
      for (let sender = 0; sender < SENDERS; sender += 1) assertGapless(events, round, sender);
      // It works on, with the people and certificates that it had.
      const client = await connectTakClient({ ...server.address('cotTls'), ...identity });
      await client.ping();
      client.destroy();
    });
  }

  /** Of one sender there is everything up to the last event that is there at all, in order, once. */
  function assertGapless(events: readonly Exported[], round: number, sender: number): void {
    const pattern = new RegExp(`>mark:${round}\\.${sender}\\.(\\d+):<`);
    const numbers = events.flatMap((event) => {
      const match = pattern.exec(event.xml);
      return match === null ? [] : [Number(match[1])];
    });
    assert.ok(numbers.length > 0, `nothing of sender ${sender}`);
    numbers.forEach((number, i) => {
      assert.equal(number, i, `event ${i} of sender ${sender} is there, in its place`);
    });
  }
});
