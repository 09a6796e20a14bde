import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import { createFirstStep, type FirstStepDeps } from './first-step.ts';
import type { Users } from './ports.ts';
import { createProxySignIn } from './proxy-sign-in.ts';
import { createSecondStep, type SecondStepDeps } from './second-step.ts';
import type { ProxySettings } from './settings.ts';
import type { SignIn } from './sign-in-ports.ts';
import { createStepUp } from './step-up.ts';

/** All ways of signing in for which sessions are opened. */
export function createSignIn(
  deps: FirstStepDeps &
    SecondStepDeps & {
      readonly store: Pick<Store, 'signIn' | 'sessions'>;
      readonly users: Pick<Users, 'add'>;
      readonly proxy: () => ProxySettings | undefined;
      readonly log: Log;
    },
): SignIn {
  return {
    withPassword: createFirstStep(deps),
    ...createSecondStep(deps),
    byProxy: createProxySignIn({ ...deps, settings: deps.proxy }),
    confirm: createStepUp(deps),
  };
}
