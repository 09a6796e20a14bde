import { setTimeout } from 'node:timers/promises';
import { controlSocketPath } from '../config/control-socket.ts';
import type { Config } from '../config/schema.ts';
import { BivouacError, ERROR_CODES, type ErrorCode } from '../core/errors.ts';
import { openSocketFetch } from './socket-fetch.ts';

/** The API as the command line calls it: always as the console, whether a server runs or not. */
export interface ControlChannel {
  /** True when a server runs and answers. */
  readonly isServerRunning: boolean;
  /** JSON in, JSON out. A refusal is thrown with the code and the sentence of the API. */
  call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T>;
  /** The answer itself, for files and streams. */
  download(method: 'GET' | 'POST', path: string, body?: object): Promise<Response>;
  close(): Promise<void>;
}

/** One request to the app, wherever it runs. */
export type ControlFetch = (request: Request) => Promise<Response>;

/** A server that is starting holds the data but has no socket yet; another command is done in a moment. */
const BUSY_WAIT_MS = 15_000;
const BUSY_RETRY_MS = 200;

/** The running server where one answers, else the same app in this process, without listeners. */
export async function openControlChannel(config: Config): Promise<ControlChannel> {
  const deadlineMs = performance.now() + BUSY_WAIT_MS;
  for (;;) {
    const overSocket = await openSocketFetch(controlSocketPath(config.dataDir));
    if (overSocket !== undefined) return channelOver(overSocket, true, async () => {});
    try {
      // Only now: loading the whole server takes longer than asking one.
      const { openOffline } = await import('../app.ts');
      const app = await openOffline(config);
      return channelOver(app.fetchAsConsole, false, () => app.stop());
    } catch (error) {
      const isBusy = error instanceof BivouacError && error.code === 'data.locked';
      if (!isBusy || performance.now() > deadlineMs) throw error;
      await setTimeout(BUSY_RETRY_MS);
    }
  }
}

/** The running server. @throws BivouacError `control.unreachable` where none runs */
export async function openServerChannel(config: Config): Promise<ControlChannel> {
  const overSocket = await openSocketFetch(controlSocketPath(config.dataDir));
  if (overSocket === undefined) throw new BivouacError('control.unreachable', 'No server runs here');
  return channelOver(overSocket, true, async () => {});
}

function channelOver(
  fetch: ControlFetch,
  isServerRunning: boolean,
  close: () => Promise<void>,
): ControlChannel {
  async function download(method: string, path: string, body?: object): Promise<Response> {
    const request = new Request(new URL(path, 'http://control'), {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer = await fetch(request);
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  }
  return {
    isServerRunning,
    download,
    async call<T>(method: string, path: string, body?: object): Promise<T> {
      const answer = await download(method, path, body);
      return (answer.status === 204 ? undefined : await answer.json()) as T;
    },
    close,
  };
}

async function refusalOf(answer: Response): Promise<BivouacError> {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new BivouacError(isErrorCode(error.code) ? error.code : 'internal', error.message);
  } catch {
    return new BivouacError(
      'internal',
      `The server answered ${answer.status} and something that is no error`,
    );
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
