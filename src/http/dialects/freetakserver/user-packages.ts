import { createHash } from 'node:crypto';
import type { User } from '../../../auth/ports.ts';
import { formatAddress } from '../../../core/address.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import { fileTransferRequest } from '../../../cot/control.ts';
import type { ClientKind } from '../../../packages/client-package.ts';
import type { AppDeps, PackagesPort } from '../../app-deps.ts';
import type { DownloadLinks } from '../../download-links.ts';

/** How long a package waits for its device: a day at a desk, milliseconds. */
const LINK_LIFE_MS = 24 * 60 * 60_000;

/** FreeTAKServer's device types, and what else our packages serve. */
export const DEVICE_TYPES = { mobile: 'atak', wintak: 'wintak', itak: 'itak' } as const satisfies Readonly<
  Record<string, ClientKind>
>;
export type DeviceType = keyof typeof DEVICE_TYPES;

/** Packages with a certificate, each behind an address that is good for one download. */
export interface UserPackages {
  /**
   * A new certificate in a new package; devices of the user that are connected are told where it is.
   * @throws BivouacError `link.impossible`, `link.too_many`, `package.host_invalid`
   */
  make(user: User, device: DeviceType, host: string): Promise<{ readonly url: string }>;
  /** The address of the package made last, while it waits; undefined when there is none. */
  waiting(principalId: string): string | undefined;
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
  const made = new Map<string, { readonly url: string; readonly untilMs: number }>();

  function dropLate(): void {
    const nowMs = clock.monotonicMs();
    for (const [principalId, { untilMs }] of made) if (nowMs >= untilMs) made.delete(principalId);
  }

  return {
    async make(user, device, host) {
      const port = Number(listeners()['https']?.split(',')[0]?.split(':').at(-1) ?? 0);
      // A private key is in it: it goes over TLS or not at all.
      if (port === 0) throw new BivouacError('link.impossible');
      const client = DEVICE_TYPES[device];
      const { fileName, zip } = await packages.create({ user, client, host, withCertificate: true });
      const file = { fileName, mediaType: 'application/zip', content: zip };
      const { token } = links.add({ file, holdsKey: true, lifeMs: LINK_LIFE_MS });
      const url = `https://${formatAddress(host, port)}/p/${token}/${client}.zip`;
      dropLate();
      made.set(user.id, { url, untilMs: clock.monotonicMs() + LINK_LIFE_MS });
      tellDevices(
        user.id,
        fileTransferRequest(newId(), clock.now(), {
          name: fileName,
          url,
          sha256: createHash('sha256').update(zip).digest('hex'),
          sizeInBytes: zip.length,
          senderUid: nodeId(),
          senderCallsign: kitName,
        }),
      );
      return { url };
    },
    waiting(principalId) {
      dropLate();
      return made.get(principalId)?.url;
    },
  };
}
