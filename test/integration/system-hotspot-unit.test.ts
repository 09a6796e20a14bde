import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chown, link, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { applyHotspot } from '../../src/system/hotspot-apply.ts';
import { kitPaths } from '../../src/system/kit-paths.ts';
import { createMachine } from '../../src/system/machine.ts';
import { createMachineRoot, type MachineRoot } from '../support/machine-root.ts';

const ORDER = 'var/lib/bivouac/system/hotspot.json';
const STATUS = 'run/bivouac-system/hotspot.json';
const KEYFILE = 'run/NetworkManager/system-connections/bivouac-hotspot.nmconnection';
const PASSPHRASE = 'seven wet horses';
const WANTED = {
  isOn: true,
  name: 'Bivouac KTRM',
  passphrase: PASSPHRASE,
  country: 'DE',
  channel: 0,
  clientsMayTalk: false,
};

/** What NetworkManager says of devices; the uplink runs on wlan0. */
const NMCLI = `case "$*" in
*DEVICE*) printf 'eth0:ethernet:connected:Wired\\nwlan0:wifi:connected:Base\\\\: camp\\nwlan1:wifi:disconnected:\\np2p-dev-wlan1:wifi-p2p:disconnected:\\n' ;;
esac`;
const IW_WPA3 = 'echo "	Device supports SAE with AUTHENTICATE command"';

interface Status {
  readonly state: string;
  readonly interface?: string;
  readonly security?: string;
  readonly problem?: string;
}

const missingNmcli = await withoutNmcli();

/** The unit that makes the hotspot, with NetworkManager played by a script. */
describe('the hotspot unit', { timeout: 60_000 }, () => {
  let root: MachineRoot;
  beforeEach(async () => {
    root = await createMachineRoot();
    await root.program('nmcli', NMCLI);
    await root.program('iw');
    await root.program('nft', 'cat >>"$MACHINE_ROOT/nft.in"');
    for (const [device, phy] of [
      ['wlan0', 'phy0'],
      ['wlan1', 'phy1'],
    ]) {
      await root.write(`sys/class/net/${device}/phy80211/name`, `${phy}\n`);
    }
    await root.write(ORDER, JSON.stringify(WANTED));
  });
  afterEach(() => root.remove());

  /** What the command does, without the time that a process takes to start. */
  function apply() {
    const machine = createMachine(root.dir);
    return applyHotspot(machine, kitPaths(machine));
  }

  test('brings it up on the radio that is free, with no secret in an argument', async () => {
    const { code, stdout, stderr } = await root.system('apply-hotspot');
    assert.equal(code, 0, stderr);
    const status = await root.json<Status>(STATUS);
    assert.deepEqual(status, {
      state: 'on',
      interface: 'wlan1',
      address: '10.42.0.1',
      channel: 6,
      country: 'DE',
      name: 'Bivouac KTRM',
      security: 'wpa2',
      clientsMayTalk: false,
    });
    const calls = await root.calls();
    assert.ok(calls.includes('iw reg set DE'));
    assert.ok(
      calls.some((call) => /^nmcli --wait \d+ connection up id bivouac-hotspot ifname wlan1$/.test(call)),
    );
    for (const said of [...calls, stdout, stderr, JSON.stringify(status)]) {
      assert.ok(!said.includes(PASSPHRASE), said);
    }
    assert.equal((await stat(root.path(KEYFILE))).mode & 0o777, 0o600);
    assert.equal((await stat(root.path(STATUS))).mode & 0o777, 0o644);
    assert.match(await root.read('nft.in'), /add element inet bivouac hotspot \{ "wlan1" \}/);
    assert.doesNotMatch(await root.read('nft.in'), /add element inet bivouac talking/);
    assert.match(await root.read(KEYFILE), /^ap-isolation=1$/m);
  });

  test('NetworkManager itself reads the file as it was meant', { skip: missingNmcli }, async () => {
    const name = 'Ümlaut; [x] "é" \\ 7';
    const passphrase = ' lead;\\back=#slash "x"';
    await root.write(
      ORDER,
      JSON.stringify({ ...WANTED, name, passphrase, channel: 44, clientsMayTalk: true }),
    );
    await apply();
    const read = (field: string) => nmcli(field, root.path(KEYFILE));
    assert.equal(await read('802-11-wireless.ssid'), name);
    assert.equal(await read('802-11-wireless-security.psk'), passphrase);
    assert.equal(await read('802-11-wireless.mode'), 'ap');
    assert.equal(await read('802-11-wireless.band'), 'a');
    assert.equal(await read('802-11-wireless.channel'), '44');
    assert.match(await read('802-11-wireless.ap-isolation'), /^(no|0)/);
    assert.equal(await read('ipv4.method'), 'shared');
    assert.equal(await read('ipv4.addresses'), '10.42.0.1/24');
    assert.equal(await read('connection.interface-name'), 'wlan1');
  });

  test('a radio that can is asked for WPA3 too', async () => {
    await root.program('iw', IW_WPA3);
    await apply();
    assert.equal((await root.json<Status>(STATUS)).security, 'wpa2-wpa3');
    assert.match(await root.read(KEYFILE), /^pmf=2$/m);
  });

  test('and gets WPA2 alone when it does not hold what it promised', async () => {
    await root.program('iw', IW_WPA3);
    await root.program(
      'nmcli',
      `${NMCLI}\ncase "$*" in *" up "*) ! grep -q pmf=2 "$MACHINE_ROOT/${KEYFILE}" || exit 4 ;; esac`,
    );
    await apply();
    const { state, security } = await root.json<Status>(STATUS);
    assert.deepEqual([state, security], ['on', 'wpa2']);
  });

  test('takes it down', async () => {
    await apply();
    await root.write(ORDER, JSON.stringify({ ...WANTED, isOn: false }));
    await apply();
    assert.equal((await root.json<Status>(STATUS)).state, 'off');
    assert.ok((await root.calls()).includes('nmcli connection delete id bivouac-hotspot'));
    await assert.rejects(stat(root.path(KEYFILE)), { code: 'ENOENT' });
  });

  test('says what NetworkManager says when it fails', async () => {
    await root.program(
      'nmcli',
      `${NMCLI}\ncase "$*" in *" up "*) echo "Error: no secrets" >&2; exit 4 ;; esac`,
    );
    await apply();
    const { state, problem } = await root.json<Status>(STATUS);
    assert.deepEqual([state, problem], ['failed', 'nmcli: Error: no secrets']);
  });

  test('a machine without a radio has no hotspot, and that is no failure', async () => {
    await rm(root.path('sys'), { recursive: true });
    await apply();
    assert.equal((await root.json<Status>(STATUS)).state, 'absent');
    assert.deepEqual(await root.calls(), []);
  });

  /** A server that is somebody else's by now writes these. */
  const hostile: readonly (readonly [string, (root: MachineRoot) => Promise<unknown>])[] = [
    [
      'a symbolic link to a file of root',
      async ({ path, write }) => {
        await write('etc/shadow', JSON.stringify(WANTED));
        await rm(path(ORDER));
        await symlink(path('etc/shadow'), path(ORDER));
      },
    ],
    [
      'a directory that is a symbolic link',
      async ({ path }) => {
        await rename(path('var/lib/bivouac/system'), path('etc/elsewhere'));
        await symlink(path('etc/elsewhere'), path('var/lib/bivouac/system'));
      },
    ],
    [
      'a second name of a file',
      async ({ path, write }) => {
        await write('etc/secret', JSON.stringify(WANTED));
        await rm(path(ORDER));
        await link(path('etc/secret'), path(ORDER));
      },
    ],
    [
      'a pipe that nobody writes to',
      async ({ path }) => {
        await rm(path(ORDER));
        await promisify(execFile)('mkfifo', [path(ORDER)]);
      },
    ],
    [
      'a directory',
      async ({ path }) => {
        await rm(path(ORDER));
        await mkdir(path(ORDER));
      },
    ],
    ['something endless', ({ write }) => write(ORDER, `${JSON.stringify(WANTED)}${' '.repeat(70_000)}`)],
    ['no JSON', ({ write }) => write(ORDER, '{"isOn":true,"passphrase":"seven wet horses"')],
    ['a key that is not known', ({ write }) => write(ORDER, JSON.stringify({ ...WANTED, run: 'sh' }))],
    [
      'a section of its own in the name',
      ({ write }) => write(ORDER, JSON.stringify({ ...WANTED, name: 'x\n[ipv4]\nmethod=auto' })),
    ],
    [
      'a line break in the passphrase',
      ({ write }) => write(ORDER, JSON.stringify({ ...WANTED, passphrase: 'seven wet\nhorses=1' })),
    ],
    ['an option as country', ({ write }) => write(ORDER, JSON.stringify({ ...WANTED, country: '--' }))],
    ['half a channel', ({ write }) => write(ORDER, JSON.stringify({ ...WANTED, channel: 6.5 }))],
  ];
  for (const [what, make] of hostile) {
    test(`refuses ${what}, and repeats nothing of it`, async () => {
      await make(root);
      const { state, problem = '' } = await apply();
      assert.equal(state, 'failed');
      assert.match(problem, /is not taken: /);
      assert.ok(!problem.includes('horses'));
      assert.deepEqual(await root.json<Status>(STATUS), { state, problem });
      assert.deepEqual(await root.calls(), [], 'nothing was run');
    });
  }

  const isRoot = process.getuid?.() === 0;
  test('refuses a file of another user', { skip: isRoot ? false : 'needs root' }, async () => {
    await chown(root.path(ORDER), 12_345, 12_345);
    await apply();
    assert.match((await root.json<Status>(STATUS)).problem ?? '', /belongs to somebody else/);
  });
});

