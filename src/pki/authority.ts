import { X509Certificate } from 'node:crypto';
import type { Cancel, Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import { type CaAdministration, createCaAdministration } from './ca-administration.ts';
import { type ClientCertificates, createClientCertificates } from './client-certificates.ts';
import { createCrlKeeper } from './crl.ts';
import type { ExpiryNotice } from './expiry.ts';
import { createExpiryWatch } from './expiry-watch.ts';
import type { ExternalCertificateFiles } from './external-certificate.ts';
import { activeGenerations, type CaGeneration, commonNameOf } from './generations.ts';
import type { Signer } from './issue.ts';
import type { Keystore, StoredCrl } from './keystore.ts';
import type { NamedCertificate } from './p12.ts';
import { judgePeer, type PeerVerdict } from './peer-verdict.ts';
import type {
  CertificateFilter,
  CertificateRecord,
  CertificateRegistry,
  CertificateSelector,
  RevocationReason,
} from './ports.ts';
import { createServerCertificate } from './server-certificate.ts';
import type { TlsMaterial } from './tls-material.ts';
import { CLIENT_LIFE_MS, HOUR_MS, momentOf } from './validity.ts';

/** The on-device certificate authority, whole. Knows neither HTTP nor who may ask for what. */
export interface Authority
  extends ClientCertificates,
    Pick<CaAdministration, 'rollOver' | 'retire' | 'importCa' | 'exportCa'> {
  /** Makes at first start, or reads, everything. @throws BivouacError `ca.unusable`. */
  open(): Promise<void>;
  /** Looks after renewals from now on, until `stop`. Not needed for one command. */
  startUpkeep(): void;
  stop(): void;
  /**
   * Looks at everything at once: call it when the host's addresses or its clock changed. Never rejects: what
   * fails is logged, and what was there goes on.
   */
  refresh(): Promise<void>;

  /** All CAs, retired ones included, oldest first. */
  generations(): readonly CaGeneration[];
  /** What clients are to trust, newest CA first: for truststores, `cert ca` and enrolment replies. PEM texts. */
  caPems(): readonly string[];
  /** The same as one text. */
  caChainPem(): string;
  /** The same with names, for truststores. */
  trustAnchors(): readonly NamedCertificate[];
  /** Whose client certificates the listeners consider: all active CAs. PEM. */
  trustListPem(): string;
  /** SHA-256 of the newest CA, `AB:CD:…`, for people to compare. */
  fingerprint(): string;

  /** What the listeners need now. */
  material(): TlsMaterial;
  /** Called after each change, to pass `tlsOptions(material, …)` to `setSecureContext`. The result ends it. */
  onMaterialChange(listener: (material: TlsMaterial) => void): Cancel;
  /** The authority's part of a handshake's verdict; the register's and the user's part is auth's. */
  judge(certificateDer: Uint8Array): PeerVerdict;

  /**
   * Revokes for good. Returns those that were not revoked before; listeners of `onRevoked` were called when it
   * resolves. @throws BivouacError `cert.unknown` for a serial that was never issued.
   */
  revoke(order: {
    readonly target: CertificateSelector;
    readonly reason: RevocationReason;
  }): Promise<readonly CertificateRecord[]>;
  onRevoked(listener: (revoked: readonly CertificateRecord[]) => void): Cancel;
  /** Newest first. */
  list(filter?: CertificateFilter): Promise<readonly CertificateRecord[]>;
  /** Within 30 days, soonest first; a certificate that its device has replaced is left out. */
  expiringSoon(): Promise<readonly ExpiryNotice[]>;
  /** Called once for each certificate and threshold (30, 14, 7, 1 days), also across restarts. */
  onExpiring(listener: (notices: readonly ExpiryNotice[]) => void): Cancel;
  /** The list of revoked certificates of each active CA, newest CA first; always of today. */
  crls(): Promise<readonly (StoredCrl & { readonly caId: string })[]>;
}

export interface AuthorityDeps {
  readonly keystore: Keystore;
  readonly registry: CertificateRegistry;
  readonly clock: Clock;
  /** No true time is before this: the build, or the last time known to be true. Milliseconds since the epoch. */
  readonly timeFloorMs: () => number;
  /** Every name and address under which the host can be reached, now. */
  readonly serverNames: () => readonly string[];
  /** A server certificate that somebody else signed, by configuration. */
  readonly externalCertificate?: ExternalCertificateFiles | undefined;
  /** Life of client certificates; 365 days when absent. */
  readonly clientLifeMs?: number;
  readonly health: Health;
  readonly log: Log;
}

/** Addresses come and go and certificate files are replaced without a word: look once a minute (1 ms of work). */
const UPKEEP_PERIOD_MS = 60_000;
/** What asks the store is looked at each hour, and at once after a jump of the clock. */
const STORE_CHECK_PERIOD_MS = HOUR_MS;
/** More than any delay of a timer, less than anything that matters to a certificate. */
const CLOCK_JUMP_MS = 30_000;

export function createAuthority(deps: AuthorityDeps): Authority {
  const { keystore, registry, clock, health, log } = deps;
  const moment = () => momentOf(clock.now(), deps.timeFloorMs());
  const generations = () => keystore.generations();
  const signer = (caId: string): Signer => {
    const generation = generations().find(({ id }) => id === caId);
    if (generation === undefined) throw new BivouacError('ca.unknown');
    return { generation, key: keystore.caKey(caId) };
  };

  const administration = createCaAdministration({
    keystore,
    registry,
    moment,
    floorMs: deps.timeFloorMs,
    log,
  });
  const clients = createClientCertificates({
    registry,
    generations,
    trusted: () => caPems(),
    signer,
    moment,
    lifeMs: deps.clientLifeMs ?? CLIENT_LIFE_MS,
    log,
  });
  const server = createServerCertificate({
    keystore,
    signer,
    names: deps.serverNames,
    moment,
    external: deps.externalCertificate,
    health,
    log,
  });
  const crlKeeper = createCrlKeeper({ keystore, registry, signer, moment });
  const expiryWatch = createExpiryWatch({ keystore, registry, moment, health });

  const materialListeners = new Set<(material: TlsMaterial) => void>();
  const revokedListeners = new Set<(revoked: readonly CertificateRecord[]) => void>();
  const expiringListeners = new Set<(notices: readonly ExpiryNotice[]) => void>();
  let cancelUpkeep: Cancel | undefined;
  let told: TlsMaterial | undefined;
  let refreshing: Promise<void> = Promise.resolve();

  const pemsOf = (list: readonly CaGeneration[]) => list.map(({ pem }) => pem);
  const caPems = () => [...pemsOf(activeGenerations(generations())), ...server.externalIssuers()];
  const trustListPem = () => pemsOf(activeGenerations(generations())).join('');
  const material = (): TlsMaterial => ({ ...server.material(), clientCaPem: trustListPem() });

  async function refreshServer(): Promise<void> {
    await server.refresh();
    const now = material();
    const before = told;
    told = now;
    if (before !== undefined && !isSameMaterial(before, now)) tell(materialListeners, now);
  }

  async function crls() {
    const active = activeGenerations(generations());
    return Promise.all(active.map(async ({ id }) => ({ ...(await crlKeeper.current(id)), caId: id })));
  }

  /** The register decides who is let in; a list that cannot be signed must stop nothing. */
  const bringCrlsUpToDate = () => attempt(async () => void (await crls()));

  async function checkStore(): Promise<void> {
    await bringCrlsUpToDate();
    const fresh = await expiryWatch.check();
    if (fresh.length > 0) tell(expiringListeners, fresh);
  }

  /** One after the other: two at once could both make a certificate. */
  function queue(work: () => Promise<void>): Promise<void> {
    const next = refreshing.then(work);
    refreshing = next.catch(() => undefined);
    return next;
  }

  async function refresh(): Promise<void> {
    await attempt(() => queue(refreshServer));
    await attempt(() => queue(checkStore));
  }

  /** One listener that throws must not keep the others from closing a session or changing a certificate. */
  function tell<T>(listeners: ReadonlySet<(news: T) => void>, news: T): void {
    for (const listener of listeners) {
      try {
        listener(news);
      } catch (error) {
        log.error('pki.listener_failed', { error: messageOf(error) });
      }
    }
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warnRarely('pki-upkeep', 'pki.upkeep_failed', { error: messageOf(error) });
    }
  }

  async function afterCaChange<T>(change: Promise<T>): Promise<T> {
    const result = await change;
    await refresh();
    return result;
  }

  function startUpkeep(): void {
    let lastWallMs = clock.now();
    let lastMonotonicMs = clock.monotonicMs();
    let lastStoreCheckMs = lastMonotonicMs;
    cancelUpkeep = clock.every(UPKEEP_PERIOD_MS, () => {
      const passedMs = clock.monotonicMs() - lastMonotonicMs;
      const jumpMs = clock.now() - lastWallMs - passedMs;
      lastWallMs = clock.now();
      lastMonotonicMs += passedMs;
      const isJump = Math.abs(jumpMs) > CLOCK_JUMP_MS;
      if (isJump) log.warn('pki.clock_jumped', { byMs: Math.round(jumpMs) });
      const isStoreDue = isJump || lastMonotonicMs - lastStoreCheckMs >= STORE_CHECK_PERIOD_MS;
      if (isStoreDue) lastStoreCheckMs = lastMonotonicMs;
      void (isStoreDue ? refresh() : attempt(() => queue(refreshServer)));
    });
  }

  return {
    async open() {
      keystore.open();
      await administration.ensure();
      // Without a server certificate nothing works; all else can wait for the upkeep.
      await queue(refreshServer);
      await attempt(() => queue(checkStore));
    },
    startUpkeep,
    stop() {
      cancelUpkeep?.();
    },
    refresh,

    generations,
    caPems,
    caChainPem: () => caPems().join(''),
    trustAnchors: () => caPems().map((pem) => ({ alias: commonNameOf(new X509Certificate(pem)), pem })),
    trustListPem,
    fingerprint() {
      const newest = activeGenerations(generations())[0];
      return newest === undefined ? '' : (newest.fingerprint.toUpperCase().match(/../g) ?? []).join(':');
    },

    material,
    onMaterialChange: (listener) => subscribe(materialListeners, listener),
    judge: (der) => judgePeer(der, generations(), moment().nowMs),

    ...clients,
    async revoke({ target, reason }) {
      const revoked = await registry.revoke({ target, reason, atMs: moment().nowMs });
      if (
        revoked.length === 0 &&
        'serial' in target &&
        (await registry.bySerial(target.serial)) === undefined
      ) {
        throw new BivouacError('cert.unknown');
      }
      if (revoked.length > 0) tell(revokedListeners, revoked);
      await bringCrlsUpToDate();
      return revoked;
    },
    onRevoked: (listener) => subscribe(revokedListeners, listener),
    list: (filter) => registry.list(filter),
    expiringSoon: expiryWatch.expiring,
    onExpiring: (listener) => subscribe(expiringListeners, listener),
    crls,

    rollOver: () => afterCaChange(administration.rollOver()),
    retire: (caId) => afterCaChange(administration.retire(caId)),
    importCa: (offer) => afterCaChange(administration.importCa(offer)),
    exportCa: administration.exportCa,
  };
}

function isSameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  return (
    a.certificateChainPem === b.certificateChainPem &&
    a.privateKeyPem === b.privateKeyPem &&
    a.clientCaPem === b.clientCaPem
  );
}

function subscribe<T>(listeners: Set<T>, listener: T): Cancel {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
