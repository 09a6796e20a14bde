import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMAND_TIMEOUT_MS = 5_000;
/** As on Wi-Fi; the loopback's own 65,536 is larger than the tiny windows that are wanted here. */
const MTU_BYTES = 1_500;

export interface NetworkNamespace {
  /** What a command has to run under to be in it. */
  readonly under: readonly string[];
  /** Minimum, default and maximum of a socket's buffer, bytes, for sockets that open from now on. */
  setBuffers(
    direction: 'rmem' | 'wmem',
    bytes: readonly [min: number, initial: number, max: number],
  ): Promise<void>;
  remove(): Promise<void>;
}

/** Why no namespace can be made here, in words for a person; undefined when one can. */
export function namespaceObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.getuid?.() !== 0) return 'making a network namespace needs root: run it with sudo';
  return undefined;
}

/**
 * A network namespace with nothing but a loopback. A process cannot set the receive buffer of a TCP socket from
 * Node, so a socket that is really full needs kernel settings of its own: these are the namespace's, not the
 * machine's.
 */
export async function createNetworkNamespace(name: string): Promise<NetworkNamespace> {
  const ip = (...args: string[]) => run('ip', args, { timeout: COMMAND_TIMEOUT_MS });
  await ip('netns', 'add', name);
  // Also when the benchmark is interrupted: nobody looks for a namespace that was left behind.
  const removeAtExit = () => {
    if (existsSync(`/run/netns/${name}`)) execFileSync('ip', ['netns', 'del', name]);
  };
  process.once('exit', removeAtExit);
  const remove = async () => {
    process.off('exit', removeAtExit);
    await ip('netns', 'del', name);
  };
  try {
    await ip('-n', name, 'link', 'set', 'lo', 'mtu', String(MTU_BYTES), 'up');
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    under: ['ip', 'netns', 'exec', name],
    async setBuffers(direction, bytes) {
      await ip('netns', 'exec', name, 'sysctl', '-qw', `net.ipv4.tcp_${direction}=${bytes.join(' ')}`);
    },
    remove,
  };
}
