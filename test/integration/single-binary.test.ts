import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import packageFile from '../../package.json' with { type: 'json' };
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';

/**
 * The packaged binary holds everything and serves real clients: the one for this processor as it is, the one for
 * Raspberry Pi under an emulator of user programs.
 */

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

const EMULATOR = '/usr/bin/qemu-aarch64-static';
const EMULATED_LIBRARIES = '/usr/aarch64-linux-gnu';
const isArm64Here = process.arch === 'arm64';
const canRunArm64 =
  isArm64Here || (existsSync(EMULATOR) && existsSync(`${EMULATED_LIBRARIES}/lib/libatomic.so.1`));

/** An emulated start makes the keys of a CA at a tenth of the speed. */
const EMULATED_TIMEOUT_MS = 120_000;

/** The binary for `arch`, built if there is none or if a source is newer. */
async function binaryFor(arch: 'x64' | 'arm64'): Promise<string> {
  const path = join(ROOT, 'dist', `bivouac-linux-${arch}`);
  const sources = globSync(['src/**/*.ts', 'scripts/*.ts', 'package-lock.json'], { cwd: ROOT });
  const newestMs = Math.max(...sources.map((file) => statSync(join(ROOT, file)).mtimeMs));
  const isFresh = existsSync(path) && statSync(path).mtimeMs >= newestMs;
  if (!isFresh) await run(process.execPath, ['scripts/build.ts', arch], { cwd: ROOT });
  return path;
}

/** Nothing to lean on: no PATH, no home, and an option for every Node program that this one must not take. */
const BARE_ENVIRONMENT = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

async function assertSaysVersion(command: readonly [string, ...string[]]): Promise<void> {
  const [program, ...words] = command;
  const { stdout, stderr } = await run(program, [...words, 'version'], {
    cwd: tmpdir(),
    env: BARE_ENVIRONMENT,
  });
  const [said] = stdout.split('\n');
  assert.ok(said?.includes(`${packageFile.version}+`), `it said "${said}"`);
  assert.equal(stderr, '');
}

/** Two users by the command line, two clients over TLS, each hears the other. */
async function assertServesClients(server: ServerProcess): Promise<void> {
  const clients: TakClient[] = [];
  try {
    for (const user of ['alice', 'bob']) {
      const identity = await server.issueClient(user);
      const client = await connectTakClient({ ...server.address('cotTls'), ...identity });
      clients.push(client);
      client.sendSa({ uid: `TEST-${user}`, callsign: user });
    }
    const [alice, bob] = clients;
    // Bob came late: Alice's position is replayed to him, his own comes to her live.
    await bob?.waitFor({ uid: 'TEST-alice', type: 'a-f-G-U-C' }, { timeoutMs: 10_000 });
    await alice?.waitFor({ uid: 'TEST-bob', type: 'a-f-G-U-C' }, { timeoutMs: 10_000 });
  } finally {
    for (const client of clients) client.destroy();
  }
}

describe('the binary for this processor', { timeout: 90_000 }, () => {
  let binary: string;
  let server: ServerProcess;

  before(async () => {
    binary = await binaryFor(isArm64Here ? 'arm64' : 'x64');
    process.env['BIVOUAC_BINARY'] = binary;
    server = await startServer();
  });
  after(async () => {
    await server?.stop();
  });

  test('says its version with nothing around it', async () => {
    await assertSaysVersion([binary]);
  });

  test('serves clients over TLS', async () => {
    await assertServesClients(server);
  });

  test('writes nothing but log lines to stdout', () => {
    assert.deepEqual(server.strayLines, []);
    assert.ok(server.logs.length > 0);
  });

  test('does not open the debugger on SIGUSR1', async () => {
    process.kill(server.pid, 'SIGUSR1');
    await sleep(500);
    assert.equal(server.stderr(), '');
    // It lives on, too: left to itself the signal would end the process.
    await assert.doesNotReject(server.metric('bivouac_recorder_committed_total'));
  });
});

describe('the binary for Raspberry Pi', {
  timeout: 240_000,
  skip: canRunArm64 ? false : 'no emulator: make test-tools',
}, () => {
  let directory: string;
  let wrapper: string;
  let server: ServerProcess;

  before(async () => {
    const binary = await binaryFor('arm64');
    directory = await mkdtemp(join(tmpdir(), 'bivouac-arm64-'));
    wrapper = join(directory, 'bivouac');
    const emulator = isArm64Here ? '' : `${EMULATOR} -L ${EMULATED_LIBRARIES}`;
    await writeFile(wrapper, `#!/bin/sh\nexec ${emulator} ${binary} "$@"\n`);
    await chmod(wrapper, 0o755);
    process.env['BIVOUAC_BINARY'] = wrapper;
    server = await startServer({ readyTimeoutMs: EMULATED_TIMEOUT_MS });
  });
  after(async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test('says its version', async () => {
    await assertSaysVersion([wrapper]);
  });

  test('serves clients over TLS', async () => {
    await assertServesClients(server);
  });
});
