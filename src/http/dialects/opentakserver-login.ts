import type { AuthDoors } from '../../auth/doors.ts';
import type { FactorMethod, Proof, SignInResult } from '../../auth/sign-in-ports.ts';
import type { BrowserSessions } from '../browser-session.ts';
import { forgeryMarksOf } from '../credentials.ts';
import type { AppContext } from '../env.ts';
import { refuseForgery } from '../forgery.ts';
import { refuseForeignOrigin } from '../origin.ts';
import { type Fields, readFields, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { refusalOf } from '../sign-in-refusal.ts';
import type { OtsAccess } from './opentakserver-access.ts';
import { LOGIN_FAILED, otsAnswer, otsFormError } from './opentakserver-answers.ts';

export interface OtsLoginDeps {
  readonly doors: Pick<AuthDoors, 'csrf' | 'sessions' | 'signIn'>;
  readonly browser: BrowserSessions;
  /** People sign in with their e-mail address too. */
  readonly isEmailOn: boolean;
}

/** Finishes sign-ins for all routes of this dialect that end in one. */
export interface OtsSignIn {
  finish(c: AppContext, proof: Proof): Promise<Response>;
}

/** How Flask-Security names second factors; the ways that it does not know keep our names. */
export function otsMethodOf(method: FactorMethod): string {
  return method === 'totp' ? 'authenticator' : method;
}

export function createOtsSignIn({ doors, browser }: Pick<OtsLoginDeps, 'doors' | 'browser'>): OtsSignIn {
  return {
    async finish(c, proof) {
      const wantsToken = c.req.query('include_auth_token') !== undefined;
      // A program that asks for a token and has no cookie of ours is no browser: it gets no second session.
      const session =
        wantsToken && browser.isStranger(c)
          ? undefined
          : await browser.open(c, proof, { isRemembered: false });
      const token = wantsToken ? { authentication_token: (await doors.sessions.openOts(proof)).token } : {};
      const csrf_token = browser.csrfToken(c, session?.sessionId);
      return otsAnswer(c, { csrf_token, user: token });
    },
  };
}

export function registerOtsLogin(
  router: Router,
  access: OtsAccess,
  { doors, browser, isEmailOn }: OtsLoginDeps,
  signedIn: OtsSignIn,
): void {
  router.route(access.stranger, 'GET', '/api/login', async (c) => {
    const current = await browser.current(c);
    const identity_attributes = isEmailOn ? ['email', 'username'] : ['username'];
    const csrf_token = browser.csrfToken(c, current?.sessionId);
    return otsAnswer(c, { csrf_token, identity_attributes });
  });

  router.route(access.stranger, 'POST', '/api/login', async (c) => {
    refuseForeignOrigin(c);
    const current = await browser.current(c);
    if (current !== undefined) {
      refuseForgery(forgeryMarksOf(c), doors.csrf, { sessionId: current.sessionId, checksReferrer: true });
      return otsFormError(c, '', 'You can only access this endpoint when not logged in.');
    }
    const fields = (await readFields(c)) ?? {};
    const username = identityOf(fields, isEmailOn);
    const password = textOf(fields, 'password') ?? '';
    if (username === '') {
      const text = password === '' ? LOGIN_FAILED : 'Specified user does not exist';
      return otsFormError(c, '', text);
    }
    const visitor = browser.visitor(c, 'ots');
    return answer(c, await doors.signIn.withPassword({ ...visitor, username, password }));
  });

  async function answer(c: AppContext, result: SignInResult): Promise<Response> {
    switch (result.state) {
      case 'signed_in':
        return signedIn.finish(c, result.proof);
      case 'second_factor': {
        const { challenge } = result;
        browser.keepLogin(c, challenge);
        const tf_method = otsMethodOf(challenge.method);
        return otsAnswer(c, {
          csrf_token: browser.csrfToken(c),
          tf_method,
          tf_primary_method: tf_method,
          tf_required: true,
          tf_state: challenge.state === 'ready' ? 'ready' : 'setup_from_login',
        });
      }
      case 'refused':
        // Flask-Security tells whatever is wrong with the credentials with 400.
        if (result.code === 'auth.failed') return otsFormError(c, '', LOGIN_FAILED);
        throw refusalOf(result);
    }
  }

  router.route(access.leaving, 'POST', '/api/logout', async (c) => {
    const caller = c.get('caller');
    await browser.close(c);
    if (caller?.kind === 'user' && caller.session !== undefined && caller.session.kind !== 'cookie') {
      const { user, session, actor } = caller;
      await doors.sessions.end({ principalId: user.id, sessionId: session.sessionId }, actor);
    }
    return otsAnswer(c, {});
  });
}

/** The name, or the address where that is switched on: in either field. */
function identityOf(fields: Fields, isEmailOn: boolean): string {
  const username = textOf(fields, 'username') ?? '';
  return username !== '' || !isEmailOn ? username : (textOf(fields, 'email') ?? '');
}
