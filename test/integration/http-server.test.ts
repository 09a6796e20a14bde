import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { silentLog } from '../../src/core/log.ts';
import { createMetrics } from '../../src/core/metrics.ts';
import type { ConnectionProblem } from '../../src/http/connection-problem.ts';
import type { Peer } from '../../src/http/peer.ts';
import { createHttpServer, type HttpServer, type ListenerSpec } from '../../src/http/server.ts';
import { createPkiFixture } from '../support/pki-fixture.ts';

const LOOPBACK: ListenerSpec = { name: 'ops', points: [{ host: '127.0.0.1', port: 0 }] };

async function answerOf(req: Request, peer: Peer): Promise<Response> {
  const { pathname } = new URL(req.url);
  if (pathname === '/peer') return Response.json(peer);
  if (pathname === '/echo') return new Response(await req.text());
  if (pathname === '/slow') {
    await new Promise((resolve) => setTimeout(resolve, 400));
    return new Response('late');
  }
  if (pathname === '/stream') {
    let part = 0;
    return new Response(
      new ReadableStream({
        pull(controller) {
          part += 1;
          if (part > 64) controller.close();
          else controller.enqueue(new Uint8Array(64 * 1024).fill(part));
        },
      }),
    );
  }
  return new Response('hello');
}

function serverWith(
  listeners: readonly ListenerSpec[],
  extra: Partial<Parameters<typeof createHttpServer>[0]> = {},
): HttpServer {
  return createHttpServer({
    listeners,
    fetch: answerOf,
    tls: () => ({}),
    log: silentLog,
    metrics: createMetrics(),
    onProblem() {},
    ...extra,
  });
}

function portOf(server: HttpServer): number {
  return Number(server.addresses()['ops']!.split(':').at(-1));
}

/** Sends raw bytes and gives all that comes back until the server closes the connection. */
function exchange(port: number, bytes: string | Buffer, delayMs = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket: Socket = connect(port, '127.0.0.1', () => setTimeout(() => socket.write(bytes), delayMs));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error('the server kept the connection open')));
  });
}

