import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { ListenerName } from '../../src/http/peer.ts';
import { CALLER_SETTINGS } from '../support/callers.ts';
import { type Answer, type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';
import { AT_THE_KIT } from '../support/pairing-world.ts';
import { totpCode } from '../support/totp-code.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

const OTHER_PASSWORD = 'nine copper kettles sing';

/** Read by scripts of pages, and by clients that follow OpenTAKServer's document: it is worth nothing alone. */
const FOR_SCRIPTS = 'XSRF-TOKEN';

/** What a reply that is no secret may be kept for; everything else is not kept at all. */
const KEPT: Readonly<Record<string, string>> = {
  '/assets/:file': 'public, max-age=31536000, immutable',
  '/plain.css': 'no-cache',
  '/plain.js': 'no-cache',
};

interface Line {
  readonly listener: ListenerName;
  readonly asked: string;
  readonly text: string;
}

/** A browser without a mind of its own: it sends what it was given, and keeps every `Set-Cookie` that came. */
class Browser {
  readonly lines: Line[];
  readonly #http: HttpKit;
  readonly #listener: ListenerName;
  readonly #jar = new Map<string, string>();
  csrf = '';

  constructor(http: HttpKit, listener: ListenerName, lines: Line[]) {
    this.#http = http;
    this.#listener = listener;
    this.lines = lines;
  }

  async ask(
    asked: string,
    sent: { readonly json?: object; readonly form?: Record<string, string>; readonly headers?: object } = {},
  ): Promise<Answer> {
    const [method = '', path = ''] = asked.split(' ');
    const { json, form } = sent;
    const body = json === undefined ? form && String(new URLSearchParams(form)) : JSON.stringify(json);
    const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json';
    const host = 'localhost';
    const answer = await this.#http.ask(this.#listener, path, {
      method,
      headers: {
        host,
        referer: `https://${host}/`,
        cookie: [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(this.csrf === '' ? {} : { 'x-xsrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': type }),
        ...sent.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    assert.ok(answer.status < 400, `${asked}: ${answer.status} ${answer.text}`);
    for (const text of answer.headers['set-cookie'] ?? []) {
      this.lines.push({ listener: this.#listener, asked, text });
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (/max-age=0/i.test(text)) this.#jar.delete(name);
      else this.#jar.set(name, value);
      if (name === FOR_SCRIPTS && value !== '') this.csrf = decodeURIComponent(value);
    }
    return answer;
  }
}

describe('what guards a browser', { timeout: 60_000 }, () => {
  let http: HttpKit;
  before(async () => {
    http = await startHttpKit(CALLER_SETTINGS);
    for (const name of ['alice', 'carol', 'dora']) await http.addUser(name);
    await http.addUser('chief', 'administrator');
  });
  after(() => http.stop());

  /** Everything that sets a cookie, on a listener of the app. */
  async function everyCookie(listener: 'https' | 'http', lines: Line[]): Promise<void> {
    const browser = () => new Browser(http, listener, lines);
    const credentials = { username: 'alice', password: PASSWORD };
    const own = browser();
    await own.ask('GET /api/session');
    await own.ask('POST /api/session', { json: { ...credentials, isRemembered: true } });
    await own.ask('DELETE /api/session');
    const changing = browser();
    const passwords = [PASSWORD, OTHER_PASSWORD] as const;
    const [oldPassword, newPassword] = listener === 'https' ? passwords : passwords.toReversed();
    await changing.ask('POST /api/session', { json: { username: 'carol', password: oldPassword } });
    await changing.ask('PUT /api/me/password', { json: { oldPassword, newPassword } });

    const dora = (await http.kit.auth.users.byName('dora'))!;
    const visitor = { door: 'web', remote: '127.0.0.1', userAgent: 'test' } as const;
    await http.kit.auth.factors.reset(dora.id, CONSOLE);
    const { secret } = await http.kit.auth.factors.totp.setUp({ principalId: dora.id }, visitor);
    await http.kit.auth.factors.totp.activate({ principalId: dora.id }, totpCode(secret, -1), visitor);
    const second = browser();
    await second.ask('POST /api/session', { json: { ...credentials, username: 'dora' } });
    await second.ask('POST /api/session/code', { json: { code: totpCode(secret) } });
    const given = browser();
    await given.ask('POST /api/session', { json: { ...credentials, username: 'dora' } });
    await given.ask('DELETE /api/session');

    const ots = browser();
    await ots.ask('GET /api/login');
    await ots.ask('POST /api/login', { json: credentials });
    await ots.ask('POST /api/logout', { json: {} });
    await browser().ask('POST /login', { form: { user: 'alice', pass: PASSWORD } });
    const proxied = browser();
    await proxied.ask('GET /auth');
    await proxied.ask('GET /api/v1/login?auto-login=1', { headers: { 'my-user': 'alice' } });

    const { code } = await http.kit.auth.adminRecovery.begin(CONSOLE);
    const recovered = { code, username: 'chief', password: PASSWORD };
    await browser().ask('POST /api/setup/recover', { json: recovered });

    const decider = browser();
    const shown = await http.kit.auth.pairing.request({ form: 'short', device: {}, ...visitor });
    await decider.ask('POST /pair', { form: { code: shown.code, user: 'alice', pass: PASSWORD } });
    await decider.ask('POST /pair/decision', { form: { decision: 'approve' } });
  }

  async function everyPlainCookie(lines: Line[]): Promise<void> {
    await http.kit.auth.plainScreens.allow(true, CONSOLE);
    const old = new Browser(http, 'portal', lines);
    await old.ask('GET /tv');
    await old.ask('GET /tv/again');
    const page = await old.ask('GET /tv');
    const code = /class="code">([^<]+)</.exec(page.text)?.[1] ?? '';
    const { id } = await http.kit.auth.pairing.find(code, AT_THE_KIT);
    await http.kit.auth.pairing.approve({ id }, AT_THE_KIT);
    await old.ask('GET /tv');
    const typing = new Browser(http, 'portal', lines);
    const { code: typed } = await http.kit.auth.pairing.open({}, AT_THE_KIT);
    await typing.ask('POST /watch/type', { form: { code: typed } });
  }

  test('every cookie has all its flags, whenever it is set or taken back', async () => {
    const lines: Line[] = [];
    await everyCookie('https', lines);
    await everyCookie('http', lines);
    await everyPlainCookie(lines);
    for (const { listener, asked, text } of lines) {
      const [pair = '', ...flags] = text.split('; ');
      const name = pair.split('=')[0];
      const isTls = listener === 'https';
      const where = `${asked} on ${listener}: ${text.replace(/=[^;]*/, '=…')}`;
      const expected = ['Path=/', 'SameSite=Strict', ...(isTls ? ['Secure'] : [])];
      if (name !== FOR_SCRIPTS) expected.push('HttpOnly');
      const others = flags.filter((flag) => !/^(?:Max-Age|Expires)=/.test(flag));
      assert.deepEqual(others.toSorted(), expected.toSorted(), where);
      assert.equal(name?.startsWith('__Host-'), isTls && name !== FOR_SCRIPTS, where);
    }
    const names = (listener: ListenerName, isTaken: boolean) => {
      const found = lines.filter((line) => line.listener === listener && /=;/.test(line.text) === isTaken);
      return [...new Set(found.map(({ text }) => text.split('=')[0]?.replace('__Host-', '')))].toSorted();
    };
    for (const listener of ['https', 'http'] as const) {
      const all = ['XSRF-TOKEN', 'browser', 'device', 'login', 'pairing', 'sid'];
      assert.deepEqual(names(listener, false), all);
      assert.deepEqual(
        names(listener, true),
        all.filter((name) => name !== 'device'),
      );
    }
    assert.deepEqual(names('portal', false), ['plain_screen', 'plain_waiting']);
    assert.deepEqual(names('portal', true), ['plain_waiting']);
  });

  test('cookies are set in one place', async () => {
    const files = await readdir(SRC, { recursive: true });
    const setters: string[] = [];
    for (const file of files.filter((name) => name.endsWith('.ts') && !name.startsWith('web/'))) {
      if (/hono\/cookie|set-cookie/i.test(await readFile(`${SRC}${file}`, 'utf8'))) setters.push(file);
    }
    assert.deepEqual(setters, ['http/cookies.ts']);
  });

  test('no page may be framed, load from elsewhere, or run what stands in it; nothing else is a page', async () => {
    let pages = 0;
    const identity = await http.issue('chief');
    for (const { method, path, access } of http.kit.http.routes) {
      if (method !== 'GET') continue;
      for (const listener of access.on) {
        const asked = path.replaceAll(/:\w+(\{[^}]*\})?/g, 'nothing').replace('*', 'nothing');
        const headers = { accept: 'text/html,*/*' };
        const shown = listener === 'httpsCert' ? { identity } : {};
        const answers = [await http.ask(listener, asked, { headers, ...shown })];
        const isOurs = listener === 'https' || listener === 'http';
        if (access.who !== 'public' && isOurs)
          answers.push(await http.ask(listener, asked, { headers, as: 'chief' }));
        for (const answer of answers) {
          const where = `${path} on ${listener} (${answer.status})`;
          const isPage = /^text\/html/.test(answer.headers['content-type'] ?? '');
          if (isPage) pages += 1;
          refuseWeakHeaders(answer, path, where, isPage);
        }
      }
    }
    assert.ok(pages > 60, `${pages} pages`);
  });

  test('an asset is kept, its page is asked about, and neither is a page of somebody else', async () => {
    const page = await http.ask('https', '/sign-in');
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(page.text) ?? [];
    const asset = await http.ask('https', script);
    assert.equal(asset.status, 200);
    refuseWeakHeaders(asset, '/assets/:file', script, false);
  });
});

function refuseWeakHeaders(answer: Answer, path: string, where: string, isPage: boolean): void {
  const { headers, status, text } = answer;
  assert.equal(headers['x-content-type-options'], 'nosniff', where);
  assert.equal(headers['referrer-policy'], 'no-referrer', where);
  assert.equal(headers['access-control-allow-origin'], undefined, where);
  const policy = new Map(
    String(headers['content-security-policy'] ?? '')
      .split('; ')
      .map((directive): [string, string] => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
  );
  for (const name of ['default-src', 'base-uri', 'frame-ancestors']) {
    // A file of somebody's is shown in a sandbox: there is no page that could frame it.
    if (policy.has('sandbox') && name !== 'default-src') continue;
    assert.equal(policy.get(name), "'none'", `${where}: ${name}`);
  }
  if (!policy.has('sandbox')) assert.match(policy.get('form-action') ?? '', /^'(?:none|self)'$/, where);
  for (const [name, sources] of policy) {
    assert.doesNotMatch(sources, /unsafe|\*|https?:|'strict-dynamic'/, `${where}: ${name}`);
    if (name.startsWith('script-src')) assert.equal(sources, "'self'", where);
  }
  const kept = status === 200 ? KEPT[path] : undefined;
  const isDocument = isPage && policy.has('trusted-types');
  const expected = kept ?? (isDocument ? 'no-cache' : undefined);
  if (expected !== undefined) assert.equal(headers['cache-control'], expected, where);
  else assert.match(headers['cache-control'] ?? '', /no-store/, where);
  if (headers['set-cookie'] !== undefined) assert.match(headers['cache-control'] ?? '', /no-store/, where);
  if (!isPage) return;
  assert.doesNotMatch(text, /<script(?![^>]*\ssrc=")/, where);
  assert.doesNotMatch(text, /\son\w+=|javascript:|\sstyle="/i, where);
  assert.doesNotMatch(text, /(?:src=|<link[^>]*href=)"(?:https?:)?\/\//, where);
}
