import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { type BrowserKit, claim, startBrowserKit, WITHOUT_CHROMIUM } from '../support/browser.ts';

const PASSWORD = 'orchid-lantern-over-tundra';
/** Passkeys are bound to a name; the browser is told that it is this machine. */
const NAME = 'kit.example';

/** Sends again what a sign-in by passkey sent: the text of a function of the page. */
const SEND_AGAIN = `async (body) => {
  const { csrfToken } = await (await fetch('/api/session')).json();
  const headers = { 'content-type': 'application/json', 'x-xsrf-token': csrfToken };
  return (await fetch('/api/session/passkey', { method: 'POST', headers, body })).status;
}`;

describe('passkeys through the pages, with an authenticator that is always touched', {
  skip: WITHOUT_CHROMIUM,
  timeout: 60_000,
}, () => {
  let kit: BrowserKit;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId: string;

  before(async () => {
    kit = await startBrowserKit({ name: NAME });
    const opened = await kit.open();
    page = opened.page;
    devtools = await opened.context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    }));
    await claim(kit, page, PASSWORD);
  });
  after(() => kit?.stop());

  /** Whether the person confirms by finger or face. */
  const confirms = (isUserVerified: boolean) =>
    devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  const press = (name: string) => page.getByRole('button', { name }).click();

  async function signOut(): Promise<void> {
    await page.goto(`${kit.origin}/me`);
    await press('Sign out');
    await page.getByLabel('User name').waitFor();
  }

  test('my account makes one, once the person confirms', async () => {
    await page.goto(`${kit.origin}/me`);
    await page.getByRole('link', { name: 'Passkeys' }).click();
    await page.getByText('None yet.').waitFor();
    await page.getByLabel('What this device is called').fill('This phone');
    await confirms(false);
    await press('Add a passkey');
    await page.getByRole('alert').getByText('The device made no passkey.').waitFor();
    await confirms(true);
    await press('Add a passkey');
    await page.getByText(`for ${NAME}`).waitFor();
    await page.getByText('This phone').waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  test('it signs in without a password, and its answer is good once', async () => {
    await signOut();
    await confirms(false);
    await press('Sign in with a passkey');
    await page.getByRole('alert').getByText('it was not confirmed').waitFor();
    await confirms(true);
    const sent = page.waitForRequest(
      (asked) => asked.method() === 'POST' && asked.url().endsWith('/api/session/passkey'),
    );
    await press('Sign in with a passkey');
    await page.getByText('on the map', { exact: true }).waitFor();
    const body = (await sent).postData();
    await signOut();
    assert.equal(await page.evaluate(`(${SEND_AGAIN})(${JSON.stringify(body)})`), 401);
    await press('Sign in with a passkey');
    await page.getByText('on the map', { exact: true }).waitFor();
  });

  test('removed, it opens nothing any more', async () => {
    await page.goto(`${kit.origin}/me/passkeys`);
    await press('Remove This phone');
    await page.getByText('None yet.').waitFor();
    await signOut();
    await press('Sign in with a passkey');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('User name').fill('administrator');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('on the map', { exact: true }).waitFor();
  });

  test('nobody complained', () => kit.assertQuiet());
});
