import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program of the system starts within a blink; on a machine that builds beside it, within this. */
const READY_TIMEOUT_MS = 15_000;

/** Why a test that needs a program cannot run here; false where it can. */
export function missing(path: string): string | false {
  return existsSync(path) ? false : `${path} is not installed: make test-tools`;
}

/** For a program that cannot choose a port and tell it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Runs a program in the foreground until `stop`, and waits until its address answers anything. */
export async function startProgram(
  path: string,
  args: readonly string[],
  address: string,
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4_000);
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  async function stop(): Promise<void> {
    process.off('exit', killAtExit);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  const untilMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await (await fetch(address)).text();
      return { stop };
    } catch {
      if (Date.now() > untilMs || child.exitCode !== null) {
        await stop();
        throw new Error(`${path} does not answer at ${address}: ${said}`);
      }
      await sleep(50);
    }
  }
}
