import { randomCode } from '../core/ids.ts';
import type { Csrf } from './session-ports.ts';
import { isSameText, type TokenKeys } from './token-keys.ts';

const NONCE_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 80 bits: two pages never share one, so a token says nothing about another. */
const NONCE_CHARS = 16;

/** Stateless: the binding and a nonce under a key of its own. It is worth as much as its session lives. */
export function createCsrf(keys: TokenKeys): Csrf {
  const tokenOf = (nonce: string, binding: string) =>
    `${nonce}.${keys.macOf('csrf', JSON.stringify([nonce, binding])).toString('base64url')}`;
  return {
    issue: (binding) => tokenOf(randomCode(NONCE_CHARS, NONCE_ALPHABET), binding),
    isGood(token, binding) {
      const [nonce = ''] = token.split('.');
      return nonce.length === NONCE_CHARS && isSameText(token, tokenOf(nonce, binding));
    },
  };
}
