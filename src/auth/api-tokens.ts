import type { Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import { newId, randomCode } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { ApiTokenRecord } from '../store/repositories/api-tokens.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import { foldName } from './names.ts';
import { estimateBits } from './password-policy.ts';
import type { createRegulation } from './regulation.ts';
import type { RevocationCenter } from './revoke.ts';
import { CLOCK_TOLERANCE_MS } from './session-lives.ts';
import { type ApiTokens, type ApiTokenView, TOKEN_SCOPES, type TokenScope } from './session-ports.ts';
import type { TokenKeys } from './token-keys.ts';
import { userOf } from './user-view.ts';

const DAY_MS = 24 * 60 * 60_000;

/** As RPort has it, milliseconds. */
export const API_TOKEN_LIFE_MS = 365 * DAY_MS;
export const API_TOKEN_LIFE_MAX_MS = 2 * API_TOKEN_LIFE_MS;

/** As RPort has it. */
const NAME_MAX_CHARS = 250;

const PREFIX_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PREFIX_CHARS = 8;

/** A chosen token is a password that nobody has to remember: as strong as one, bits. */
const CHOSEN_MIN_BITS = 60;

/** Longer texts are nobody's token, UTF-16 units. */
const TOKEN_MAX_UNITS = 512;

/** `last used` is written at most once in so long, milliseconds: a script that polls must not wear out the card. */
const USE_WRITE_PERIOD_MS = 60 * 60_000;

/** Our own form: nobody guesses it, so a wrong one is an old one. */
const OWN_FORM = /^[a-z0-9]{8}_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Personal tokens as the CoT socket takes them. */
export interface StreamTokens {
  /** The scope, when this is a good token of this principal for the stream. */
  scopeOf(token: string, principalId: string): Promise<TokenScope | undefined>;
}

export interface ApiTokensDesk extends ApiTokens, StreamTokens {}

export function createApiTokens({
  store,
  keys,
  regulation,
  audit,
  clock,
  log,
  allowsWeak,
  revocation,
}: {
  readonly store: Pick<Store, 'apiTokens'>;
  readonly keys: TokenKeys;
  readonly regulation: ReturnType<typeof createRegulation>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether an operator may choose a token that is easy to guess. */
  readonly allowsWeak: () => boolean;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
}): ApiTokensDesk {
  type Order = { readonly principalId: string; readonly name: string; readonly scope: string };

  async function add(
    order: Order & { readonly expiresMs?: number | undefined },
    token: string,
    prefix: string,
    isChosen: boolean,
    by: Parameters<AuditLog['entry']>[0],
  ): Promise<ApiTokenView> {
    const name = nameOf(order.name);
    const scope = scopeOf(order.scope);
    const nowMs = clock.now();
    const expiresMs = order.expiresMs ?? nowMs + API_TOKEN_LIFE_MS;
    if (!(expiresMs > nowMs) || expiresMs > nowMs + API_TOKEN_LIFE_MAX_MS) {
      throw new BivouacError('token.expiry_invalid');
    }
    const record = await store.apiTokens.add({
      prefix,
      principalId: order.principalId,
      name,
      hash: keys.hashOf('api-token', token),
      scope,
      expiresMs,
      replacesSameName: isChosen,
      audit: audit.entry(by, 'token.create', {
        targetId: order.principalId,
        detail: { prefix, name, scope, expiresMs, isChosen },
      }),
    });
    await ended(order.principalId, record.replaced);
    return viewOf(record);
  }

  /** Connections that were opened by one of these tokens end with it. */
  async function ended(principalId: string, prefixes: readonly string[]): Promise<void> {
    if (prefixes.length === 0) return;
    const over = { cause: 'signed_out', scope: 'sessions', serials: [], sessionIds: prefixes } as const;
    await revocation.announce({ principalId, ...over });
  }

  /** Late, or made while the clock was ahead: then nobody knows how old it is. */
  function isOver({ createdMs, expiresMs }: ApiTokenRecord): boolean {
    const nowMs = clock.now();
    return nowMs >= expiresMs || createdMs > nowMs + CLOCK_TOLERANCE_MS;
  }

  function noteUse({ prefix, lastUsedMs }: ApiTokenRecord): void {
    const atMs = clock.now();
    if (lastUsedMs !== null && Math.abs(atMs - lastUsedMs) < USE_WRITE_PERIOD_MS) return;
    store.apiTokens
      .used({ prefix, atMs })
      .catch((error) => log.warnRarely('token_use', 'auth.use_not_kept', { error: messageOf(error) }));
  }

  return {
    async create(order, by) {
      const prefix = randomCode(PREFIX_CHARS, PREFIX_ALPHABET);
      const token = `${prefix}_${newId()}`;
      return { ...(await add(order, token, prefix, false, by)), token };
    },

    async adopt({ token, ...order }, by) {
      const isWeak = token.length > TOKEN_MAX_UNITS || estimateBits(token) < CHOSEN_MIN_BITS;
      if (token === '' || (isWeak && !allowsWeak())) throw new BivouacError('token.weak');
      return add(order, token, randomCode(PREFIX_CHARS, PREFIX_ALPHABET), true, by);
    },

    async rename({ principalId, prefix, name: rawName }, by) {
      const name = nameOf(rawName);
      const record = await store.apiTokens.rename({
        principalId,
        prefix,
        name,
        audit: audit.entry(by, 'token.rename', { targetId: principalId, detail: { prefix, name } }),
      });
      return viewOf(record);
    },

    async remove({ principalId, prefix }, by) {
      const { scope } = await store.apiTokens.remove({
        principalId,
        prefix,
        audit: audit.entry(by, 'token.remove', { targetId: principalId, detail: { prefix } }),
      });
      await ended(principalId, [prefix]);
      // A socket of the stream does not know by which token it came in: those that may have come by it sign in again.
      if (isForStream(scope)) {
        await revocation.announce({ principalId, cause: 'signed_out', scope: 'password', serials: [] });
      }
    },

    async scopeOf(token, principalId) {
      if (token.length > TOKEN_MAX_UNITS) return undefined;
      const facts = await store.apiTokens.find(keys.hashOf('api-token', token));
      const isGood =
        facts !== undefined &&
        !facts.isVoid &&
        facts.principal.id === principalId &&
        isForStream(facts.token.scope) &&
        !isOver(facts.token);
      if (!isGood) return undefined;
      noteUse(facts.token);
      return facts.token.scope as TokenScope;
    },

    list: async (principalId) => (await store.apiTokens.list(principalId)).map(viewOf),

    async check({ token, username, remote }) {
      const place = placeOf(remote);
      const nameKey = username && foldName(username.slice(0, TOKEN_MAX_UNITS).toWellFormed());
      // Only chosen tokens can be guessed; who tries them is held back like who tries passwords.
      const isGuessable = allowsWeak() && !OWN_FORM.test(token);
      const userKey = nameKey ?? `token\n${place.key}`;
      const restraint = isGuessable ? regulation.restraint(userKey, place) : undefined;
      if (restraint !== undefined) return { refused: 'banned', retryAfterMs: restraint.retryAfterMs };
      const facts =
        token === '' || token.length > TOKEN_MAX_UNITS
          ? undefined
          : await store.apiTokens.find(keys.hashOf('api-token', token));
      if (facts === undefined || (nameKey !== undefined && foldName(facts.principal.name) !== nameKey)) {
        if (isGuessable) regulation.failed({ place, userKey, principalId: null, method: 'api_token' });
        return { refused: 'unknown' };
      }
      const { principal } = facts;
      const isUnclaimed = principal.role === 'administrator' && !facts.isBoxClaimed;
      if (facts.isVoid || principal.state !== 'enabled' || isUnclaimed) return { refused: 'revoked' };
      if (isOver(facts.token)) return { refused: 'expired' };
      noteUse(facts.token);
      return { user: userOf(principal), token: viewOf(facts.token) };
    },
  };
}

function isForStream(scope: string): boolean {
  return scope.startsWith('cot');
}

function nameOf(raw: string): string {
  const name = raw.trim();
  if (name === '' || [...name].length > NAME_MAX_CHARS || !name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new BivouacError('token.name_invalid');
  }
  return name;
}

function scopeOf(raw: string): TokenScope {
  const scope = TOKEN_SCOPES.find((one) => one === raw);
  if (scope === undefined) throw new BivouacError('token.scope_invalid');
  return scope;
}

function viewOf({ prefix, name, scope, createdMs, expiresMs, lastUsedMs }: ApiTokenRecord): ApiTokenView {
  return { prefix, name, scope: scope as TokenScope, createdMs, expiresMs, lastUsedMs };
}
