import { BivouacError } from '../core/errors.ts';
import type { AppContext } from './env.ts';

/**
 * Refuses a body of more than `maxBytes`: at once where the client states its length (node holds it to that),
 * and for a chunked one by reading no further than that.
 */
export async function limitBody(c: AppContext, maxBytes: number): Promise<void> {
  const stated = c.req.header('content-length');
  if (stated !== undefined && Number(stated) > maxBytes) throw tooLarge(maxBytes);
  if (c.req.header('transfer-encoding') === undefined || c.req.raw.body === null) return;

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const { method, headers } = c.req.raw;
  c.req.raw = new Request(c.req.url, { method, headers, body: Buffer.concat(chunks) });
}

function tooLarge(maxBytes: number): BivouacError {
  return new BivouacError('request.too_large', `At most ${maxBytes} bytes are taken here`, { maxBytes });
}
