import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WEB_ASSETS, type WebFileList } from '../src/app/web-files.ts';
import { ROOT } from './base-node.ts';

/** The built pages for the binary, by the name of the asset. `make web` comes first. */
export function webAssets(): Record<string, string> {
  const directory = join(ROOT, 'dist/web');
  const { files } = JSON.parse(readFileSync(join(directory, 'files.json'), 'utf8')) as WebFileList;
  const names = Object.values(files).flatMap(({ forms }) => Object.values(forms) as string[]);
  return Object.fromEntries(
    ['files.json', ...names].map((name) => [WEB_ASSETS + name, join(directory, name)]),
  );
}
