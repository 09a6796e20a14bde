import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';

const CLIENTS = 100;
const RATE_HZ = 1;
/** The promise: off every live socket within two seconds of the order. */
const LIMIT_MS = 2_000;

describe('a lost phone among a hundred', { timeout: 90_000 }, () => {
  let server: ServerProcess;
  let timer: NodeJS.Timeout;
  const crowd: TakClient[] = [];

  before(async () => {
    server = await startServer();
    const identity = await server.issueClient('crowd', 'blue');
    const at = server.address('cotTls');
    for (let i = 0; i < CLIENTS; i += 1) crowd.push(await connectTakClient({ ...at, ...identity }));
    let next = 0;
    timer = setInterval(
      () => {
        const i = next % CLIENTS;
        next += 1;
        crowd[i]!.sendSa({ uid: `C${i}`, callsign: `C${i}` });
      },
      1_000 / (CLIENTS * RATE_HZ),
    );
  });
  after(async () => {
    clearInterval(timer);
    await server.stop();
  });

  test('is off at once while everybody sends, and nobody else is', async (t) => {
    const lost = await connectTakClient({
      ...server.address('cotTls'),
      ...(await server.issueClient('lost', 'blue')),
    });
    lost.sendSa({ uid: 'LOST', callsign: 'LOST' });
    await crowd[0]!.waitFor({ uid: 'LOST' });
    await lost.waitFor({ uid: 'C50' });

    const startMs = performance.now();
    const closed = lost.waitForClose().then(() => performance.now() - startMs);
    await server.cli(['cert', 'revoke', '--user', 'lost']);
    const commandMs = performance.now() - startMs;
    const offMs = await closed;
    t.diagnostic(
      `off ${Math.round(offMs)} ms after the command was started, which itself took ${Math.round(commandMs)} ms`,
    );
    assert.ok(offMs < LIMIT_MS);
    assert.equal(crowd.filter(({ isClosed }) => isClosed).length, 0);
    await crowd[0]!.waitFor((event) => event.type === 't-x-d-d' && event.xml.includes('LOST'), {
      timeoutMs: 15_000,
    });
  });
});
