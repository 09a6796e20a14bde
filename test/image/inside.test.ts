import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bringStation, type Station } from './support/station.ts';
import { startTestMachine, type TestMachine } from './support/test-machine.ts';

/** The image seen from inside, by the root shell that only the test image has. */

const STEP_MS = 180_000;
/** Until the start has settled; what follows is the idle machine. */
const SETTLE_MS = 60_000;
/** Long enough for several of the log's and the server's periods. Longer only makes the figure better. */
const IDLE_MS = 120_000;
const HOUR_MS = 3_600_000;
const SECTOR_BYTES = 512;

describe('inside the image', { timeout: 60 * 60_000 }, () => {
  let box: TestMachine;

  before(async () => {
    box = await startTestMachine();
  });
  after(() => box?.end());

  test('nothing has failed to start', async (t) => {
    t.diagnostic(`app.ready is in the journal ${Math.round(box.machine.upMs() / 1_000)} s after power on`);
    await box.until('! systemctl is-system-running --quiet --wait; true', 'the end of the start', STEP_MS);
    const failed = await box.run('systemctl --failed --no-legend --plain --no-pager');
    const why = await box.run(
      "journalctl -b -p err -o cat --no-pager | tail -20; systemctl --failed --plain --no-legend | cut -d' ' -f1 | xargs -r -n1 journalctl -b -o cat --no-pager -u",
      { mayFail: true },
    );
    assert.equal(failed, '', why);
  });

  test('the system is read-only, and the data has the rest of the card', async () => {
    for (const path of ['/usr/x', '/etc/x', '/x']) {
      assert.match(await box.run(`touch ${path}`, { mayFail: true }), /Read-only file system/);
    }
    const mib = Number(await box.run("df -BM --output=size /data | tail -1 | tr -dc '0-9'"));
    assert.ok(mib > 2_500, `${mib} MiB of a card of 4096`);
    const kept = await box.run('grep -v "^#" /usr/lib/bivouac/persistent-directories');
    for (const path of kept.split('\n')) {
      assert.match(await box.run(`findmnt -no SOURCE,FSTYPE ${path}`), /ext4/, path);
    }
  });

  test('the boot loader’s state can be read and changed from here', async () => {
    const state = await box.run('fw_printenv');
    assert.match(state, /^BOOT_ORDER=A$/m);
    assert.match(state, /^BOOT_A_LEFT=2$/m);
    await box.run('fw_setenv BOOT_A_LEFT 3');
    assert.match(await box.run('fw_printenv BOOT_A_LEFT'), /=3$/);
  });

  test('nobody can log in, and the server is hardened', async () => {
    const exposure = await box.run('systemd-analyze security bivouac.service --no-pager | tail -1', {
      deadlineMs: STEP_MS,
    });
    const level = Number(/: (\d+\.\d+)/.exec(exposure)?.[1]);
    assert.ok(level <= 2.5, exposure);
    const hashes = await box.run("cut -d: -f2 /etc/shadow | grep -vc '^[!*]'", { mayFail: true });
    assert.equal(hashes, '0', 'accounts with a password');
    const gettys = await box.run("systemctl list-units --no-legend --plain '*getty*' | wc -l");
    assert.equal(gettys.trim(), '0');
  });

  test('what it costs: memory and writes of an idle kit', async (t) => {
    await sleep(SETTLE_MS);
    const sectors = async () => Number(await box.run("awk '{ print $7 }' /sys/class/block/vda/stat"));
    await box.run('sync');
    const before = await sectors();
    const started = performance.now();
    await sleep(IDLE_MS);
    await box.run('sync');
    const written = (await sectors()) - before;
    const perHour = (written * SECTOR_BYTES * HOUR_MS) / (performance.now() - started);
    t.diagnostic(
      `${(perHour / 1e6).toFixed(1)} MB written per idle hour: ${written * SECTOR_BYTES} bytes in ` +
        `${IDLE_MS / 1_000} s by /sys/class/block/vda/stat, extrapolated`,
    );
    const memory = await box.run("free -m | awk '/^Mem/ { print $3, $2 }'");
    const [used, total] = memory.split(' ').map(Number) as [number, number];
    const minutes = (box.machine.upMs() / 60_000).toFixed(1);
    t.diagnostic(`${used} of ${total} MiB memory in use ${minutes} minutes after power on, by free -m`);
    assert.ok(used < 400, `${used} MiB in use leave too little of 512`);
  });

  describe('its hotspot', () => {
    let phone: Station;

    test('comes up with a radio that is plugged in, by its own name and passphrase', async () => {
      phone = await bringStation(box);
      assert.match(phone.hotspot.name, /^Bivouac/);
      assert.ok(phone.hotspot.passphrase.length >= 12);
    });

    test('gives a phone with the passphrase an address and the kit’s name', async () => {
      assert.match(await phone.join(phone.hotspot.passphrase), /^10\.42\.0\.\d+$/);
      assert.match(await phone.run('busybox nslookup bivouac.local 10.42.0.1'), /Address:? .*10\.42\.0\.1/);
      const elsewhere = await phone.run('busybox nslookup www.example.org 10.42.0.1', true);
      assert.match(elsewhere, /NXDOMAIN|can't (resolve|find)/);
    });

    test('leads a phone that looks for the Internet to its page', async () => {
      // As Android asks; port 80 leads to the portal.
      const ask = 'busybox wget -T 60 -S -O - --header "Host: connectivitycheck.gstatic.com"';
      const said = await phone.run(`${ask} http://10.42.0.1/generate_204`, true);
      assert.match(said, /HTTP\/1\.1 30[27]/);
      assert.doesNotMatch(said, /HTTP\/1\.1 204/);
      await phone.run('busybox wget -q -T 60 -O /run/phone-ca.pem http://10.42.0.1/ca.pem');
      assert.match(await box.run('head -1 /run/phone-ca.pem'), /BEGIN CERTIFICATE/);
    });

    test('serves its sign-in page over TLS, by the CA that the portal gave', async () => {
      const request = 'GET / HTTP/1.1\\r\\nHost: bivouac.local\\r\\nConnection: close\\r\\n\\r\\n';
      const trust = '-CAfile /run/phone-ca.pem -verify_return_error -verify_hostname bivouac.local';
      const page = await phone.run(
        `sh -c "printf '${request}' | openssl s_client -quiet -ign_eof -connect 10.42.0.1:443 -servername bivouac.local ${trust}"`,
      );
      assert.match(page, /HTTP\/1\.1 200/);
      assert.match(page, /<html/i);
    });

    test('lets the phone reach the kit’s ports and no others', async () => {
      const open = async (port: number) =>
        (await phone.run(`busybox nc -w 10 10.42.0.1 ${port} </dev/null && echo OPEN`, true)).includes(
          'OPEN',
        );
      assert.equal(await open(8089), true);
      assert.equal(await open(9446), false, 'health and metrics are for this machine alone');
    });
  });
});
