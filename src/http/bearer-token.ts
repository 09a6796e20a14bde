/**
 * The token of an `Authorization: Bearer` header (RFC 6750). Undefined when the header is absent or of another
 * kind. RPort's document writes `Bearer: <TOKEN>` in its prose: taken too, for a program that believed it.
 */
export function parseBearer(header: string | undefined): string | undefined {
  return /^bearer:? +([\x21-\x7e]+) *$/i.exec(header ?? '')?.[1];
}