describe('the HTTP server', () => {
  let server: HttpServer;
  let port: number;
  const problems: ConnectionProblem[] = [];

  before(async () => {
    server = serverWith([LOOPBACK], {
      limits: { headersTimeoutMs: 300, timeoutCheckPeriodMs: 50, bodyTimeoutMs: 300, maxConnections: 20 },
      onProblem: (problem) => problems.push(problem),
    });
    await server.start();
    port = portOf(server);
  });
  after(() => server.stop(0));

  test('tells the app where a request came from', async () => {
    const peer = (await (await fetch(`http://127.0.0.1:${port}/peer`)).json()) as Peer;
    assert.equal(peer.listener, 'ops');
    assert.equal(peer.remoteAddress, '127.0.0.1');
    assert.equal(peer.localPort, port);
    assert.equal(peer.isTls, false);
  });

  test('streams an answer and closes it whole', async () => {
    const body = new Uint8Array(await (await fetch(`http://127.0.0.1:${port}/stream`)).arrayBuffer());
    assert.equal(body.length, 64 * 64 * 1024);
    assert.equal(body.at(-1), 64);
  });

  test('answers Expect: 100-continue, which libcurl sends before larger bodies', async () => {
    const text = await exchange(
      port,
      'POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
    );
    assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    assert.match(text, /ok$/);
  });

  test('cuts a client that sends its headers a byte now and then', async () => {
    const started = performance.now();
    const text = await exchange(port, 'GET / HTTP/1.1\r\nHo');
    assert.match(text, /^HTTP\/1\.1 408 /);
    assert.ok(performance.now() - started < 2_000);
  });

  test('cuts a client that connects and says nothing', async () => {
    assert.match(await exchange(port, ''), /^(HTTP\/1\.1 408 .*)?/);
  });

  test('cuts a client whose body does not come', async () => {
    const text = await exchange(port, 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc');
    assert.equal(text, '');
  });

  test('refuses headers that are too large', async () => {
    const text = await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`);
    assert.match(text, /^HTTP\/1\.1 431 /);
  });

  test('refuses a hostile Host header without a stack', async () => {
    const text = await exchange(port, 'GET / HTTP/1.1\r\nHost: a b\\@c\r\nConnection: close\r\n\r\n');
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.doesNotMatch(text, /\.ts|at /);
  });

  test('says when somebody speaks CoT, or TLS, to a plain HTTP port', async () => {
    problems.length = 0;
    await exchange(port, '<event version="2.0"/>');
    await exchange(port, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    await exchange(port, Buffer.from([0xbf, 0x05, 0x01]));
    assert.deepEqual(
      problems.map(({ kind, remoteAddress, listener }) => `${kind} ${remoteAddress} ${listener}`),
      ['cot_on_http 127.0.0.1 ops', 'tls_on_plain_http 127.0.0.1 ops', 'cot_on_http 127.0.0.1 ops'],
    );
  });

  test('takes no more connections than it may', async () => {
    const sockets = Array.from({ length: 25 }, () => connect(port, '127.0.0.1'));
    let cut = 0;
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('close', () => {
        cut += 1;
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.ok(cut >= 5, `${cut} of 25 were cut`);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
  });
});

test('stopping lets an answer finish, and cuts what has asked for nothing', async () => {
  const server = serverWith([LOOPBACK]);
  await server.start();
  const port = portOf(server);
  const silent = connect(port, '127.0.0.1');
  const silentClosed = new Promise((resolve) => silent.once('close', resolve));
  const answer = fetch(`http://127.0.0.1:${port}/slow`);
  await new Promise((resolve) => setTimeout(resolve, 100));

  const started = performance.now();
  const stopped = server.stop(3_000);
  await silentClosed;
  assert.ok(performance.now() - started < 250, 'the silent connection was cut at once');
  assert.equal(await (await answer).text(), 'late');
  await stopped;
  assert.ok(performance.now() - started < 1_500);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

test('stopping cuts an answer that does not end', async () => {
  const server = serverWith([LOOPBACK], { fetch: () => new Promise<Response>(() => {}) });
  await server.start();
  const answer = fetch(`http://127.0.0.1:${portOf(server)}/`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  await Promise.all([server.stop(200), assert.rejects(answer)]);
  assert.ok(performance.now() - started < 1_000);
});

test('two addresses of one listener are both in its entry', async () => {
  const server = serverWith([{ name: 'ops', points: [LOOPBACK.points[0]!, LOOPBACK.points[0]!] }]);
  await server.start();
  assert.match(server.addresses()['ops']!, /^127\.0\.0\.1:\d+,127\.0\.0\.1:\d+$/);
  await server.stop(0);
});

test('a port in use closes the listeners before it, and names itself', async () => {
  const first = serverWith([LOOPBACK]);
  await first.start();
  const port = portOf(first);
  const second = serverWith([LOOPBACK, { name: 'http', points: [{ host: '127.0.0.1', port }] }]);
  await assert.rejects(second.start(), {
    code: 'listen.failed',
    message: `Listener http cannot use 127.0.0.1:${port}: another program uses it`,
  });
  assert.deepEqual(second.addresses(), {});
  await first.stop(0);
});

test('the control socket is open to its owner alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bivouac-http-'));
  const path = join(directory, 'control.sock');
  const server = serverWith([{ name: 'control', points: [{ path }] }]);
  try {
    await server.start();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(server.addresses(), {});
    const peer = await new Promise<Peer>((resolve, reject) => {
      request({ socketPath: path, path: '/peer' }, async (answer) => {
        let text = '';
        for await (const chunk of answer) text += String(chunk);
        resolve(JSON.parse(text) as Peer);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(peer.listener, 'control');
  } finally {
    await server.stop(0);
    await rm(directory, { recursive: true });
  }
});

test('connections can be cut in the middle of an answer, by who they are', async () => {
  const server = serverWith([LOOPBACK], { fetch: () => new Promise<Response>(() => {}) });
  await server.start();
  const answer = fetch(`http://127.0.0.1:${portOf(server)}/`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(
    server.closeConnections(() => false),
    0,
  );
  assert.equal(
    server.closeConnections(({ remoteAddress }) => remoteAddress === '127.0.0.1'),
    1,
  );
  await assert.rejects(answer);
  await server.stop(0);
});

test('new certificates are for new connections; those that are open go on', async () => {
  const [before, after] = await Promise.all([createPkiFixture(), createPkiFixture()]);
  let material = before;
  const server = serverWith([{ name: 'https', points: LOOPBACK.points }], {
    tls: () => ({ key: material.server.key, cert: material.server.cert }),
  });
  await server.start();
  const port = Number(server.addresses()['https']?.split(':').at(-1));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (ca: string, via?: Agent) =>
    new Promise<string>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, ca, servername: 'localhost', agent: via ?? false };
      httpsRequest(options, (answer) => {
        const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate();
        answer.resume().on('end', () => resolve(fingerprint256));
      })
        .on('error', reject)
        .end();
    });

  const first = await ask(before.ca, agent);
  material = after;
  server.reloadTls();
  assert.equal(await ask(before.ca, agent), first, 'the open connection');
  assert.notEqual(await ask(after.ca), first);
  await assert.rejects(ask(before.ca), 'the old certificate is gone');
  agent.destroy();
  await server.stop(0);
});
