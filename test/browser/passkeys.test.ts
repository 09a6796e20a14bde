import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { missing } from '../support/debian-program.ts';
import { type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';

const CHROMIUM = '/usr/bin/chromium';
/** Passkeys are bound to a name; the browser is told that it is this machine. */
const NAME = 'kit.example';

/** What a page does with our API and its browser's passkeys. */
const SEND = `async ({ method, path, body }) => {
  const csrf = decodeURIComponent(/XSRF-TOKEN=([^;]+)/.exec(document.cookie)?.[1] ?? '');
  const headers = { 'content-type': 'application/json', 'x-xsrf-token': csrf };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}`;
const CREATE = `async (options) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({ publicKey })).toJSON();
}`;
const GET = `async (options) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({ publicKey })).toJSON();
}`;

interface Shown {
  readonly status: number;
  readonly body: { readonly state?: string; readonly username?: string; readonly error?: { code: string } };
}

describe('passkeys in Chromium, with an authenticator that is always touched', {
  skip: missing(CHROMIUM),
  timeout: 90_000,
}, () => {
  let http: HttpKit;
  let browser: Browser;
  let origin: string;

  before(async () => {
    http = await startHttpKit();
    await http.addUser('alice');
    origin = `https://${NAME}:${http.port('https')}`;
    // A browser offers passkeys where the certificate is one that it trusts: it is told to trust this key.
    const { publicKey } = new X509Certificate(http.kit.authority.material().certificateChainPem);
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        `--host-resolver-rules=MAP ${NAME} 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
      ],
    });
  });
  after(async () => {
    await browser?.close();
    await http.stop();
  });

  async function openPage(): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    await page.goto(`${origin}/api/setup`);
    return page;
  }

  /** Runs the text of a function in the page: its types are a browser's, and no test's. */
  const inPage = <T>(page: Page, code: string, argument: unknown): Promise<T> =>
    page.evaluate(`(${code})(${JSON.stringify(argument)})`);

  const send = (page: Page, method: string, path: string, body?: object): Promise<Shown> =>
    inPage(page, SEND, { method, path, body });
  const create = (page: Page, options: unknown): Promise<object> => inPage(page, CREATE, options);
  const get = (page: Page, options: unknown): Promise<object> => inPage(page, GET, options);

  test('made after a sign-in by password, it signs in without one, and no more when it was removed', async () => {
    const page = await openPage();
    const first = await send(page, 'POST', '/api/session', { username: 'alice', password: PASSWORD });
    assert.equal(first.status, 200);
    const offered = await send(page, 'POST', '/api/me/passkeys/options');
    assert.equal(offered.status, 200, JSON.stringify(offered.body));
    const response = await create(page, offered.body);
    const made = await send(page, 'POST', '/api/me/passkeys', { name: 'This computer', response });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { id } = made.body as { id: string };

    assert.equal((await send(page, 'DELETE', '/api/session')).status, 204);
    assert.equal((await send(page, 'GET', '/api/me/passkeys')).status, 401);

    const asked = await send(page, 'POST', '/api/session/passkey/options');
    const answer = await get(page, asked.body);
    const opened = await send(page, 'POST', '/api/session/passkey', { response: answer });
    assert.deepEqual([opened.status, opened.body.username], [200, 'alice'], JSON.stringify(opened.body));
    // An answer is good once.
    const again = await send(page, 'POST', '/api/session/passkey', { response: answer });
    assert.equal(again.status, 401);

    assert.equal((await send(page, 'DELETE', `/api/me/passkeys/${id}`)).status, 204);
    const other = await send(page, 'POST', '/api/session/passkey/options');
    const refused = await send(page, 'POST', '/api/session/passkey', {
      response: await get(page, other.body),
    });
    assert.equal(refused.status, 401);
    await page.context().close();
  });
});
