import { isIP } from 'node:net';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { PasskeyFacts, PasskeyRecord } from '../store/repositories/passkeys.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { Completion } from './completion.ts';
import { tellFactorAdded, tellFactorRemoved } from './factor-notices.ts';
import { foldName } from './names.ts';
import type { Notices } from './notices.ts';
import { CHALLENGE_LIFE_MS, createPasskeyChallenges } from './passkey-challenges.ts';
import type { Passkeys, PasskeyView } from './passkey-ports.ts';
import { stateRefusal } from './password-login.ts';
import { STEP_UP_MS } from './permissions.ts';
import type { RevocationCenter } from './revoke.ts';
import type { Attempt, SignInLedger } from './sign-in-ledger.ts';
import type { Visitor } from './sign-in-ports.ts';
import { refusal } from './sign-in-refusal.ts';

/** COSE numbers of ES256, RS256 and EdDSA: what phones, computers and keys on a ring have. */
const ALGORITHMS = [-7, -257, -8];

/** Longest name that somebody gives a passkey, characters. */
const NAME_MAX_CHARS = 64;

type Purpose = { readonly is: 'sign_in' } | { readonly is: 'add'; readonly principalId: string };

export function createPasskeys({
  store,
  ledger,
  complete,
  revocation,
  audit,
  notices,
  kitName,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'passkeys' | 'principals'>;
  readonly ledger: SignInLedger;
  readonly complete: Completion;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly audit: AuditLog;
  readonly notices: Notices;
  readonly kitName: () => string;
  readonly clock: Clock;
  readonly log: Log;
}): Passkeys {
  const challenges = createPasskeyChallenges<Purpose>(clock);

  async function personOf(principalId: string): Promise<{ id: string; name: string }> {
    const principal = await store.principals.byId(principalId);
    if (principal?.state !== 'enabled') throw new BivouacError('user.unknown');
    return principal;
  }

  /** The new counter when the response is good; undefined otherwise. */
  async function verify(
    { passkey }: PasskeyFacts,
    origin: string,
    response: AuthenticationResponseJSON,
  ): Promise<number | undefined> {
    const { id, publicKey, counter, rpId } = passkey;
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: (challenge) => challenges.take(challenge)?.is === 'sign_in',
        expectedOrigin: origin,
        expectedRPID: rpId,
        credential: { id, publicKey: Uint8Array.from(publicKey), counter },
        requireUserVerification: true,
      });
      return verified ? authenticationInfo.newCounter : undefined;
    } catch (error) {
      // Garbage, another page's, a copied key: all are refused alike.
      log.debug('auth.passkey_refused', { error: messageOf(error) });
      return undefined;
    }
  }

  function attemptOf(offer: Visitor, name: string | undefined): Attempt {
    const place = placeOf(offer.remote);
    const userKey = name === undefined ? `passkey\n${place.key}` : foldName(name);
    return {
      place,
      userKey,
      device: undefined,
      action: `${offer.door}.login`,
      detail: { method: 'passkey' },
    };
  }

  return {
    isPossibleAt: (origin) => hostOf(origin) !== undefined,

    async beginAdd({ principalId, authenticatedMs, origin }) {
      const rpID = requireHost(origin);
      const ageMs = clock.now() - authenticatedMs;
      if (ageMs < 0 || ageMs > STEP_UP_MS) throw new BivouacError('auth.step_up');
      const { id, name } = await personOf(principalId);
      const known = await store.passkeys.list(principalId);
      return generateRegistrationOptions({
        rpName: kitName(),
        rpID,
        userName: name,
        userDisplayName: name,
        userID: Uint8Array.from(Buffer.from(id)),
        challenge: fromBase64url(challenges.issue({ is: 'add', principalId })),
        timeout: CHALLENGE_LIFE_MS,
        attestationType: 'none',
        excludeCredentials: known.map((passkey) => ({ id: passkey.id, transports: [...passkey.transports] })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
      });
    },

    async finishAdd({ principalId, name: rawName, origin, response }, by) {
      const rpId = requireHost(origin);
      const principal = await personOf(principalId);
      const isOurs = (challenge: string) => {
        const purpose = challenges.take(challenge);
        return purpose?.is === 'add' && purpose.principalId === principalId;
      };
      const info = await registrationOf(response as RegistrationResponseJSON, isOurs, origin, rpId, log);
      const name = rawName.trim().slice(0, NAME_MAX_CHARS).toWellFormed() || 'Passkey';
      const { id, publicKey, counter, transports = [] } = info;
      const record = await store.passkeys.add({
        passkey: { id, principalId, name, rpId, publicKey, counter, transports: transports.map(String) },
        audit: audit.entry(by, 'passkey.add', {
          targetId: principalId,
          target: principal.name,
          detail: { id, rpId },
        }),
      });
      tellFactorAdded(notices, principal, 'passkey');
      return viewOf(record);
    },

    async beginSignIn(origin) {
      return generateAuthenticationOptions({
        rpID: requireHost(origin),
        challenge: fromBase64url(challenges.issue({ is: 'sign_in' })),
        timeout: CHALLENGE_LIFE_MS,
        userVerification: 'required',
      });
    },

    async finishSignIn(offer) {
      const response = offer.response as AuthenticationResponseJSON;
      const id = idOf(offer.response);
      const facts = id === undefined ? undefined : await store.passkeys.find(id);
      const attempt = attemptOf(offer, facts?.principal.name);
      const restraint = ledger.restraint(attempt);
      if (restraint !== undefined) return refusal(restraint.cause, undefined, restraint.retryAfterMs);
      const counter =
        facts !== undefined && hostOf(offer.origin) === facts.passkey.rpId
          ? await verify(facts, offer.origin, response)
          : undefined;
      if (facts === undefined || counter === undefined) {
        ledger.refused(attempt, facts?.principal, '', 'wrong_password');
        return refusal('wrong_password');
      }
      const { principal, isBoxClaimed } = facts;
      const cause = stateRefusal({ principal, isBoxClaimed, allowsUnconfirmed: false });
      if (cause !== undefined) {
        ledger.refused(attempt, principal, '', cause);
        return refusal(cause);
      }
      if (!(await store.passkeys.used({ id: facts.passkey.id, counter, nowMs: clock.now() }))) {
        ledger.refused(attempt, principal, '', 'wrong_password');
        return refusal('wrong_password');
      }
      return {
        state: 'signed_in',
        proof: complete({ attempt, principal, methods: ['passkey'], visitor: offer }),
      };
    },

    list: async (principalId) => (await store.passkeys.list(principalId)).map(viewOf),

    async remove({ principalId, id, exceptSessionId }, by) {
      const principal = await store.principals.byId(principalId);
      const isGone =
        principal !== undefined &&
        (await store.passkeys.remove({
          id,
          principalId,
          keepSessionId: exceptSessionId ?? null,
          audit: audit.entry(by, 'passkey.remove', {
            targetId: principalId,
            target: principal.name,
            detail: { id },
          }),
        }));
      if (!isGone) throw new BivouacError('passkey.unknown');
      await revocation.announce({
        principalId,
        cause: 'factor_changed',
        scope: 'password',
        serials: [],
        ...(exceptSessionId === undefined ? {} : { exceptSessionId }),
      });
      tellFactorRemoved(notices, principal, 'passkey');
    },
  };
}

