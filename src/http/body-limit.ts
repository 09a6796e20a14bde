import { BivouacError } from '../core/errors.ts';
import type { AppContext } from './env.ts';
import { MAX_BUFFERED_BODY_BYTES } from './limits.ts';

/**
 * Refuses a body of more than `maxBytes`: at once where the client states its length (node holds it to that).
 * A chunked one is read first where little is allowed; where much is, it stays a stream that fails at the
 * limit with the same error.
 */
export async function limitBody(c: AppContext, maxBytes: number): Promise<void> {
  const stated = c.req.header('content-length');
  if (stated !== undefined && Number(stated) > maxBytes) throw tooLarge(maxBytes);
  const body = c.req.raw.body;
  if (c.req.header('transfer-encoding') === undefined || body === null) return;

  const limited = body.pipeThrough(limitingStream(maxBytes));
  const isSmall = maxBytes <= MAX_BUFFERED_BODY_BYTES;
  const { method, headers, signal } = c.req.raw;
  c.req.raw = new Request(c.req.url, {
    method,
    headers,
    signal,
    body: isSmall ? await bytesOf(limited) : limited,
    duplex: 'half',
  } as RequestInit);
}

function limitingStream(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > maxBytes) controller.error(tooLarge(maxBytes));
      else controller.enqueue(chunk);
    },
  });
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(maxBytes: number): BivouacError {
  return new BivouacError('request.too_large', `At most ${maxBytes} bytes are taken here`, { maxBytes });
}
