import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import bcrypt from 'bcryptjs';
import { startServer } from '../support/server-process.ts';

const PASSWORD = 'five hills and a tall tree';

/** A data directory as first boot leaves it behind. */
async function handedOver(t: TestContext, administrator: object): Promise<{ dataDir: string; file: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bivouac-preset-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  await mkdir(join(dataDir, 'system'), { mode: 0o700 });
  const file = join(dataDir, 'system', 'first-administrator.json');
  await writeFile(file, JSON.stringify(administrator), { mode: 0o600 });
  await mkdir(join(dataDir, 'run', 'system'), { recursive: true });
  const problems = [
    { code: 'preset.country', text: 'country: "XX" is no country. Give two letters, as in DE.' },
  ];
  await writeFile(join(dataDir, 'run', 'system', 'first-boot.json'), JSON.stringify({ problems }));
  return { dataDir, file };
}

async function warnings(url: string): Promise<{ code: string; text: string }[]> {
  const answer = await fetch(`${url}/healthz`);
  return ((await answer.json()) as { warnings: { code: string; text: string }[] }).warnings;
}

async function isClaimed(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/setup`);
  return ((await answer.json()) as { isClaimed: boolean }).isClaimed;
}

test('the administrator of the preset file signs in, and his hash is kept in one place', async (t) => {
  const passwordHash = await bcrypt.hash(PASSWORD, 4);
  const { dataDir, file } = await handedOver(t, { username: 'chief', passwordHash });
  const server = await startServer({ dataDir, set: { 'listen.http': '127.0.0.1:0' } });
  t.after(() => server.stop());
  assert.ok(!existsSync(file));
  const { stdout } = await server.cli(['user', 'list', '--json']);
  assert.ok(!stdout.includes(passwordHash));
  const { port } = server.address('http');
  const answer = await fetch(`http://127.0.0.1:${port}/api/status`, {
    headers: { authorization: `Basic ${Buffer.from(`chief:${PASSWORD}`).toString('base64')}` },
  });
  assert.equal(answer.status, 200);
  assert.equal(await isClaimed(port), true);
  assert.ok(!server.logs.some((line) => JSON.stringify(line).includes(passwordHash)));
  // What was wrong with the rest of the file is told too.
  const { port: ops } = server.address('ops');
  const told = await warnings(`http://127.0.0.1:${ops}`);
  assert.match(told.find(({ code }) => code === 'preset.country')?.text ?? '', /no country/);
});

test('a hash that nobody can check leaves the kit to be claimed, and says so', async (t) => {
  const { dataDir, file } = await handedOver(t, { username: 'chief', passwordHash: PASSWORD });
  const server = await startServer({ dataDir, set: { 'listen.http': '127.0.0.1:0' } });
  t.after(() => server.stop());
  assert.ok(!existsSync(file));
  const { port } = server.address('http');
  assert.equal(await isClaimed(port), false);
  const { port: ops } = server.address('ops');
  const told = await warnings(`http://127.0.0.1:${ops}`);
  assert.ok(told.some(({ code }) => code === 'preset.administrator'));
  assert.ok(!JSON.stringify(told).includes(PASSWORD));
});
