import type { Actor, EnrolmentTokens, User } from '../auth/ports.ts';
import { firstPort } from '../core/address.ts';
import { BivouacError } from '../core/errors.ts';
import type { ClientKind } from '../packages/client-package.ts';
import { atakEnrolLink, atakImportLink, itakLine } from '../packages/onboarding-links.ts';
import { serverHost } from '../packages/server-host.ts';
import type { PackagesPort } from './app-deps.ts';
import type { DownloadLinks } from './download-links.ts';
import type { InvitationsInProgress, InvitationTrail } from './invitation-progress.ts';

export interface InvitationOrder {
  readonly user: User;
  readonly client: ClientKind;
  /** The name or address under which the device reaches this kit. */
  readonly host: string;
  /** The package brings a finished certificate; else the device makes its own key and enrols. */
  readonly withCertificate: boolean;
  readonly lifeMs: number;
}

/** Everything that is needed to bring one device of one person onto the kit. */
export interface Invitation {
  /** Follows it: invitation-progress.ts. */
  readonly id: string;
  readonly username: string;
  readonly client: ClientKind;
  readonly host: string;
  readonly expiresMs: number;
  /** What the person types as password when the client asks; undefined with a finished certificate. */
  readonly code: string | undefined;
  /** Single-use address of the package. */
  readonly packageUrl: string;
  /** Page for the device's browser, with a button for its client. */
  readonly pageUrl: string;
  /** What the QR code for this client says. */
  readonly scan: string;
  /** ATAK only, and only where the device trusts the enrolment port already: scan and be done. Secret. */
  readonly enrolLink: string | undefined;
  /** What to do, in order, for the person with the device. */
  readonly steps: readonly string[];
}

export interface OnboardingDeps {
  readonly enrolmentTokens: Pick<EnrolmentTokens, 'create'>;
  readonly packages: PackagesPort;
  readonly links: DownloadLinks;
  readonly progress: Pick<InvitationsInProgress, 'add'>;
  readonly kitName: string;
  /** True when devices trust the server's certificate without knowing this kit. */
  readonly hasPublicCertificate: () => boolean;
  /** False for a command that opened the data directory itself: what is in memory ends with it. */
  readonly isServerRunning: () => boolean;
  /** Listener name → bound addresses. */
  readonly listeners: () => Readonly<Record<string, string>>;
}

export interface Onboarding {
  /** @throws BivouacError `user.unknown`, `package.host_invalid`, `link.impossible`, `link.too_many` */
  invite(order: InvitationOrder, by: Actor): Promise<Invitation>;
}

export function createOnboarding(deps: OnboardingDeps): Onboarding {
  const { links, packages, enrolmentTokens, kitName, progress } = deps;

  /** Where a device without the CA can fetch something: the plain portal for what holds no key. */
  function downloadBase(host: string, holdsKey: boolean): string | undefined {
    const bound = deps.listeners();
    const portalPort = firstPort(bound['portal']);
    if (!holdsKey && portalPort !== undefined) return baseUrl('http', host, portalPort);
    const httpsPort = firstPort(bound['https']);
    return httpsPort === undefined ? undefined : baseUrl('https', host, httpsPort);
  }

  async function linkToPackage(order: InvitationOrder, onTaken: (remoteAddress: string) => void) {
    const base = downloadBase(serverHost(order.host).withPort, order.withCertificate);
    if (base === undefined) {
      throw new BivouacError(
        'link.impossible',
        'Both listeners that could serve a link, portal and https, are off',
      );
    }
    const { user, client, host, withCertificate, lifeMs } = order;
    const { fileName, zip } = await packages.create({ user, client, host, withCertificate });
    const file = { fileName, mediaType: 'application/zip', content: zip };
    const { token, expiresMs } = links.add({ file, holdsKey: withCertificate, lifeMs, onTaken });
    // The name at the end is for clients that look at the extension of what they fetch.
    const path = `${token}/${client}.zip`;
    return { packageUrl: `${base}/p/${path}`, pageUrl: `${base}/join/${path}`, expiresMs };
  }

  return {
    async invite(order, by) {
      const { user, client, host, withCertificate, lifeMs } = order;
      if (!deps.isServerRunning()) {
        throw new BivouacError('control.unreachable', 'No server runs, and a link lives only as long as one');
      }
      if (user.state !== 'enabled') throw new BivouacError('user.unknown', `${user.name} is disabled`);
      const cotPort = firstPort(deps.listeners()['cotTls']);
      let trail: InvitationTrail | undefined;
      const onTaken = (remoteAddress: string) => trail?.fetched(remoteAddress);
      const { packageUrl, pageUrl, expiresMs } = await linkToPackage(order, onTaken);
      trail = progress.add({ username: user.name, client, holdsCertificate: withCertificate, expiresMs });
      const token = async (form: 'typed' | 'link') => {
        const made = await enrolmentTokens.create({ username: user.name, form, lifeMs }, by);
        trail?.codeGiven(made.enrolmentId);
        return made.token;
      };
      const target = { host, ...(cotPort === undefined ? {} : { cotPort }) };
      const canScanOnly = client === 'atak' && !withCertificate && deps.hasPublicCertificate();
      return {
        id: trail.id,
        username: user.name,
        client,
        host,
        expiresMs,
        code: withCertificate ? undefined : await token('typed'),
        packageUrl,
        pageUrl,
        scan: scanText({ client, packageUrl, withCertificate, serverName: kitName, ...target }),
        enrolLink: canScanOnly
          ? atakEnrolLink({ ...target, username: user.name, token: await token('link') })
          : undefined,
        steps: stepsFor(order),
      };
    },
  };
}

function scanText(order: {
  client: ClientKind;
  packageUrl: string;
  withCertificate: boolean;
  serverName: string;
  host: string;
  cotPort?: number;
}): string {
  // iTAK scans the server's address and enrols; it fetches no package.
  if (order.client === 'itak' && !order.withCertificate) return itakLine(order);
  return order.client === 'atak' ? atakImportLink(order.packageUrl) : order.packageUrl;
}

function stepsFor({ client, user, withCertificate }: InvitationOrder): string[] {
  const signIn = withCertificate
    ? []
    : [`When ${NAMES[client]} asks, type the user name ${user.name} and the code as password.`];
  const join = 'Join the Wi-Fi of the kit.';
  switch (client) {
    case 'atak':
      return [join, 'Scan the code with the camera and open it with ATAK.', ...signIn];
    case 'itak':
      return [
        join,
        withCertificate
          ? 'Scan the code with the camera, download the package and open it with iTAK.'
          : 'In iTAK: Settings, Network, Server, + and Scan QR.',
        ...signIn,
      ];
    case 'wintak':
      return [
        join,
        'Open the address in a browser and save the package.',
        'In WinTAK: Import, and choose it.',
        ...signIn,
      ];
  }
}

const NAMES: Readonly<Record<ClientKind, string>> = { atak: 'ATAK', wintak: 'WinTAK', itak: 'iTAK' };

function baseUrl(scheme: 'http' | 'https', host: string, port: number): string {
  const isDefault = port === (scheme === 'http' ? 80 : 443);
  return `${scheme}://${host}${isDefault ? '' : `:${port}`}`;
}
