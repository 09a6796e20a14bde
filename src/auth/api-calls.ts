import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { ApiCalls } from './account-ports.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Of one call: enough to see what was done, UTF-16 units. */
const ENDPOINT_MAX_UNITS = 200;
const CONTENT_MAX_UNITS = 2_000;

const LIST_DEFAULT = 100;
const LIST_MAX = 1_000;

/** Calls on their way to the disk: a flood must not fill the memory; what is left out is counted in the log. */
const PENDING_MAX = 200;

export function createApiCalls({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'apiCalls'>;
  readonly clock: Clock;
  readonly log: Log;
}): ApiCalls {
  const underWay = new Set<Promise<void>>();

  return {
    note({ endpoint, content, ...call }) {
      if (underWay.size >= PENDING_MAX) {
        log.warnRarely('api_calls', 'auth.calls_not_logged', {});
        return;
      }
      const clean = withoutSecrets({ endpoint, content });
      const writing = store.apiCalls
        .add({
          ...call,
          atMs: clock.now(),
          endpoint: cut(clean.endpoint, ENDPOINT_MAX_UNITS),
          content: cut(clean.content, CONTENT_MAX_UNITS),
        })
        .catch((error) => log.warnRarely('api_calls', 'auth.calls_not_logged', { error: messageOf(error) }))
        .finally(() => underWay.delete(writing));
      underWay.add(writing);
    },

    async list({ beforeId, limit = LIST_DEFAULT } = {}) {
      await Promise.all(underWay);
      return store.apiCalls.list({
        limit: Math.min(limit, LIST_MAX),
        ...(beforeId === undefined ? {} : { beforeId }),
      });
    },
  };
}

function cut(text: string, max: number): string {
  return text.slice(0, max).toWellFormed();
}
