import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createNetworkNamespace, namespaceObstacle } from '../bench/network-namespace.ts';
import { startServer, testPassword } from '../support/server-process.ts';

/**
 * Bans count for addresses that are not the loopback's, so this needs a network of its own: a namespace whose
 * only interface has a few more addresses.
 */

const run = promisify(execFile);
const KIT = '10.99.0.1';
const ATTACKER = '10.99.0.66';
const OTHER = '10.99.0.67';
const NAMESPACE = `bivouac-ban-${process.pid}`;

/** Runs in the namespace: sends requests one after the other, prints `status body` of each as JSON. */
const CLIENT = `
const { request } = require('node:http');
const send = ({ from, port, method, path, body, headers }) => new Promise((resolve, reject) => {
  const r = request({ host: '${KIT}', port, localAddress: from, method, path, headers, agent: false }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => { text += chunk; });
    answer.on('end', () => resolve({ status: answer.statusCode, text }));
  });
  r.on('error', reject);
  r.end(body);
});
(async () => {
  const replies = [];
  for (const one of JSON.parse(process.argv[1])) replies.push(await send(one));
  console.log(JSON.stringify(replies));
})();`;

test('who guesses passwords at the link is banned there; the screen that waits is told "not yet" as before', {
  skip: namespaceObstacle(),
  timeout: 60_000,
}, async (t) => {
  const namespace = await createNetworkNamespace(NAMESPACE);
  t.after(() => namespace.remove());
  for (const address of [KIT, ATTACKER, OTHER]) {
    await run('ip', ['-n', NAMESPACE, 'addr', 'add', `${address}/24`, 'dev', 'lo']);
  }
  const server = await startServer({ under: namespace.under, set: { 'listen.http': `${KIT}:0` } });
  t.after(() => server.stop());
  await server.cli(['user', 'add', '-u', 'alice', '-g', 'team', '--password-stdin'], {
    stdin: `${testPassword('alice')}\n`,
  });
  const { port } = server.address('http');

  async function send(requests: readonly object[]): Promise<{ status: number; text: string }[]> {
    const [program = '', ...args] = [...namespace.under, process.execPath, '-e', CLIENT];
    const { stdout } = await run(program, [
      ...args,
      JSON.stringify(requests.map((one) => ({ port, ...one }))),
    ]);
    return JSON.parse(stdout) as { status: number; text: string }[];
  }
  const getCode = (from: string) => ({ from, method: 'GET', path: '/api/code' });
  const link = (from: string, Code: string, Pass: string) => ({
    from,
    method: 'POST',
    path: '/api/link',
    body: JSON.stringify({ Code, User: 'alice', Pass }),
  });

  const codes = (await send([getCode(ATTACKER), getCode(OTHER)])).map(
    ({ text }) => JSON.parse(text) as { AccessToken: string; Code: string },
  );
  const poll = (from: string, { AccessToken, Code }: (typeof codes)[number]) => ({
    from,
    method: 'POST',
    path: '/api/code',
    body: JSON.stringify({ Code }),
    headers: { authorization: `Bearer ${AccessToken}` },
  });
  const [own, others] = codes;
  // Different names each time: nobody has to wait for his own mistakes, the address is what is counted.
  const guesses = Array.from({ length: 10 }, (_, i) => ({
    ...link(ATTACKER, own!.Code, 'wrong'),
    body: JSON.stringify({ Code: own!.Code, User: `user${i}`, Pass: 'wrong' }),
  }));
  const answers = await send(guesses);
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401]));
  const [banned, waiting, good, linked] = await send([
    link(ATTACKER, own!.Code, testPassword('alice')),
    poll(ATTACKER, own!),
    link(OTHER, others!.Code, testPassword('alice')),
    poll(OTHER, others!),
  ]);
  assert.equal(banned?.status, 429, 'even with the right password');
  assert.deepEqual([waiting?.status, waiting?.text], [403, 'access denied\n']);
  assert.equal(good?.status, 204);
  assert.equal(linked?.status, 200);
});
