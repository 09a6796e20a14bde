import type { AppContext } from '../../env.ts';
import { mediaTypeOf } from '../../request-fields.ts';
import { textAnswer } from './answers.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object in a body, or the answer to what is none: as Flask does, it has to be called JSON. */
export function jsonBodyOf(c: AppContext, body: string): JsonObject | Response {
  if (mediaTypeOf(c) !== 'application/json') {
    return errorPage(
      415,
      'Unsupported Media Type',
      'The body of this request has to be of type application/json.',
    );
  }
  try {
    const value: unknown = JSON.parse(body);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  return errorPage(400, 'Bad Request', 'The body of this request is no JSON object.');
}

/** `systemUsers` of a body: a list of objects, as all of its calls have it. */
export function systemUsersOf({ systemUsers }: JsonObject): readonly JsonObject[] | undefined {
  return Array.isArray(systemUsers) && systemUsers.every(isObject) ? systemUsers : undefined;
}

export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As Flask writes its error pages. */
export function errorPage(status: number, name: string, sentence: string): Response {
  return textAnswer(
    status,
    `<!doctype html>\n<html lang=en>\n<title>${status} ${name}</title>\n<h1>${name}</h1>\n<p>${sentence}</p>\n`,
  );
}
