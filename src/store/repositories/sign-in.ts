import type { CertificateRecord } from '../../pki/ports.ts';
import { read } from '../operation.ts';
import { certBySerial } from './certs.ts';
import { isClaimed } from './claim.ts';
import { type FactorFacts, factorsOf } from './factors.ts';
import { type PrincipalRecord, principalByEmail, principalById, principalByNameKey } from './principals.ts';

/** All that a sign-in by password has to know before it starts to hash. */
export interface PasswordFacts {
  readonly principal: PrincipalRecord | undefined;
  /** Undefined without a principal, or when that one has no password. */
  readonly phc: string | undefined;
  readonly factors: FactorFacts;
  readonly isBoxClaimed: boolean;
}

const NO_FACTORS: FactorFacts = { totp: undefined, target: undefined, recoveryCodes: 0 };

/** All that a sign-in by certificate has to know. */
export interface CertificateFacts {
  readonly certificate: CertificateRecord;
  readonly principal: PrincipalRecord;
  readonly isBoxClaimed: boolean;
}

/** One read per sign-in: what it sees belongs together. */
export const signIn = {
  /** By folded name, or by e-mail address where there is one. */
  byPassword: read(
    (db, { nameKey, email }: { nameKey: string; email: string | undefined }): PasswordFacts => {
      const principal =
        principalByNameKey(db, nameKey) ?? (email === undefined ? undefined : principalByEmail(db, email));
      const row =
        principal &&
        db.get<{ phc: string }>('SELECT phc FROM passwords WHERE principal_id = ?', [principal.id]);
      const factors = principal === undefined ? NO_FACTORS : factorsOf(db, principal.id);
      return { principal, phc: row?.phc, factors, isBoxClaimed: isClaimed(db) };
    },
  ),

  byCertificate: read((db, serial: string): CertificateFacts | undefined => {
    const certificate = certBySerial(db, serial);
    const principal = certificate && principalById(db, certificate.principalId);
    return certificate && principal && { certificate, principal, isBoxClaimed: isClaimed(db) };
  }),
};
