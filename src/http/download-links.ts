import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { randomCode } from '../core/ids.ts';

export interface LinkedFile {
  readonly fileName: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export interface LinkOrder {
  readonly file: LinkedFile;
  /** True when a private key is in it: it is then never handed out without TLS. */
  readonly holdsKey: boolean;
  readonly lifeMs: number;
  /** Told once, when the first device takes the file. */
  readonly onTaken?: (remoteAddress: string) => void;
}

/**
 * Links that give a file to the first device that asks, once. Kept in memory: they live for minutes, and a
 * restart ends them, which is safe.
 */
export interface DownloadLinks {
  /** The token is shown once, and kept as a hash. @throws BivouacError `link.too_many`. */
  add(order: LinkOrder): { readonly token: string; readonly expiresMs: number };
  /** Whether the link is there, for a page that shows it. Uses nothing up. */
  has(token: string): boolean;
  /** The file, for the first address that asks; undefined for a link that is unknown, over, or another's. */
  take(
    token: string,
    from: { readonly remoteAddress: string; readonly isTls: boolean },
  ): LinkedFile | undefined;
}

interface Link extends LinkOrder {
  /** By the monotonic clock: a wall clock that is put right must not end or prolong a link. */
  readonly expiresMonotonicMs: number;
  takenBy: string | undefined;
  takenUntilMs: number;
}

/** Letters and digits that survive every QR reader, URL and clipboard; 26 of them are 128 bits. */
const TOKEN_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const TOKEN_LENGTH = 26;
/** A package has 10 KB; a whole team on its first day fits, and a mistake in a script stays small. */
const LINKS_MAX = 200;
/** A phone that lost the Wi-Fi in the middle, or whose browser asks twice, may ask again for so long. */
const REPEAT_MS = 120_000;

export function createDownloadLinks({ clock }: { readonly clock: Clock }): DownloadLinks {
  const links = new Map<string, Link>();

  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const [key, link] of links) if (nowMs >= endOf(link)) links.delete(key);
  }

  return {
    add(order) {
      sweep();
      if (links.size >= LINKS_MAX) throw new BivouacError('link.too_many');
      const token = randomCode(TOKEN_LENGTH, TOKEN_ALPHABET);
      const expiresMonotonicMs = clock.monotonicMs() + order.lifeMs;
      links.set(keyOf(token), { ...order, expiresMonotonicMs, takenBy: undefined, takenUntilMs: 0 });
      return { token, expiresMs: clock.now() + order.lifeMs };
    },
    has(token) {
      sweep();
      return links.has(keyOf(token));
    },
    take(token, { remoteAddress, isTls }) {
      sweep();
      const link = links.get(keyOf(token));
      if (link === undefined || (link.holdsKey && !isTls)) return undefined;
      if (link.takenBy === undefined) {
        link.takenBy = remoteAddress;
        link.takenUntilMs = clock.monotonicMs() + REPEAT_MS;
        link.onTaken?.(remoteAddress);
      }
      return link.takenBy === remoteAddress ? link.file : undefined;
    },
  };
}

function endOf(link: Link): number {
  return link.takenBy === undefined ? link.expiresMonotonicMs : link.takenUntilMs;
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
