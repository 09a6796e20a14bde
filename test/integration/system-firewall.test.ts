import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createFirewallPort } from '../../src/system/firewall-port.ts';
import { machineFiles } from '../../src/system/machine-files.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createMachineRoot, type MachineRoot } from '../support/machine-root.ts';
import { bivouacCommand } from '../support/server-process.ts';

const KIT = `bvk${process.pid}`;
const PHONE = `bvp${process.pid}`;
const WIRE = `bvw${process.pid}`;

/** Accepts on ports of the kit and one that is nobody's business, and says which one was reached. */
const LISTENER = `
const { createServer } = require('node:net');
let left = 4;
for (const port of [8446, 8081, 8089, 9999])
  createServer((socket) => socket.end(String(port))).listen(port, '0.0.0.0', () => --left || console.log('ready'));
`;
/** Prints what it got, or nothing within a second. */
const CLIENT = `
const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
socket.on('data', (data) => process.stdout.write(data)).on('error', () => {}).setTimeout(1000, () => socket.destroy());
`;

const skip = reasonToSkip();

/** The kit between a phone on its hotspot and a network on its wire, each a network of its own, with real rules. */
describe('the firewall', { timeout: 60_000, skip }, () => {
  let root: MachineRoot;
  const listeners: ChildProcess[] = [];

  before(async () => {
    root = await createMachineRoot();
    for (const name of [KIT, PHONE, WIRE]) ip('netns', 'add', name);
    join(PHONE, 'wlan0', '10.42.0');
    join(WIRE, 'eth0', '192.0.2');
    ip('-n', PHONE, 'route', 'add', 'default', 'via', '10.42.0.1');
    ip('-n', WIRE, 'route', 'add', 'default', 'via', '192.0.2.1');
    execFileSync('ip', ['netns', 'exec', KIT, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
    for (const name of [KIT, WIRE]) {
      const listener = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', LISTENER], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      listeners.push(listener);
      await once(listener.stdout!, 'data');
    }
    await root.write(
      'run/bivouac-system/hotspot.json',
      JSON.stringify({ state: 'on', interface: 'wlan0', clientsMayTalk: false }),
    );
    await root.write('etc/bivouac/config.toml', '[listen]\nportal = "[::]:8081"\n');
  });
  after(async () => {
    for (const listener of listeners) listener.kill();
    for (const name of [KIT, PHONE, WIRE]) spawnSync('ip', ['netns', 'del', name]);
    await root?.remove();
  });

  function apply(...words: string[]): void {
    const command = [...bivouacCommand(), 'system', 'apply-firewall', '--root', root.dir, ...words];
    // Files that the image has not: names of protocols and services must not be needed.
    const bare = 'for f in protocols services; do mount --bind /dev/null /etc/$f; done; exec "$@"';
    execFileSync('ip', ['netns', 'exec', KIT, 'sh', '-c', bare, 'sh', ...command], { stdio: 'pipe' });
  }

  test('lets the kit’s ports in and nothing else', () => {
    assert.equal(reach(PHONE, '10.42.0.1', 9999), '9999', 'before');
    assert.equal(reach(PHONE, '192.0.2.2', 9999), '9999', 'before');
    apply();
    assert.equal(reach(PHONE, '10.42.0.1', 8089), '8089');
    assert.equal(reach(WIRE, '192.0.2.1', 8089), '8089');
    assert.equal(reach(PHONE, '10.42.0.1', 9999), '');
    assert.equal(reach(WIRE, '192.0.2.1', 9999), '');
  });

  test('leads 443 to the pages and 80 to the portal', async () => {
    assert.equal(reach(PHONE, '10.42.0.1', 443), '8446');
    assert.equal(reach(PHONE, '10.42.0.1', 80), '8081');
    assert.equal(reach(WIRE, '192.0.2.1', 443), '8446');
    // The server shows people the short address by this.
    assert.deepEqual(await root.json('run/bivouac-system/firewall.json'), {
      redirects: { 443: 8446, 80: 8081 },
    });
  });

  test('forwards nothing from the hotspot to the wire', () => {
    assert.equal(reach(PHONE, '192.0.2.2', 9999), '');
  });

  test('the wire can be closed, another program let in', async () => {
    await root.write(
      'etc/bivouac/config.toml',
      '[listen]\nportal = "[::]:8081"\n[firewall]\nopensWire = false\nalsoOpens = [9999]\n',
    );
    apply();
    assert.equal(reach(WIRE, '192.0.2.1', 8089), '');
    assert.equal(reach(PHONE, '10.42.0.1', 8089), '8089');
    assert.equal(reach(WIRE, '192.0.2.1', 9999), '9999');
  });

  test('stands with a configuration that cannot be read', async () => {
    await root.write('etc/bivouac/config.toml', 'listen = nonsense');
    apply();
    assert.equal(reach(PHONE, '10.42.0.1', 8089), '8089');
    assert.equal(reach(PHONE, '10.42.0.1', 9999), '');
  });

  test('can be taken away', async () => {
    apply('--remove');
    assert.equal(reach(PHONE, '10.42.0.1', 9999), '9999');
    assert.deepEqual(await root.json('run/bivouac-system/firewall.json'), {});
  });

  test('one that could not be set is told to the server, which warns', async () => {
    const broken = await createMachineRoot();
    await broken.program('nft', 'echo no such thing >&2; exit 1');
    const { code, stderr } = await broken.system('apply-firewall');
    assert.equal(code, 1);
    assert.match(stderr, /nft: no such thing/);
    const warnings: unknown[] = [];
    const files = machineFiles('/nowhere', '/nowhere', broken.path('run/bivouac-system'));
    createFirewallPort(files, new FakeClock()).report({ set: ({ text }) => warnings.push(text) });
    assert.match(String(warnings), /could not be set.*nft: no such thing/);
    await broken.remove();
  });

  /** A cable from the kit's interface to the other's: .1 here, .2 there. */
  function join(other: string, device: string, network: string): void {
    ip('-n', KIT, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'up0', 'netns', other);
    ip('-n', KIT, 'addr', 'add', `${network}.1/24`, 'dev', device);
    ip('-n', other, 'addr', 'add', `${network}.2/24`, 'dev', 'up0');
    for (const [name, link] of [
      [KIT, device],
      [other, 'up0'],
      [KIT, 'lo'],
    ] as const) {
      ip('-n', name, 'link', 'set', link, 'up');
    }
  }

  /** What a connection from there gets to read. */
  function reach(from: string, host: string, port: number): string {
    const words = ['netns', 'exec', from, process.execPath, '-e', CLIENT, host, String(port)];
    return execFileSync('ip', words, { encoding: 'utf8' });
  }
});

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: 'pipe' });
}

function reasonToSkip(): string | false {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  for (const [program, flag] of [
    ['nft', '--version'],
    ['ip', '-V'],
  ] as const) {
    if (spawnSync(program, [flag]).status !== 0) return `needs ${program}`;
  }
  return false;
}
