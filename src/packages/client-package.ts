import type { KeyObject } from 'node:crypto';
import { newId, randomCode } from '../core/ids.ts';
import {
  CONVENTIONAL_PASSWORD,
  clientP12,
  type NamedCertificate,
  type P12Profile,
  truststoreP12,
} from '../pki/p12.ts';
import { factsOf } from '../pki/x509.ts';
import { MANIFEST_PATH, manifestXml } from './manifest.ts';
import {
  channelPreferences,
  clientGroup,
  connectionGroup,
  type PreferenceValue,
  preferencesXml,
  type StoreLocation,
  text,
} from './preferences.ts';
import { checkPort, serverHost } from './server-host.ts';
import { makeZip, type PackageFile } from './zip.ts';

export const CLIENT_KINDS = ['atak', 'wintak', 'itak'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export interface ClientPackageOrder {
  readonly client: ClientKind;
  /** Name of the kit, for people. */
  readonly serverName: string;
  /** Name, IPv4 or IPv6 address under which the client will reach the kit. */
  readonly host: string;
  /** Port of the TLS CoT socket; 8089 when absent. */
  readonly cotPort?: number;
  /** Port of enrolment and API without client certificate; told to the client when it is not 8446. */
  readonly enrolmentPort?: number;
  /** Port of the API with client certificate; told to the client when it is not 8443. */
  readonly apiPort?: number;
  /** What the client is to trust, the CA that signed its certificate first. */
  readonly authorities: readonly NamedCertificate[];
  /** Absent: a package without anything personal, with which the client enrols. */
  readonly identity?: ClientIdentity;
  /** `random` (default): a new one for each package. `conventional`: `atakatak`, for clients that insist. */
  readonly password?: 'random' | 'conventional';
  /** `legacy` when absent: it is the one that every version of every client opens. */
  readonly profile?: P12Profile;
}

export interface ClientIdentity {
  readonly username: string;
  readonly key: KeyObject;
  readonly certificatePem: string;
}

export interface ClientPackage {
  readonly fileName: string;
  readonly content: Buffer;
  /** Of the PKCS#12 files in it; the client finds it in the package itself. */
  readonly password: string;
  /** What whoever hands it out should know; usually nothing. */
  readonly notes: readonly string[];
}

const COT_PORT = 8089;
const ENROLMENT_PORT = 8446;
const API_PORT = 8443;
/** 86 bits. It protects a file that left the package; inside, it stands beside it. */
const PASSWORD_LENGTH = 20;
/** Two kits on one phone share its `cert` folder: the first digits of the CA's id keep their files apart. */
const TAG_LENGTH = 8;
const FILE_NAME_MAX = 48;

/**
 * The file that brings a client onto the kit. The only private key in it is that of `identity`.
 * @throws BivouacError `package.host_invalid`, `request.invalid`
 */
export async function makeClientPackage(order: ClientPackageOrder): Promise<ClientPackage> {
  const host = serverHost(order.host);
  const password = order.password === 'conventional' ? CONVENTIONAL_PASSWORD : randomCode(PASSWORD_LENGTH);
  const stores = await makeStores(order, password);
  const connection = {
    description: order.serverName,
    host: host.withPort,
    port: checkPort(order.cotPort ?? COT_PORT),
    truststore: stores.truststore,
    identity: stores.identity,
  };
  const preferences = preferencesXml([
    connectionGroup(connection),
    clientGroup(connection, [...portPreferences(order), ...channelPreferences(host.withPort)]),
  ]);
  const baseName = [order.serverName, order.identity?.username ?? 'enrol'].map(fileNamePart).join('-');
  return {
    fileName: `${baseName}-${order.client}.zip`,
    content: await LAYOUTS[order.client]({ order, baseName, preferences, stores: stores.files }),
    password,
    notes: host.isIpv6 ? [IPV6_NOTE] : [],
  };
}

/** `NetConnectString` of ATAK (read in 4.6) splits at every colon, brackets or not. */
const IPV6_NOTE =
  'ATAK cannot read an IPv6 address in a connection: give it a host name or an IPv4 address instead.';

interface Stores {
  readonly truststore: StoreLocation;
  readonly identity: StoreLocation | undefined;
  readonly files: readonly StoreFile[];
}

/** A PKCS#12 file by its bare name; each layout puts it where its client looks. */
interface StoreFile {
  readonly name: string;
  readonly content: Buffer;
}

async function makeStores(order: ClientPackageOrder, password: string): Promise<Stores> {
  const profile = order.profile ?? 'legacy';
  const names = storeNames(order);
  const trust = await truststoreP12({ certificates: order.authorities, password, profile });
  const truststore = { fileName: names.truststore, password };
  const files = [{ name: names.truststore, content: trust }];
  if (order.identity === undefined) return { truststore, identity: undefined, files };
  const content = await clientP12({
    ...order.identity,
    // The first one only: PKCS#12 readers take the chain for this certificate's.
    caPems: order.authorities.slice(0, 1).map(({ pem }) => pem),
    alias: order.identity.username,
    password,
    profile,
  });
  return {
    truststore,
    identity: { fileName: names.identity, password },
    files: [...files, { name: names.identity, content }],
  };
}

function storeNames({ client, authorities, identity }: ClientPackageOrder) {
  const user = fileNamePart(identity?.username ?? 'client');
  const userName = user.startsWith('truststore') ? `user-${user}` : user;
  // iTAK (as TAK Server and OpenTAKServer pack for it) is given these very names.
  if (client === 'itak') return { truststore: 'truststore-root.p12', identity: `${userName}.p12` };
  const [first] = authorities;
  const tag = first === undefined ? 'none' : factsOf(first.pem).fingerprint.slice(0, TAG_LENGTH);
  return { truststore: `truststore-${tag}.p12`, identity: `${userName}-${tag}.p12` };
}

/** Only what differs from the clients' defaults. They want these numbers as texts. */
function portPreferences({ enrolmentPort, apiPort }: ClientPackageOrder): PreferenceValue[] {
  return [
    ...(enrolmentPort === undefined || enrolmentPort === ENROLMENT_PORT
      ? []
      : [text('apiCertEnrollmentPort', String(checkPort(enrolmentPort)))]),
    ...(apiPort === undefined || apiPort === API_PORT
      ? []
      : [text('apiSecureServerPort', String(checkPort(apiPort)))]),
  ];
}

interface LayoutParts {
  readonly order: ClientPackageOrder;
  readonly baseName: string;
  readonly preferences: string;
  readonly stores: readonly StoreFile[];
}

const LAYOUTS: Readonly<Record<ClientKind, (parts: LayoutParts) => Promise<Buffer>>> = {
  atak: missionPackage,
  wintak: nestedPackage,
  itak: flatPackage,
};

/** ATAK imports it as it is, and deletes the file with the passwords in it afterwards. */
function missionPackage({ order, preferences, stores }: LayoutParts): Promise<Buffer> {
  return withManifest({ name: order.serverName, isImported: true }, [
    ...stores.map(({ name, content }) => ({ path: `certs/${name}`, content })),
    { path: 'prefs/connection.pref', content: preferences },
  ]);
}

/** WinTAK imports the settings only of a package that lies in another package. */
async function nestedPackage(parts: LayoutParts): Promise<Buffer> {
  const inner = await missionPackage(parts);
  return withManifest({ name: `${parts.order.serverName} (WinTAK)`, isImported: false }, [
    { path: `package/${parts.baseName}.zip`, content: inner },
  ]);
}

/** iTAK wants no manifest and no folders. */
function flatPackage({ preferences, stores }: LayoutParts): Promise<Buffer> {
  return makeZip([
    { path: 'config.pref', content: preferences },
    ...stores.map(({ name, content }) => ({ path: name, content })),
  ]);
}

function withManifest(
  { name, isImported }: { readonly name: string; readonly isImported: boolean },
  files: readonly PackageFile[],
): Promise<Buffer> {
  const manifest = manifestXml({
    uid: newId(),
    name,
    ...(isImported ? { isImportedOnReceive: true, isDeletedOnReceive: true } : {}),
    contents: files.map(({ path }) => ({ zipEntry: path })),
  });
  return makeZip([{ path: MANIFEST_PATH, content: manifest }, ...files]);
}

/** A user's or a kit's name as part of a file name that every file system and shell takes. */
function fileNamePart(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '_');
  return (
    plain
      .replace(/\.{2,}/g, '.')
      .replace(/^[._-]+/, '')
      .slice(0, FILE_NAME_MAX) || 'unnamed'
  );
}
