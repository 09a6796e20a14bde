import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserKit, claim, SIZES, startBrowserKit, WITHOUT_CHROMIUM } from '../support/browser.ts';
import { overflowPx, violations } from '../support/page-judge.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';
import { eventXml } from '../support/tak-events.ts';

const PASSWORD = 'orchid-lantern-over-tundra';
/** Where to leave a picture of every screen, to be looked at; nowhere unless asked. */
const PICTURES = process.env['PICTURES'];
/** What is revoked is off within so long. */
const OFF_MS = 2_000;
/** How often a screen with a code asks whether it is let in. */
const POLL_MS = 5_000;
const ROUND = { width: 200, height: 200 };

/** One kit, one admin, one phone: a television and a watch come, look on, and go. */
describe('a television and a watch', { skip: WITHOUT_CHROMIUM, timeout: 170_000 }, () => {
  let kit: BrowserKit;
  let admin: Page;
  let tv: Page;
  let watch: Page;
  let phone: TakClient;
  let restarted: ServerProcess | undefined;

  before(async () => {
    if (PICTURES !== undefined) await mkdir(PICTURES, { recursive: true });
    kit = await startBrowserKit();
    ({ page: admin } = await kit.open());
    await claim(kit, admin, PASSWORD);
    const identity = await kit.person('anna', 'blue');
    phone = await connectTakClient({ ...kit.server.address('cotTls'), ...identity });
    phone.sendSa({ uid: 'ANDROID-anna', callsign: 'MEDIC-1', team: 'Yellow', lat: 47.5, lon: 15.25 });
    ({ page: tv } = await kit.open(SIZES.tv));
    await tv.clock.install();
    ({ page: watch } = await kit.open(ROUND));
  });
  after(async () => {
    phone?.socket.destroy();
    await kit?.browser.close();
    await (restarted ?? kit?.server)?.stop();
    if (restarted !== undefined) await kit.server.cleanUp();
  });

  /** A call of the API as the administrator who is signed in. */
  async function asAdmin<T>(method: string, path: string, body?: object): Promise<T> {
    const { status, text } = await admin.evaluate(
      async ([verb, address, content]) => {
        const session = (await (await fetch('/api/session')).json()) as { csrfToken: string };
        const answer = await fetch(address as string, {
          method: verb as string,
          headers: { 'content-type': 'application/json', 'x-xsrf-token': session.csrfToken },
          ...(content === undefined ? {} : { body: content }),
        });
        return { status: answer.status, text: await answer.text() };
      },
      [method, path, body && JSON.stringify(body)] as const,
    );
    assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function approve(code: string): Promise<string> {
    const { id } = await asAdmin<{ id: string }>('POST', '/api/pairings/find', { code });
    await asAdmin('POST', `/api/pairings/${id}/approve`, { channels: ['blue'] });
    return id;
  }

  /** The same for a screen that shows this code and asks each five seconds: the test moves its clock. */
  async function approveShown(screen: Page, code: string): Promise<string> {
    const id = await approve(code);
    await screen.clock.fastForward(POLL_MS);
    return id;
  }

  async function look(page: Page, name: string, size?: { width: number; height: number }): Promise<void> {
    const before = page.viewportSize();
    if (size !== undefined) await page.setViewportSize(size);
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    if (size !== undefined && before !== null) await page.setViewportSize(before);
  }

  async function assertAccessible(page: Page, what: string): Promise<void> {
    const lines = (await violations(page)).map((line) => `${what}: ${line}`);
    assert.deepEqual(lines, []);
  }

  /** Nothing is cut off at the sides. */
  async function assertFits(page: Page): Promise<void> {
    assert.ok((await overflowPx(page)) <= 0);
  }

  let tvPairing: string;

  test('the television shows a code and its QR, and the team once it is approved', async () => {
    await tv.goto(`${kit.origin}/tv`);
    await tv.locator('.big-code').waitFor();
    await tv.locator('svg.qr').waitFor();
    await assertAccessible(tv, 'code');
    await look(tv, 'tv-code');
    const code = (await tv.locator('.big-code > [aria-hidden]').textContent()) ?? '';
    assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/);
    // The administrator sees who asks, and not the code: that is read from the screen.
    await admin.goto(`${kit.origin}/`);
    await admin.getByText('A screen wants to join').waitFor();
    await admin.getByRole('link', { name: 'Look at it' }).click();
    await admin.getByRole('link', { name: 'Type its code' }).click();
    assert.equal(await admin.getByText(code).count(), 0);
    await admin.getByLabel('Code on the screen').fill(code);
    await admin.getByRole('button', { name: 'Look for it' }).click();
    await admin.getByText(/It will see blue.*and can send nothing/).waitFor();
    await admin.getByRole('button', { name: 'Allow' }).click();
    await admin.getByText('TV is paired.').waitFor();
    await tv.clock.fastForward(POLL_MS);
    await tv.getByText('MEDIC-1').waitFor();
    const paired = await asAdmin<{ id: string; name: string }[]>('GET', '/api/pairings');
    tvPairing = paired.find(({ name }) => name === 'TV')!.id;
    await tv.getByText('Connected').waitFor();
  });

  test('the board is live: positions, an emergency that takes over, who left', async () => {
    const identity = await kit.person('ben', 'blue');
    const second = await connectTakClient({ ...kit.server.address('cotTls'), ...identity });
    second.sendSa({ uid: 'ANDROID-ben', callsign: 'BRAVO-2', team: 'Cyan', lat: 47.51, lon: 15.26 });
    await tv.getByText('BRAVO-2').waitFor();
    const share = await tv.evaluate<number>(
      "document.querySelector('.roster').clientHeight / document.documentElement.clientHeight",
    );
    assert.ok(share > 0.7, `the team has ${share} of the height`);
    await look(tv, 'tv-board');
    const alarm = tv.getByRole('heading', { name: 'Emergency: BRAVO-2' });
    const emergency = (detail: string) =>
      second.send(eventXml({ uid: 'ANDROID-ben-9-1-1', type: 'b-a-o-tbl', detail }));
    emergency('<emergency type="911 Alert">BRAVO-2</emergency>');
    await alarm.waitFor();
    // Whoever looks after the kit is told, in whichever channel: this administrator is in none.
    await admin.goto(`${kit.origin}/`);
    await admin.getByRole('alert').getByText('Emergency: BRAVO-2').waitFor();
    const size = await tv.evaluate<number>(
      "Number.parseFloat(getComputedStyle(document.querySelector('.alerts h2')).fontSize)",
    );
    assert.ok(size >= 64, `read across a tent: ${size} px`);
    await assertAccessible(tv, 'board');
    await assertFits(tv);
    await look(tv, 'tv-emergency');
    await look(tv, 'tv-emergency-1280', SIZES.laptop);
    await look(tv, 'tv-emergency-360', SIZES.phone);
    emergency('<emergency cancel="true">BRAVO-2</emergency>');
    await alarm.waitFor({ state: 'detached' });
    second.socket.destroy();
  });

  test('a watch takes the code of the kit by taps', async () => {
    const { code } = await asAdmin<{ code: string }>('POST', '/api/pairings/open', { channels: ['blue'] });
    await watch.goto(`${kit.origin}/watch`);
    await watch.locator('.shown').waitFor();
    await assertAccessible(watch, 'watch code');
    await assertFits(watch);
    await look(watch, 'watch-code');
    await watch.getByRole('button', { name: 'Type the code of the kit' }).click();
    await look(watch, 'watch-keys');
    for (const key of code) {
      await watch.locator('.pad button', { hasText: key }).first().click();
      await watch.getByRole('button', { name: `Key ${key}`, exact: true }).click();
    }
    await watch.getByText('MEDIC-1').waitFor();
    await watch.getByText('No alert').waitFor();
    await assertAccessible(watch, 'watch board');
    await assertFits(watch);
    await look(watch, 'watch-board');
    await look(watch, 'watch-board-360', SIZES.phone);
    await watch.getByRole('button', { name: 'Colours' }).click();
    assert.equal(await watch.locator('html').getAttribute('data-theme'), 'red');
    await look(watch, 'watch-red');
    phone.send(
      eventXml({
        uid: 'ANDROID-anna-9-1-1',
        type: 'b-a-o-tbl',
        detail: '<emergency type="911 Alert">MEDIC-1</emergency>',
      }),
    );
    await watch.getByRole('alert').getByText('MEDIC-1').waitFor();
    await look(watch, 'watch-emergency');
    await assertFits(watch);
  });

  test('another watch shows a code, and is approved', async () => {
    const { page, context } = await kit.open(ROUND);
    await page.clock.install();
    await page.goto(`${kit.origin}/watch`);
    const code = (await page.locator('.shown').textContent()) ?? '';
    await approveShown(page, code);
    await page.getByText('MEDIC-1').first().waitFor();
    await context.close();
  });

  test('revoked, the television is off within 2 s and shows another code', async () => {
    const startedMs = performance.now();
    await asAdmin('DELETE', `/api/pairings/${tvPairing}`);
    await tv.locator('.big-code').waitFor();
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < OFF_MS, `${tookMs} ms`);
    assert.equal(await tv.getByText('MEDIC-1').count(), 0);
    assert.equal(await tv.evaluate(() => localStorage.getItem('bivouac.tv')), null);
  });

  test('a television without the certificate is let in only where that is allowed, and off when it is not', async () => {
    const { host, port } = kit.server.address('portal');
    const context = await kit.browser.newContext({ viewport: SIZES.laptop });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://${host}:${port}/`);
    await assertAccessible(page, 'landing').catch((error: Error) => errors.push(error.message));
    await look(page, 'portal-360', SIZES.phone);
    await page.goto(`http://${host}:${port}/tv`);
    await page.getByText('Not without encryption').waitFor();
    await admin.goto(`${kit.origin}/screens`);
    await admin.getByLabel('Allow screens without encryption').check();
    const shown = page.locator('p.code');
    await shown.waitFor();
    await look(page, 'plain-code');
    await approve((await shown.textContent()) ?? '');
    await page.getByRole('cell', { name: 'MEDIC-1' }).waitFor();
    await page.getByText('EMERGENCY: MEDIC-1').waitFor();
    await look(page, 'plain-board');
    await look(page, 'plain-board-200', ROUND);
    const startedMs = performance.now();
    await asAdmin('PUT', '/api/system/screens', { allowsPlainScreens: false });
    await page.getByText('Not without encryption').waitFor();
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < OFF_MS, `${tookMs} ms`);
    assert.deepEqual(errors, []);
    await context.close();
  });

  test('no page complained, or asked anybody but the kit', () => kit.assertQuiet());

  test('a kit that restarts is waited for, with what was known greyed, and found again', async () => {
    phone.sendSa({ uid: 'ANDROID-anna', callsign: 'MEDIC-1', team: 'Yellow', lat: 47.5, lon: 15.25 });
    const code = (await tv.locator('.big-code > [aria-hidden]').textContent()) ?? '';
    await approveShown(tv, code);
    await tv.getByText('Connected').waitFor();
    await tv.getByText('MEDIC-1').first().waitFor();
    const { port } = kit.server.address('https');
    await kit.server.kill9();
    await tv.getByText('Lost the kit, trying again').waitFor();
    assert.ok((await tv.getByText('MEDIC-1').count()) > 0);
    await look(tv, 'tv-lost');
    restarted = await startServer({
      dataDir: kit.server.dataDir,
      set: { name: 'Basecamp 3', 'listen.https': `127.0.0.1:${port}`, 'listen.portal': '127.0.0.1:0' },
    });
    await tv.getByText('Connected').waitFor();
    await tv.getByText('MEDIC-1').first().waitFor();
    assert.equal(await tv.locator('.big-code').count(), 0, 'it need not be paired again');
  });
});
