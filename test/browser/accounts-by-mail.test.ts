import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claim, startBrowserKit, WITHOUT_CHROMIUM } from '../support/browser.ts';
import { startMailServer } from '../support/code-receivers.ts';

const ADMINISTRATORS = 'orchid-lantern-over-tundra';
const FIRST = 'nine-copper-kettles-sing';
const SECOND = 'velvet-harbour-under-rain';
const EMAIL = 'frank@example.com';

test('accounts by mail, from page to page', { skip: WITHOUT_CHROMIUM, timeout: 60_000 }, async (t) => {
  const post = await startMailServer(t);
  const kit = await startBrowserKit({
    set: {
      'mail.server': post.host,
      'mail.port': String(post.port),
      'mail.security': 'none',
      'mail.from': 'kit@bivouac.example',
      'compat.opentakserver.OTS_ENABLE_EMAIL': 'true',
    },
  });
  t.after(() => kit.stop());
  const { page: admins, context: adminsContext } = await kit.open();
  await claim(kit, admins, ADMINISTRATORS);
  await adminsContext.close();
  const { page, context } = await kit.open();

  /** What the link of the newest mail about this says, on the address under which the test has the kit. */
  async function linkOf(about: RegExp): Promise<string> {
    const mail = await post.mailTo(EMAIL, about);
    const link = new URL(/https?:\/\/\S+/.exec(mail.text)?.[0] ?? '');
    return `${kit.origin}${link.pathname}${link.hash}`;
  }
  const signIn = async (name: string, password: string) => {
    await page.getByLabel('User name or e-mail address').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };

  await t.test('somebody makes an account, and is not in before the address is confirmed', async () => {
    await page.goto(`${kit.origin}/`);
    await page.getByRole('link', { name: 'Make an account' }).click();
    await page.getByLabel('User name').fill('frank');
    await page.getByLabel('E-mail address').fill('frank at example');
    await page.getByLabel('Password').fill(FIRST);
    await page.getByRole('button', { name: 'Make the account' }).click();
    assert.equal(post.mails.length, 0, 'the browser says what is no address');
    await page.getByLabel('E-mail address').fill(EMAIL);
    await page.getByLabel('Password').fill('passwordpassword');
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('alert').getByText('too easy to guess').waitFor();
    await page.getByLabel('Password').fill(FIRST);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByText(`A mail to ${EMAIL} is on its way`).waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await signIn('frank', FIRST);
    await page.getByRole('alert').waitFor();
  });

  await t.test('the link of the mail leads to a page that asks, and from there to the sign-in', async () => {
    const link = await linkOf(/confirm/);
    assert.match(link, /\/confirm#\w+$/);
    await page.goto(link);
    await page.getByRole('button', { name: 'It was me, confirm it' }).waitFor();
    assert.equal(page.url(), `${kit.origin}/confirm`, 'the token stays in no history');
    await page.getByRole('button', { name: 'It was me, confirm it' }).click();
    await page.getByText('You can sign in as frank now.').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    assert.equal(await page.getByLabel('User name or e-mail address').inputValue(), 'frank');
    await signIn('frank', FIRST);
    await page.getByText('on the map', { exact: true }).waitFor();
    // Who came in alone is nobody's administrator.
    await page.goto(`${kit.origin}/people/frank`);
    await page.getByRole('heading', { name: 'You may not see this' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Add a phone' }).count(), 0);
    await page.goto(link);
    await page.getByRole('button', { name: 'It was me, confirm it' }).click();
    await page.getByRole('alert').getByText('This link is not good any more').waitFor();
    await page.getByRole('button', { name: 'Send another mail' }).waitFor();
  });

  await t.test('a forgotten password is set anew, and who was signed in is out', async () => {
    const { page: other } = await kit.open();
    await other.goto(`${kit.origin}/sign-in`);
    await other.getByRole('link', { name: 'Password lost' }).click();
    await other.getByLabel('E-mail address').fill('nobody@example.com');
    await other.getByRole('button', { name: 'Send me a link' }).click();
    await other.getByText('A mail to nobody@example.com is on its way').waitFor();
    await other.getByLabel('E-mail address').fill(EMAIL);
    await other.getByRole('button', { name: 'Send me a link' }).click();
    await other.goto(await linkOf(/password/));
    await other.getByLabel('New password').waitFor();
    assert.equal(other.url(), `${kit.origin}/new-password`);
    await other.getByLabel('New password').fill('short');
    await other.getByRole('button', { name: 'Set the password' }).click();
    await other.getByRole('alert').getByText('too short').waitFor();
    await other.getByLabel('New password').fill(SECOND);
    await other.getByRole('button', { name: 'Set the password' }).click();
    await other.getByText('Whoever was signed in as frank is out').waitFor();
    assert.ok(!post.mails.some(({ to }) => to.includes('nobody@example.com')));

    await page.goto(`${kit.origin}/`);
    await signIn(EMAIL, FIRST);
    await page.getByRole('alert').waitFor();
    await signIn(EMAIL, SECOND);
    await page.getByText('on the map', { exact: true }).waitFor();
  });

  await t.test('a link that a program opened as OpenTAKServer has it leads to the same pages', async () => {
    for (const [path, lands, name] of [
      ['/api/confirm/abc', '/confirm', 'Confirm your address'],
      ['/api/password/reset/abc', '/new-password', 'New password'],
    ] as const) {
      await page.goto(`${kit.origin}${path}`);
      await page.getByRole('heading', { level: 1, name }).waitFor();
      assert.equal(page.url(), `${kit.origin}${lands}`);
    }
  });

  await t.test('nobody complained', () => kit.assertQuiet());
  await context.close();
});
