import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type ServerProcess, startServer } from './server-process.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Why tests of the pages cannot run here; false when they can. */
export const WITHOUT_CHROMIUM = existsSync(CHROMIUM) ? false : 'needs chromium (make test-tools)';

/** Nothing of its own on the network: every request that is seen comes from the page. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** On a busy machine a page takes seconds; hanging is something else. */
const ACTION_TIMEOUT_MS = 15_000;

export const SIZES = {
  phone: { width: 360, height: 640 },
  laptop: { width: 1280, height: 800 },
  tv: { width: 1920, height: 1080 },
} as const;

/** A real kit and a real browser before it. */
export interface BrowserKit {
  readonly server: ServerProcess;
  readonly browser: Browser;
  /** `https://127.0.0.1:PORT`. */
  readonly origin: string;
  /** A browser of somebody else, watched as below. */
  open(size?: {
    readonly width: number;
    readonly height: number;
  }): Promise<{ context: BrowserContext; page: Page }>;
  /** As whoever sits at the box, on the control socket: GET, or POST with a body. */
  console<T>(path: string, body?: object): Promise<T>;
  /** A new person in this channel, with a certificate for a phone. */
  person(name: string, channel: string): Promise<{ readonly cert: string; readonly key: string }>;
  /**
   * Throws when any page so far wrote an error, broke its policy, or asked another origin for anything; `but` for
   * what the test itself has caused.
   */
  assertQuiet(but?: RegExp): void;
  stop(): Promise<void>;
}

export async function startBrowserKit({
  set = {},
  hasDisplay = false,
  name,
}: {
  readonly set?: Readonly<Record<string, string>>;
  /** One of its own, which paints into a file. */
  readonly hasDisplay?: boolean;
  /** The browser finds the kit under this name, and trusts its certificate: what needs both works then. */
  readonly name?: string;
} = {}): Promise<BrowserKit> {
  const pictures = hasDisplay ? await mkdtemp(join(tmpdir(), 'bivouac-display-')) : undefined;
  const server = await startServer({
    set: {
      name: 'Basecamp 3',
      'listen.https': '127.0.0.1:0',
      'listen.portal': '127.0.0.1:0',
      ...(pictures === undefined ? {} : { 'display.sink': `png:${join(pictures, 'display.png')}` }),
      ...set,
    },
  });
  const { host, port } = server.address('https');
  const origin = `https://${name ?? host}:${port}`;
  const trust = name === undefined ? [] : await trustFlags(name, host, port);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...trust] });
  const complaints: string[] = [];

  function watch(page: Page): void {
    page.setDefaultTimeout(ACTION_TIMEOUT_MS);
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // A refusal that the page shows in words is written there by the browser too.
      const isRefusal = /^Failed to load resource: the server responded with a status of 4\d\d/.test(
        message.text(),
      );
      if (message.type() === 'error' && !isRefusal) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('request', (asked) => {
      const { origin: target, protocol } = new URL(asked.url());
      if (protocol !== 'blob:' && protocol !== 'data:' && target !== origin) {
        complaints.push(`${page.url()} asked ${asked.url()}`);
      }
    });
  }

  function atTheBox<T>(path: string, body?: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const socketPath = `${server.dataDir}/run/control.sock`;
      const headers = { 'content-type': 'application/json' };
      const order = body === undefined ? {} : { method: 'POST', headers };
      const sent = request({ socketPath, path, ...order }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('end', () => resolve(JSON.parse(text) as T));
      });
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  return {
    server,
    browser,
    origin,
    async open(size = SIZES.phone) {
      const context = await browser.newContext({
        // A browser that was told to overlook errors makes no passkeys.
        ignoreHTTPSErrors: name === undefined,
        viewport: size,
        colorScheme: 'dark',
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      watch(page);
      return { context, page };
    },
    console: atTheBox,
    async person(name, channel) {
      await atTheBox('/api/people', { name, groups: [channel] });
      const order = { username: name };
      const issued = await atTheBox<{ certificatePem: string; privateKeyPem: string }>('/api/certs', order);
      return { cert: issued.certificatePem, key: issued.privateKeyPem };
    },
    assertQuiet: (but = /^$/) =>
      assert.deepEqual(
        complaints.filter((complaint) => !but.test(complaint)),
        [],
      ),
    async stop() {
      await browser.close();
      await server.stop();
      if (pictures !== undefined) await rm(pictures, { recursive: true, force: true });
    },
  };
}

/** Flags that map a name to the kit, and let the browser trust its key as if the CA were installed. */
async function trustFlags(name: string, host: string, port: number): Promise<string[]> {
  const socket = connect({ host, port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw);
  socket.destroy();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return [
    `--host-resolver-rules=MAP ${name} ${host}`,
    `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
  ];
}

/** Claims a new kit with the code of its display, as the first visitor does. */
export async function claim(kit: BrowserKit, page: Page, password: string): Promise<void> {
  const { code } = await kit.console<{ code: string }>('/api/setup/code');
  await page.goto(`${kit.origin}/setup#${code}`);
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Take over' }).click();
  await page.getByText('on the map', { exact: true }).waitFor();
}
