import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Check } from '../http/app-deps.ts';
import type { Authority } from '../pki/authority.ts';
import type { HostIdentity } from './network-addresses.ts';

const DAY_MS = 86_400_000;
/** A new CA means a new package for every phone: a season to plan it. */
const CA_CAREFUL_MS = 180 * DAY_MS;
/** The kit renews its own certificate months before this; one that is nearer its end is not being renewed. */
const SERVER_CAREFUL_MS = 30 * DAY_MS;

export function checkAuthority(authority: Pick<Authority, 'generations'>, nowMs: number): Check[] {
  return authority
    .generations()
    .filter(({ isRetired }) => !isRetired)
    .map(({ name, notBeforeMs, notAfterMs }): Check => {
      const code = 'pki.authority';
      const period = `the CA "${name}" is good from ${day(notBeforeMs)} to ${day(notAfterMs)}`;
      if (nowMs < notBeforeMs || nowMs >= notAfterMs) {
        const advice = 'If the date of the kit is right, a new CA is needed: every client enrols again.';
        return { code, state: 'bad', text: `It is ${day(nowMs)}, but ${period}.`, advice };
      }
      if (notAfterMs - nowMs < CA_CAREFUL_MS) {
        const advice = 'Plan a roll-over to a new CA, while the old one still works.';
        return { code, state: 'careful', text: sentence(period), advice };
      }
      return { code, state: 'good', text: sentence(period) };
    });
}

export function checkServerCertificate(
  authority: Pick<Authority, 'material'>,
  configuredNames: readonly string[],
  { names, addresses }: HostIdentity,
  nowMs: number,
): Check[] {
  const { certificateChainPem, notAfterMs, isExternal } = authority.material();
  const certificate = new X509Certificate(certificateChainPem);
  const missing = [...configuredNames, ...names, ...addresses].filter((name) => !covers(certificate, name));
  return [
    endCheck(certificate.validFromDate.getTime(), notAfterMs, nowMs, isExternal),
    missing.length === 0
      ? {
          code: 'pki.server_names',
          state: 'good',
          text: 'The server certificate holds every name and address of this host.',
        }
      : {
          code: 'pki.server_names',
          state: 'careful',
          text: `The server certificate does not hold ${missing.join(', ')}.`,
          advice: isExternal
            ? 'Clients that use one of these names may refuse it. Ask its issuer for one that holds them.'
            : 'A running server adds new addresses by itself within a minute.',
        },
  ];
}

function endCheck(notBeforeMs: number, notAfterMs: number, nowMs: number, isExternal: boolean): Check {
  const code = 'pki.server_certificate';
  const advice = isExternal
    ? 'Put a new one in place of pki.serverCertFile.'
    : 'The running server renews it by itself; see its log for why it has not.';
  if (nowMs < notBeforeMs || nowMs >= notAfterMs) {
    const text = `It is ${day(nowMs)}, but the server certificate is good from ${day(notBeforeMs)} to ${day(notAfterMs)}.`;
    return { code, state: 'bad', text, advice };
  }
  const text = `The server certificate is good until ${day(notAfterMs)}.`;
  if (notAfterMs - nowMs < SERVER_CAREFUL_MS) return { code, state: 'careful', text, advice };
  return { code, state: 'good', text };
}

function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
