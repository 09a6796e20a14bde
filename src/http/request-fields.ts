import { BivouacError } from '../core/errors.ts';
import type { AppContext } from './env.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Media type of the body, lower case, without parameters; '' when the request names none. */
export function mediaTypeOf(c: AppContext): string {
  return (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
}

/**
 * Named values of a body in JSON (an object) or form encoding: dialects take both. Undefined for a body of
 * another type. The body is in no message, it may hold a password.
 * @throws BivouacError `request.invalid` for what is not what it says to be
 */
export async function readFields(c: AppContext): Promise<Fields | undefined> {
  switch (mediaTypeOf(c)) {
    case 'application/json':
      return objectOf(await c.req.text());
    case 'application/x-www-form-urlencoded':
      return Object.fromEntries(new URLSearchParams(await c.req.text()));
    default:
      return undefined;
  }
}

/** As above, JSON alone, whatever the media type says; no body at all is an empty object. */
export async function readJsonObject(c: AppContext): Promise<Fields> {
  const text = await c.req.text();
  return text === '' ? {} : objectOf(text);
}

function objectOf(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BivouacError('request.invalid', 'Invalid JSON data.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BivouacError('request.invalid', 'Invalid JSON data: an object is expected.');
  }
  return value as Fields;
}

/** A text among the fields; undefined when it is absent, null or of another type. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** A list of texts; undefined when it is absent. @throws BivouacError `request.invalid` for anything else */
export function textsOf(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw new BivouacError('request.invalid', `${name}: a list of texts is expected`);
}
