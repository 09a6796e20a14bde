import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort, missing, startProgram } from '../support/debian-program.ts';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';

/** RPort's page on delegating authentication, with the reverse proxies that it names and its own settings for them. */

const CADDY = '/usr/bin/caddy';
const NGINX = '/usr/sbin/nginx';

interface Data<T> {
  readonly data: T;
}

/** A kit behind a proxy of this machine, which is the only one that it believes. */
async function startKit(): Promise<DocumentServer> {
  return startDocumentServer('orchid-lantern-over-tundra', {
    'compat.rport.auth_header': 'My-User',
    'compat.rport.user_header': 'My-User',
    'compat.rport.create_missing_users': 'true',
    'compat.rport.trusted_proxies': '["127.0.0.1"]',
  });
}

async function nameOf(base: string, token: string, headers: Record<string, string> = {}): Promise<string> {
  const me = await fetch(`${base}/api/v1/me`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  assert.equal(me.status, 200);
  return ((await me.json()) as Data<{ username: string }>).data.username;
}

async function tokenOf(login: Response): Promise<string> {
  assert.equal(login.status, 200);
  return ((await login.json()) as Data<{ token: string }>).data.token;
}

describe('RPort behind Caddy', { skip: missing(CADDY), timeout: 60_000 }, () => {
  let kit: DocumentServer;
  let proxy: { stop(): Promise<void> };
  let dir: string;
  let base: string;

  before(async () => {
    kit = await startKit();
    dir = await mkdtemp(join(tmpdir(), 'bivouac-caddy-'));
    base = `http://127.0.0.1:${await freePort()}`;
    // As the page has it, but for the ports; the password is foobaz.
    await writeFile(
      join(dir, 'Caddyfile'),
      `{
        admin off
        storage file_system ${dir}
      }
      ${base} {
        reverse_proxy * ${new URL(kit.base).host} {
          header_up My-User jopapa
        }
        basicauth /api/v1/login {
          jomama JDJhJDE0JEkycVRhTlkwTHZxekZsZTViVTRsMy5zLjE5ZVdWQTYyWnRJeC9tYm5pOVRmOVliNUVFazUu
        }
      }\n`,
    );
    proxy = await startProgram(
      CADDY,
      ['run', '--adapter', 'caddyfile', '--config', join(dir, 'Caddyfile')],
      base,
    );
  });
  after(async () => {
    await proxy.stop();
    await kit.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(user).toString('base64')}` });

  test('curl -u jomama:foobaz …/api/v1/login?token-lifetime=9999 gives a token for jopapa', async () => {
    const login = await fetch(`${base}/api/v1/login?token-lifetime=9999`, {
      headers: basic('jomama:foobaz'),
    });
    assert.equal(await nameOf(base, await tokenOf(login)), 'jopapa');
  });

  test('the proxy asks for its password, and the kit is not asked', async () => {
    for (const headers of [{}, basic('jomama:wrong'), basic('administrator:orchid-lantern-over-tundra')]) {
      const refused = await fetch(`${base}/api/v1/login`, { headers });
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic/);
    }
  });

  test('what a visitor writes into the header is replaced on the way', async () => {
    const headers = { ...basic('jomama:foobaz'), 'My-User': 'administrator' };
    const login = await fetch(`${base}/api/v1/login`, { headers });
    assert.equal(await nameOf(base, await tokenOf(login)), 'jopapa');
  });

  test('the header alone, which Caddy adds to everything, opens nothing else', async () => {
    assert.equal((await fetch(`${base}/api/v1/clients`)).status, 401);
  });
});

describe('RPort behind nginx', { skip: missing(NGINX), timeout: 60_000 }, () => {
  let kit: DocumentServer;
  let proxy: { stop(): Promise<void> };
  let dir: string;
  let base: string;
  let portal: string;

  before(async () => {
    kit = await startKit();
    dir = await mkdtemp(join(tmpdir(), 'bivouac-nginx-'));
    const [front, gate] = [await freePort(), await freePort()];
    base = `http://127.0.0.1:${front}`;
    portal = `http://127.0.0.1:${gate}`;
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${dir}/${name};`,
    );
    // As the page has it: a cookie stands for the sign-in at a portal.
    await writeFile(
      join(dir, 'nginx.conf'),
      `daemon off; ${process.getuid?.() === 0 ? 'user root;' : ''}
      pid ${dir}/pid; error_log stderr;
      events {}
      http {
        access_log off; ${places.join(' ')}
        server {
          listen 127.0.0.1:${front};
          if ($http_cookie !~ 'secretvalue') { return 401; }
          location / {
            proxy_pass ${kit.base}/;
            proxy_set_header My-User gagaman;
          }
        }
        server {
          listen 127.0.0.1:${gate};
          location / {
            add_header Set-Cookie "letmein=secretvalue;max-age=3153600000;path=/;domain=.example.com";
            return 204;
          }
        }
      }\n`,
    );
    proxy = await startProgram(NGINX, ['-p', dir, '-c', join(dir, 'nginx.conf')], base);
  });
  after(async () => {
    await proxy.stop();
    await kit.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('the portal gives a cookie, and with it the kit gives a token', async () => {
    assert.equal((await fetch(`${base}/api/v1/login`)).status, 401);
    const [cookie = ''] = ((await fetch(portal)).headers.get('set-cookie') ?? '').split(';');
    const login = await fetch(`${base}/api/v1/login`, { headers: { cookie } });
    assert.equal(await nameOf(base, await tokenOf(login), { cookie }), 'gagaman');
  });

  test('auto-login leads a browser through into a session', async () => {
    const cookie = 'letmein=secretvalue';
    const first = await fetch(`${base}/auth/?auto-login=1&remember-me=24h`, {
      headers: { cookie },
      redirect: 'manual',
    });
    assert.equal(first.status, 303);
    const login = await fetch(new URL(first.headers.get('location') ?? '', base), {
      headers: { cookie },
      redirect: 'manual',
    });
    assert.equal(login.status, 303);
    assert.ok(
      login.headers.getSetCookie().some((line) => /^sid=[^;]+;.*HttpOnly; SameSite=Strict/.test(line)),
    );
  });
});
