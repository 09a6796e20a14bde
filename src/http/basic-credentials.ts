export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * User and password of an `Authorization: Basic` header (RFC 7617), as UTF-8. Undefined when the header is
 * absent or of another kind: that counts as "no credentials", not as a failed attempt.
 */
export function parseBasic(header: string | undefined): BasicCredentials | undefined {
  const match = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '');
  if (match === null) return undefined;
  const text = Buffer.from(match[1]!, 'base64').toString('utf8');
  // The user name cannot hold a colon, the password can.
  const at = text.indexOf(':');
  if (at < 1) return undefined;
  return { username: text.slice(0, at), password: text.slice(at + 1) };
}
