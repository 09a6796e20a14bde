import type { HealthWarning } from '../core/health.ts';
import { type CaGeneration, day } from './generations.ts';
import type { CertificateRecord } from './ports.ts';
import { DAY_MS } from './validity.ts';

/** A certificate that comes to its end, with the threshold that it has passed. */
export interface ExpiryNotice {
  readonly certificate: CertificateRecord;
  /** 30, 14, 7 or 1: at most so many days are left. */
  readonly days: number;
}

/** Days before the end at which somebody is told; the last ones in time for a walk to the phone. */
const THRESHOLDS_DAYS = [1, 7, 14, 30] as const;
export const FIRST_NOTICE_MS = 30 * DAY_MS;
const CAREFUL_DAYS = 7;
/** New truststores have to reach every phone before a CA ends: that takes a team a season. */
const CA_NOTICE_MS = 365 * DAY_MS;
const CA_CAREFUL_MS = 90 * DAY_MS;
/** A warning names so many people; the list has the rest. */
const NAMED_MAX = 5;

/**
 * Those that end soon, soonest first. A certificate that the same device has already replaced by a later one
 * is nobody's concern.
 *
 * @param unrevoked every unrevoked certificate of the principals in question
 */
export function expiringSoon(unrevoked: readonly CertificateRecord[], nowMs: number): ExpiryNotice[] {
  const notices: ExpiryNotice[] = [];
  const latest = latestEndByDevice(unrevoked);
  for (const certificate of unrevoked) {
    const leftMs = certificate.notAfterMs - nowMs;
    if (leftMs <= 0 || leftMs > FIRST_NOTICE_MS) continue;
    if (certificate.notAfterMs < (latest.get(deviceKey(certificate)) ?? 0)) continue;
    const days = THRESHOLDS_DAYS.find((threshold) => leftMs <= threshold * DAY_MS);
    if (days !== undefined) notices.push({ certificate, days });
  }
  return notices.sort((a, b) => a.certificate.notAfterMs - b.certificate.notAfterMs);
}

/** Notices that were not given before, and what to remember from now on (serial → days). */
export function freshNotices(
  notices: readonly ExpiryNotice[],
  given: Readonly<Record<string, number>>,
): { readonly fresh: readonly ExpiryNotice[]; readonly given: Readonly<Record<string, number>> } {
  const fresh = notices.filter(
    ({ certificate, days }) => days < (given[certificate.serial] ?? Number.POSITIVE_INFINITY),
  );
  return {
    fresh,
    given: Object.fromEntries(
      notices.map(({ certificate: { serial }, days }) => [serial, Math.min(days, given[serial] ?? days)]),
    ),
  };
}

/** The warning for people; undefined when nothing ends soon. */
export function clientsWarning(notices: readonly ExpiryNotice[]): HealthWarning | undefined {
  const [first] = notices;
  if (first === undefined) return undefined;
  const named = notices
    .slice(0, NAMED_MAX)
    .map(({ certificate }) => `${certificate.username} (${day(certificate.notAfterMs)})`)
    .join(', ');
  const others = notices.length > NAMED_MAX ? ` and ${notices.length - NAMED_MAX} more` : '';
  return {
    code: 'pki.clients_expiring',
    severity: first.days <= CAREFUL_DAYS ? 'careful' : 'info',
    text: `Client certificates end soon: ${named}${others}. These devices cannot connect after that; enrol them again.`,
  };
}

/** Warns of a CA whose end is near, when no younger one is there to take over. */
export function caWarning(newest: CaGeneration | undefined, nowMs: number): HealthWarning | undefined {
  if (newest === undefined || newest.notAfterMs - nowMs > CA_NOTICE_MS) return undefined;
  const leftMs = newest.notAfterMs - nowMs;
  return {
    code: 'pki.ca_expiring',
    severity: leftMs <= 0 ? 'bad' : leftMs <= CA_CAREFUL_MS ? 'careful' : 'info',
    text: `The CA "${newest.name}" ends on ${day(newest.notAfterMs)}. Introduce a new one and enrol the devices again before that.`,
  };
}

function latestEndByDevice(certificates: readonly CertificateRecord[]): Map<string, number> {
  const latest = new Map<string, number>();
  for (const certificate of certificates) {
    const key = deviceKey(certificate);
    latest.set(key, Math.max(latest.get(key) ?? 0, certificate.notAfterMs));
  }
  return latest;
}

/** A certificate that was made by hand belongs to no device, and stands for itself. */
function deviceKey({ principalId, deviceUid, serial }: CertificateRecord): string {
  return JSON.stringify(deviceUid === null ? [serial] : [principalId, deviceUid]);
}
