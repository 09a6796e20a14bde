import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';
import { eventXml, saXml } from '../support/tak-events.ts';

/** A device of one channel, and somebody of another who speaks in its name: what each channel learns later. */

const UID = 'ANDROID-OF-BLUE';

let server: ServerProcess;
let dataDir: string;
const identities = new Map<string, ClientIdentity>();

before(async () => {
  server = await startServer();
  ({ dataDir } = server);
  for (const [name, channel] of [
    ['alice', 'blue'],
    ['bob', 'blue'],
    ['mallory', 'red'],
    ['mike', 'red'],
  ] as const) {
    identities.set(name, await server.issueClient(name, channel));
  }
});
after(() => server.stop());

function join(name: string): Promise<TakClient> {
  return connectTakClient({ ...server.address('cotTls'), ...identities.get(name)! });
}

/** Where a newcomer learns that the device is. Its own marker, the last thing it can learn, says that all has come. */
async function placesFor(name: string, end: string): Promise<string[]> {
  const client = await join(name);
  await client.waitFor({ uid: end });
  const places = client.received({ uid: UID }).map(({ xml }) => /lat="(\d+)/.exec(xml)?.[1] ?? '');
  client.destroy();
  return places;
}

const marker = (uid: string) => eventXml({ uid, type: 'b-m-p-s-m' });
const sa = (lat: number) => saXml({ uid: UID, callsign: 'ALPHA', lat, lon: 8, staleMs: 300_000 });

test('late joiners of each channel see what was said in theirs, also after a restart', async () => {
  const alice = await join('alice');
  const mallory = await join('mallory');
  alice.send(sa(47));
  alice.send(marker('end-of-blue'));
  await alice.ping();
  mallory.send(sa(12));
  mallory.send(
    eventXml({ uid: 'x', type: 't-x-d-d', detail: '<link uid="end-of-blue" relation="none" type="none"/>' }),
  );
  mallory.send(marker('end-of-red'));
  await mallory.ping();

  assert.deepEqual(await placesFor('bob', 'end-of-blue'), ['47']);
  assert.deepEqual(await placesFor('mike', 'end-of-red'), ['12']);

  for (let tries = 0; tries < 100; tries += 1) {
    if ((await server.metric('bivouac_recorder_committed_total')) >= 5) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const client of [alice, mallory]) client.destroy();
  await server.stop({ keepsData: true });
  server = await startServer({ dataDir });
  assert.deepEqual(await placesFor('bob', 'end-of-blue'), ['47']);
});
