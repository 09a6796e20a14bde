import { spawn } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import type { Courier } from '../factor-ports.ts';
import { within } from './within.ts';

/** What a program finds its tools by; it gets nothing else of the server's environment. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A program of the operator's, started without a shell; the code is in its environment, as RPort 1.0 gives it:
 * it is in no argument, so no list of processes shows it. Its output is not read: it may repeat the code.
 */
export function createScriptCourier({
  path,
  timeoutMs,
  clock,
}: {
  /** Absolute. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}): Courier {
  return {
    send: ({ sendTo, code, lifeMs, userAgent, remote }) =>
      within(clock, timeoutMs, async (signal) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const child = spawn(path, [], {
          env: {
            PATH,
            RPORT_2FA_TOKEN: code,
            RPORT_2FA_SENDTO: sendTo,
            RPORT_2FA_TOKEN_TTL: String(Math.round(lifeMs / 1_000)),
            RPORT_2FA_USER_AGENT: withoutNul(userAgent),
            RPORT_2FA_REMOTE_ADDRESS: remote,
          },
          stdio: 'ignore',
          shell: false,
          signal,
          killSignal: 'SIGKILL',
        });
        child.on('error', reject);
        child.on('exit', (status, killedBy) => {
          if (status === 0) resolve();
          else reject(new Error(`the program ended with ${status ?? killedBy}`));
        });
        await promise;
      }),
  };
}

/** No environment can hold it; a stranger wrote it. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
