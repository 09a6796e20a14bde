import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ListenerName } from '../../src/http/peer.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';

describe('the built pages', { timeout: 60_000 }, () => {
  let http: HttpKit;
  before(async () => {
    http = await startHttpKit();
  });
  after(() => http.stop());

  async function scriptPath(): Promise<string> {
    const { status, text } = await http.ask('https', '/');
    assert.equal(status, 200, `${text}\nrun \`make web\``);
    return /src="(\/assets\/[^"]+\.js)"/.exec(text)![1]!;
  }

  test('every address of the app answers the same document, which allows nothing foreign and nothing inline', async () => {
    const { text } = await http.ask('https', '/');
    for (const path of ['/setup', '/people', '/people/anna/phones', '/kit/wifi', '/me', '/people/']) {
      for (const listener of ['https', 'http'] as const) {
        const page = await http.ask(listener, path);
        assert.deepEqual([page.status, page.text === text], [200, true], `${listener} ${path}`);
      }
    }
    const { headers } = await http.ask('https', '/');
    assert.equal(headers['cache-control'], 'no-cache');
    const policy = headers['content-security-policy'] as string;
    assert.ok(policy.startsWith("default-src 'none'"));
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/);
    // Everything that the document names is of the kit itself.
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]+)"/g)) assert.match(address!, /^\/assets\//);
  });

  test('a file whose name holds its hash is kept for ever, packed as the client takes it', async () => {
    const path = await scriptPath();
    const forms = await Promise.all(
      ['br', 'gzip', 'identity'].map((coding) =>
        http.ask('https', path, { headers: { 'accept-encoding': coding } }),
      ),
    );
    const [br, gzip, plain] = forms as [(typeof forms)[0], (typeof forms)[0], (typeof forms)[0]];
    assert.deepEqual(
      forms.map(({ headers }) => headers['content-encoding']),
      ['br', 'gzip', undefined],
    );
    assert.deepEqual(brotliDecompressSync(br.body), plain.body);
    assert.deepEqual(gunzipSync(gzip.body), plain.body);
    assert.ok(br.body.length < plain.body.length / 2);
    assert.equal(new Set(forms.map(({ headers }) => headers['etag'])).size, 3);
    for (const { headers } of forms) {
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.match(headers['vary'] ?? '', /accept-encoding/i);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-type'] ?? '', /^text\/javascript/);
    }
  });

  test('what the client has already is not sent again, and HEAD sends nothing', async () => {
    const { headers } = await http.ask('https', '/');
    const again = await http.ask('https', '/', {
      headers: { 'if-none-match': `"other", W/${headers['etag']}` },
    });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
    assert.equal(again.headers['etag'], headers['etag']);
    const head = await http.ask('https', await scriptPath(), { method: 'HEAD' });
    assert.deepEqual([head.status, head.body.length], [200, 0]);
    assert.match(head.headers['content-type'] ?? '', /^text\/javascript/);
  });

  test('nothing but what the build made is there', async () => {
    for (const path of [
      '/assets/nothing.js',
      '/assets/..%2Ffiles.json',
      '/assets/__proto__',
      '/files.json',
      '/index.html',
      '/people/a/b/c',
    ]) {
      assert.equal((await http.ask('https', path)).status, 404, path);
    }
    // The portal has its own pages.
    const portal: ListenerName = 'portal';
    assert.equal((await http.ask(portal, '/people')).status, 404);
    assert.equal((await http.ask(portal, await scriptPath())).status, 404);
  });

  test('on the port for certificates they are for those who have one', async () => {
    assert.equal((await http.ask('httpsCert', '/')).status, 401);
    await http.addUser('anna');
    const identity = await http.issue('anna');
    const page = await http.ask('httpsCert', '/', { identity });
    assert.equal(page.status, 200);
    assert.equal(page.text, (await http.ask('https', '/')).text);
  });
});
