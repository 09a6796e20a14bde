import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createPkiFixture, type PkiFixture } from '../support/pki-fixture.ts';
import { type ClientIdentity, type LogLine, startServer } from '../support/server-process.ts';
import type { BareRelayConfig } from './bare-relay.ts';

const BARE_RELAY = fileURLToPath(new URL('./bare-relay.ts', import.meta.url));
const BARE_START_TIMEOUT_MS = 10_000;

/** A server under load, whoever it is. */
export interface BenchTarget {
  readonly name: string;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** What clients of it show. */
  readonly identity: { readonly cert: string; readonly key: string };
  /** Offers protocol v1; the bare relay takes frames of either kind at once. */
  readonly isNegotiating: boolean;
  /** Bivouac's log; empty for the bare relay. */
  readonly logs: readonly LogLine[];
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

export interface TargetOptions {
  /** Milliseconds. */
  readonly windowMs: number;
  /** Extra settings for Bivouac. */
  readonly set?: Readonly<Record<string, string>>;
  readonly under?: readonly string[];
  readonly nodeArgs?: readonly string[];
}

export interface TargetFactory {
  startBivouac(options: TargetOptions): Promise<BenchTarget>;
  startBare(options: TargetOptions): Promise<BenchTarget>;
  /** A bare relay that gives newcomers the latest event of each uid. */
  startBareWithReplay(options: TargetOptions): Promise<BenchTarget>;
  dispose(): void;
}

/**
 * Makes a data directory with one user and its certificate once, so that each cell starts a fresh process but
 * not a fresh authority, and a key of the same size for the bare relay, so that handshakes compare.
 */
export async function createTargets(): Promise<TargetFactory> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bivouac-bench-'));
  const dispose = () => rmSync(dataDir, { recursive: true, force: true });
  // Also when the benchmark is interrupted.
  process.once('exit', dispose);
  let identity: ClientIdentity;
  let fixture: PkiFixture;
  try {
    const server = await startServer({ dataDir });
    try {
      identity = await server.issueClient('load');
      fixture = await createPkiFixture(await serverKeyBits(server.address('cotTls'), identity));
    } finally {
      await server.stop();
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    async startBivouac({ windowMs, set, ...rest }) {
      const server = await startServer({
        ...rest,
        dataDir,
        set: { 'hub.flushWindowMs': String(windowMs), 'log.level': 'info', ...set },
      });
      return {
        name: 'bivouac',
        pid: server.pid,
        ...server.address('cotTls'),
        identity,
        isNegotiating: true,
        logs: server.logs,
        metric: (name) => server.metric(name),
        stop: () => server.stop(),
      };
    },
    startBare: (options) => startBareRelay(fixture, { ...options, hasReplay: false }),
    startBareWithReplay: (options) => startBareRelay(fixture, { ...options, hasReplay: true }),
    dispose,
  };
}

async function startBareRelay(
  { ca, server, client }: PkiFixture,
  options: TargetOptions & { readonly hasReplay: boolean },
): Promise<BenchTarget> {
  const { windowMs, under = [], nodeArgs = [], hasReplay } = options;
  const [program, ...args] = [...under, process.execPath, ...nodeArgs, BARE_RELAY];
  const child = spawn(program!, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the bare relay did not start')), BARE_START_TIMEOUT_MS);
    child.once('message', (message: { port: number }) => {
      clearTimeout(timer);
      resolve(message.port);
    });
    child.once('exit', () => reject(new Error('the bare relay ended')));
    child.send({ ca, ...server, windowMs, hasReplay } satisfies BareRelayConfig);
  });
  return {
    name: 'bare',
    pid: child.pid!,
    host: '127.0.0.1',
    port,
    identity: client,
    isNegotiating: false,
    logs: [],
    metric: async () => 0,
    stop: () => endChild(child),
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(timer);
}

/** RSA modulus length of the server's certificate. */
function serverKeyBits(address: { host: string; port: number }, identity: ClientIdentity): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, ...identity, checkServerIdentity: () => undefined }, () => {
      const { bits } = socket.getPeerCertificate() as PeerCertificate & { bits?: number };
      socket.destroy();
      if (bits === undefined) reject(new Error('the server certificate has no RSA key'));
      else resolve(bits);
    });
    socket.setTimeout(5_000, () => socket.destroy(new Error('no TLS handshake')));
    socket.once('error', reject);
  });
}
