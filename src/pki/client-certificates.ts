import { createPublicKey, type KeyObject } from 'node:crypto';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type CertificateRequest, readRequest } from './csr.ts';
import { activeGenerations, type CaGeneration, clientIssuer, day } from './generations.ts';
import { issueClientCertificate, type Signer } from './issue.ts';
import { generateRsaKey, LEAF_RSA_BITS } from './keys.ts';
import type { CertificateRegistry, NewCertificate } from './ports.ts';
import type { Moment } from './validity.ts';

/** For whom a certificate is wanted. That the caller may have it was decided before. */
export interface IssueOrder {
  readonly principalId: string;
  /** Name of the principal: becomes the common name. */
  readonly username: string;
  /** `clientUid` of the device; null or absent for a certificate that is made by hand. */
  readonly deviceUid?: string | null;
  /**
   * The device's request: as received (PEM, base64 or DER; checked here), or as `readRequest` checked it.
   * Absent: the kit makes the key, and gives it out this once.
   */
  readonly request?: Uint8Array | string | CertificateRequest | undefined;
  /** Life of the certificate; the configured one when absent. */
  readonly lifeMs?: number | undefined;
}

export interface IssuedCertificate {
  readonly certificate: NewCertificate;
  /** What the client has to trust: the CA that signed it, then all else of `Authority.caPems`. PEM texts. */
  readonly caPems: readonly string[];
  /** Only when the kit made the key. It is not kept: this is the only copy. */
  readonly key: KeyObject | undefined;
  /** True when this very request was answered before, and this is that same certificate. */
  readonly isRepeat: boolean;
}

export interface ClientCertificates {
  /** @throws BivouacError `ca.unusable` and what `readRequest` throws. */
  issueClient(order: IssueOrder): Promise<IssuedCertificate>;
  /**
   * A new certificate in place of one that is still good, for the same principal and device. The old one stays
   * good until it ends or is revoked: the device may never receive the new one.
   * @throws BivouacError `cert.unknown`, `cert.refused`, and what `issueClient` throws.
   */
  renewClient(order: {
    readonly serial: string;
    /** The principal's name now, when it changed. */
    readonly username?: string | undefined;
    readonly request?: IssueOrder['request'];
    readonly lifeMs?: number | undefined;
  }): Promise<IssuedCertificate>;
}

export function createClientCertificates(deps: {
  readonly registry: CertificateRegistry;
  readonly generations: () => readonly CaGeneration[];
  /** Everything that clients are to trust. PEM texts. */
  readonly trusted: () => readonly string[];
  readonly signer: (caId: string) => Signer;
  readonly moment: () => Moment;
  readonly lifeMs: number;
  readonly log: Log;
}): ClientCertificates {
  const { registry, log } = deps;
  /** A phone on bad Wi-Fi sends its request again while the first is still being answered. */
  const inFlight = new Map<string, Promise<IssuedCertificate>>();

  async function issueClient(order: IssueOrder): Promise<IssuedCertificate> {
    if (order.request === undefined) return sign(order, undefined);
    const request = await checked(order.request, order.username);
    const key = JSON.stringify([order.principalId, order.deviceUid ?? null, request.requestSha256]);
    const running = inFlight.get(key);
    if (running !== undefined) return { ...(await running), isRepeat: true };
    const made = repeatOrSign(order, request).finally(() => inFlight.delete(key));
    inFlight.set(key, made);
    return made;
  }

  async function repeatOrSign(order: IssueOrder, request: CertificateRequest): Promise<IssuedCertificate> {
    const known = await registry.byRequest({
      principalId: order.principalId,
      deviceUid: order.deviceUid ?? null,
      requestSha256: request.requestSha256,
    });
    const { nowMs } = deps.moment();
    const isStillGood =
      known !== undefined &&
      known.notAfterMs > nowMs &&
      activeGenerations(deps.generations()).some(({ id }) => id === known.caId);
    if (!isStillGood) return sign(order, request);
    return { certificate: known, caPems: caPems(known.caId), key: undefined, isRepeat: true };
  }

  async function sign(
    order: IssueOrder,
    request: CertificateRequest | undefined,
  ): Promise<IssuedCertificate> {
    const { key, publicKey } = request === undefined ? await newKeyPair() : { ...request, key: undefined };
    const moment = deps.moment();
    const issuer = clientIssuer(deps.generations(), moment.nowMs);
    const facts = await issueClientCertificate(deps.signer(issuer.id), {
      username: order.username,
      publicKey,
      moment,
      lifeMs: order.lifeMs ?? deps.lifeMs,
    });
    const certificate: NewCertificate = {
      ...facts,
      principalId: order.principalId,
      username: order.username,
      deviceUid: order.deviceUid ?? null,
      caId: issuer.id,
      issuedAtMs: moment.nowMs,
      requestSha256: request?.requestSha256 ?? null,
    };
    // Known before it exists anywhere else: what is not in the register can be neither used nor revoked.
    await registry.add(certificate);
    log.info('pki.client_certificate_issued', {
      serial: certificate.serial,
      principal: certificate.principalId,
      username: certificate.username,
      device: certificate.deviceUid,
      notAfter: day(certificate.notAfterMs),
    });
    return { certificate, caPems: caPems(issuer.id), key, isRepeat: false };
  }

  function caPems(issuerId: string): string[] {
    const issuer = deps.generations().filter(({ id }) => id === issuerId);
    return [...new Set([...issuer.map(({ pem }) => pem), ...deps.trusted()])];
  }

  return {
    issueClient,
    async renewClient({ serial, username, ...rest }) {
      const old = await registry.bySerial(serial);
      if (old === undefined) throw new BivouacError('cert.unknown');
      if (old.revokedAtMs !== null) throw refused('it was revoked');
      if (old.notAfterMs <= deps.moment().nowMs) throw refused(`it ended on ${day(old.notAfterMs)}`);
      if (!activeGenerations(deps.generations()).some(({ id }) => id === old.caId)) {
        throw refused('its CA was retired');
      }
      return issueClient({
        ...rest,
        principalId: old.principalId,
        username: username ?? old.username,
        deviceUid: old.deviceUid,
      });
    },
  };
}

async function newKeyPair(): Promise<{ readonly key: KeyObject; readonly publicKey: KeyObject }> {
  const key = await generateRsaKey(LEAF_RSA_BITS);
  return { key, publicKey: createPublicKey(key) };
}

function checked(
  request: Uint8Array | string | CertificateRequest,
  username: string,
): CertificateRequest | Promise<CertificateRequest> {
  return typeof request === 'string' || request instanceof Uint8Array
    ? readRequest(request, username)
    : request;
}

function refused(reason: string): BivouacError {
  return new BivouacError('cert.refused', `This certificate cannot be renewed: ${reason}`);
}
