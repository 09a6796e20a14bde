import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserKit, startBrowserKit, WITHOUT_CHROMIUM } from '../support/browser.ts';
import { type Phone, phoneThatScanned, scan } from '../support/phone.ts';
import type { TakClient } from '../support/tak-client.ts';

const PASSWORD = 'orchid-lantern-over-tundra';
/** From the start page to a connected phone, on the administrator's phone. */
const TAPS_MAX = 6;
/** The promise of a revocation. */
const CUT_OFF_MS = 2_000;

describe('a new kit in the hands of somebody with a phone', {
  skip: WITHOUT_CHROMIUM,
  timeout: 90_000,
}, () => {
  let kit: BrowserKit;
  let page: Page;
  let phone: Phone;
  let client: TakClient;
  let taps = 0;

  before(async () => {
    kit = await startBrowserKit({ hasDisplay: true });
    ({ page } = await kit.open());
  });
  after(async () => {
    client?.socket.destroy();
    await kit?.stop();
  });

  const tap = async (role: 'link' | 'button', name: string | RegExp) => {
    taps += 1;
    await page.getByRole(role, { name }).first().click();
  };

  test('the code of the display is taken from the address, and the kit is claimed', async () => {
    const { code } = await kit.console<{ code: string }>('/api/setup/code');
    await page.goto(`${kit.origin}/setup#${code}`);
    assert.equal(await page.getByLabel('Code on the display').inputValue(), code);
    // It stays in no history.
    assert.equal(new URL(page.url()).hash, '');
    const rule = page.getByText('15 characters or more');
    await page.getByLabel('New password').fill('short');
    await rule.getByText('missing').waitFor({ state: 'attached' });
    await page.getByLabel('New password').fill('passwordpassword');
    await rule.getByText('done').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByRole('alert').getByText('too easy to guess').waitFor();
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByText('Nobody is on the map yet').waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
  });

  test('a name, and the code to scan stands there', async () => {
    await tap('link', 'Add a phone');
    await page.getByLabel('A new name').fill('medic1');
    await tap('button', 'Next');
    const qr = page.getByRole('img', { name: 'QR code for ATAK' });
    await qr.waitFor();
    phone = phoneThatScanned(await scan(await qr.screenshot()));
    await page.getByText('Waiting for the scan.').waitFor();
  });

  test('the display of the kit shows it too, for as long as it is wanted', async () => {
    const screen = async () => (await kit.console<{ screen: string }>('/api/display')).screen;
    const qr = page.getByRole('img', { name: 'QR code for ATAK' });
    await page.getByRole('button', { name: 'Show it on the kit’s display' }).click();
    await page.getByText('The display of the kit shows this code too.').waitFor();
    assert.equal(await screen(), 'onboarding');
    phone = phoneThatScanned(await scan(await qr.screenshot()));
    await page.getByRole('button', { name: 'Take it off the display' }).click();
    await page.getByRole('button', { name: 'Show it on the kit’s display' }).waitFor();
    assert.notEqual(await screen(), 'onboarding');
  });

  test('the line below it follows the phone until it is on the map', async () => {
    await phone.fetchPackage();
    await page.getByText('Package fetched.').waitFor();

    await assert.rejects(phone.enrol('medic1', 'BBBBBBBB', kit.server.address('https')), /401/);
    await page.getByRole('alert').getByText('could not enrol as "medic1"').waitFor();

    const code = await page.locator('.big-code .hidden').textContent();
    await phone.enrol('medic1', code!.replaceAll(' ', ''), kit.server.address('https'));
    await page.getByText('Certificate given.').waitFor();
    assert.equal(await page.getByRole('alert').getByText('could not enrol').count(), 0);

    client = await phone.connect('MEDIC-1', kit.server.address('cotTls'));
    await page.getByText('Connected as MEDIC-1.').waitFor();
    await tap('link', 'Done');
    await page.getByRole('link', { name: /MEDIC-1/ }).waitFor();
    process.stdout.write(`taps from the start page to a connected phone: ${taps - 1}, and one back\n`);
    assert.ok(taps <= TAPS_MAX, `${taps} taps`);
  });

  test('cutting it off asks, then is so within two seconds', async () => {
    await page.getByRole('link', { name: /MEDIC-1/ }).click();
    await page.getByRole('link', { name: /MEDIC-1.*Connected/ }).click();
    await page.getByRole('button', { name: 'Cut off this phone' }).click();
    const sure = page.getByRole('dialog', { name: 'Cut off now?' });
    const startedMs = performance.now();
    await sure.getByRole('button', { name: 'Cut off', exact: true }).click();
    await client.waitForClose(CUT_OFF_MS + 1_000);
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < CUT_OFF_MS, `${Math.round(tookMs)} ms`);
    await page.getByText('Not connected').waitFor();
    await page.getByRole('link', { name: 'Add it again' }).waitFor();
  });

  test('a sign-in that is too old is made fresh in one dialog, and what was asked for happens', async () => {
    // Five minutes pass: the kit says so of the next request that changes power.
    let isOld = true;
    await page.route('**/api/people', async (route) => {
      if (!isOld || route.request().method() !== 'POST') return route.continue();
      return route.fulfill({
        status: 403,
        json: { error: { code: 'auth.step_up', message: 'Confirm who you are first: sign in again' } },
      });
    });
    // A kit without a display refuses like this.
    const off = { error: { code: 'display.off', message: 'The display of this kit is switched off' } };
    await page.route('**/api/display', (route) => route.fulfill({ status: 409, json: off }));
    await page.goto(`${kit.origin}/add`);
    await page.getByLabel('A new name').fill('anna');
    await page.getByRole('button', { name: 'Next' }).click();
    const dialog = page.getByRole('dialog', { name: 'Show that it is you' });
    await dialog.getByLabel('Password of administrator').fill('not my password at all');
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByRole('alert').waitFor();
    isOld = false;
    // A wrong one makes the kit wait a little; the page says for how long.
    await dialog.getByLabel('Password of administrator').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('img', { name: 'QR code for ATAK' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Show it on the kit’s display' }).isDisabled());
    await page.getByText('This kit has no display, or it is switched off.').waitFor();
  });

  test('who would not sign in again, has changed nothing', async () => {
    const { page, context } = await kit.open();
    await page.goto(`${kit.origin}/people`);
    await page.getByLabel('User name').fill('administrator');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.route('**/api/people', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 403,
            json: { error: { code: 'auth.step_up', message: 'Confirm who you are' } },
          })
        : route.continue(),
    );
    // The address that was asked for is where the sign-in leads.
    await page.getByRole('heading', { name: 'People' }).waitFor();
    await page.getByRole('link', { name: 'Add a phone' }).click();
    await page.getByLabel('A new name').fill('ben');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('Confirm who you are').waitFor();
    const people = await kit.console<{ name: string }[]>('/api/people');
    assert.ok(!people.some(({ name }) => name === 'ben'));
    await context.close();
  });

  test('nobody complained, and nothing was asked of anybody else', () => kit.assertQuiet());
});
