import assert from 'node:assert/strict';
import { connect as connectPlain } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const TLS = ['https', 'httpsCert', 'ftsRest'];
const LISTENERS = [...TLS, 'http', 'ftsRestPlain', 'portal', 'ops'];

/** What is there besides requests, and where. Whoever shows nothing is asked for it at once, or within ten seconds. */
const WEBSOCKETS = [
  ['/api/stream', ['https', 'http'], 401],
  ['/api/v1/ws/clients', ['https', 'http'], 401],
  ['/socket.io/?EIO=4&transport=websocket', ['ftsRest', 'ftsRestPlain'], 101],
] as const;

/** Without a certificate that port tells nothing, not even what is not there. */
const nothing = (listener: string) => (listener === 'httpsCert' ? 401 : 404);

describe('what is no request', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  before(async () => {
    const set = Object.fromEntries(LISTENERS.map((name) => [`listen.${name}`, '127.0.0.1:0']));
    server = await startServer({ set });
  });
  after(() => server.stop());

  /** The status and headers that come first. */
  function asked(listener: string, path: string, lines: readonly string[]): Promise<string> {
    const address = server.address(listener);
    const socket = TLS.includes(listener)
      ? connectTls({ ...address, rejectUnauthorized: false })
      : connectPlain(address);
    return new Promise((resolve, reject) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if (!text.includes('\r\n\r\n')) return;
        socket.destroy();
        resolve(text.split('\r\n\r\n')[0] ?? '');
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`${path} on ${listener} was closed: ${text}`)));
      socket.write([`GET ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n'));
    });
  }
  const upgrade = (listener: string, path: string, more: readonly string[] = []) =>
    asked(listener, path, [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...more,
    ]);
  const statusOf = (head: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);

  test('each WebSocket is on its own listeners, and nowhere else', async () => {
    for (const [path, on, status] of [...WEBSOCKETS, ['/nothing', [], 0] as const]) {
      for (const listener of LISTENERS) {
        const isThere = on.some((name) => name === listener);
        const head = await upgrade(listener, path);
        assert.equal(statusOf(head), isThere ? status : nothing(listener), `${path} on ${listener}`);
        assert.doesNotMatch(head, /^(?:set-cookie|access-control-)/im, path);
      }
    }
  });

  test('a page of another site opens none', async () => {
    for (const [path, on] of WEBSOCKETS) {
      for (const listener of on) {
        const head = await upgrade(listener, path, ['Origin: https://evil.example']);
        assert.ok([400, 403].includes(statusOf(head)), `${path} on ${listener}: ${head}`);
      }
    }
  });

  test('the event feed by polling is on the listeners of its REST alone', async () => {
    for (const listener of LISTENERS) {
      const head = await asked(listener, '/socket.io/?EIO=4&transport=polling', ['Connection: close']);
      const isThere = listener === 'ftsRest' || listener === 'ftsRestPlain';
      assert.equal(statusOf(head), isThere ? 200 : nothing(listener), listener);
    }
  });
});
