import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createHealth } from '../../src/core/health.ts';
import type { Check } from '../../src/http/app-deps.ts';
import type { TlsMaterial } from '../../src/pki/tls-material.ts';
import { type CheckDeps, createChecks } from '../../src/system/checks.ts';
import { firstStartHelp, writeToTerminal } from '../../src/system/terminal.ts';
import { createPkiFixture, type PkiFixture } from '../support/pki-fixture.ts';

const DAY_MS = 86_400_000;
let pki: PkiFixture | undefined;

async function directory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bivouac-checks-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function configWith(dataDir: string, set: readonly string[] = []): Config {
  return loadConfig({ file: '/dev/null', dataDir, set: [...ALL_OFF, ...set], environment: {} });
}

const ALL_OFF = ['cotTls', 'https', 'httpsCert', 'ops'].map((name) => `listen.${name}=off`);

async function depsFor(config: Config, changes: Partial<CheckDeps> = {}): Promise<CheckDeps> {
  pki ??= await createPkiFixture();
  const material: TlsMaterial = {
    certificateChainPem: pki.server.cert,
    privateKeyPem: pki.server.key,
    clientCaPem: pki.ca,
    fingerprint: '',
    notAfterMs: Date.now() + 200 * DAY_MS,
    isExternal: false,
  };
  return {
    config,
    platform: { hostIdentity: () => ({ names: ['localhost'], addresses: ['127.0.0.1'] }) },
    authority: { generations: () => [], material: () => material },
    clock: systemClock,
    timeFloor: { floorMs: () => Date.now() - DAY_MS },
    health: createHealth(),
    timeSource: () => 'none',
    listeners: () => ({}),
    ...changes,
  };
}

async function find(deps: CheckDeps, code: string): Promise<Check> {
  const checks = await createChecks(deps)();
  const check = checks.find((candidate) => candidate.code === code);
  assert.ok(check, `no ${code} in ${checks.map((c) => c.code).join(', ')}`);
  return check;
}

test('a data directory that others can look into is told, with the command that helps', async (t) => {
  const dir = await directory(t);
  const deps = await depsFor(configWith(dir));
  assert.equal((await find(deps, 'data.directory')).state, 'good');
  await chmod(dir, 0o755);
  const check = await find(deps, 'data.directory');
  assert.equal(check.state, 'careful');
  assert.equal(check.advice, `chmod 700 ${dir}`);
});

test('a key that others can read is bad', async (t) => {
  const dir = await directory(t);
  const deps = await depsFor(configWith(dir));
  await mkdir(join(dir, 'keys'));
  await writeFile(join(dir, 'keys', 'root.key'), 'secret', { mode: 0o600 });
  assert.equal((await find(deps, 'data.keys')).state, 'good');
  await chmod(join(dir, 'keys', 'root.key'), 0o644);
  const check = await find(deps, 'data.keys');
  assert.equal(check.state, 'bad');
  assert.match(check.text, /root\.key can be read by others/);
});

test('a port that another program has is found before the server needs it', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const config = configWith(await directory(t), [`listen.cotTls=127.0.0.1:${port}`]);
  const check = await find(await depsFor(config), 'listen.taken');
  assert.equal(check.state, 'bad');
  assert.equal(check.text, `The listener cotTls cannot use 127.0.0.1:${port}: another program uses it.`);
});

test('a running server has its ports', async (t) => {
  const deps = await depsFor(configWith(await directory(t)), {
    listeners: () => ({ cotTls: '127.0.0.1:8089' }),
  });
  assert.equal((await find(deps, 'listen.open')).text, 'Listening: cotTls 127.0.0.1:8089.');
});

test('a plain listener is named with what it costs', async (t) => {
  const config = configWith(await directory(t), ['listen.cotTcp=127.0.0.1:0']);
  const check = await find(await depsFor(config), 'listen.plain');
  assert.equal(check.state, 'careful');
  assert.match(check.text, /without signing in/);
});

test('an address that the certificate does not hold is named', async (t) => {
  const deps = await depsFor(configWith(await directory(t)), {
    platform: { hostIdentity: () => ({ names: ['localhost'], addresses: ['127.0.0.1', '10.42.0.1'] }) },
  });
  const check = await find(deps, 'pki.server_names');
  assert.equal(check.state, 'careful');
  assert.match(check.text, /10\.42\.0\.1/);
  assert.doesNotMatch(check.text, /127\.0\.0\.1/);
});

test('a clock behind the last known time is bad, also when it says 1970', async (t) => {
  const deps = await depsFor(configWith(await directory(t)), {
    clock: { ...systemClock, now: () => 12_345 },
  });
  const check = await find(deps, 'time.clock');
  assert.equal(check.state, 'bad');
  assert.match(check.text, /^The clock says 1970-01-01 00:00:12 UTC/);
});

test('an authority that has ended, and one that ends within half a year', async (t) => {
  const nowMs = Date.now();
  const generation = (notAfterMs: number) =>
    ({
      name: 'Kit CA',
      isRetired: false,
      notBeforeMs: nowMs - DAY_MS,
      notAfterMs,
    }) as ReturnType<CheckDeps['authority']['generations']>[number];
  const deps = await depsFor(configWith(await directory(t)));
  const withEnd = (notAfterMs: number) =>
    find(
      { ...deps, authority: { ...deps.authority, generations: () => [generation(notAfterMs)] } },
      'pki.authority',
    );
  assert.equal((await withEnd(nowMs - 1)).state, 'bad');
  assert.equal((await withEnd(nowMs + 30 * DAY_MS)).state, 'careful');
  assert.equal((await withEnd(nowMs + 3_000 * DAY_MS)).state, 'good');
});

test('health warnings are part of it, and one failing check hides no other', async (t) => {
  const health = createHealth();
  const deps = await depsFor(configWith(await directory(t)), {
    health,
    platform: {
      hostIdentity() {
        throw new Error('no interfaces');
      },
    },
  });
  health.set({ code: 'store.full', severity: 'bad', text: 'Card full.' });
  assert.deepEqual(await find(deps, 'store.full'), { code: 'store.full', state: 'bad', text: 'Card full.' });
  assert.match((await find(deps, 'doctor.failed')).text, /no interfaces/);
});

test('the first-start help says how to add somebody, and goes to a terminal only', async (t) => {
  const text = firstStartHelp({
    version: '1.2.3',
    listeners: { cotTls: '[::]:8089' },
    addresses: ['10.42.0.1'],
    dataOption: ' --data ./kit',
    owner: 'code_above',
    hasPeople: false,
  });
  assert.match(
    text,
    /set it up with the code above\. Or, in a second terminal:\n {4}bivouac claim --data \.\/kit -p/,
  );
  assert.match(text, /10\.42\.0\.1 \(TLS, port 8089\)/);
  assert.match(text, /bivouac user add --data \.\/kit -u alice/);
  const known = { version: '1', listeners: {}, addresses: [], dataOption: '', hasPeople: true } as const;
  assert.doesNotMatch(firstStartHelp({ ...known, owner: 'somebody' }), /user add|claim|code/);
  assert.match(
    firstStartHelp({ ...known, owner: 'nobody' }),
    /yet\. In a second terminal:\n +bivouac claim -p/,
  );

  const dir = await directory(t);
  await writeFile(join(dir, 'tty'), '');
  assert.equal(writeToTerminal(text, join(dir, 'tty')), true);
  assert.equal(await readFile(join(dir, 'tty'), 'utf8'), text);
  assert.equal(writeToTerminal(text, join(dir, 'none', 'tty')), false);
});
