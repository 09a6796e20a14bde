import type { AuthDoors } from '../../auth/doors.ts';
import type { FactorView } from '../../auth/factor-ports.ts';
import type { FactorMethod, PendingLogin } from '../../auth/sign-in-ports.ts';
import type { Clock } from '../../core/clock.ts';
import { BivouacError } from '../../core/errors.ts';
import type { BrowserSessions } from '../browser-session.ts';
import { type AppContext, callerOf, personOf } from '../env.ts';
import { type Fields, readFields, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { refusalOf } from '../sign-in-refusal.ts';
import { refuseStale } from '../step-up.ts';
import type { OtsAccess } from './opentakserver-access.ts';
import { otsAnswer, otsFormError } from './opentakserver-answers.ts';
import { type OtsSignIn, otsMethodOf } from './opentakserver-login.ts';

export interface OtsFactorDeps {
  readonly doors: Pick<AuthDoors, 'csrf' | 'factors' | 'signIn'>;
  readonly browser: BrowserSessions;
  readonly clock: Pick<Clock, 'now'>;
}

const NOT_ALLOWED = 'You currently do not have permissions to access this page';
const BAD_METHOD = 'Marked method is not valid';
const BAD_CODE = 'Invalid code';

/** Second factors as Flask-Security has them: set up by who is signed in, asked for between password and session. */
export function registerOtsFactors(
  router: Router,
  access: OtsAccess,
  deps: OtsFactorDeps,
  signedIn: OtsSignIn,
): void {
  registerSetUp(router, access, deps, signedIn);
  registerSecondStep(router, access, deps, signedIn);
}

function registerSetUp(
  router: Router,
  access: OtsAccess,
  { doors, browser, clock }: OtsFactorDeps,
  signedIn: OtsSignIn,
): void {
  const { factors, csrf } = doors;

  router.route(access.signedIn, 'GET', '/api/tf-setup', async (c) => {
    const user = personOf(c);
    const active = activeMethodOf(await factors.of(user.id));
    return otsAnswer(c, {
      csrf_token: browser.csrfToken(c, sessionIdOf(c)),
      tf_available_methods: factors.offered().map(otsMethodOf),
      tf_method: active,
      tf_phone_number: null,
      tf_primary_method: active,
      tf_required: false,
    });
  });

  router.route(access.anybody, 'POST', '/api/tf-setup', async (c) => {
    const setup = textOf(await fieldsOf(c), 'setup') ?? '';
    if (setup === 'authenticator') return setUpApp(c);
    if (c.get('caller') === undefined) return otsFormError(c, 'setup', BAD_METHOD);
    if (setup === 'disable') return disable(c);
    if (setup === 'email' && factors.offered().includes('email')) return setUpEmail(c);
    return otsFormError(c, 'setup', BAD_METHOD);
  });

  async function setUpApp(c: AppContext): Promise<Response> {
    if (!factors.offered().includes('totp')) return otsFormError(c, 'setup', BAD_METHOD);
    const pending = await pendingOf(c, doors, browser);
    if (pending === undefined) refuseStale(callerOf(c), clock.now());
    const owner = pending === undefined ? ownerOf(c) : { loginToken: pending.loginToken };
    const { secret, uri } = await factors.totp.setUp(owner, browser.visitor(c, 'ots'));
    return otsAnswer(c, {
      csrf_token: browser.csrfToken(c, sessionIdOf(c)),
      tf_authr_issuer: new URL(uri).searchParams.get('issuer') ?? '',
      tf_authr_key: secret.replaceAll(/.{4}(?=.)/g, '$&-'),
      tf_authr_username: pending === undefined ? personOf(c).name : pending.login.user.name,
      ...validating('authenticator', csrf.issue(stateOf('totp', c, pending?.loginToken))),
    });
  }

  async function setUpEmail(c: AppContext): Promise<Response> {
    const user = personOf(c);
    refuseStale(callerOf(c), clock.now());
    if (user.email === null) throw new BivouacError('factor.no_target');
    await factors.codeTargets.begin({ principalId: user.id, sendTo: user.email }, browser.visitor(c, 'ots'));
    return otsAnswer(c, {
      csrf_token: browser.csrfToken(c, sessionIdOf(c)),
      ...validating('email', csrf.issue(stateOf('email', c, undefined))),
    });
  }

  async function disable(c: AppContext): Promise<Response> {
    const caller = callerOf(c);
    refuseStale(caller, clock.now());
    const { id: principalId } = personOf(c);
    const { totp, codes } = await factors.of(principalId);
    const order = { principalId, exceptSessionId: sessionIdOf(c) };
    if (totp !== 'none') await factors.totp.remove(order, caller.actor);
    if (codes !== undefined) await factors.codeTargets.set({ principalId, sendTo: '' }, caller.actor);
    return otsAnswer(c, { csrf_token: browser.csrfToken(c, sessionIdOf(c)) });
  }

  router.route(access.anybody, 'POST', '/api/tf-setup/:state', async (c) => {
    const state = c.req.param('state') ?? '';
    const code = textOf(await fieldsOf(c), 'code') ?? '';
    const pending = await pendingOf(c, doors, browser);
    const method = METHODS.find((one) => csrf.isGood(state, stateOf(one, c, pending?.loginToken)));
    if (method === undefined) return otsFormError(c, '', NOT_ALLOWED);
    return pending === undefined ? confirm(c, method, code) : finishLogin(c, pending.loginToken, code);
  });

  router.route(access.anybody, 'POST', '/api/tf-validate', async (c) => {
    const code = textOf(await fieldsOf(c), 'code') ?? '';
    const pending = await pendingOf(c, doors, browser);
    if (pending !== undefined) return finishLogin(c, pending.loginToken, code);
    if (c.get('caller') === undefined) return otsFormError(c, '', NOT_ALLOWED);
    const { totp } = await factors.of(personOf(c).id);
    return confirm(c, totp === 'pending' ? 'totp' : 'email', code);
  });

  /** The first code of a factor that somebody who is signed in sets up. */
  async function confirm(c: AppContext, method: 'totp' | 'email', code: string): Promise<Response> {
    const owner = ownerOf(c);
    const visitor = browser.visitor(c, 'ots');
    try {
      if (method === 'totp') await factors.totp.activate(owner, code, visitor);
      else await factors.codeTargets.confirm({ ...owner, code }, visitor);
    } catch (error) {
      if (error instanceof BivouacError && error.code === 'factor.not_set_up') {
        return otsFormError(c, '', NOT_ALLOWED);
      }
      if (isWrongCode(error)) return otsFormError(c, 'code', BAD_CODE);
      throw error;
    }
    const tf_method = otsMethodOf(method);
    const csrf_token = browser.csrfToken(c, sessionIdOf(c));
    return otsAnswer(c, { csrf_token, tf_method, tf_phone: null, tf_primary_method: tf_method });
  }

  async function finishLogin(c: AppContext, loginToken: string, code: string): Promise<Response> {
    const result = await doors.signIn.withCode({ ...browser.visitor(c, 'ots'), loginToken, code });
    if (result.state === 'signed_in') return signedIn.finish(c, result.proof);
    if (result.code === 'factor.wrong' || result.code === 'factor.code_expired') {
      return otsFormError(c, 'code', BAD_CODE);
    }
    if (result.code === 'factor.login_unknown') {
      browser.dropLogin(c);
      return otsFormError(c, '', NOT_ALLOWED);
    }
    throw refusalOf(result);
  }
}

/** Other ways through the second step, and codes for the day when the phone is lost. */
function registerSecondStep(
  router: Router,
  access: OtsAccess,
  { doors, browser, clock }: OtsFactorDeps,
  signedIn: OtsSignIn,
): void {
  const { signIn, factors } = doors;

  router.route(access.stranger, 'GET', '/api/tf-select', async (c) => {
    const pending = await pendingOf(c, doors, browser);
    if (pending === undefined) return otsFormError(c, '', NOT_ALLOWED);
    const { methods } = pending.login;
    return otsAnswer(c, {
      csrf_token: browser.csrfToken(c),
      tf_required: true,
      tf_select: true,
      tf_setup_methods: methods.filter((method) => method !== 'recovery_code').map(otsMethodOf),
    });
  });

  router.route(access.stranger, 'POST', '/api/tf-select', async (c) => {
    const pending = await pendingOf(c, doors, browser);
    if (pending === undefined) return otsFormError(c, '', NOT_ALLOWED);
    return choose(c, pending, 'which', textOf(await fieldsOf(c), 'which') ?? '');
  });

  router.route(access.stranger, 'GET', '/api/tf-rescue', async (c) => {
    const pending = await pendingOf(c, doors, browser);
    if (pending === undefined) return otsFormError(c, '', NOT_ALLOWED);
    const methods = pending.login.methods.filter((method) => method !== 'totp');
    return otsAnswer(c, {
      csrf_token: browser.csrfToken(c),
      recovery_options: Object.fromEntries(methods.map((method) => [method, RESCUE_PATHS[method] ?? ''])),
    });
  });

  router.route(access.stranger, 'POST', '/api/tf-rescue', async (c) => {
    const pending = await pendingOf(c, doors, browser);
    if (pending === undefined) return otsFormError(c, '', NOT_ALLOWED);
    const help = textOf(await fieldsOf(c), 'help_setup') ?? '';
    if (help === 'recovery_code' && pending.login.methods.includes('recovery_code')) {
      return otsAnswer(c, { csrf_token: browser.csrfToken(c) });
    }
    return choose(c, pending, 'help_setup', help);
  });

  /** Sends a code where the chosen way is one that sends. */
  async function choose(c: AppContext, pending: Pending, field: string, chosen: string): Promise<Response> {
    const method = pending.login.methods.find((one) => otsMethodOf(one) === chosen);
    if (method === undefined || method === 'recovery_code') return otsFormError(c, field, BAD_METHOD);
    if (method !== 'totp') {
      await signIn.sendCode({ ...browser.visitor(c, 'ots'), loginToken: pending.loginToken, method });
    }
    return otsAnswer(c, {
      csrf_token: browser.csrfToken(c),
      tf_method: chosen,
      tf_primary_method: chosen,
      tf_required: true,
      tf_state: 'ready',
    });
  }

  router.route(access.stranger, 'POST', '/api/mf-recovery', async (c) => {
    const pending = await pendingOf(c, doors, browser);
    if (pending === undefined) return otsFormError(c, '', NOT_ALLOWED);
    const code = textOf(await fieldsOf(c), 'code') ?? '';
    const { loginToken } = pending;
    const visitor = browser.visitor(c, 'ots');
    const result = await signIn.withCode({ ...visitor, loginToken, code, method: 'recovery_code' });
    if (result.state === 'signed_in') return signedIn.finish(c, result.proof);
    if (result.code === 'factor.wrong') return otsFormError(c, 'code', 'Recovery code invalid');
    throw refusalOf(result);
  });

  router.route(access.signedIn, 'POST', '/api/mf-recovery-codes', async (c) => {
    const caller = callerOf(c);
    refuseStale(caller, clock.now());
    const recovery_codes = await factors.recoveryCodes.renew(personOf(c).id, caller.actor);
    return otsAnswer(c, { recovery_codes });
  });
}

const METHODS = ['totp', 'email'] as const;

const RESCUE_PATHS: Partial<Record<FactorMethod, string>> = { recovery_code: '/api/mf-recovery' };

interface Pending {
  readonly loginToken: string;
  readonly login: PendingLogin;
}

/** The sign-in of this browser that waits for a code. */
async function pendingOf(
  c: AppContext,
  { signIn }: Pick<AuthDoors, 'signIn'>,
  browser: BrowserSessions,
): Promise<Pending | undefined> {
  if (c.get('caller') !== undefined) return undefined;
  const loginToken = browser.loginToken(c);
  const login = loginToken === undefined ? undefined : await signIn.pending(loginToken);
  return loginToken === undefined || login === undefined ? undefined : { loginToken, login };
}

function ownerOf(c: AppContext): { readonly principalId: string; readonly sessionId: string | undefined } {
  return { principalId: personOf(c).id, sessionId: sessionIdOf(c) };
}

function sessionIdOf(c: AppContext): string | undefined {
  const caller = c.get('caller');
  return caller?.kind === 'user' ? caller.session?.sessionId : undefined;
}

/** What the state token of a set-up stands for: this method, for this person or this sign-in. */
function stateOf(method: 'totp' | 'email', c: AppContext, loginToken: string | undefined): string {
  return `tf-setup/${method}/${loginToken ?? personOf(c).id}`;
}

function validating(tf_method: string, tf_state_token: string): object {
  return { tf_method, tf_primary_method: tf_method, tf_state: 'validating_profile', tf_state_token };
}

function activeMethodOf({ totp, codes }: FactorView): string | null {
  if (totp === 'active') return 'authenticator';
  return codes === undefined ? null : otsMethodOf(codes.method);
}

function isWrongCode(error: unknown): boolean {
  return (
    error instanceof BivouacError && (error.code === 'factor.wrong' || error.code === 'factor.code_expired')
  );
}

async function fieldsOf(c: AppContext): Promise<Fields> {
  return (await readFields(c)) ?? {};
}
