import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { generateSync } from 'otplib';
import type { AuthDeps } from '../../src/auth/auth.ts';
import type { Notice } from '../../src/auth/notices.ts';
import { CONSOLE, type RevocationNotice } from '../../src/auth/ports.ts';
import {
  type AuthSettings,
  DEFAULT_AUTH_SETTINGS,
  type SecondFactorSettings,
} from '../../src/auth/settings.ts';
import type { Challenge, Door, Proof, SignInResult } from '../../src/auth/sign-in-ports.ts';
import { GOOD_PASSWORD, openAuth } from './auth-fixture.ts';

export const PHONE = { remote: '10.42.0.17:51234', userAgent: 'phone' };

/** The default settings with other second factors. */
export function withFactors(changes: Partial<SecondFactorSettings>): AuthSettings {
  return {
    ...DEFAULT_AUTH_SETTINGS,
    secondFactor: { ...DEFAULT_AUTH_SETTINGS.secondFactor, ...changes },
  };
}

/** What happened, in one word: the state, or the code of the refusal. */
export function outcomeOf(result: SignInResult): string {
  return result.state === 'refused' ? result.code : result.state;
}

export function challengeOf(result: SignInResult): Challenge {
  assert.ok(result.state === 'second_factor', outcomeOf(result));
  return result.challenge;
}

export function proofOf(result: SignInResult): Proof {
  assert.ok(result.state === 'signed_in', outcomeOf(result));
  return result.proof;
}

/** Alice with a good password, and the means to sign her in. */
export async function signInWorld(t: TestContext, deps: Partial<AuthDeps> = {}) {
  const world = await openAuth(t, deps);
  const { auth, clock } = world;
  const alice = await auth.users.add(
    { name: 'alice', password: GOOD_PASSWORD, email: 'alice@example.org' },
    CONSOLE,
  );
  const notices: Notice[] = [];
  auth.notices.onNotice((notice) => notices.push(notice));
  const revoked: RevocationNotice[] = [];
  auth.revocation.onRevoked((notice) => revoked.push(notice));

  const login = (offer: Partial<Parameters<typeof auth.signIn.withPassword>[0]> = {}) =>
    auth.signIn.withPassword({
      username: 'alice',
      password: GOOD_PASSWORD,
      door: 'rport',
      ...PHONE,
      ...offer,
    });
  const verify = (
    loginToken: string,
    code: string,
    offer: Partial<Parameters<typeof auth.signIn.withCode>[0]> = {},
  ) => auth.signIn.withCode({ loginToken, code, door: 'rport', ...PHONE, ...offer });

  /** What the authenticator app shows, so many steps of 30 s from now. */
  const codeOf = (secret: string, steps = 0) =>
    generateSync({ secret, epoch: Math.floor(clock.now() / 1_000) + steps * 30 });

  /** Sets up an app for a user who is signed in; returns its secret. The next code is good 30 s later. */
  async function setUpApp(principalId = alice.id): Promise<string> {
    const visitor = { door: 'web' as Door, ...PHONE };
    const { secret } = await auth.factors.totp.setUp({ principalId }, visitor);
    await auth.factors.totp.activate({ principalId }, codeOf(secret), visitor);
    clock.advance(30_000);
    return secret;
  }

  return { ...world, alice, notices, revoked, login, verify, codeOf, setUpApp };
}
