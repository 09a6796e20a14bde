import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CONTROL_C, type Spawned, spawnInTerminal, type TerminalOfProcess } from './terminal-process.ts';

/** First start makes an RSA CA; on a busy two-core machine that alone has taken 5 s. */
const READY_TIMEOUT_MS = 30_000;
/** The product's own promise: SIGTERM drains and stops within 5 s. */
const STOP_TIMEOUT_MS = 5_000;
const CLI_TIMEOUT_MS = 20_000;
/** Enough to see why a test failed, little enough for a storm of 3,000 connections. */
const LOG_LINES_MAX = 20_000;

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface LogLine {
  readonly ev: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ClientIdentity {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface ServerOptions {
  /** Configuration keys, each given as `--set key=value`; they win over the defaults of the tests. */
  readonly set?: Readonly<Record<string, string>>;
  /** A data directory that outlives this process; without it a fresh one is made and removed at the end. */
  readonly dataDir?: string;
  /** Flags for node itself, such as `--cpu-prof`. Refused with a packaged binary. */
  readonly nodeArgs?: readonly string[];
  /** A command to run the server under, such as `ip netns exec NAME`. */
  readonly under?: readonly string[];
  /** Gives it a terminal of its own, as a shell does: `terminal` of the process is its screen and keyboard. */
  readonly inTerminal?: boolean;
  readonly readyTimeoutMs?: number;
}

/** A real server, started as a user would start it, all its listeners on the loopback or off. */
export interface ServerProcess {
  readonly pid: number;
  readonly dataDir: string;
  /** As the ready line says: `{ cotTls: '127.0.0.1:40123', … }`. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Every JSON line of stdout so far, oldest first. */
  readonly logs: readonly LogLine[];
  /** Lines of stdout that were not JSON: there must be none. */
  readonly strayLines: readonly string[];
  stderr(): string;
  /** Of a server that was started with `inTerminal`. */
  readonly terminal: TerminalOfProcess | undefined;
  address(listener: string): { readonly host: string; readonly port: number };
  /** The first log line, past or future, that matches. */
  waitForLog(matches: (line: LogLine) => boolean, what: string, timeoutMs?: number): Promise<LogLine>;
  /** Runs `bivouac ARGS --data DIR`; throws when it fails, unless `mayFail`. */
  cli(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Adds a user and issues a client certificate for it, by the command line. */
  issueClient(user: string, group?: string): Promise<ClientIdentity>;
  /** A metric of the ops listener: its value, or the sum over its labels when none are given. 0 when absent. */
  metric(name: string): Promise<number>;
  /** SIGTERM; throws when the process needs longer than 5 s or ends with an error. */
  stop(options?: { readonly keepsData?: boolean }): Promise<void>;
  /** SIGKILL: a power cut, as far as the process can tell. The data directory stays. */
  kill9(): Promise<void>;
  /** Removes the data directory (only one that this start made). For use after `kill9` and `keepsData`. */
  cleanUp(): Promise<void>;
}

export interface CliOptions {
  readonly stdin?: string;
  readonly mayFail?: boolean;
  readonly timeoutMs?: number;
}

const TEST_SETTINGS: Readonly<Record<string, string>> = {
  'listen.cotTls': '127.0.0.1:0',
  'listen.ops': '127.0.0.1:0',
  'listen.https': 'off',
  'listen.httpsCert': 'off',
  'listen.portal': 'off',
  'listen.cotTcp': 'off',
  'listen.http': 'off',
  // Whoever runs the tests may have a screen of his own.
  'display.sink': 'off',
};

/** The command that is Bivouac here: the packaged binary of BIVOUAC_BINARY, else node on the sources. */
export function bivouacCommand(nodeArgs: readonly string[] = []): readonly string[] {
  const binary = process.env['BIVOUAC_BINARY'];
  if (binary === undefined || binary === '') return [process.execPath, ...nodeArgs, MAIN];
  if (nodeArgs.length > 0) throw new Error('a packaged binary takes no flags for node');
  return [binary];
}

/** Runs one command of the command line to its end. Throws when it fails, unless `mayFail`. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const [program, ...rest] = [...bivouacCommand(), ...args];
  const child = spawn(program!, rest, { stdio: 'pipe' });
  const out = collectText(child.stdout);
  const err = collectText(child.stderr);
  // A command that ends before it has read its input is an answer too.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const code = await exitCode(child, options.timeoutMs ?? CLI_TIMEOUT_MS, `bivouac ${args.join(' ')}`);
  const result: CliResult = { code, stdout: out(), stderr: err() };
  if (code !== 0 && options.mayFail !== true) {
    throw new Error(`bivouac ${args.join(' ')} ended with ${code}: ${result.stderr}${result.stdout}`);
  }
  return result;
}

/** Starts the server and waits until all its listeners accept. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const isOwnDir = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'bivouac-test-')));
  const settings = Object.entries({ ...TEST_SETTINGS, ...options.set });
  const command = [
    ...(options.under ?? []),
    ...bivouacCommand(options.nodeArgs),
    'serve',
    '--data',
    dataDir,
    ...settings.flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ];
  const { child, stdout, terminal } =
    options.inTerminal === true ? spawnInTerminal(command) : spawnBare(command);
  // A test process that gives up must not leave a server behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('close', () => process.off('exit', killAtExit));
  const stderr = collectText(child.stderr);
  const log = collectLog(child, stdout);
  const cleanUp = async () => {
    if (isOwnDir) await rm(dataDir, { recursive: true, force: true });
  };

  let ready: LogLine;
  try {
    ready = await log.waitFor(
      (line) => line.ev === 'app.ready',
      'app.ready',
      options.readyTimeoutMs ?? READY_TIMEOUT_MS,
    );
  } catch (error) {
    child.kill('SIGKILL');
    await cleanUp();
    throw new Error(`the server did not start: ${String(error)}\n${stderr()}`);
  }
  const listeners = ready['listeners'] as Record<string, string>;

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    if (terminal !== undefined && signal === 'SIGTERM') terminal.type(CONTROL_C);
    else child.kill(signal);
    try {
      return await exitCode(child, STOP_TIMEOUT_MS, `the server after ${signal}`);
    } finally {
      child.kill('SIGKILL');
    }
  }

  const server: ServerProcess = {
    pid: child.pid!,
    dataDir,
    listeners,
    logs: log.lines,
    strayLines: log.strayLines,
    stderr,
    terminal,
    address: (listener) => parseAddress(listener, listeners[listener]),
    waitForLog: log.waitFor,
    cli: (cliArgs, cliOptions) => runCli([...cliArgs, '--data', dataDir], cliOptions),
    async issueClient(user, group = 'team') {
      await server.cli(['user', 'add', '-u', user, '-g', group, '--password-stdin'], {
        stdin: `${testPassword(user)}\n`,
      });
      const out = await mkdtemp(join(tmpdir(), 'bivouac-cert-'));
      try {
        await server.cli(['cert', 'issue', '--user', user, '--out', out, '--format', 'pem']);
        const read = (name: string) => readFile(join(out, name), 'utf8');
        return { cert: await read(`${user}.pem`), key: await read(`${user}.key`), ca: await read('ca.pem') };
      } finally {
        await rm(out, { recursive: true, force: true });
      }
    },
    async metric(name) {
      const { host, port } = server.address('ops');
      const answer = await fetch(`http://${host}:${port}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const lines = (await answer.text()).split('\n');
      return lines
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    async stop({ keepsData = false } = {}) {
      try {
        const code = await end('SIGTERM');
        if (code !== 0) throw new Error(`the server ended with ${code}\n${stderr()}`);
      } finally {
        if (!keepsData) await cleanUp();
      }
    },
    async kill9() {
      await end('SIGKILL');
    },
    cleanUp,
  };
  return server;
}

/** What `issueClient` sets as password: long enough for any policy, different for each user. */
export function testPassword(user: string): string {
  return `correct-horse-${user}-battery`;
}

function parseAddress(listener: string, value: string | undefined): { host: string; port: number } {
  const match = /^\[?([^\]]*)\]?:(\d+)$/.exec(value?.split(',')[0] ?? '');
  if (match === null) throw new Error(`listener ${listener} is not in the ready line (${value})`);
  return { host: match[1]!, port: Number(match[2]) };
}

function collectText(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function exitCode(child: ChildProcess, timeoutMs: number, what: string): Promise<number> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  if (child.signalCode !== null) return Promise.resolve(-1);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${what} did not end within ${timeoutMs} ms`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code ?? -1);
    });
  });
}

function spawnBare([program, ...args]: readonly string[]): Spawned {
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, stdout: child.stdout, terminal: undefined };
}

function collectLog(child: ChildProcess, stdout: Readable) {
  const lines: LogLine[] = [];
  const strayLines: string[] = [];
  const waiting = new Set<(line: LogLine | undefined) => void>();
  createInterface({ input: stdout }).on('line', (text) => {
    let line: LogLine;
    try {
      line = JSON.parse(text) as LogLine;
    } catch {
      strayLines.push(text);
      return;
    }
    if (lines.length < LOG_LINES_MAX) lines.push(line);
    for (const wake of waiting) wake(line);
  });
  child.once('close', () => {
    for (const wake of waiting) wake(undefined);
  });

  function waitFor(matches: (line: LogLine) => boolean, what: string, timeoutMs = 5_000): Promise<LogLine> {
    const past = lines.find(matches);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(undefined, `no ${what} within ${timeoutMs} ms`), timeoutMs);
      const settle = (line: LogLine | undefined, problem: string) => {
        clearTimeout(timer);
        waiting.delete(wake);
        if (line !== undefined) resolve(line);
        else reject(new Error(`${problem}; the last lines: ${JSON.stringify(lines.slice(-5))}`));
      };
      const wake = (line: LogLine | undefined) => {
        if (line === undefined) settle(undefined, `the server ended before ${what}`);
        else if (matches(line)) settle(line, '');
      };
      waiting.add(wake);
    });
  }
  return { lines, strayLines, waitFor };
}
