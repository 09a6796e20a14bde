import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserKit, claim, SIZES, startBrowserKit, WITHOUT_CHROMIUM } from '../support/browser.ts';
import { overflowPx, smallTargets, violations } from '../support/page-judge.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';

const PASSWORD = 'orchid-lantern-over-tundra';
/** Where to leave a picture of every page, to be looked at; nowhere unless asked. */
const PICTURES = process.env['PICTURES_OF_PAGES'];

const PATHS = [
  '/',
  '/add',
  '/people',
  '/people/anna',
  '/people/anna/add',
  '/people/anna/channels',
  '/people/anna/role',
  '/people/anna/sign-in',
  '/people/anna/SERIAL',
  '/channels',
  '/channels/Blue',
  '/screens',
  '/screens/pair',
  '/kit',
  '/kit/warnings',
  '/kit/wifi',
  '/kit/power',
  '/kit/time',
  '/kit/display',
  '/kit/look',
  '/kit/about',
  '/me',
  '/me/password',
  '/me/factors',
  '/me/passkeys',
  '/me/phones',
  '/me/sessions',
  '/me/tokens',
  '/nowhere',
] as const;

describe('every page of a kit in use', { skip: WITHOUT_CHROMIUM, timeout: 110_000 }, () => {
  let kit: BrowserKit;
  let page: Page;
  let serial: string;
  const clients: TakClient[] = [];

  before(async () => {
    if (PICTURES !== undefined) await mkdir(PICTURES, { recursive: true });
    kit = await startBrowserKit({ hasDisplay: true });
    ({ page } = await kit.open());
    await claim(kit, page, PASSWORD);
    for (const [name, callsign, team] of [
      ['anna', 'MEDIC-1', 'Yellow'],
      ['ben', 'BRAVO-2', 'Cyan'],
      ['carla', 'K9-4', 'Purple'],
    ] as const) {
      const identity = await kit.person(name, 'Blue');
      const client = await connectTakClient({ ...kit.server.address('cotTls'), ...identity });
      client.sendSa({ uid: `ANDROID-${name}`, callsign, team, lat: 47.5, lon: 15.25 });
      clients.push(client);
    }
    const certificates = await kit.console<{ serial: string; username: string }[]>('/api/certs');
    serial = certificates.find(({ username }) => username === 'anna')!.serial;
  });
  after(async () => {
    for (const client of clients) client.socket.destroy();
    await kit?.stop();
  });

  /** Opens a page as a link does, and waits until nothing of it is still to come. */
  async function visit(path: string): Promise<void> {
    const to = JSON.stringify(path.replace('SERIAL', serial));
    await page.evaluate(`history.pushState(null, '', ${to}); dispatchEvent(new PopStateEvent('popstate'))`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('main:not(:has(.skeleton))').waitFor();
  }

  const dress = (theme: 'dark' | 'day' | 'red') =>
    page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);

  async function look(name: string): Promise<void> {
    if (PICTURES === undefined) return;
    const file = name.replaceAll(/[^\w-]+/g, '_');
    await page.screenshot({ path: join(PICTURES, `${file}.png`) });
  }

  test('every page can be read and hit by everybody, in every theme, and fits every screen', async () => {
    const wrong: string[] = [];
    for (const path of PATHS) {
      await visit(path);
      const note = (lines: readonly string[], where: string) =>
        wrong.push(...lines.map((line) => `${path} (${where}): ${line}`));
      const noteWidth = async (where: string) => {
        if ((await overflowPx(page)) > 0) note(['wider than the screen'], where);
      };
      await dress('dark');
      note(await violations(page), 'dark');
      note(await smallTargets(page), 'phone');
      await noteWidth('phone');
      await look(`phone dark ${path}`);
      for (const theme of ['day', 'red'] as const) {
        await dress(theme);
        note(await violations(page, 'colours'), theme);
        await look(`phone ${theme} ${path}`);
      }
      for (const name of ['laptop', 'tv'] as const) {
        await page.setViewportSize(SIZES[name]);
        await noteWidth(name);
        await look(`${name} red ${path}`);
      }
      await page.setViewportSize(SIZES.phone);
    }
    assert.deepEqual(wrong, []);
    await dress('dark');
  });

  test('the keyboard reaches everything, and a page says its name when it opens', async () => {
    await visit('/');
    await page.getByRole('link', { name: 'Kit' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Kit' }).waitFor();
    assert.equal(await page.title(), 'Kit · Basecamp 3');
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'H1');
    await page.keyboard.press('Tab');
    assert.match(await page.evaluate<string>('document.activeElement.textContent'), /How the kit is/);
  });

  test('a kit that is lost leaves its last words greyed, and is found again', async () => {
    await visit('/');
    await page.getByText('MEDIC-1').waitFor();
    await page.route('**/api/clients', (route) => route.abort());
    await page.getByText('Lost the kit, trying again').waitFor();
    assert.equal(await page.locator('.stale').getByText('MEDIC-1').count(), 1);
    await page.unroute('**/api/clients');
    await page.getByText('Lost the kit').waitFor({ state: 'detached' });
  });

  test('the Wi-Fi is set as it was typed', async () => {
    const hotspot = {
      state: 'on',
      name: 'Basecamp 3',
      passphrase: 'lark-fern-9204',
      security: 'wpa2-wpa3',
      country: 'AT',
      channel: 6,
      clientsMayTalk: false,
      stations: [{ mac: '02:00:00:00:01:00', address: '10.42.0.17', name: 'Pixel-7' }],
    };
    let isLost = false;
    const orders: unknown[] = [];
    // This machine has no radio; the kit's own part of it has tests of its own.
    await page.route('**/api/system/hotspot', (route) => {
      if (isLost) return route.abort();
      if (route.request().method() === 'PUT') orders.push(route.request().postDataJSON());
      return route.fulfill({ json: hotspot });
    });
    await visit('/kit/wifi');
    await page.getByLabel('Country').fill('de');
    // The kit goes away and comes back while somebody types: the page asks again when it is looked at.
    const look = () => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    isLost = true;
    await look();
    await page.getByText('Lost the kit, trying again').waitFor();
    isLost = false;
    await look();
    await page.getByText('Lost the kit').waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('Country').inputValue(), 'de');
    await page.getByText('Devices in it').click();
    await page.getByText('Pixel-7').waitFor();
    await page.getByLabel('Devices reach each other').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const { name, passphrase, channel } = hotspot;
    assert.deepEqual(orders, [
      { isOn: true, name, passphrase, country: 'DE', channel, clientsMayTalk: true },
    ]);
    await visit('/people/ben/add');
    await page.getByText('Join Wi-Fi Basecamp 3').waitFor();
    await page.unroute('**/api/system/hotspot');
  });

  test('switching off is asked for once more; the clock is taken from this device', async () => {
    const orders: unknown[] = [];
    const timeMs = Date.now() - 3_600_000;
    // Neither this machine nor its clock is the test's to change.
    await page.route('**/api/system/power', (route) => {
      if (route.request().method() === 'GET') return route.fulfill({ json: { isSupported: true } });
      orders.push(route.request().postDataJSON());
      return route.fulfill({ json: { ordered: 'off' } });
    });
    await page.route('**/api/system/time', (route) => {
      const isSet = route.request().method() === 'POST';
      if (isSet) orders.push(Object.keys(route.request().postDataJSON()));
      const nowMs = isSet ? Date.now() : timeMs;
      return route.fulfill({
        json: { nowMs, systemMs: nowMs, floorMs: timeMs, source: isSet ? 'person' : 'none' },
      });
    });
    await visit('/kit/power');
    await page.getByRole('button', { name: 'Switch off' }).click();
    const sure = page.getByRole('dialog', { name: 'Do it now?' });
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Switch off' }).click();
    assert.deepEqual(orders, []);
    await sure.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('It is on its way.').waitFor();
    assert.deepEqual(orders, [{ action: 'off' }]);
    await visit('/kit/time');
    await page.getByText(/The two are (1 h|60 min) apart/).waitFor();
    await page.getByRole('button', { name: 'Take the time of this device' }).click();
    await page.getByText('The two are').waitFor({ state: 'detached' });
    assert.deepEqual(orders.at(-1), ['timeMs']);
    await page.unroute('**/api/system/power');
    await page.unroute('**/api/system/time');
  });

  test('under an address, it is said why there are no passkeys', async () => {
    await visit('/me/passkeys');
    await page.getByText('This page is open under an address, 127.0.0.1.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Add a passkey' }).count(), 0);
  });

  test('a channel lets its members do more, and is removed', async () => {
    await kit.console('/api/people', { name: 'dora', password: PASSWORD, groups: ['Recon'] });
    const authorization = `Basic ${Buffer.from(`dora:${PASSWORD}`).toString('base64')}`;
    const statusOfAudit = async () => {
      const answer = await page.request.get(`${kit.origin}/api/v1/auditlog`, {
        headers: { authorization, cookie: '' },
      });
      return answer.status();
    };
    assert.equal(await statusOfAudit(), 403);
    await visit('/people');
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByRole('link', { name: 'Recon' }).click();
    await page.getByRole('link', { name: 'dora' }).waitFor();
    await page.getByLabel('Read the audit log').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
    assert.equal(await statusOfAudit(), 200);
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('link', { name: /Recon.*1 in it · Read the audit log/ }).click();
    await page.getByRole('button', { name: 'Remove this channel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Recon is removed.').waitFor();
    await page.getByRole('link', { name: 'Blue' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Recon' }).count(), 0);
    assert.equal(await statusOfAudit(), 403);
  });

  test('German is spoken where it is asked for', async () => {
    await visit('/kit/look');
    await page.getByText('Deutsch').click();
    await page.getByRole('heading', { name: 'Aussehen und Sprache' }).waitFor();
    assert.equal(await page.evaluate('document.documentElement.lang'), 'de');
    await page.getByText('English').click();
  });

  test('nobody complained, and nothing was asked of anybody else', () => {
    // What the browser says of the request that this test had broken.
    kit.assertQuiet(/ERR_FAILED/);
  });
});
