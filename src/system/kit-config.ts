import { existsSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'smol-toml';
import { writeForReading } from './box.ts';
import { HOTSPOT_ADDRESS } from './hotspot-defaults.ts';
import type { KitPaths, Owner } from './kit-paths.ts';
import type { Preset } from './preset.ts';

const HEAD = `# Configuration of this kit, begun by its first start. Every key: configuration.md, or \`bivouac serve --help\`.
# After a change: systemctl restart bivouac && systemctl reload bivouac-firewall
`;

/** What a box of its own has that a server among other programs has not. */
const BEGINNING = {
  listen: { portal: '[::]:8081' },
  pki: { names: ['bivouac.local', HOTSPOT_ADDRESS] },
};

/**
 * The configuration as the preset wants it; a file that is there keeps everything that the preset does not name,
 * and a copy of it as it was (comments do not survive) lies beside it.
 */
export function writeKitConfig({ configFile }: KitPaths, preset: Preset, owner: Owner): void {
  const isThere = existsSync(configFile);
  const wanted = {
    ...(preset.name === undefined ? {} : { name: preset.name }),
    ...displayOf(preset),
  };
  if (isThere && Object.keys(wanted).length === 0) return;
  const before = isThere ? readFileSync(configFile, 'utf8') : undefined;
  const document = before === undefined ? BEGINNING : parse(before);
  const merged = {
    ...document,
    ...wanted,
    ...('display' in wanted
      ? { display: { ...(document as { display?: object }).display, ...wanted.display } }
      : {}),
  };
  if (before !== undefined) writeForReading(`${configFile}.before-preset`, before, owner);
  writeForReading(configFile, `${HEAD}\n${stringify(merged)}`, owner);
}

function displayOf(preset: Preset): { display?: object } {
  const rotation = preset['display.rotation'];
  const theme = preset['display.theme'];
  if (rotation === undefined && theme === undefined) return {};
  return {
    display: { ...(rotation === undefined ? {} : { rotation }), ...(theme === undefined ? {} : { theme }) },
  };
}
