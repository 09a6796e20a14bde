import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type Answer, type Ask, type HttpKit, PASSWORD, startHttpKit } from '../support/http-kit.ts';
import { Browser } from '../support/kit-browser.ts';

const AT_THE_KIT = { actor: CONSOLE, user: undefined };

/** An old television's browser on the portal: keeps cookies, runs nothing. */
class OldBrowser {
  readonly jar = new Map<string, string>();
  readonly #http: HttpKit;
  constructor(http: HttpKit) {
    this.#http = http;
  }

  async ask(path: string, { headers = {}, ...ask }: Ask = {}): Promise<Answer> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#http.ask('portal', path, {
      ...ask,
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') {
        this.jar.delete(name);
        continue;
      }
      assert.match(line, /; HttpOnly; SameSite=Strict/i);
      this.jar.set(name, value);
    }
    return answer;
  }

  type(code: string, path = '/watch/type'): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      body: new URLSearchParams({ code }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  async code(path = '/tv'): Promise<string> {
    const { status, text } = await this.ask(path);
    assert.equal(status, 200, text);
    const [, code] = /class="code">([^<]+)</.exec(text) ?? [];
    assert.ok(code !== undefined, text);
    return code;
  }
}

describe('screens without encryption', { timeout: 60_000 }, () => {
  let http: HttpKit;
  let admin: Browser;
  before(async () => {
    http = await startHttpKit();
    await http.addUser('ada', 'administrator');
    admin = new Browser(http);
    await admin.signIn('ada');
    const people = {
      blue: [{ callsign: '<b>BRAVO-2', team: 'Cyan', role: 'Team Lead', agoMs: 8_000 }],
      red: [{ callsign: 'FOX-1', team: 'Red', role: '', agoMs: 0 }],
    };
    http.kit.goLive({
      startedAtMs: http.kit.clock.now(),
      listeners: http.server.addresses,
      clients: () => [],
      picture: (channels) => ({
        people: channels.flatMap((name) => people[name as keyof typeof people] ?? []),
        alerts: channels.includes('blue') ? [{ callsign: 'BRAVO-2', what: '911 alert', agoMs: 60_000 }] : [],
      }),
    });
    for (const name of ['blue', 'red']) {
      await http.kit.auth.users.add(
        { name: `of-${name}`, role: 'user', groups: [name], password: PASSWORD },
        CONSOLE,
      );
    }
  });
  after(() => http.stop());

  const allow = (allowsPlainScreens: boolean) =>
    admin.send('PUT', '/api/system/screens', { allowsPlainScreens });
  const warnings = () => http.kit.health.list().map(({ code }) => code);
  const pairings = () => http.kit.auth.pairing.list(AT_THE_KIT);

  async function approve(code: string, channels: readonly string[]): Promise<string> {
    const { id } = await http.kit.auth.pairing.find(code, AT_THE_KIT);
    await http.kit.auth.pairing.approve({ id, channels }, AT_THE_KIT);
    return id;
  }

  test('are refused until an administrator allows them, with words and the way with encryption', async () => {
    const tv = new OldBrowser(http);
    for (const path of ['/tv', '/watch', '/tv/type', '/tv?part=1']) {
      const { status, text } = await tv.ask(path);
      assert.equal(status, 403, path);
      assert.match(text, new RegExp(`https://127\\.0\\.0\\.1:${http.port('https')}/(tv|watch)`));
    }
    assert.equal((await tv.type('K7M42P')).status, 403);
    assert.equal(tv.jar.size, 0);
    assert.deepEqual(await pairings(), []);
    const { text } = await http.ask('https', '/api/system/screens', { as: 'ada' });
    assert.deepEqual(JSON.parse(text), { allowsPlainScreens: false });
    assert.ok(!warnings().includes('screens.plain'));
  });

  test('only an administrator changes that; it is warned of, audited, and kept', async () => {
    const user = new Browser(http);
    await user.signIn('of-blue');
    assert.equal((await user.send('PUT', '/api/system/screens', { allowsPlainScreens: true })).status, 403);
    assert.equal((await user.ask('/api/system/screens')).status, 403);
    const answer = await allow(true);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json(), { allowsPlainScreens: true });
    assert.ok(warnings().includes('screens.plain'));
    const entry = (await http.kit.auth.audit.list()).find(({ action }) => action === 'screens.allow_plain');
    assert.equal(entry?.actor, 'ada');
    assert.equal(await http.kit.store.settings.get('screens.allows_plain'), true);
  });

  test('a television shows a code, is approved, and shows those of its channels, escaped', async () => {
    const tv = new OldBrowser(http);
    const code = await tv.code();
    assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/);
    assert.equal(await tv.code(), code, 'the same code until it is decided');
    await approve(code, ['blue']);
    assert.equal((await pairings())[0]?.name, 'TV, unencrypted');
    const { text, headers } = await tv.ask('/tv');
    assert.match(text, /&lt;b&gt;BRAVO-2/);
    assert.doesNotMatch(text, /<b>BRAVO-2|FOX-1/);
    assert.match(text, /EMERGENCY: BRAVO-2/);
    assert.match(text, /<noscript><meta http-equiv="refresh"/);
    const policy = headers['content-security-policy'] as string;
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.doesNotMatch(text, /style=|<script(?! src="\/plain\.js")/);
    for (const [path, type] of [
      ['/plain.css', /^text\/css/],
      ['/plain.js', /^text\/javascript/],
    ] as const) {
      assert.match((await tv.ask(path)).headers['content-type'] ?? '', type);
    }
    const part = await tv.ask('/tv?part=1');
    assert.doesNotMatch(part.text, /<html/);
    assert.match(part.text, /BRAVO-2/);
  });

  test('a watch types the code of the kit', async () => {
    const watch = new OldBrowser(http);
    const wrong = await watch.type('K7M42P');
    assert.equal(wrong.status, 404);
    assert.match(wrong.text, /role="alert"/);
    const { code } = await http.kit.auth.pairing.open({ channels: ['red'] }, AT_THE_KIT);
    assert.equal((await watch.type(code)).status, 303);
    assert.match((await watch.ask('/watch')).text, /FOX-1/);
    const again = await new OldBrowser(http).type(code);
    assert.equal(again.status, 404, 'good for one device');
  });

  test('what it holds opens nothing else, on no port', async () => {
    const tv = new OldBrowser(http);
    await approve(await tv.code(), ['blue']);
    await tv.ask('/tv');
    const secret = tv.jar.get('plain_screen') as string;
    assert.ok(secret.length >= 32);
    const shapes: Record<string, string>[] = [
      { authorization: `Bearer ${secret}` },
      { cookie: `plain_screen=${secret}` },
      { cookie: `sid=${secret}; __Host-sid=${secret}` },
      { 'authentication-token': secret },
    ];
    for (const headers of shapes) {
      for (const listener of ['https', 'http'] as const) {
        for (const [method, path] of [
          ['POST', '/api/ws-ticket'],
          ['GET', '/api/status'],
          ['GET', '/api/pairings'],
        ] as const) {
          const { status } = await http.ask(listener, path, { method, headers });
          assert.ok(
            status === 401 || status === 403,
            `${listener} ${path} ${JSON.stringify(headers)} ${status}`,
          );
        }
      }
      assert.equal((await http.ask('portal', '/api/ws-ticket', { method: 'POST', headers })).status, 404);
    }
    const refresh = await http.ask('https', '/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: secret,
        client_id: 'x',
      }).toString(),
    });
    assert.equal(refresh.status, 400);
    // What waits is no device code either.
    const other = new OldBrowser(http);
    await other.code();
    const poll = await http.ask('https', '/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: other.jar.get('plain_waiting') as string,
        client_id: 'x',
      }).toString(),
    });
    assert.equal(poll.status, 400);
    assert.doesNotMatch(JSON.stringify(await http.kit.store.settings.list('screens')), new RegExp(secret));
  });

  test('revoked, it is off with its next question, and shows a code again', async () => {
    const tv = new OldBrowser(http);
    const id = await approve(await tv.code(), ['blue']);
    assert.match((await tv.ask('/tv')).text, /BRAVO-2/);
    await http.kit.auth.pairing.revoke(id, AT_THE_KIT);
    const { text } = await tv.ask('/tv');
    assert.doesNotMatch(text, /BRAVO-2/);
    assert.match(text, /class="code"/);
  });

  test('refused, it says so and asks again only when told', async () => {
    const tv = new OldBrowser(http);
    const { id } = await http.kit.auth.pairing.find(await tv.code(), AT_THE_KIT);
    await http.kit.auth.pairing.refuse(id, AT_THE_KIT);
    for (const _ of [1, 2]) assert.match((await tv.ask('/tv')).text, /This screen was refused/);
    assert.equal((await tv.ask('/tv/again')).status, 303);
    assert.match((await tv.ask('/tv')).text, /class="code"|Too many/);
  });

  test('switched off, all are off and gone; on again, they have to be paired anew', async () => {
    const watch = new OldBrowser(http);
    const { code } = await http.kit.auth.pairing.open({ channels: ['red'] }, AT_THE_KIT);
    await watch.type(code);
    assert.match((await watch.ask('/watch')).text, /FOX-1/);
    assert.equal((await allow(false)).status, 200);
    const { status, text } = await watch.ask('/watch');
    assert.equal(status, 403);
    assert.doesNotMatch(text, /FOX-1/);
    assert.deepEqual(
      (await pairings()).filter(({ state }) => state === 'paired'),
      [],
    );
    assert.ok(!warnings().includes('screens.plain'));
    assert.equal((await allow(true)).status, 200);
    assert.doesNotMatch((await watch.ask('/watch')).text, /FOX-1/);
  });

  test('in German for who reads German', async () => {
    const { text, headers } = await new OldBrowser(http).ask('/tv/type', {
      headers: { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' },
    });
    assert.match(text, /lang="de"/);
    assert.match(text, /Den Code des Kits tippen/);
    assert.match(headers['vary'] ?? '', /accept-language/i);
  });
});

