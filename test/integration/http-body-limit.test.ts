import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { OpenAPIHono } from '@hono/zod-openapi';
import { silentLog } from '../../src/core/log.ts';
import { createMetrics } from '../../src/core/metrics.ts';
import { createAdmission } from '../../src/http/admission.ts';
import type { AppEnv } from '../../src/http/env.ts';
import { errorResponse } from '../../src/http/errors.ts';
import { createRouter } from '../../src/http/router.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** A server with one route for small bodies and one for large ones, both counting what they get. */
describe('request bodies', { timeout: 30_000 }, () => {
  let server: HttpServer;
  let port: number;
  let largestPart = 0;

  before(async () => {
    const app = new OpenAPIHono<AppEnv>();
    app.onError((error) => errorResponse(error, silentLog));
    const router = createRouter(app, createAdmission({} as Parameters<typeof createAdmission>[0]));
    const count = async (body: ReadableStream<Uint8Array> | null) => {
      let size = 0;
      for await (const part of body ?? []) {
        size += part.byteLength;
        largestPart = Math.max(largestPart, part.byteLength);
      }
      return size;
    };
    const open = { on: ['ops'], who: 'public' } as const;
    router.route({ ...open, maxBodyBytes: 64 * KIB }, 'POST', '/small', async (c) =>
      c.text(String(await count(c.req.raw.body))),
    );
    router.route({ ...open, maxBodyBytes: 8 * MIB }, 'POST', '/large', async (c) =>
      c.text(String(await count(c.req.raw.body))),
    );
    server = createHttpServer({
      listeners: [{ name: 'ops', points: [{ host: '127.0.0.1', port: 0 }] }],
      fetch: (request, peer) => app.fetch(request, { peer }),
      tls: () => ({}),
      log: silentLog,
      metrics: createMetrics(),
      limits: { bodyTimeoutMs: 300, minBodyBytesPerSecond: 10 * KIB },
      onProblem() {},
    });
    await server.start();
    port = Number(server.addresses()['ops']?.split(':').at(-1));
  });
  after(() => server.stop(0));

  const post = async (path: string, body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>) => {
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return `${answer.status} ${await answer.text()}`;
  };
  /** Sent chunked, because its length is not known. */
  const chunked = (size: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const part = Math.min(size, 16 * KIB);
        size -= part;
        if (part > 0) controller.enqueue(new Uint8Array(part));
        else controller.close();
      },
    });

  test('up to the limit, with its length and without', async () => {
    assert.equal(await post('/small', new Uint8Array(64 * KIB)), `200 ${64 * KIB}`);
    assert.equal(await post('/small', chunked(64 * KIB)), `200 ${64 * KIB}`);
    assert.equal(await post('/large', new Uint8Array(8 * MIB)), `200 ${8 * MIB}`);
    assert.equal(await post('/large', chunked(8 * MIB)), `200 ${8 * MIB}`);
  });

  test('large bodies reach the route in parts', () => {
    assert.ok(largestPart <= MIB, `${largestPart} bytes at once`);
  });

  test('beyond the limit: 413, with its length and without', async () => {
    const refused = /^413 .*request\.too_large/;
    assert.match(await post('/small', new Uint8Array(64 * KIB + 1)), refused);
    assert.match(await post('/small', chunked(65 * KIB)), refused);
    assert.match(await post('/large', chunked(9 * MIB)), refused);
  });

  /** Sends `bytes` each `periodMs`, and gives how long the server put up with it and what it said. */
  function trickle(bytes: number, periodMs: number, total: number): Promise<{ ms: number; text: string }> {
    return new Promise((resolve) => {
      const started = performance.now();
      let text = '';
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${total}\r\n\r\n`,
      );
      const timer = setInterval(() => socket.write(Buffer.alloc(bytes)), periodMs);
      socket.on('data', (chunk) => {
        text += String(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(timer);
        resolve({ ms: performance.now() - started, text });
      });
    });
  }

  test('a body that trickles is cut', async () => {
    const { ms, text } = await trickle(1, 20, 1_000_000);
    assert.equal(text, '');
    assert.ok(ms < 2_000, `${ms} ms`);
  });

  test('a slow upload that moves may take as long as it needs', async () => {
    const { ms, text } = await trickle(2 * KIB, 50, 60 * KIB);
    assert.match(text, /^HTTP\/1\.1 200 /);
    assert.ok(ms > 1_000, `${ms} ms`);
  });
});
