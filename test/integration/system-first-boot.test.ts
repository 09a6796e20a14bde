import assert from 'node:assert/strict';
import { readdir, stat, symlink } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { createMachineRoot, type MachineRoot } from '../support/machine-root.ts';

const ORDER = 'var/lib/bivouac/system/hotspot.json';
const PRESET = 'boot/firmware/bivouac-preset.toml';
const STATUS = 'run/bivouac-system/first-boot.json';
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$ZmFrZWhhc2hmYWtlaGFzaGZha2VoYXNo';
const CLEARED = [0o600, 0o640];

interface Order {
  readonly isOn: boolean;
  readonly name: string;
  readonly passphrase: string;
  readonly country: string;
}
interface Report {
  readonly problems: readonly { readonly code: string; readonly text: string }[];
  readonly appliedAtMs?: number;
}

/** The unit that runs at each start, before the server. */
describe('the first boot', { timeout: 60_000 }, () => {
  let root: MachineRoot;
  before(async () => {
    root = await createMachineRoot();
    await root.program('systemctl');
  });
  after(() => root.remove());

  test('gives the box a name and a Wi-Fi of its own, which only it knows', async () => {
    const { code, stdout, stderr } = await root.system('first-boot');
    assert.equal(code, 0, stderr);
    const box = await root.json<{ id: string; hostname: string }>('etc/bivouac/box.json');
    const order = await root.json<Order>(ORDER);
    assert.match(box.id, /^[A-Z]{4}$/);
    assert.equal(box.hostname, 'bivouac');
    assert.equal(order.name, `Bivouac ${box.id}`);
    assert.match(order.passphrase, /^([bcdfghjkmnpqrstvwxyz]{4}-){3}[bcdfghjkmnpqrstvwxyz]{4}$/);
    assert.equal(await root.read('proc/sys/kernel/hostname'), box.hostname);
    assert.match(await root.read('etc/bivouac/config.toml'), /portal = "\[::\]:8081"/);
    for (const file of [ORDER, 'etc/bivouac/box.json', 'etc/bivouac/config.toml']) {
      assert.ok(CLEARED.includes((await stat(root.path(file))).mode & 0o777), file);
    }
    assert.ok(!`${stdout}${stderr}`.includes(order.passphrase));
    assert.deepEqual((await root.json<Report>(STATUS)).problems, []);
  });

  test('another start changes nothing', async () => {
    const was = await Promise.all([root.read(ORDER), root.read('etc/bivouac/box.json')]);
    await root.system('first-boot');
    assert.deepEqual(await Promise.all([root.read(ORDER), root.read('etc/bivouac/box.json')]), was);
    assert.deepEqual(await root.calls(), [], 'no restart');
  });

  test('a preset with a mistake is not applied, not wiped, and the mistake is told', async () => {
    await root.write(PRESET, 'name = "Ridge"\n[hotspot]\npasphrase = "seven wet horses"\n');
    const { code } = await root.system('first-boot');
    assert.equal(code, 0, 'the box starts all the same');
    const { problems } = await root.json<Report>(STATUS);
    assert.deepEqual(
      problems.map((problem) => problem.code),
      ['preset.invalid'],
    );
    assert.match(problems[0]?.text ?? '', /did you mean "hotspot\.passphrase"/);
    assert.match(await root.read(PRESET), /seven wet horses/);
  });

  test('a mistake without end is told in few words', async () => {
    await root.write(PRESET, `${'x'.repeat(20_000)} = 1\n`);
    await root.system('first-boot');
    const { problems } = await root.json<Report>(STATUS);
    assert.equal(problems.length, 1);
    assert.ok((problems[0]?.text.length ?? 0) < 1_000);
  });

  test('a preset is applied, and its secrets are taken out of the file', async () => {
    await root.write(
      PRESET,
      [
        'name = "Ridge Ä"',
        'country = "DE"',
        'timezone = "Europe/Berlin"',
        '[hotspot]',
        'passphrase = "seven wet horses"',
        '[administrator]',
        `passwordHash = "${HASH}"`,
        '[uplink]',
        'name = "Base; [camp]"',
        'passphrase = " base\\\\camp"',
        '[display]',
        'rotation = 90',
        '[hardware]',
        'keys = true',
        'screen = "ssd1306"',
      ].join('\n'),
    );
    await root.system('first-boot');
    const { problems, appliedAtMs } = await root.json<Report>(STATUS);
    assert.deepEqual(problems, []);
    assert.ok(appliedAtMs);
    const order = await root.json<Order>(ORDER);
    assert.deepEqual([order.name, order.passphrase, order.country], ['Ridge Ä', 'seven wet horses', 'DE']);
    assert.equal(await root.read('proc/sys/kernel/hostname'), 'ridge-a');
    const config = await root.read('etc/bivouac/config.toml');
    assert.match(config, /name = "Ridge Ä"/);
    assert.match(config, /rotation = 90/);
    assert.match(config, /portal = /, 'what was there stays');
    assert.equal(await root.read('etc/bivouac/environment'), 'TZ=Europe/Berlin\n');
    assert.deepEqual(await root.json('var/lib/bivouac/system/first-administrator.json'), {
      username: 'administrator',
      passwordHash: HASH,
    });
    const uplink = 'etc/NetworkManager/system-connections/bivouac-uplink.nmconnection';
    assert.match(await root.read(uplink), /^psk=\\sbase\\\\camp$/m);
    assert.equal((await stat(root.path(uplink))).mode & 0o777, 0o600);
    const hardware = await root.read('boot/firmware/bivouac-hardware.txt');
    assert.match(hardware, /dtoverlay=bivouac-keys\ndtparam=i2c_arm=on\ndtoverlay=bivouac-ssd1306\n/);
    assert.deepEqual(await root.calls(), ['systemctl --no-block reboot'], 'the firmware has to read it');
    const left = await root.read(PRESET);
    for (const secret of ['seven wet', HASH, 'camp"']) assert.ok(!left.includes(secret), secret);
    assert.match(left, /country = "DE"/);
  });

  test('it is applied once: what an administrator changes afterwards stays', async () => {
    const changed = { ...(await root.json<Order>(ORDER)), passphrase: 'another good one' };
    await root.write(ORDER, JSON.stringify(changed));
    await root.system('first-boot');
    assert.deepEqual(await root.json(ORDER), changed);
    assert.equal((await root.calls()).length, 1, 'no second restart');
  });

  test('it is applied once more when a person takes its mark away', async () => {
    await root.write(PRESET, '[hotspot]\npassphrase = "lost and found"\n');
    await root.system('first-boot');
    const order = await root.json<Order>(ORDER);
    assert.equal(order.passphrase, 'lost and found');
    assert.equal(order.name, 'Ridge Ä', 'what it does not name stays');
  });

  test('a server that is somebody else’s by now cannot make root write elsewhere', async () => {
    const hostile = await createMachineRoot();
    try {
      await hostile.write('etc/victim/keep', 'as it was');
      await symlink(hostile.path('etc/victim'), hostile.path('var/lib/bivouac/system'));
      await hostile.system('first-boot');
      assert.deepEqual(await readdir(hostile.path('etc/victim')), ['keep']);
      const { problems } = await hostile.json<Report>(STATUS);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['first_boot.hotspot'],
      );
    } finally {
      await hostile.remove();
    }
  });
});