async function registrationOf(
  response: RegistrationResponseJSON,
  expectedChallenge: (challenge: string) => boolean,
  expectedOrigin: string,
  expectedRPID: string,
  log: Log,
) {
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge,
      expectedOrigin,
      expectedRPID,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (registrationInfo !== undefined) return registrationInfo.credential;
  } catch (error) {
    log.debug('auth.passkey_refused', { error: messageOf(error) });
  }
  throw new BivouacError('passkey.refused');
}

function requireHost(origin: string): string {
  const host = hostOf(origin);
  if (host === undefined) throw new BivouacError('passkey.impossible');
  return host;
}

/** The name that passkeys of this origin are bound to; undefined where no browser would make one. */
function hostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, hostname, origin: plain } = new URL(origin);
  const isSecure = protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost');
  const isAddress = isIP(hostname) !== 0 || hostname.startsWith('[');
  return isSecure && !isAddress && plain === origin ? hostname : undefined;
}

/** The credential id in what a browser sent, whatever it is. */
function idOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('id' in response)) return undefined;
  return typeof response.id === 'string' ? response.id : undefined;
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

function viewOf({ id, name, rpId, createdMs, lastUsedMs }: PasskeyRecord): PasskeyView {
  return { id, name, host: rpId, createdMs, lastUsedMs };
}
