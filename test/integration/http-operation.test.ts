import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';

/** What a monitoring system and a service manager see, of the whole process. */
describe('operation over HTTP', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  const everywhere = ['https', 'httpsCert', 'http', 'portal'].map(
    (name) => [`listen.${name}`, '127.0.0.1:0'] as const,
  );

  before(async () => {
    server = await startServer({ set: Object.fromEntries(everywhere) });
  });
  after(() => server.stop());

  const get = (listener: string, path: string) => {
    const { host, port } = server.address(listener);
    return fetch(`http://${host}:${port}${path}`);
  };

  test('every listener is in the ready line, and the log is JSON only', () => {
    assert.deepEqual(Object.keys(server.listeners).sort(), [
      'cotTls',
      'http',
      'https',
      'httpsCert',
      'ops',
      'portal',
    ]);
    assert.deepEqual(server.strayLines, []);
  });

  test('health is 200 with the list of warnings', async () => {
    const answer = await get('ops', '/healthz');
    assert.equal(answer.status, 200);
    const body = (await answer.json()) as { status: string; warnings: unknown[] };
    assert.equal(body.status, 'ok');
    assert.ok(Array.isArray(body.warnings));
  });

  test('metrics are Prometheus text, HTTP among them', async () => {
    const answer = await get('ops', '/metrics');
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    assert.match(text, /^# TYPE bivouac_http_requests_total counter$/m);
    assert.match(text, /^bivouac_http_requests_total\{listener="ops",status="2xx"\} \d+$/m);
    assert.match(text, /^bivouac_recorder_committed_total \d+$/m);
    for (const line of text.trim().split('\n'))
      assert.match(line, /^(# (HELP|TYPE) |[a-z_]+(\{.*\})? -?[\d.e+-]+$)/);
  });

  test('monitoring is on its own listener alone, and pages are not', async () => {
    assert.equal((await get('portal', '/healthz')).status, 404);
    assert.equal((await get('http', '/metrics')).status, 404);
    assert.equal((await get('ops', '/')).status, 404);
    assert.equal((await get('portal', '/')).status, 200);
  });

  test('errors are JSON with a code, never HTML, never a stack', async () => {
    for (const path of ['/nothing', '/api/people', '/api/people/%00', '/..%2f..%2fetc/passwd', '/api/\\..']) {
      const answer = await get('http', path);
      const text = await answer.text();
      assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
      assert.match((JSON.parse(text) as { error: { code: string } }).error.code, /^[a-z]+\.[a-z_]+$/);
      assert.doesNotMatch(text, /node_modules|\.ts:/);
    }
  });

  test('SIGTERM ends it within 5 s with clients in the middle of everything', async () => {
    const own = await startServer({ set: Object.fromEntries(everywhere) });
    const { host, port } = own.address('http');
    const hanging = fetch(`http://${host}:${port}/Marti/api/tls/config`, {
      method: 'POST',
      body: new ReadableStream({ start() {} }),
      duplex: 'half',
    } as RequestInit).catch(() => undefined);
    const started = performance.now();
    await own.stop();
    assert.ok(performance.now() - started < 5_000);
    await hanging;
  });

  test('first-start help goes to no pipe: stdout has log lines only, stderr nothing', async () => {
    assert.equal(server.stderr(), '');
    const { stdout } = await runCli(['user', 'list', '--json', '--data', server.dataDir]);
    assert.ok(Array.isArray(JSON.parse(stdout)));
  });
});
