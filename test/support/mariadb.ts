import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Of Debian's mariadb-server. */
const SERVER = '/usr/sbin/mariadbd';
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

const run = promisify(execFile);

/** Why tests that need one are skipped; undefined where they need not be. */
export const NO_MARIADB = existsSync(SERVER)
  ? undefined
  : 'no mariadb-server (scripts/install-test-tools.sh)';

/** A real MariaDB on the loopback, with nobody in it but root. */
export interface MariaDb {
  readonly port: number;
  readonly socket: string;
  /** Runs SQL as `mariadb` reads it from a terminal; gives what it prints. */
  sql(text: string): Promise<string>;
  /** SIGKILL: nobody answers any more. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** `tls`: PEM texts of its certificate, key and authority; without, it offers none. */
export async function startMariaDb(tls?: {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}): Promise<MariaDb> {
  const directory = await mkdtemp(join(tmpdir(), 'bivouac-mariadb-'));
  const data = join(directory, 'data');
  const socket = join(directory, 'mysqld.sock');
  const asRoot = process.geteuid?.() === 0 ? ['--user=root'] : [];
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...asRoot,
  ]);
  const tlsOptions: string[] = [];
  for (const [name, pem] of Object.entries(tls ?? {})) {
    const file = join(directory, `${name}.pem`);
    await writeFile(file, pem, { mode: 0o600 });
    tlsOptions.push(`--ssl-${name}=${file}`);
  }
  const port = await freePort();
  const server = spawn(
    SERVER,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(directory, 'mysqld.pid')}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--innodb-buffer-pool-size=16M',
      '--skip-log-bin',
      ...tlsOptions,
      ...asRoot,
    ],
    { stdio: 'ignore' },
  );
  const killAtExit = () => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));

  function sql(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const client = execFile(
        'mariadb',
        ['--no-defaults', `--socket=${socket}`, '-uroot', '--batch'],
        (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))),
      );
      client.stdin?.end(text);
    });
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    server.kill(signal);
    await ended;
    process.off('exit', killAtExit);
  }

  await answers(server, () => sql('SELECT 1'));
  return {
    port,
    socket,
    sql,
    kill: () => end('SIGKILL'),
    async stop() {
      if (server.exitCode === null && server.signalCode === null) await end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A database says nothing when it is ready: it is asked until it answers. */
async function answers(server: ChildProcess, ask: () => Promise<string>): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
