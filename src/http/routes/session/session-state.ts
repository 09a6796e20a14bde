import { z } from '@hono/zod-openapi';
import type { SignedIn } from '../../../auth/session-ports.ts';
import type { Proof } from '../../../auth/sign-in-ports.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import type { AppContext } from '../../env.ts';
import { timeMs } from '../schemas.ts';

const FACTOR_METHODS = ['totp', 'recovery_code', 'email', 'pushover', 'script', 'url'] as const;
export const factorMethod = z.enum(FACTOR_METHODS);
const csrfToken = z.string().describe('For the header `X-XSRF-TOKEN` of whatever changes something');

/** Who a browser is, at each step of its way in. */
export const sessionState = z
  .discriminatedUnion('state', [
    z.object({
      state: z.literal('signed_out'),
      isClaimed: z.boolean().describe('False: the code on the display makes the first administrator'),
      csrfToken,
    }),
    z.object({
      state: z.literal('second_factor'),
      username: z.string(),
      mustSetUp: z.boolean().describe('There is no second factor yet, and one is asked for'),
      method: factorMethod.describe('What is asked for first'),
      methods: z.array(factorMethod).readonly(),
      sentTo: z.string().describe('Where a code went; empty for an app'),
      expiresMs: timeMs,
      csrfToken,
    }),
    z.object({
      state: z.literal('signed_in'),
      id: z.string(),
      username: z.string(),
      role: z.enum(['administrator', 'operator', 'user', 'viewer']),
      email: z.string().nullable(),
      authenticatedMs: timeMs.describe('When credentials were last shown: five minutes count as fresh'),
      expiresMs: timeMs.describe('As long as it is not used again'),
      csrfToken,
    }),
  ])
  .openapi('SessionState');

export type SessionState = z.infer<typeof sessionState>;

/** What a browser is told about its session, and how one begins, whatever was shown for it. */
export function createSessionStates(browser: BrowserSessions) {
  const signedInState = (c: AppContext, session: SignedIn): SessionState => ({
    state: 'signed_in',
    id: session.user.id,
    username: session.user.name,
    role: session.user.role,
    email: session.user.email,
    authenticatedMs: session.authenticatedMs,
    expiresMs: session.expiresMs,
    csrfToken: browser.csrfToken(c, session.sessionId),
  });

  async function open(c: AppContext, proof: Proof, isRemembered: boolean): Promise<SessionState> {
    const issued = await browser.open(c, proof, { isRemembered });
    return signedInState(c, {
      sessionId: issued.sessionId,
      kind: 'cookie',
      user: proof.user,
      methods: proof.methods,
      authenticatedMs: proof.atMs,
      expiresMs: issued.expiresMs,
    });
  }

  return { signedInState, open };
}
