import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cabby, installCabby } from '../support/package-tools.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient } from '../support/tak-client.ts';
import { eventXml } from '../support/tak-events.ts';

/**
 * cabby, the client that OpenTAXII's document shows, against a real server: everything that it does on the
 * way to the events of a channel. What it sends is in the fixtures of `opentaxii-document.test.ts`, too.
 */

const UIDS = Array.from({ length: 7 }, (_, i) => `CABBY-${i}`);
const SERVICES =
  '[ { id = "discovery_a", type = "discovery", address = "/services/discovery-a" }, { id = "collection_management_a", type = "collection_management", address = "/services/collection-management-a" }, { id = "poll_a", type = "poll", address = "/services/poll-a", max_result_count = 3 } ]';

let server: ServerProcess;
let cabby: Cabby | undefined;

before(async () => {
  const set = {
    'listen.http': '127.0.0.1:0',
    'password.minLength': '1',
    'password.minEntropyBits': '0',
    'compat.opentaxii.services': SERVICES,
  };
  [server, cabby] = await Promise.all([startServer({ set }), installCabby()]);
  await server.cli(['user', 'add', '-u', 'test', '-g', 'team', '--password-stdin'], { stdin: 'test\n' });
  const device = await connectTakClient({
    ...server.address('cotTls'),
    ...(await server.issueClient('alpha')),
  });
  for (const uid of UIDS) {
    device.send(eventXml({ uid, type: 'b-m-p-s-m', detail: `<remarks>${uid} &lt; ä</remarks>` }));
  }
  // On the disk within `store.commitIntervalMs`.
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await server.metric('bivouac_recorder_committed_total')) >= UIDS.length) break;
    await sleep(100);
  }
  device.socket.destroy();
});

after(() => server.stop());

/** `--host localhost --port 9000`, as the document means it and as today's furl takes it. */
const AT = () => ['--host', '127.0.0.1', '--port', String(server.address('http').port)];
const POLL = () => [...AT(), '--path', '/services/poll-a', '--collection', 'collection-A'];
const JWT = ['--username', 'test', '--password', 'test', '--jwt-auth', '/management/auth'];
const uidsIn = (output: string) =>
  [...output.matchAll(/<event [^>]*uid="(CABBY-\d)"/g)].map(([, uid]) => uid);

test('taxii-poll with a token, over several parts', async (t) => {
  if (cabby === undefined) return t.skip('no Python, or no way to PyPI');
  const { output } = await cabby('poll_content', [...POLL(), ...JWT]);
  assert.deepEqual(uidsIn(output), UIDS, output);
  assert.match(output, /Obtaining JWT token from/);
  assert.match(output, /7 blocks polled/);
  assert.match(output, /<remarks>CABBY-0 &lt; ä<\/remarks>/);
});

test('taxii-poll with Basic, with a token in a header, and with neither', async (t) => {
  if (cabby === undefined) return t.skip('no Python, or no way to PyPI');
  const basic = await cabby('poll_content', [...POLL(), '--username', 'test', '--password', 'test']);
  assert.match(basic.output, /7 blocks polled/);

  const { host, port } = server.address('http');
  const answer = await fetch(`http://${host}:${port}/management/auth`, {
    method: 'POST',
    body: new URLSearchParams({ username: 'test', password: 'test' }),
  });
  const { token } = (await answer.json()) as { token: string };
  const path = ['--path', `http://${host}:${port}/services/poll-a`, '--collection', 'collection-A'];
  const header = await cabby('poll_content', [...path, '--header', `Authorization:Bearer ${token}`]);
  assert.match(header.output, /7 blocks polled/);

  const none = await cabby('poll_content', POLL());
  assert.match(none.output, /UNAUTHORIZED/);
  const wrong = await cabby('poll_content', [...POLL(), '--username', 'test', '--password', 'wrong']);
  assert.match(wrong.output, /UNAUTHORIZED/);
  const wrongJwt = await cabby('poll_content', [...POLL(), ...JWT.with(3, 'wrong')]);
  assert.match(wrongJwt.output, /HTTP Error: status code 401/);
});

test('taxii-poll within a window, counting, and of no such collection', async (t) => {
  if (cabby === undefined) return t.skip('no Python, or no way to PyPI');
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const later = await cabby('poll_content', [...POLL(), ...JWT, '--begin', tomorrow]);
  assert.match(later.output, / 0 blocks polled/);
  const count = await cabby('poll_content', [...POLL(), ...JWT, '--count-only']);
  assert.match(count.output, /Content blocks count: 7, is partial: False/);
  const other = [...AT(), '--path', '/services/poll-a', '--collection', 'none', ...JWT];
  assert.match((await cabby('poll_content', other)).output, /NOT_FOUND/);
});

test('taxii-discovery and taxii-collections show what there is', async (t) => {
  if (cabby === undefined) return t.skip('no Python, or no way to PyPI');
  const services = await cabby('discover_services', [...AT(), '--path', '/services/discovery-a', ...JWT]);
  assert.match(services.output, /3 services discovered/);
  assert.match(services.output, /Service Type: POLL/);
  const path = ['--path', '/services/collection-management-a'];
  const collections = await cabby('fetch_collections', [...AT(), ...path, ...JWT]);
  assert.match(collections.output, /Collection Name: collection-A/);
  assert.match(collections.output, /Collection Type: DATA_FEED/);
  assert.match(collections.output, /services\/poll-a/);
});
