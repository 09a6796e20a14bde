import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { Mailer } from './factor-ports.ts';

/** Mails about one account in an hour: whoever has its password must not be able to bury a warning, or an inbox. */
const MAILS_PER_HOUR = 10;
const HOUR_MS = 60 * 60_000;

/** Accounts whose mails are counted. */
const COUNTED_MAX = 10_000;

/** What happened to somebody's account that he should hear of, if it was not himself. */
export type NoticeCode =
  | 'password_changed'
  | 'factor_added'
  | 'factor_removed'
  | 'recovery_code_used'
  | 'admin_recovery'
  | 'new_device';

export interface Notice {
  readonly code: NoticeCode;
  /** Whom it concerns. */
  readonly principalId: string;
  readonly username: string;
  /** One sentence for a person; no secret. */
  readonly text: string;
}

/** Tells people, and whoever shows such things (pages, display). */
export interface Notices {
  /** Never fails and never waits: a notice must not hold up what it is about. */
  tell(notice: Notice): void;
  /** The result ends it. */
  onNotice(listener: (notice: Notice) => void): () => void;
}

export function createNotices({
  store,
  mailer,
  kitName,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'principals'>;
  /** Undefined where no mail server is configured. */
  readonly mailer: () => Mailer | undefined;
  readonly kitName: () => string;
  readonly clock: Clock;
  readonly log: Log;
}): Notices {
  const listeners = new Set<(notice: Notice) => void>();
  /** Monotonic times of mails, by principal. */
  const mailed = new Map<string, number[]>();

  function mayMail(principalId: string): boolean {
    const nowMs = clock.monotonicMs();
    const times = (mailed.get(principalId) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    if (times.length >= MAILS_PER_HOUR) return false;
    if (mailed.size >= COUNTED_MAX) mailed.clear();
    mailed.set(principalId, [...times, nowMs]);
    return true;
  }

  async function mail({ principalId, text }: Notice): Promise<void> {
    const post = mailer();
    const principal = post && (await store.principals.byId(principalId));
    if (post === undefined || principal?.email == null || !mayMail(principalId)) return;
    await post.send({ to: principal.email, subject: `${kitName()}: your account`, text });
  }

  return {
    tell(notice) {
      const { code, principalId, username } = notice;
      log.info('auth.notice', { code, principalId, username });
      for (const listener of listeners) {
        try {
          listener(notice);
        } catch (error) {
          log.error('auth.listener_failed', { error: messageOf(error) });
        }
      }
      mail(notice).catch((error) =>
        log.warnRarely('notice_mail', 'auth.notice_not_mailed', { error: messageOf(error) }),
      );
    },
    onNotice(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
