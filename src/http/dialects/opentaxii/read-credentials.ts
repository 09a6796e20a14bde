import type { AppContext } from '../../env.ts';
import { mediaTypeOf } from '../../request-fields.ts';

/** What a client sent to get a token, under whatever media type; undefined unless both are there. */
export async function readCredentials(
  c: AppContext,
): Promise<{ readonly username: string; readonly password: string } | undefined> {
  const fields = await fieldsOf(c);
  const username = fields['username'];
  const password = fields['password'];
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return username === '' || password === '' ? undefined : { username, password };
}

async function fieldsOf(c: AppContext): Promise<Readonly<Record<string, unknown>>> {
  switch (mediaTypeOf(c)) {
    case 'application/json':
      return fromJson(await c.req.text()) ?? {};
    case 'application/x-www-form-urlencoded':
      return fromForm(await c.req.text());
    case 'multipart/form-data':
      return fromMultipart(c);
    default: {
      // Clients that name another type or none mean one of the two [OpenTAXII issue 219].
      const text = await c.req.text();
      return fromJson(text) ?? fromForm(text);
    }
  }
}

function fromJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return undefined;
  }
}

function fromForm(text: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(new URLSearchParams(text));
}

async function fromMultipart(c: AppContext): Promise<Readonly<Record<string, unknown>>> {
  try {
    return Object.fromEntries(await c.req.raw.formData());
  } catch {
    return {};
  }
}
