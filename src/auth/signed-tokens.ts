import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../core/clock.ts';
import type { Json } from '../store/repositories/settings.ts';
import type { TokenKeys } from './token-keys.ts';

/** Kinds of tokens that are JWTs. */
export const SIGNED_KINDS = ['ots', 'rport', 'taxii', 'takeout', 'media', 'login', 'code', 'file'] as const;
export type SignedKind = (typeof SIGNED_KINDS)[number];

/** Longer texts are nobody's token, characters. */
const TOKEN_MAX_CHARS = 4_096;

const ALGORITHM = 'HS256';

/**
 * node-tak, and CloudTAK with it, decodes a token as one piece of base64: that works where the header has a
 * multiple of three bytes [node-tak 12].
 */
const WHOLE_TRIPLES = { v: '1' } as const;

export type Claims = { readonly [claim: string]: Json };

export type SignedVerdict =
  | { readonly claims: JWTPayload & { readonly jti: string }; readonly refused?: never }
  | { readonly claims?: never; readonly refused: 'malformed' | 'expired' };

/**
 * JWTs, each kind signed with its own key and marked in `typ` and `aud`, both of which are checked. A good
 * signature alone opens nothing: `jti` is the secret that the row of the token is found by.
 */
export interface SignedTokens {
  sign(
    kind: SignedKind,
    token: {
      readonly jti: string;
      /** When the token itself says that it is over; undefined where only the row knows. */
      readonly expiresMs?: number | undefined;
      readonly claims?: Claims;
    },
  ): Promise<string>;
  verify(kind: SignedKind, token: string): Promise<SignedVerdict>;
}

export function createSignedTokens({
  keys,
  clock,
  secretOf,
}: {
  readonly keys: TokenKeys;
  readonly clock: Clock;
  /** A key that the operator set for a kind, as the documents of RPort and TakeoutFM let him. */
  readonly secretOf: (kind: SignedKind) => string | undefined;
}): SignedTokens {
  function keyOf(kind: SignedKind): Uint8Array {
    const own = secretOf(kind);
    return own === undefined ? keys.keyOf(kind) : Buffer.from(own);
  }

  return {
    sign(kind, { jti, expiresMs, claims = {} }) {
      const jwt = new SignJWT({ ...claims, aud: audienceOf(kind), jti }).setProtectedHeader({
        alg: ALGORITHM,
        typ: typeOf(kind),
        ...(kind === 'ots' ? WHOLE_TRIPLES : {}),
      });
      if (expiresMs !== undefined) jwt.setExpirationTime(Math.floor(expiresMs / 1_000));
      return jwt.sign(keyOf(kind));
    },

    async verify(kind, token) {
      if (token.length > TOKEN_MAX_CHARS) return { refused: 'malformed' };
      try {
        const { payload } = await jwtVerify(token, keyOf(kind), {
          algorithms: [ALGORITHM],
          typ: typeOf(kind),
          audience: audienceOf(kind),
          requiredClaims: ['jti'],
          currentDate: new Date(clock.now()),
        });
        const { jti } = payload;
        return typeof jti === 'string' ? { claims: { ...payload, jti } } : { refused: 'malformed' };
      } catch (error) {
        return { refused: error instanceof errors.JWTExpired ? 'expired' : 'malformed' };
      }
    },
  };
}

/** What the token says it is; nothing is verified. Undefined for what is no JWT of ours. */
export function signedKindOf(token: string): SignedKind | undefined {
  if (token.length > TOKEN_MAX_CHARS) return undefined;
  try {
    const { typ } = decodeProtectedHeader(token);
    return SIGNED_KINDS.find((kind) => typeOf(kind) === typ);
  } catch {
    return undefined;
  }
}

function typeOf(kind: SignedKind): string {
  return `${kind}+jwt`;
}

function audienceOf(kind: SignedKind): string {
  return `bivouac/${kind}`;
}