describe('the landing page', { timeout: 60_000 }, () => {
  let http: HttpKit;
  before(async () => {
    http = await startHttpKit();
  });
  after(() => http.stop());

  test('says how each device takes the certificate, and what to compare', async () => {
    const { text, headers } = await http.ask('portal', '/');
    for (const words of [
      'Certificate Trust Settings',
      'Android',
      'Windows',
      'macOS',
      'Linux',
      http.kit.authority.fingerprint(),
      `https://127.0.0.1:${http.port('https')}/setup`,
      'href="/tv"',
      'href="/watch"',
    ]) {
      assert.ok(text.includes(words), words);
    }
    assert.doesNotMatch(text, /<script|\son\w+=/);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
    const german = await http.ask('portal', '/', { headers: { 'accept-language': 'de' } });
    assert.match(german.text, /Zertifikatsvertrauenseinstellungen/);
    assert.match(german.text, /lang="de"/);
  });

  test('certificate and profile come with the types that phones act on', async () => {
    for (const [path, type] of [
      ['/ca.crt', 'application/x-x509-ca-cert'],
      ['/ca.mobileconfig', 'application/x-apple-aspen-config'],
    ] as const) {
      const { status, headers, body } = await http.ask('portal', path);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], type);
      assert.ok(body.length > 300);
    }
  });
});
