/** What stands in the place of a secret. */
const VEIL = '***';

/** Names of fields that hold secrets, in any of the documents. */
const SECRET_NAME = /pass|pwd|secret|token|key|code|auth|cred|cert|pin$|otp|ticket/i;

/** Deeper nesting is nobody's request. */
const DEPTH_MAX = 20;

/** Longer bodies are not taken apart, UTF-16 units. */
const CONTENT_MAX_UNITS = 65_536;

/** A request as it may be kept: by the names of its fields, values that may be secrets are replaced. */
export function withoutSecrets({
  endpoint,
  content,
}: {
  readonly endpoint: string;
  readonly content: string;
}): {
  readonly endpoint: string;
  readonly content: string;
} {
  const [path = '', query] = splitOnce(endpoint, '?');
  return {
    endpoint: query === undefined ? path : `${path}?${cleanForm(query)}`,
    content: cleanContent(content),
  };
}

function cleanContent(content: string): string {
  if (content.trim() === '') return '';
  if (content.length > CONTENT_MAX_UNITS) return `(${content.length} characters)`;
  try {
    return JSON.stringify(cleanValue(JSON.parse(content), 0));
  } catch {
    // Neither JSON nor a form: nobody knows what is in it.
    return /^[\w.~%+-]+=[^\s<>{}]*$/.test(content) ? cleanForm(content) : `(${content.length} characters)`;
  }
}

function cleanValue(value: unknown, depth: number): unknown {
  if (depth > DEPTH_MAX) return VEIL;
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) ? veiled(inner) : cleanValue(inner, depth + 1),
    ]),
  );
}

/** Whether there was something is worth knowing. */
function veiled(value: unknown): unknown {
  return value === '' || value === null ? value : VEIL;
}

function cleanForm(form: string): string {
  return form
    .split('&')
    .map((field) => {
      const [name = '', value] = splitOnce(field, '=');
      return value !== undefined && SECRET_NAME.test(decoded(name)) ? `${name}=${VEIL}` : field;
    })
    .join('&');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    // Broken escapes hide the name: take it for one of a secret.
    return 'secret';
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
