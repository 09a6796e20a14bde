import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { ControlFetch } from './control-channel.ts';

/** A server that is alive accepts at once; one that stops may still have its socket for a moment. */
const CONNECT_TIMEOUT_MS = 2_000;

/** `fetch` over the control socket, or undefined when no server listens there. */
export async function openSocketFetch(socketPath: string): Promise<ControlFetch | undefined> {
  if (!(await isListening(socketPath))) return undefined;
  return async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    const answer = await send(socketPath, request, body);
    const hasBody = answer.statusCode !== 204;
    return new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream<Uint8Array>) : null, {
      status: answer.statusCode ?? 500,
      headers: { 'content-type': answer.headers['content-type'] ?? '' },
    });
  };
}

function send(socketPath: string, request: Request, body: Buffer): Promise<IncomingMessage> {
  const { pathname, search } = new URL(request.url);
  return new Promise((resolve, reject) => {
    httpRequest(
      {
        socketPath,
        method: request.method,
        path: pathname + search,
        headers: { ...Object.fromEntries(request.headers), host: 'control', 'content-length': body.length },
        agent: false,
      },
      resolve,
    )
      .on('error', (error) =>
        reject(new BivouacError('control.unreachable', `The server broke off: ${messageOf(error)}`)),
      )
      .end(body);
  });
}

function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
      socket.destroy();
      reject(new BivouacError('control.unreachable', `The server at ${socketPath} does not accept`));
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Nobody there, or left over by a server that was killed.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(false);
      else if (error.code === 'EACCES') {
        reject(new BivouacError('control.unreachable', `This user may not use ${socketPath}: try as root`));
      } else reject(new BivouacError('control.unreachable', `${socketPath}: ${messageOf(error)}`));
    });
  });
}
