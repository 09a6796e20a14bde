/**
 * What the certificate authority needs from the rest of the house. The store implements the registry
 * (`store/repositories/certs.ts`); `app.ts` brings the two together. All values are plain data, because they
 * cross into the store's thread.
 */

/**
 * Why a certificate was revoked: the reason names of RFC 5280 section 5.3.1 that make sense here
 * (`certificateHold` does not: a revoked certificate is never revived).
 */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;

export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** A client certificate at the moment of its issue. Holds nothing secret: the certificate itself is public. */
export interface NewCertificate {
  /** Lower-case hex, exactly 32 characters (16 random bytes, first bit 0, first byte not 0). Primary key. */
  readonly serial: string;
  /** Immutable id of the principal that the certificate speaks for. Names may change or be reused, this not. */
  readonly principalId: string;
  /** The common name written into it: the user's name at that time, a label. */
  readonly username: string;
  /** `clientUid` of the device that asked; null when it was made by hand and may serve several connections. */
  readonly deviceUid: string | null;
  /** SHA-256 over the DER certificate, lower-case hex without colons. */
  readonly fingerprint: string;
  /** Id of the CA generation that signed it. */
  readonly caId: string;
  /** When it was made, by the kit's clock. Milliseconds since the epoch, as all times here. */
  readonly issuedAtMs: number;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SHA-256 over the DER request, lower-case hex; null when the key pair was made by the kit. */
  readonly requestSha256: string | null;
  readonly pem: string;
}

export interface CertificateRecord extends NewCertificate {
  /** Null while it is not revoked. */
  readonly revokedAtMs: number | null;
  readonly revocationReason: RevocationReason | null;
}

/** All members that are given must match. */
export interface CertificateFilter {
  readonly principalId?: string;
  /** Only those that end before this time. */
  readonly notAfterBeforeMs?: number;
  /** Only those that are not revoked. */
  readonly isUnrevoked?: boolean;
}

/** Which certificates an order means: one, all of a principal, or all of one device of a principal. */
export type CertificateSelector =
  | { readonly serial: string }
  | { readonly principalId: string; readonly deviceUid?: string };

export interface RevocationOrder {
  readonly target: CertificateSelector;
  readonly reason: RevocationReason;
  readonly atMs: number;
}

/** The memory of every certificate that the CA ever signed for a client. Nothing is ever deleted from it. */
export interface CertificateRegistry {
  /** Resolves when it is safely stored: only then is the certificate handed out. Rejects a known serial. */
  add(certificate: NewCertificate): Promise<void>;
  bySerial(serial: string): Promise<CertificateRecord | undefined>;
  /** The newest unrevoked certificate that was made from the same request for the same principal and device. */
  byRequest(query: {
    readonly principalId: string;
    readonly deviceUid: string | null;
    readonly requestSha256: string;
  }): Promise<CertificateRecord | undefined>;
  /** Newest first. Without a filter: all. */
  list(filter?: CertificateFilter): Promise<readonly CertificateRecord[]>;
  /**
   * Revokes those of the target that are not revoked yet, and returns exactly those, as they are now. A
   * revoked one keeps its first time and reason. An unknown serial gives an empty list.
   */
  revoke(order: RevocationOrder): Promise<readonly CertificateRecord[]>;
  /** Every revoked certificate of one CA generation, oldest revocation first. */
  revokedForCrl(query: { readonly caId: string }): Promise<readonly RevokedEntry[]>;
}

export interface RevokedEntry {
  readonly serial: string;
  readonly revokedAtMs: number;
  readonly reason: RevocationReason;
  readonly notAfterMs: number;
}
