import { computed, signal } from '@preact/signals';
import type { Calls, SessionState } from '../api/generated.ts';
import { ApiProblem } from '../api/problem.ts';
import { createApi } from '../api/request.ts';
import { askAgain } from './step-up.ts';

export type SignedIn = Extract<SessionState, { state: 'signed_in' }>;
export type Setup = Calls['GET /api/setup']['answer'];

/** Who this browser is; undefined until the kit has said it. */
export const session = signal<SessionState | undefined>(undefined);
/** What is known of the kit before anybody has signed in. */
export const setup = signal<Setup | undefined>(undefined);

export const me = computed<SignedIn | undefined>(() =>
  session.value?.state === 'signed_in' ? session.value : undefined,
);
export const isAdministrator = computed(() => me.value?.role === 'administrator');

const rawApi = createApi({
  fetch: (...given) => fetch(...given),
  csrfToken: () => session.peek()?.csrfToken,
});

/**
 * The API for the pages. A sign-in that ended leads to the sign-in page; one that is too old for what was asked is
 * made fresh by the person, and the call made again.
 */
export const api: typeof rawApi = async (name, ...given) => {
  try {
    return await rawApi(name, ...given);
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    if (problem.code === 'auth.step_up' && (await askAgain())) return rawApi(name, ...given);
    // Ended elsewhere, or a token of a session before this one: ask who we are, and show what that means.
    if (problem.code === 'auth.required' || problem.code === 'csrf.invalid')
      await readSession().catch(() => {});
    throw problem;
  }
};

/** The same without the dialog, for signing in itself. */
export const plainApi = rawApi;

/** @throws ApiProblem */
export async function readSession(): Promise<void> {
  const [state, facts] = await Promise.all([rawApi('GET /api/session'), rawApi('GET /api/setup')]);
  setup.value = facts;
  session.value = state;
}

export async function signOut(): Promise<void> {
  await rawApi('DELETE /api/session');
  await readSession();
}
