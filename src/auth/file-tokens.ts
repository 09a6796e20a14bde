import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import type { CodeTokens, FileTokens } from './session-ports.ts';
import type { SignedTokens } from './signed-tokens.ts';
import type { TokenKeys } from './token-keys.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/** A path that means the same to every reader: what a file system or a proxy would rewrite is refused. */
const CANONICAL_PATH = /^\/(?!\/)(?!.*\/\/)(?!.*\/\.{1,2}(?:\/|$))[^\\\0%]*$/u;

/** Says in one URL who may read which bytes until when. Bound to its owner: it ends when the owner's rights do. */
export function createFileTokens({
  store,
  signed,
  keys,
  clock,
  lifeMs,
}: {
  readonly store: Pick<Store, 'fileUses' | 'principals'>;
  readonly signed: SignedTokens;
  readonly keys: TokenKeys;
  readonly clock: Clock;
  readonly lifeMs: () => number;
}): FileTokens {
  return {
    async issue({ user, method, path, sha256, isSingleUse = false }) {
      if (!CANONICAL_PATH.test(path) || !SHA256.test(sha256)) throw new BivouacError('request.invalid');
      const principal = await store.principals.byId(user.id);
      if (principal?.state !== 'enabled') throw new BivouacError('auth.failed');
      const expiresMs = clock.now() + lifeMs();
      const token = await signed.sign('file', {
        jti: newId(),
        expiresMs,
        claims: { sub: user.id, epoch: principal.credEpoch, method, path, sha256, once: isSingleUse },
      });
      return { token, expiresMs };
    },

    async check({ token, method, path }) {
      const verdict = await signed.verify('file', token);
      if (verdict.refused !== undefined) return { refused: verdict.refused };
      const { sub, epoch, path: itsPath, method: itsMethod, sha256, once, exp, jti } = verdict.claims;
      const isMethod = method === itsMethod || (method === 'HEAD' && itsMethod === 'GET');
      if (path !== itsPath || !isMethod || typeof sha256 !== 'string') return { refused: 'other_file' };
      const principal = await store.principals.byId(sub ?? '');
      if (principal?.state !== 'enabled' || principal.credEpoch !== epoch) return { refused: 'revoked' };
      if (once === true && method !== 'HEAD') {
        const isFirst = await store.fileUses.use({
          id: keys.hashOf('file', jti),
          expiresMs: (exp ?? 0) * 1_000,
          nowMs: clock.now(),
        });
        if (!isFirst) return { refused: 'used' };
      }
      return { sha256, principalId: principal.id };
    },
  };
}

/** The pairing itself is a row elsewhere; this only says which one the device waits for. */
export function createCodeTokens(signed: SignedTokens): CodeTokens {
  return {
    issue: ({ id, expiresMs }) =>
      signed.sign('code', { jti: newId(), expiresMs, claims: { iss: 'takeout', sub: id } }),
    async check(token) {
      const verdict = await signed.verify('code', token);
      if (verdict.refused !== undefined) return { refused: verdict.refused };
      const { sub } = verdict.claims;
      return sub === undefined ? { refused: 'malformed' } : { pairingId: sub };
    },
  };
}
