import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import jsqr from 'jsqr';
import type { Scene } from '../../src/display/scene.ts';
import {
  createDeviceMachine,
  type DeviceMachine,
  KEY_ENTER,
  KEY_ESC,
  whyNoDeviceMachine,
} from '../support/device-machine.ts';
import { expect, type KitDoor, kitDoor, post, type Reply } from '../support/pairing-clients.ts';
import { type ServerProcess, startServer, testPassword } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';

/**
 * A kit with a small screen and two buttons, from the first start on. What is on the screen is read from the
 * framebuffer where it is a QR code, and from the live view where it is letters.
 */

const ADMIN = ['administrator', 'seven-wet-horses-in-a-tent'] as const;
const SCREEN = { width: 480, height: 320, bitsPerPixel: 32 } as const;
const WAIT_MS = 15_000;
/** An answer counts from 0.7 s after its question came up. */
const GUARD_MS = 1_000;

// jsqr is CommonJS with a default export of its own.
const readQr = jsqr as unknown as typeof jsqr.default;

async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(performance.now() < deadline, `waited for ${what}`);
    await delay(50);
  }
}

describe('a kit with a screen and two buttons', { skip: whyNoDeviceMachine(), timeout: 110_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'bivouac-kit-'));
  let machine: DeviceMachine;
  let server: ServerProcess;
  let door: KitDoor;
  let phone: TakClient;

  before(async () => {
    machine = createDeviceMachine(directory, SCREEN);
    server = await startServer({
      under: machine.under,
      set: {
        'display.sink': 'auto',
        'listen.https': '127.0.0.1:0',
        'hub.disconnectGraceMs': '0',
        // Says when a picture stands.
        'log.level': 'debug',
      },
    });
    door = kitDoor(server.address('https').port, (await server.cli(['cert', 'ca'])).stdout);
  });
  after(async () => {
    phone?.socket.destroy();
    await server.stop();
    machine.close();
    rmSync(directory, { recursive: true });
  });

  const pixels = () => readFileSync(machine.framebuffer);
  /** What a phone's camera reads from the screen. */
  function scanned(): string | undefined {
    const bytes = pixels();
    const rgba = new Uint8ClampedArray(bytes.length);
    for (let at = 0; at < bytes.length; at += 4) {
      rgba.set([bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0, 255], at);
    }
    return readQr(rgba, SCREEN.width, SCREEN.height)?.data;
  }
  /** Red, green and blue of the screen. */
  function colourAt(x: number, y: number): readonly number[] {
    const at = (y * SCREEN.width + x) * 4;
    return [...pixels().subarray(at, at + 3)].reverse();
  }
  const view = async (as: readonly [string, string] = ADMIN) =>
    (await expect(door.ask('/api/display', { as }))).json<Scene>();
  const wordsOf = ({ items }: Scene) =>
    items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])).join('\n');
  const screenIs = (name: Scene['screen']) =>
    until(async () => {
      const scene = await view();
      return scene.screen === name ? scene : undefined;
    }, `the screen ${name}`);
  /** Until it has stood before people's eyes for long enough to be answered: painted, and not only decided. */
  async function canBeAnswered(name: Scene['screen']): Promise<void> {
    await until(() => {
      const last = server.logs.findLast(({ ev }) => ev === 'display.drawn');
      return last?.['screen'] === name ? true : undefined;
    }, `the picture of ${name}`);
    await delay(GUARD_MS);
  }
  const audited = async () =>
    (await expect(door.ask('/api/v1/auditlog', { as: ADMIN })))
      .json<{ data: { application: string; action: string; username: string }[] }>()
      .data.filter(({ username }) => username === 'button')
      .map(({ application, action }) => `${application}.${action}`)
      .sort();

  test('a screen that is plugged in later shows how to claim it, and its QR code brings one there', async () => {
    machine.plugScreen();
    const url = await until(scanned, 'a QR code on the screen');
    const { port } = server.address('https');
    const [, code] =
      new RegExp(`^https://127\\.0\\.0\\.1:${port}/setup#([A-Z]{8})$`).exec(url) ?? assert.fail(url);
    await expect(post(door, '/api/setup/claim', undefined, { code, password: ADMIN[1] }));
    const scene = await screenIs('idle');
    assert.deepEqual([scene.design.width, scene.design.height], [SCREEN.width, SCREEN.height]);
    await until(() => (scanned() === undefined ? true : undefined), 'the code to go');
  });

  test('● lets a watch in by a code; the watch is in, and the code is gone', async () => {
    machine.press(KEY_ENTER);
    const code = /\b([A-Z\d]{3} [A-Z\d]{3})\b/.exec(wordsOf(await screenIs('pairing')))?.[1];
    await expect(post(door, '/api/pair', undefined, { code, name: 'Watch', kind: 'watch' }));
    await screenIs('idle');
  });

  function askToPair(name: string): Promise<Reply> {
    const body = new URLSearchParams({ client_id: 'tv', device_name: name, device_kind: 'tv' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return expect(door.ask('/oauth/device_authorization', { method: 'POST', body, headers }));
  }
  async function poll(deviceCode: string): Promise<Reply> {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    const body = new URLSearchParams({ grant_type: grant, device_code: deviceCode }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return door.ask('/oauth/token', { method: 'POST', body, headers });
  }

  test('a TV that asks is allowed by ●, and gets what the screen said; another is refused by ■', async () => {
    const asked = (await askToPair('Big TV')).json<{ device_code: string; user_code: string }>();
    const words = wordsOf(await screenIs('approval'));
    assert.match(words, /Big TV/);
    assert.ok(!words.includes(asked.user_code), 'from afar nobody compares codes');
    await canBeAnswered('approval');
    machine.press(KEY_ENTER);
    const scene = await screenIs('idle');
    assert.match(wordsOf(scene), /Big TV may look on now\./);
    assert.equal((await poll(asked.device_code)).status, 200);

    const other = (await askToPair('Stranger')).json<{ device_code: string }>();
    await screenIs('approval');
    await canBeAnswered('approval');
    machine.press(KEY_ESC);
    await screenIs('idle');
    assert.match((await poll(other.device_code)).text, /access_denied/);
    assert.deepEqual(await audited(), ['pairing.approve', 'pairing.open', 'pairing.refuse']);
  });

  test('an emergency takes the screen, can be put aside, and leaves it when it is cancelled', async () => {
    const identity = await server.issueClient('alice', 'team');
    phone = await connectTakClient({ ...server.address('cotTls'), ...identity });
    phone.sendSa({ uid: 'phone-alice', callsign: 'ALICE', lat: 47, lon: 8 });
    await until(async () => /ALICE/.exec(wordsOf(await view()))?.[0], 'Alice on the screen');
    const calm = colourAt(4, 20);
    phone.send(emergencyXml('b-a-o-tbl', '<emergency type="911 Alert">ALICE</emergency>'));
    const words = wordsOf(await screenIs('emergency'));
    assert.match(words, /ALICE[\s\S]*911 alert/);
    const [red = 0, green = 0] = await until(
      () => (colourAt(4, 20).join() === calm.join() ? undefined : colourAt(4, 20)),
      'the band',
    );
    assert.ok(red > 200 && green < 150, 'the band of an emergency');
    await canBeAnswered('emergency');
    machine.press(KEY_ESC);
    assert.match(wordsOf(await screenIs('idle')), /Emergency: ALICE/);
    phone.send(emergencyXml('b-a-o-can', '<emergency cancel="true">ALICE</emergency>'));
    await until(async () => (/Emergency/.test(wordsOf(await view())) ? undefined : true), 'its end');
    phone.send(emergencyXml('b-a-o-tbl', '<emergency type="911 Alert">ALICE</emergency>'));
    await screenIs('emergency');
    phone.send(emergencyXml('b-a-o-can', '<emergency cancel="true">ALICE</emergency>'));
    await screenIs('idle');
  });

  test('an invitation stands on the screen until the phone has come', async () => {
    const invite = { client: 'atak', host: '127.0.0.1', onDisplay: true };
    const { scan } = (await expect(post(door, '/api/people/alice/invitations', ADMIN, invite))).json<{
      scan: string;
    }>();
    assert.equal(await until(scanned, 'the QR code'), scan);
    const scene = await screenIs('onboarding');
    assert.ok(!JSON.stringify(scene).includes(scan), 'it is for the phone in front of it');
    // Time for the display to see which phones of hers are there already.
    await delay(1_500);
    assert.equal((await view()).screen, 'onboarding');
    phone.socket.destroy();
    const { cert, key, ca } = await freshIdentity();
    phone = await connectTakClient({ ...server.address('cotTls'), cert, key, ca });
    phone.sendSa({ uid: 'phone-new', callsign: 'ALICE-2', lat: 47, lon: 8 });
    assert.match(wordsOf(await screenIs('idle')), /ALICE-2 is on the map\./);
    await expect(post(door, '/api/people/alice/invitations', ADMIN, invite));
    await screenIs('onboarding');
    await expect(door.ask('/api/display/invitation', { method: 'DELETE', as: ADMIN }));
    await screenIs('idle');
  });

  async function freshIdentity() {
    const out = mkdtempSync(join(directory, 'cert-'));
    await server.cli(['cert', 'issue', '--user', 'alice', '--out', out, '--format', 'pem']);
    const read = (name: string) => readFileSync(join(out, name), 'utf8');
    return { cert: read('alice.pem'), key: read('alice.key'), ca: read('ca.pem') };
  }

  test('● held for five seconds shows a recovery code to those in front of it, and ■ takes it back', async () => {
    machine.button(KEY_ENTER, true);
    const words = wordsOf(await screenIs('recovery'));
    machine.button(KEY_ENTER, false);
    assert.match(words, /••••-••••/);
    await canBeAnswered('recovery');
    machine.press(KEY_ESC);
    await screenIs('idle');
    const actions = await audited();
    assert.ok(actions.includes('recovery.begin') && actions.includes('recovery.end'), actions.join());
  });

  test('operators may look from afar, others may not; the picture is an SVG', async () => {
    for (const [name, role] of [
      ['otto', 'operator'],
      ['vera', 'viewer'],
    ] as const) {
      await server.cli(['user', 'add', '-u', name, '-g', 'team', '--role', role, '--password-stdin'], {
        stdin: `${testPassword(name)}\n`,
      });
    }
    assert.equal((await view(['otto', testPassword('otto')])).screen, 'idle');
    const refused = await door.ask('/api/display', { as: ['vera', testPassword('vera')] });
    assert.equal(refused.status, 403);
    assert.equal((await door.ask('/api/display')).status, 401);
    const picture = await expect(door.ask('/api/display/picture', { as: ADMIN }));
    assert.match(picture.text, /^<svg [^>]*viewBox="0 0 480 320"/);
  });

  test('a screen that is pulled out is no error', async () => {
    machine.unplugScreen();
    await delay(6_000);
    assert.equal((await view()).screen, 'idle');
    machine.plugScreen();
    await until(() => (pixels().some((value) => value !== 0) ? true : undefined), 'a picture again');
    assert.deepEqual(
      server.logs.filter(({ level }) => level === 'error'),
      [],
    );
  });
});

/** As ATAK-CIV sends it: stale after ten seconds. */
function emergencyXml(type: string, detail: string): string {
  const time = (ms: number) => new Date(Date.now() + ms).toISOString();
  return (
    `<event version="2.0" uid="phone-alice-9-1-1" type="${type}" how="h-e" time="${time(0)}" start="${time(0)}"` +
    ` stale="${time(10_000)}"><point lat="47" lon="8" hae="0" ce="10" le="10"/><detail>` +
    `<contact callsign="ALICE-Alert"/>${detail}</detail></event>`
  );
}
