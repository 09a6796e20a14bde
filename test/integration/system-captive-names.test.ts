import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CONFIGURATION = fileURLToPath(
  new URL('../../image/overlay/etc/NetworkManager/dnsmasq-shared.d', import.meta.url),
);
const DNSMASQ = '/usr/sbin/dnsmasq';
const skip = spawnSync(DNSMASQ, ['--version']).status === 0 ? false : 'needs dnsmasq';

/** The name server of the hotspot: dnsmasq itself, with the image's files, started as NetworkManager does. */
describe('names in the hotspot', { timeout: 30_000, skip }, () => {
  let server: ChildProcess;
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });

  before(async () => {
    const port = await freePort();
    server = spawn(
      DNSMASQ,
      [
        '--conf-file=/dev/null',
        '--no-hosts',
        '--no-daemon',
        '--bind-interfaces',
        '--strict-order',
        '--clear-on-reload',
        '--listen-address=127.0.0.1',
        `--port=${port}`,
        `--conf-dir=${CONFIGURATION}`,
        // Else it wants to become somebody who may not be here.
        `--user=${process.env['USER'] ?? 'root'}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    for await (const line of createInterface({ input: server.stderr! })) if (line.includes('started')) break;
    resolver.setServers([`127.0.0.1:${port}`]);
  });
  after(() => server?.kill());

  for (const name of [
    'bivouac.local',
    'captive.apple.com',
    'connectivitycheck.gstatic.com',
    'www.msftconnecttest.com',
    'detectportal.firefox.com',
    'nmcheck.gnome.org',
  ]) {
    test(`${name} is the kit, and has no other address`, async () => {
      assert.deepEqual(await resolver.resolve4(name), ['10.42.0.1']);
      await assert.rejects(resolver.resolve6(name), { code: 'ENODATA' });
    });
  }

  test('any other name does not exist, and is not asked for elsewhere', async () => {
    for (const name of ['example.org', 'apple.com', 'tile.openstreetmap.org']) {
      await assert.rejects(resolver.resolve4(name), { code: 'ENOTFOUND' });
    }
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
