import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type ClientRequest, get as getPlain, type IncomingMessage } from 'node:http';
import { get, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import jsqr from 'jsqr';
import { openssl } from './openssl.ts';
import { parsePreferences, unzip } from './read-package.ts';
import { connectTakClient, type TakClient } from './tak-client.ts';

/** What a camera reads from a picture of a screen. */
export async function scan(png: Buffer): Promise<string> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const read = jsqr as unknown as typeof jsqr.default;
  const found = read(new Uint8ClampedArray(data), image.width, image.height);
  assert.ok(found, 'no phone reads this code');
  return found.data;
}

/** A phone with ATAK, which knows nothing but what it scanned. */
export interface Phone {
  /** Opens the link with ATAK: the package comes over the portal. */
  fetchPackage(): Promise<void>;
  /** Name and code, typed: a key of its own, and a certificate for it. */
  enrol(username: string, code: string, https: { readonly port: number }): Promise<void>;
  /** On the stream of the host that the package names; a test's kit has a port that its settings do not tell. */
  connect(callsign: string, stream: { readonly port: number }): Promise<TakClient>;
}

export function phoneThatScanned(scanned: string): Phone {
  const link = new URL(scanned);
  assert.equal(link.protocol, 'tak:');
  const packageUrl = link.searchParams.get('url') ?? '';
  let host = '';
  let identity: { cert: string; key: string } | undefined;
  const uid = `ANDROID-${Math.floor(performance.now() * 1_000)}`;

  return {
    async fetchPackage() {
      const files = await unzip(await fetched(packageUrl));
      const preferences = parsePreferences(files.get('prefs/connection.pref'));
      const address = Object.values(preferences['cot_streams'] ?? {}).find((value) => /:ssl$/.test(value));
      host = address?.replace(/^String /, '').split(':')[0] ?? '';
    },

    async enrol(username, code, { port }) {
      assert.ok(host, 'the package comes first');
      const authorization = `Basic ${Buffer.from(`${username}:${code}`).toString('base64')}`;
      const target = { host, port, headers: { authorization }, rejectUnauthorized: false };
      const config = await answered((take) => get({ ...target, path: '/Marti/api/tls/config' }, take));
      assert.match(config.toString(), /nameEntry/);
      const { key, csr } = await keyAndRequest(username);
      const signed = await answered((take) => {
        const path = `/Marti/api/tls/signClient/v2?clientUid=${uid}&version=5.5.0.0`;
        const sent = httpsRequest({ ...target, method: 'POST', path }, take);
        return sent.end(csr.replace(/-----[^\n]+-----\n/g, ''));
      });
      const { signedCert } = JSON.parse(signed.toString()) as { signedCert: string };
      const lines = signedCert.replace(/-----[^\n]+-----/g, '').trim();
      identity = { key, cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
    },

    async connect(callsign, { port }) {
      assert.ok(identity, 'the certificate comes first');
      const client = await connectTakClient({ host, port, ...identity });
      client.sendSa({ uid, callsign, lat: 47.5, lon: 15.25 });
      return client;
    },
  };
}

function fetched(url: string): Promise<Buffer> {
  return answered((take) =>
    url.startsWith('https:') ? get(url, { rejectUnauthorized: false }, take) : getPlain(url, take),
  );
}

type Take = (incoming: IncomingMessage) => void;

function answered(ask: (take: Take) => ClientRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const take: Take = (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        if (incoming.statusCode === 200) resolve(body);
        else reject(new Error(`${incoming.statusCode} ${body}`));
      });
    };
    ask(take).on('error', reject);
  });
}

/** A key of its own, and a request for a certificate of it, both PEM. */
export async function keyAndRequest(name: string): Promise<{ key: string; csr: string }> {
  const scratch = await mkdtemp(join(tmpdir(), 'bivouac-phone-'));
  try {
    const [key, csr] = [join(scratch, 'key.pem'), join(scratch, 'csr.pem')];
    const subject = `/CN=${name}/O=Bivouac/OU=TAK`;
    openssl(['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', csr, '-subj', subject]);
    return { key: await readFile(key, 'utf8'), csr: await readFile(csr, 'utf8') };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
