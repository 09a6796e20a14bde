import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuditLog } from '../../../auth/audit.ts';
import { estimateBits } from '../../../auth/password-policy.ts';
import { type Actor, CONSOLE } from '../../../auth/ports.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { AppDeps } from '../../app-deps.ts';

/** One key for everybody who knows it: it has to be beyond guessing by far, bits. */
const KEY_MIN_BITS = 128;
/** Of a key that we make. */
const KEY_BYTES = 32;
/** Longer texts are nobody's key, UTF-16 units. */
const KEY_MAX_UNITS = 512;

const SETTING = 'fts.websocketkey';
/** Hash of the configured key at the last start; '' for none. */
const SEEN_SETTING = 'fts.websocketkey_configured';

/** What a rotation leaves behind: hashes, of a text that nobody guesses. */
interface Kept {
  readonly hash: string;
  /** Of the configured key that it took the place of; '' where there was none. */
  readonly insteadOf: string;
}

/** FreeTAKServer's `websocketkey`: the key of the configuration, or the one that the last rotation made. */
export interface WebsocketKey {
  isKey(text: string): Promise<boolean>;
  /** A new key, shown once; the one before is over. A key that is configured later counts again. */
  rotate(by: Actor): Promise<string>;
  /** Writes into the audit log whether the configuration holds another key than at the last start. */
  noteConfigured(): Promise<void>;
  /** Called when the key that was good is not any more. */
  onRotated(listener: () => void): void;
}

/** @throws BivouacError `config.invalid` for a key that can be guessed, such as FreeTAKServer's own */
export function createWebsocketKey({
  configured,
  settings,
  audit,
  clock,
  log,
}: {
  readonly configured: string;
  readonly settings: Pick<AppDeps['settings'], 'get' | 'set'>;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly clock: Clock;
  readonly log: Log;
}): WebsocketKey {
  if (configured !== '' && estimateBits(configured) < KEY_MIN_BITS) {
    throw new BivouacError(
      'config.invalid',
      `compat.freetakserver.websocketkey: this key can be guessed; take ${KEY_MIN_BITS} random bits or more (openssl rand -base64 32), or none and one token for each program`,
    );
  }
  const configuredHash = configured === '' ? '' : hashOf(configured);
  const listeners = new Set<() => void>();

  async function goodHash(): Promise<string> {
    const kept = (await settings.get(SETTING)) as Partial<Kept> | undefined;
    return kept?.hash !== undefined && kept.insteadOf === configuredHash ? kept.hash : configuredHash;
  }

  return {
    async isKey(text) {
      if (text === '' || text.length > KEY_MAX_UNITS) return false;
      const good = await goodHash();
      return good !== '' && timingSafeEqual(Buffer.from(good, 'hex'), Buffer.from(hashOf(text), 'hex'));
    },
    async rotate(by) {
      const key = randomBytes(KEY_BYTES).toString('base64url');
      const value = { hash: hashOf(key), insteadOf: configuredHash };
      const entry = audit.entry(by, 'websocketkey.rotate');
      await settings.set({ key: SETTING, value, nowMs: clock.now(), audit: entry });
      log.info('fts.websocketkey_rotated', { by: by.name });
      for (const listener of listeners) listener();
      return key;
    },
    async noteConfigured() {
      const seen = (await settings.get(SEEN_SETTING)) ?? '';
      if (seen === configuredHash) return;
      const change = seen === '' ? 'set' : configuredHash === '' ? 'removed' : 'replaced';
      const entry = audit.entry(CONSOLE, 'websocketkey.configure', { detail: { change } });
      await settings.set({ key: SEEN_SETTING, value: configuredHash, nowMs: clock.now(), audit: entry });
    },
    onRotated(listener) {
      listeners.add(listener);
    },
  };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
