import type { RefusalShape } from '../../env.ts';

/** Answers as FreeTAKServer 2.2.1 sends them: most of what it calls JSON says that it is HTML. */

const HTML = { 'content-type': 'text/html; charset=utf-8' };

export function textAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, { status, headers: { ...HTML, ...headers } });
}

/** What its handlers make with Python's `json.dumps`: JSON with spaces, sent as HTML. */
export function dumpedAnswer(value: unknown): Response {
  return textAnswer(200, dumped(value));
}

/** What its handlers return as a dictionary. */
export function messageAnswer(status: number, message: string): Response {
  return new Response(`${JSON.stringify({ message })}\n`, {
    status,
    headers: { 'content-type': 'application/json' },
  });
}

/** What is missing or wrong with a token is not told: 401 is always the same. */
export const ftsRefusal: RefusalShape = ({ status, message }) => {
  if (status === 401) {
    const challenge = { 'www-authenticate': 'Bearer realm="Authentication Required"' };
    return textAnswer(401, 'Unauthorized Access', challenge);
  }
  return textAnswer(status, message);
};

/** JSON as Python writes it by default: `, ` and `: ` between its parts, and ASCII only. */
export function dumped(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(dumped).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${dumped(name)}: ${dumped(member)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replaceAll(
    /[\u{80}-\u{FFFF}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
