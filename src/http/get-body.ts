import type { IncomingMessage } from 'node:http';
import { BivouacError } from '../core/errors.ts';

/**
 * A GET with a body, which FreeTAKServer's document asks for and the Request of the fetch standard cannot
 * hold: the message it came from is kept beside it, until somebody asks or the request is forgotten.
 */
const messages = new WeakMap<Request, IncomingMessage>();

/** JSON that names a user; more is nobody's question, bytes. */
const GET_BODY_MAX_BYTES = 16 * 1_024;

export function keepGetBody(request: Request, message: IncomingMessage): void {
  if (message.method === 'GET' && Number(message.headers['content-length'] ?? 0) > 0) {
    messages.set(request, message);
  }
}

/** The body of a GET, '' for none. @throws BivouacError `request.too_large` */
export async function readGetBody(request: Request): Promise<string> {
  const message = messages.get(request);
  if (message === undefined) return '';
  if (Number(message.headers['content-length']) > GET_BODY_MAX_BYTES) {
    throw new BivouacError('request.too_large', `At most ${GET_BODY_MAX_BYTES} bytes are taken here`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
