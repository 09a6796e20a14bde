/**
 * What auth needs of the kit's root key (`pki/root-key.ts` has this shape): secrets at rest are sealed under it,
 * and every kind of token and code has a key of its own that is derived from it.
 */
export interface Sealer {
  /** `context` says whose it is (an id): a sealed text that is moved to somebody else does not open there. */
  seal(purpose: string, context: string, secret: Uint8Array): Buffer;
  /** Throws when it was sealed under another key, for another purpose or context, or was changed. */
  unseal(purpose: string, context: string, sealed: Uint8Array): Buffer;
  /** 32 bytes that only this root key and this purpose give. */
  derive(purpose: string): Buffer;
}
