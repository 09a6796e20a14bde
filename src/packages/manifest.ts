import { escapeXml } from './escape-xml.ts';

/** Where every TAK client looks for the manifest in a zip. */
export const MANIFEST_PATH = 'MANIFEST/manifest.xml';

export interface Manifest {
  /** Both are required: ATAK takes a package without them for broken. */
  readonly uid: string;
  readonly name: string;
  /** Import the contents without asking. */
  readonly isImportedOnReceive?: boolean;
  /** Delete the package file after the import. */
  readonly isDeletedOnReceive?: boolean;
  readonly contents: readonly ManifestContent[];
}

export interface ManifestContent {
  /** Path in the zip. */
  readonly zipEntry: string;
  /** For CoT items: `uid`, `name`, `isCoT`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The text of `MANIFEST/manifest.xml`, version 2. */
export function manifestXml(manifest: Manifest): string {
  const configuration = [
    parameter('uid', manifest.uid),
    parameter('name', manifest.name),
    ...(manifest.isImportedOnReceive === true ? [parameter('onReceiveImport', 'true')] : []),
    ...(manifest.isDeletedOnReceive === true ? [parameter('onReceiveDelete', 'true')] : []),
  ];
  return [
    '<MissionPackageManifest version="2">',
    ' <Configuration>',
    ...configuration.map((line) => `  ${line}`),
    ' </Configuration>',
    ' <Contents>',
    ...manifest.contents.map((content) => `  ${contentXml(content)}`),
    ' </Contents>',
    '</MissionPackageManifest>',
    '',
  ].join('\n');
}

function contentXml({ zipEntry, parameters = {} }: ManifestContent): string {
  const start = `<Content ignore="false" zipEntry="${escapeXml(zipEntry)}"`;
  const inner = Object.entries(parameters).map(([name, value]) => parameter(name, value));
  return inner.length === 0 ? `${start}/>` : `${start}>${inner.join('')}</Content>`;
}

function parameter(name: string, value: string): string {
  return `<Parameter name="${escapeXml(name)}" value="${escapeXml(value)}"/>`;
}
