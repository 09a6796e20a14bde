import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

/** Something that kept a device from getting on, in words for the person who wants to help it. */
export interface Trouble {
  /** Stable: `tls.distrusted`, `enrol.refused`, … */
  readonly code: string;
  /** The listener that it came to, as the configuration names it. */
  readonly listener: string;
  /** IP address of the device; '' when it was gone too soon. */
  readonly remoteAddress: string;
  /** What happened. One sentence, no secrets. */
  readonly text: string;
  /** What to do about it. */
  readonly advice: string;
}

/** The same trouble of the same device counts up instead of filling the list. */
export interface Incident extends Trouble {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
}

export interface Diagnosis {
  note(trouble: Trouble): void;
  /** Newest first. */
  recent(): readonly Incident[];
}

/** Enough for a team's first day; a scanner on the network cannot make it grow. */
const INCIDENTS_MAX = 200;

export function createDiagnosis({ clock, log }: { readonly clock: Clock; readonly log: Log }): Diagnosis {
  /** In the order of their last occurrence. */
  const incidents = new Map<string, Incident>();
  return {
    note(trouble) {
      const key = `${trouble.code} ${trouble.remoteAddress} ${trouble.text}`;
      const before = incidents.get(key);
      const nowMs = clock.now();
      incidents.delete(key);
      incidents.set(key, {
        ...trouble,
        firstAtMs: before?.firstAtMs ?? nowMs,
        lastAtMs: nowMs,
        count: (before?.count ?? 0) + 1,
      });
      if (incidents.size > INCIDENTS_MAX) incidents.delete(incidents.keys().next().value!);
      log.warnRarely(`trouble ${key}`, 'device.trouble', { ...trouble });
    },
    recent: () => [...incidents.values()].reverse(),
  };
}
