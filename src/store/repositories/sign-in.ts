import type { CertificateRecord } from '../../pki/ports.ts';
import { read } from '../operation.ts';
import { certBySerial } from './certs.ts';
import { isClaimed } from './claim.ts';
import { type PrincipalRecord, principalById, principalByNameKey } from './principals.ts';

/** All that a sign-in by password has to know before it starts to hash. */
export interface PasswordFacts {
  readonly principal: PrincipalRecord | undefined;
  /** Undefined without a principal, or when that one has no password. */
  readonly phc: string | undefined;
  readonly isBoxClaimed: boolean;
}

/** All that a sign-in by certificate has to know. */
export interface CertificateFacts {
  readonly certificate: CertificateRecord;
  readonly principal: PrincipalRecord;
  readonly isBoxClaimed: boolean;
}

/** One read per sign-in: what it sees belongs together. */
export const signIn = {
  byPassword: read((db, nameKey: string): PasswordFacts => {
    const principal = principalByNameKey(db, nameKey);
    const row =
      principal &&
      db.get<{ phc: string }>('SELECT phc FROM passwords WHERE principal_id = ?', [principal.id]);
    return { principal, phc: row?.phc, isBoxClaimed: isClaimed(db) };
  }),

  byCertificate: read((db, serial: string): CertificateFacts | undefined => {
    const certificate = certBySerial(db, serial);
    const principal = certificate && principalById(db, certificate.principalId);
    return certificate && principal && { certificate, principal, isBoxClaimed: isClaimed(db) };
  }),
};
