import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { kitPaths } from '../../src/system/kit-paths.ts';
import { publishLeases } from '../../src/system/leases-publish.ts';
import { createMachine } from '../../src/system/machine.ts';
import { applyPower } from '../../src/system/power-apply.ts';
import { applyTime } from '../../src/system/time-apply.ts';
import { createMachineRoot, type MachineRoot } from '../support/machine-root.ts';

const POWER = 'run/bivouac/wanted-power.json';
const TIME = 'run/bivouac/wanted-time.json';
const BUILT_MS = Date.UTC(2026, 0, 1);
const NOON_MS = Date.UTC(2026, 5, 1, 12);

/** Orders of the server to its machine, carried out by root. */
describe('orders to the machine', { timeout: 30_000 }, () => {
  let root: MachineRoot;
  beforeEach(async () => {
    root = await createMachineRoot();
    await root.program('systemctl');
    await root.program('date');
  });
  afterEach(() => root.remove());

  const machine = () => createMachine(root.dir);
  const paths = () => kitPaths(machine());
  const power = (order: unknown) => root.write(POWER, JSON.stringify(order));

  test('it is switched off, or restarted', async () => {
    await power({ action: 'off', atMs: NOON_MS });
    await applyPower(machine(), paths(), NOON_MS + 1_000);
    await power({ action: 'restart', atMs: NOON_MS });
    await applyPower(machine(), paths(), NOON_MS + 1_000);
    assert.deepEqual(await root.calls(), ['systemctl --no-block poweroff', 'systemctl --no-block reboot']);
  });

  test('the command does the same', async () => {
    await power({ action: 'restart', atMs: Date.now() });
    assert.equal((await root.system('apply-power')).code, 0);
    assert.deepEqual(await root.calls(), ['systemctl --no-block reboot']);
  });

  test('nothing happens without an order, by an old one, or by another word', async () => {
    await applyPower(machine(), paths(), NOON_MS);
    await power({ action: 'off', atMs: NOON_MS - 3_600_000 });
    await assert.rejects(applyPower(machine(), paths(), NOON_MS), { code: 'system.order_refused' });
    for (const order of [
      { action: 'halt', atMs: NOON_MS },
      { action: '--force', atMs: NOON_MS },
      { action: 'off', atMs: NOON_MS, unit: 'ssh' },
      { action: 'off' },
    ]) {
      await power(order);
      await assert.rejects(applyPower(machine(), paths(), NOON_MS), { code: 'system.order_refused' });
    }
    assert.deepEqual(await root.calls(), []);
  });

  test('the clock is set, and it is said', async () => {
    await root.write(TIME, JSON.stringify({ timeMs: NOON_MS }));
    await applyTime(machine(), paths(), BUILT_MS);
    assert.deepEqual(await root.calls(), [`date --utc --set=@${NOON_MS / 1_000}.000`]);
    assert.deepEqual(await root.json('run/bivouac-system/time.json'), { isSet: true, timeMs: NOON_MS });
  });

  test('a time that cannot be, or no number, sets nothing', async () => {
    for (const timeMs of [BUILT_MS - 1, BUILT_MS + 20 * 365 * 86_400_000, '1; reboot', 1e300, null]) {
      await root.write(TIME, JSON.stringify({ timeMs }));
      await applyTime(machine(), paths(), BUILT_MS);
      const { isSet } = await root.json<{ isSet: boolean }>('run/bivouac-system/time.json');
      assert.equal(isSet, false, String(timeMs));
    }
    assert.deepEqual(await root.calls(), []);
  });

  test('where the clock may not be set, it is said', async () => {
    await root.program('date', 'echo "date: cannot set date: Operation not permitted" >&2; exit 1');
    await root.write(TIME, JSON.stringify({ timeMs: NOON_MS }));
    await applyTime(machine(), paths(), BUILT_MS);
    const { isSet, problem } = await root.json<{ isSet: boolean; problem: string }>(
      'run/bivouac-system/time.json',
    );
    assert.equal(isSet, false);
    assert.match(problem, /not permitted/);
  });

  test('leases are copied without what devices may have smuggled into them', async () => {
    await root.write(
      'var/lib/NetworkManager/dnsmasq-wlan0.leases',
      [
        '1790000000 02:00:00:00:01:00 10.42.0.54 Pixel-8 01:02:00:00:00:01:00',
        '1790000001 02:00:00:00:02:00 10.42.0.55 * *',
        '1790000002 02:00:00:00:03:00 10.42.0.56 <b>x</b> *',
        'duid 00:01:00:01',
        'nonsense',
      ].join('\n'),
    );
    publishLeases(machine(), paths());
    assert.deepEqual(await root.json('run/bivouac-system/leases.json'), {
      leases: [
        {
          mac: '02:00:00:00:01:00',
          address: '10.42.0.54',
          name: 'Pixel-8',
          untilMs: 1_790_000_000_000,
        },
        { mac: '02:00:00:00:02:00', address: '10.42.0.55', untilMs: 1_790_000_001_000 },
        { mac: '02:00:00:00:03:00', address: '10.42.0.56', untilMs: 1_790_000_002_000 },
      ],
    });
  });
});
