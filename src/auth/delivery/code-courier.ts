import type { Clock } from '../../core/clock.ts';
import { BivouacError } from '../../core/errors.ts';
import type { Courier, Mailer } from '../factor-ports.ts';
import type { CodeSettings } from '../settings.ts';
import { createMailCourier } from './mail-courier.ts';
import { createPushoverCourier } from './pushover-courier.ts';
import { createScriptCourier } from './script-courier.ts';
import { createUrlCourier } from './url-courier.ts';

export interface CourierDeps {
  readonly clock: Clock;
  /** Undefined where no mail server is configured. */
  readonly mailer: Mailer | undefined;
  /** Where Pushover is, for tests. */
  readonly pushoverUrl?: string;
}

/** Who carries codes by these settings. */
export function courierFor(settings: CodeSettings, { clock, mailer, pushoverUrl }: CourierDeps): Courier {
  const { method, sendTimeoutMs, subject } = settings;
  switch (method.by) {
    case 'email':
      if (mailer === undefined) throw new BivouacError('factor.not_offered');
      return createMailCourier({ mailer, subject, clock, timeoutMs: sendTimeoutMs });
    case 'pushover':
      return createPushoverCourier({
        apiToken: method.apiToken,
        title: subject,
        timeoutMs: sendTimeoutMs,
        clock,
        ...(pushoverUrl === undefined ? {} : { url: pushoverUrl }),
      });
    case 'script':
      return createScriptCourier({ path: method.path, timeoutMs: sendTimeoutMs, clock });
    case 'url':
      return createUrlCourier({ url: method.url, timeoutMs: sendTimeoutMs, clock });
  }
}
