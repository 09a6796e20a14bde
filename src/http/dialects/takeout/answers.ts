import type { RefusalShape } from '../../env.ts';

/** As Go's `http.Error` writes it: one line of text. */
export function textAnswer(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

/** With the line end that Go's encoder writes. */
export function jsonAnswer(body: object): Response {
  return new Response(`${JSON.stringify(body)}\n`, { headers: { 'content-type': 'application/json' } });
}

/**
 * Refusals in TakeoutFM's words (v0.26.0). What was wrong with a token is not told, and a missing one is 401
 * like a bad one: programs are not sent to a page.
 */
export const takeoutRefusal: RefusalShape = ({ status, message }) => {
  switch (status) {
    case 401:
      return textAnswer(401, 'unauthorized');
    case 403:
      return textAnswer(403, 'access denied');
    case 404:
      return textAnswer(404, 'not found');
    default:
      return textAnswer(status, message);
  }
};
