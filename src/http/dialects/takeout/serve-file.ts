import type { OpenMediaFile } from '../../../packages/media-folder.ts';
import { attachment } from '../../attachment.ts';
import { byteRangeOf } from './byte-range.ts';
import { isShownInBrowser, mediaTypeOfName } from './media-type.ts';

/** The bytes of a file, whole or in part, as players ask for them. Closes the file in every case. */
export async function serveFile(
  file: OpenMediaFile,
  request: { readonly method: string; readonly range: string | undefined },
): Promise<Response> {
  const type = mediaTypeOfName(file.path);
  const headers: Record<string, string> = {
    'content-type': type,
    'accept-ranges': 'bytes',
    'last-modified': new Date(file.modifiedMs).toUTCString(),
    'cache-control': 'private, no-store',
    'content-security-policy': "default-src 'none'; sandbox",
    ...(isShownInBrowser(type) ? {} : { 'content-disposition': attachment(nameOf(file.path)) }),
  };
  const range = byteRangeOf(request.range, file.bytes);
  if (range === 'unsatisfiable') {
    await file.close();
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${file.bytes}` } });
  }
  const { first, last } = range ?? { first: 0, last: file.bytes - 1 };
  headers['content-length'] = String(last - first + 1);
  if (range !== undefined) headers['content-range'] = `bytes ${first}-${last}/${file.bytes}`;
  const status = range === undefined ? 200 : 206;
  if (request.method === 'HEAD' || file.bytes === 0) {
    await file.close();
    return new Response(null, { status, headers });
  }
  return new Response(file.stream(first, last), { status, headers });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