/** One property, as the real program reads it from a file. */
async function nmcli(field: string, file: string): Promise<string> {
  const script = 'exec nmcli --offline connection modify connection.zone "" <"$1"';
  const { stdout } = await promisify(execFile)('sh', ['-c', script, 'sh', file]);
  return valueIn(stdout, field);
}

const SECTIONS: Readonly<Record<string, string>> = {
  '802-11-wireless': 'wifi',
  '802-11-wireless-security': 'wifi-security',
};

/** From the normal form that nmcli prints, GLib's escapes undone. */
function valueIn(text: string, field: string): string {
  const [section = '', key = ''] = field.split('.');
  const names: Readonly<Record<string, string>> = { addresses: 'address1' };
  const wanted = `[${SECTIONS[section] ?? section}]`;
  const lines = text.split('\n');
  const start = lines.indexOf(wanted);
  const prefix = `${names[key] ?? key}=`;
  const line = lines
    .slice(start + 1)
    .find((candidate) => candidate.startsWith(prefix) || candidate[0] === '[');
  if (start < 0 || line === undefined || line.startsWith('[')) return '';
  const raw = line.slice(prefix.length);
  if (key === 'ssid' && /^(\d+;)+$/.test(raw))
    return Buffer.from(raw.split(';').filter(Boolean).map(Number)).toString();
  const unescaped = raw.replaceAll(/\\(.)/g, (_, character: string) => (character === 's' ? ' ' : character));
  return key === 'ssid' ? unescaped.replaceAll('\\;', ';') : unescaped;
}

async function withoutNmcli(): Promise<string | false> {
  try {
    await promisify(execFile)('nmcli', ['--version']);
    return false;
  } catch {
    return 'needs NetworkManager’s nmcli';
  }
}
