import { createHash } from 'node:crypto';
import type { User } from '../../../auth/ports.ts';
import { firstPort, formatAddress } from '../../../core/address.ts';
import type { Cancel, Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import { fileTransferRequest, type OfferedFile } from '../../../cot/control.ts';
import type { ClientKind } from '../../../packages/client-package.ts';
import type { AppDeps, PackagesPort } from '../../app-deps.ts';
import type { DownloadLinks } from '../../download-links.ts';

/** How long a package waits for its device: a day at a desk, milliseconds. */
const LINK_LIFE_MS = 24 * 60 * 60_000;

/** How soon a device that connects hears of its package, milliseconds: its person is looking at it. */
const TELLING_PERIOD_MS = 2_000;

/** FreeTAKServer's device types, and what else our packages serve. */
export const DEVICE_TYPES = { mobile: 'atak', wintak: 'wintak', itak: 'itak' } as const satisfies Readonly<
  Record<string, ClientKind>
>;
export type DeviceType = keyof typeof DEVICE_TYPES;

/** Packages with a certificate, each behind an address that is good for one download. */
export interface UserPackages {
  /**
   * A new certificate in a new package. Devices of the user are told where it is: those that are connected, or
   * else the first that connects, by password or an older certificate. A callsign alone, which anybody can take,
   * is told nothing.
   * @throws BivouacError `link.impossible`, `link.too_many`, `package.host_invalid`
   */
  make(user: User, device: DeviceType, host: string): Promise<{ readonly url: string }>;
  /** The user is gone: nobody is told any more. */
  forget(principalId: string): void;
  /** The address of the package made last, while it waits; undefined when there is none. */
  waiting(principalId: string): string | undefined;
}

/** A package that waits. */
interface Made {
  readonly url: string;
  readonly untilMs: number;
  readonly offer: OfferedFile;
  isTold: boolean;
}

export interface UserPackagesDeps extends Pick<AppDeps, 'clock' | 'tellDevices' | 'kitName' | 'nodeId'> {
  readonly packages: PackagesPort;
  readonly links: Pick<DownloadLinks, 'add'>;
  /** Listener name → bound addresses. */
  readonly listeners: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
}

export function createUserPackages({
  packages,
  links,
  listeners,
  tellDevices,
  clock,
  kitName,
  nodeId,
}: UserPackagesDeps): UserPackages {
  const made = new Map<string, Made>();
  let cancelTelling: Cancel | undefined;

  function dropLate(): void {
    const nowMs = clock.monotonicMs();
    for (const [principalId, { untilMs }] of made) if (nowMs >= untilMs) made.delete(principalId);
  }

  /** Goes on until a device of each user has heard of its package, or the package is late. */
  function tell(): void {
    dropLate();
    let isDone = true;
    for (const [principalId, one] of made) {
      one.isTold ||= tellDevices(principalId, fileTransferRequest(newId(), clock.now(), one.offer)) > 0;
      isDone &&= one.isTold;
    }
    if (!isDone) {
      cancelTelling ??= clock.every(TELLING_PERIOD_MS, tell);
      return;
    }
    cancelTelling?.();
    cancelTelling = undefined;
  }

  return {
    async make(user, device, host) {
      const port = firstPort(listeners()['https']);
      // A private key is in it: it goes over TLS or not at all.
      if (port === undefined) throw new BivouacError('link.impossible');
      const client = DEVICE_TYPES[device];
      const { fileName, zip } = await packages.create({ user, client, host, withCertificate: true });
      const file = { fileName, mediaType: 'application/zip', content: zip };
      const { token } = links.add({ file, holdsKey: true, lifeMs: LINK_LIFE_MS });
      const url = `https://${formatAddress(host, port)}/p/${token}/${client}.zip`;
      dropLate();
      const offer: OfferedFile = {
        name: fileName,
        url,
        sha256: createHash('sha256').update(zip).digest('hex'),
        sizeInBytes: zip.length,
        senderUid: nodeId(),
        senderCallsign: kitName,
      };
      made.set(user.id, { url, untilMs: clock.monotonicMs() + LINK_LIFE_MS, offer, isTold: false });
      tell();
      return { url };
    },
    forget(principalId) {
      made.delete(principalId);
    },
    waiting(principalId) {
      dropLate();
      return made.get(principalId)?.url;
    },
  };
}
