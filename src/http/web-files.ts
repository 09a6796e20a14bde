/** The built pages, wherever they lie. */
export interface WebFiles {
  /** False in a checkout where nobody has built them. */
  isBuilt(): boolean;
  /** By the path of the address; undefined for what the build did not make. */
  find(path: string): WebFile | undefined;
}

export type Coding = 'identity' | 'br' | 'gzip';

export interface WebFile {
  readonly mediaType: string;
  /** Of its content: two files with the same hash are the same. */
  readonly hash: string;
  /** Packed forms that exist, best first. */
  readonly codings: readonly Exclude<Coding, 'identity'>[];
  read(coding: Coding): Uint8Array<ArrayBuffer>;
}
