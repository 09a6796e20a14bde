import { X509Certificate } from 'node:crypto';
import { messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import {
  type AlternativeNames,
  alternativeNames,
  covers,
  parseAlternativeNames,
} from './alternative-names.ts';
import {
  type ExternalCertificate,
  type ExternalCertificateFiles,
  readExternalCertificate,
} from './external-certificate.ts';
import { type CaGeneration, day, serverIssuer } from './generations.ts';
import { issueServerCertificate, type Signer } from './issue.ts';
import { generateRsaKey, LEAF_RSA_BITS, pkcs8Pem } from './keys.ts';
import type { Keystore, ServerKeyPair } from './keystore.ts';
import type { TlsMaterial } from './tls-material.ts';
import { isWithin, type Moment, renewalTimeMs } from './validity.ts';
import { type CertificateFacts, factsOf } from './x509.ts';

export type ServerMaterial = Omit<TlsMaterial, 'clientCaPem'>;

/** Keeps the server's own certificate good: for the host's present names, in time, from a trusted CA. */
export interface ServerCertificate {
  /** Looks at everything again and replaces what has to be. */
  refresh(): Promise<void>;
  /** @throws Error before the first `refresh`. */
  material(): ServerMaterial;
  /** Links that clients must trust besides our CAs; empty but for an external certificate. PEM texts. */
  externalIssuers(): readonly string[];
}

export type ReissueReason = 'missing' | 'issuer' | 'clock' | 'renewal' | 'names';

/** Why a held certificate has to be replaced; undefined when it is good. Pure. */
export function reissueReason(
  held: CertificateFacts & { readonly names: AlternativeNames; readonly isOfIssuer: boolean },
  wanted: AlternativeNames,
  nowMs: number,
): ReissueReason | undefined {
  if (!held.isOfIssuer) return 'issuer';
  // Not valid yet, or over: the clock jumped. (A clock set back to before the issue is one of these cases.)
  if (!isWithin(held, nowMs)) return 'clock';
  if (nowMs >= renewalTimeMs(held, held.serial)) return 'renewal';
  return covers(held.names, wanted) ? undefined : 'names';
}

/** Always there: a certificate without any name is none, and a console beside the server uses them. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];

const HEALTH_CODE = 'pki.server_certificate';

export function createServerCertificate(deps: {
  readonly keystore: Keystore;
  readonly signer: (caId: string) => Signer;
  /** Every name and address under which the host can be reached, now. */
  readonly names: () => readonly string[];
  readonly moment: () => Moment;
  /** Files of a certificate that somebody else signed. */
  readonly external: ExternalCertificateFiles | undefined;
  readonly health: Health;
  readonly log: Log;
}): ServerCertificate {
  const { keystore, log, health } = deps;
  let current: ServerMaterial | undefined;
  let external: ExternalCertificate | undefined;

  /** The configured certificate while it is usable; else a warning, and the kit's own steps in. */
  function readExternal(nowMs: number): ExternalCertificate | undefined {
    if (deps.external === undefined) return undefined;
    try {
      const read = readExternalCertificate(deps.external, nowMs, external);
      health.clear(HEALTH_CODE);
      return read;
    } catch (error) {
      health.set({
        code: HEALTH_CODE,
        severity: 'careful',
        text: `${messageOf(error)}. The kit uses a certificate of its own CA instead; clients that trust only the other one cannot connect.`,
      });
      return undefined;
    }
  }

  /** A damaged file costs a new certificate, not the service. */
  function readHeld(): ServerKeyPair | undefined {
    try {
      return keystore.server();
    } catch (error) {
      log.warn('pki.server_certificate_lost', { error: messageOf(error) });
      return undefined;
    }
  }

  async function ownMaterial(): Promise<ServerMaterial> {
    const moment = deps.moment();
    const wanted = alternativeNames([...LOOPBACK_NAMES, ...deps.names()]);
    const held = readHeld();
    let pair = held;
    try {
      const issuer = serverIssuer(keystore.generations(), moment.nowMs);
      const reason =
        held === undefined ? 'missing' : reissueReason(describe(held, issuer), wanted, moment.nowMs);
      if (reason !== undefined) pair = await reissue(held, reason, issuer, wanted, moment);
      if (deps.external === undefined) health.clear(HEALTH_CODE);
    } catch (error) {
      if (held === undefined) throw error;
      // An old certificate still serves those whose clocks are right.
      log.warnRarely('server-cert', 'pki.server_certificate_kept', { error: messageOf(error) });
      health.set({ code: HEALTH_CODE, severity: 'bad', text: messageOf(error) });
    }
    return materialOf(pair as ServerKeyPair);
  }

  async function reissue(
    held: ServerKeyPair | undefined,
    reason: ReissueReason,
    issuer: CaGeneration,
    names: AlternativeNames,
    moment: Moment,
  ): Promise<ServerKeyPair> {
    // Another address needs no other key; making one takes a small Pi seconds.
    const key = held !== undefined && reason === 'names' ? held.key : await generateRsaKey(LEAF_RSA_BITS);
    const certificate = await issueServerCertificate(deps.signer(issuer.id), { names, key, moment });
    const pair = { certificatePem: certificate.pem, key };
    keystore.saveServer(pair);
    log.info('pki.server_certificate_issued', {
      reason,
      serial: certificate.serial,
      ca: issuer.name,
      names: [...names.dns, ...names.ips],
      notAfter: day(certificate.notAfterMs),
    });
    return pair;
  }

  return {
    async refresh() {
      external = readExternal(deps.moment().nowMs);
      current = external === undefined ? await ownMaterial() : externalMaterial(external);
    },
    material() {
      if (current === undefined) throw new Error('The server certificate was not made yet');
      return current;
    },
    externalIssuers: () => external?.issuerPems ?? [],
  };
}

function describe(pair: ServerKeyPair, issuer: CaGeneration) {
  const certificate = new X509Certificate(pair.certificatePem);
  const ca = new X509Certificate(issuer.pem);
  return {
    ...factsOf(certificate),
    names: parseAlternativeNames(certificate.subjectAltName),
    isOfIssuer: certificate.checkIssued(ca) && certificate.verify(ca.publicKey),
  };
}

function materialOf({ certificatePem, key }: ServerKeyPair): ServerMaterial {
  const { fingerprint, notAfterMs } = factsOf(certificatePem);
  return {
    certificateChainPem: certificatePem,
    privateKeyPem: pkcs8Pem(key),
    fingerprint,
    notAfterMs,
    isExternal: false,
  };
}

function externalMaterial({ leaf, chainPem, privateKeyPem }: ExternalCertificate): ServerMaterial {
  const { fingerprint, notAfterMs } = leaf;
  return { certificateChainPem: chainPem, privateKeyPem, fingerprint, notAfterMs, isExternal: true };
}
