import { escapeXml } from './escape-xml.ts';

export type PreferenceValue =
  | { readonly key: string; readonly type: 'String'; readonly value: string }
  | { readonly key: string; readonly type: 'Boolean'; readonly value: boolean }
  | { readonly key: string; readonly type: 'Integer' | 'Long'; readonly value: number };

/** One `preference` element: its name decides where the client puts the entries. */
export interface PreferenceGroup {
  readonly name: typeof COT_STREAMS | typeof APP_PREFERENCES;
  readonly entries: readonly PreferenceValue[];
}

export const COT_STREAMS = 'cot_streams';
/** ATAK, WinTAK and iTAK know this name; ATAK-CIV's own is an alias of it. */
export const APP_PREFERENCES = 'com.atakmap.app_preferences';

export const text = (key: string, value: string): PreferenceValue => ({ key, type: 'String', value });
export const flag = (key: string, value: boolean): PreferenceValue => ({ key, type: 'Boolean', value });
export const count = (key: string, value: number): PreferenceValue => ({ key, type: 'Integer', value });

/** The text of a `.pref` file. The declaration is written as Android and TAK Server write it. */
export function preferencesXml(groups: readonly PreferenceGroup[]): string {
  const body = groups.flatMap(({ name, entries }) => [
    `<preference version="1" name="${name}">`,
    ...entries.map(
      ({ key, type, value }) =>
        `<entry key="${escapeXml(key)}" class="class java.lang.${type}">${escapeXml(String(value))}</entry>`,
    ),
    '</preference>',
  ]);
  return ["<?xml version='1.0' standalone='yes'?>", '<preferences>', ...body, '</preferences>', ''].join(
    '\n',
  );
}

/** Where a client finds a PKCS#12 file that came with its package, and what opens it. */
export interface StoreLocation {
  readonly fileName: string;
  readonly password: string;
}

export interface ServerConnection {
  /** Name of the kit, as the list of servers shows it. */
  readonly description: string;
  /** Host as it stands in a connect string (IPv6 in brackets). */
  readonly host: string;
  readonly port: number;
  readonly truststore: StoreLocation;
  /** Absent: the client enrols for a certificate of its own, with name and password. */
  readonly identity: StoreLocation | undefined;
}

/** The `cot_streams` of one server. Without `count` ATAK loads nothing of it. */
export function connectionGroup(connection: ServerConnection): PreferenceGroup {
  const { truststore, identity } = connection;
  return {
    name: COT_STREAMS,
    entries: [
      count('count', 1),
      text('description0', connection.description),
      flag('enabled0', true),
      text('connectString0', `${connection.host}:${connection.port}:ssl`),
      text('caLocation0', storePath(truststore)),
      text('caPassword0', truststore.password),
      ...(identity === undefined
        ? [flag('enrollForCertificateWithTrust0', true), flag('useAuth0', true)]
        : [text('certificateLocation0', storePath(identity)), text('clientPassword0', identity.password)]),
    ],
  };
}

/**
 * The stores again in the keys without a number, which WinTAK, iTAK and ATAK before 4.2 read, and what makes
 * the client show its connection and ask for the kit's profiles.
 */
export function clientGroup(
  { truststore, identity }: Pick<ServerConnection, 'truststore' | 'identity'>,
  further: readonly PreferenceValue[],
): PreferenceGroup {
  return {
    name: APP_PREFERENCES,
    entries: [
      flag('displayServerConnectionWidget', true),
      text('caLocation', storePath(truststore)),
      text('caPassword', truststore.password),
      ...(identity === undefined
        ? []
        : [text('certificateLocation', storePath(identity)), text('clientPassword', identity.password)]),
      flag('deviceProfileEnableOnConnect', true),
      ...further,
    ],
  };
}

/**
 * ATAK shows the Channels tool only when both are the text "true", the second one for the very host that
 * stands in the connect string.
 */
export function channelPreferences(host: string): PreferenceValue[] {
  return [text('prefs_enable_channels', 'true'), text(`prefs_enable_channels_host-${host}`, 'true')];
}

/** Clients put stores from a package into their `cert` folder, wherever in the zip they were. */
function storePath({ fileName }: StoreLocation): string {
  return `cert/${fileName}`;
}
