import type { User } from '../auth/ports.ts';
import { BivouacError } from '../core/errors.ts';
import { randomCode } from '../core/ids.ts';
import { pkcs8Pem } from '../pki/keys.ts';
import { clientP12 } from '../pki/p12.ts';
import type { AuthorityPort } from './app-deps.ts';

/** A certificate and its key, as the one who asked takes it away. The kit keeps no copy of the key. */
export interface IssuedForUser {
  readonly serial: string;
  readonly notAfterMs: number;
  readonly caPem: string;
  readonly certificatePem: string;
  /** With format `pem`. */
  readonly privateKeyPem?: string;
  /** With format `p12`: base64, and the password that opens it. */
  readonly p12?: string;
  readonly p12Password?: string;
}

/** 86 bits of it: whoever gets the file alone cannot open it. */
const P12_PASSWORD_LENGTH = 20;

/** Makes a key and a certificate that is bound to no device, so that it may serve several connections. */
export async function issueForUser(
  authority: AuthorityPort,
  user: User,
  format: 'pem' | 'p12',
): Promise<IssuedForUser> {
  if (user.state !== 'enabled') throw new BivouacError('user.unknown', `${user.name} is disabled`);
  const { certificate, caPems, key } = await authority.issueClient({
    principalId: user.id,
    username: user.name,
  });
  if (key === undefined) throw new BivouacError('internal', 'The authority gave no key');
  const issued = {
    serial: certificate.serial,
    notAfterMs: certificate.notAfterMs,
    caPem: caPems.join(''),
    certificatePem: certificate.pem,
  };
  if (format === 'pem') return { ...issued, privateKeyPem: pkcs8Pem(key) };
  const p12Password = randomCode(P12_PASSWORD_LENGTH);
  const p12 = await clientP12({
    key,
    certificatePem: certificate.pem,
    caPems,
    alias: user.name,
    password: p12Password,
    // Made for a person to carry anywhere: the profile that every program opens.
    profile: 'legacy',
  });
  return { ...issued, p12: p12.toString('base64'), p12Password };
}
