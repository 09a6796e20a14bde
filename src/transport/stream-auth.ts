import type { CloseReason } from '../hub/close-reason.ts';
import type { Identity } from '../hub/ports.ts';

/** What a client must show on the TLS CoT socket (configuration key `cot.auth`). */
export type StreamPolicy = 'cert' | 'password' | 'cert_or_password' | 'cert_and_password';

export type StreamLogin = { readonly identity: Identity } | { readonly refused: CloseReason };

/** What a client showed in the handshake; the DER form is judged by the PKI, not by OpenSSL's clock. */
export interface PeerCertificate {
  readonly der: Buffer;
  readonly remoteAddress: string;
}

/** Port to pki and auth: who is behind a certificate or a password. Both audit what they decide. */
export interface StreamAuthenticator {
  byCertificate(certificate: PeerCertificate): Promise<StreamLogin>;
  byPassword(credentials: {
    readonly username: string;
    readonly password: string;
    /** Device uid that the client names in `<auth>`; '' when absent. */
    readonly uid: string;
    readonly remoteAddress: string;
  }): Promise<StreamLogin>;
}

/** What a policy means for one connection. */
export interface PolicyRules {
  readonly asksForCertificate: boolean;
  /** Without an accepted certificate the connection ends. */
  readonly needsCertificate: boolean;
  /** `<auth>` must be the first element even with a certificate. */
  readonly needsPassword: boolean;
}

export const POLICIES: Readonly<Record<StreamPolicy, PolicyRules>> = {
  cert: { asksForCertificate: true, needsCertificate: true, needsPassword: false },
  password: { asksForCertificate: false, needsCertificate: false, needsPassword: true },
  cert_or_password: { asksForCertificate: true, needsCertificate: false, needsPassword: false },
  cert_and_password: { asksForCertificate: true, needsCertificate: true, needsPassword: true },
};
