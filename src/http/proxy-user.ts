import { decideProxyLogin } from '../auth/proxy-login.ts';
import type { ProxySettings } from '../auth/settings.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AppContext } from './env.ts';

/**
 * The user whom a reverse proxy says it has signed in, by RPort's headers; undefined where none says so. Who
 * is at the other end of the connection decides, and nothing that a header says about it.
 * @throws BivouacError `auth.required` when a trusted proxy names nobody
 */
export function createProxyUser(
  settings: ProxySettings | undefined,
  log: Log,
): (c: AppContext) => string | undefined {
  return (c) => {
    const remote = c.env.peer.remoteAddress;
    const decision = decideProxyLogin(settings, { remote, header: (name) => c.req.header(name) });
    switch (decision.is) {
      case 'user':
        return decision.username;
      case 'incomplete':
        throw new BivouacError('auth.required');
      case 'untrusted':
        log.warnRarely(`proxy ${remote}`, 'http.untrusted_proxy', { remote });
        return undefined;
      case 'nothing':
        return undefined;
    }
  };
}
