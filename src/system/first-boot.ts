import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import { type Box, newBox, readBox, writeForReading } from './box.ts';
import { newHotspot } from './hotspot-defaults.ts';
import { writeKitConfig } from './kit-config.ts';
import { type KitPaths, type Owner, ownerOf } from './kit-paths.ts';
import type { Machine } from './machine.ts';
import { parsePreset } from './preset.ts';
import { applyPreset } from './preset-apply.ts';
import { isApplied, overwrite, withoutSecrets } from './preset-wipe.ts';
import { handOver } from './server-handover.ts';
import { writeStatus } from './status-file.ts';

export interface FirstBootReport {
  /** For the server, which shows them as warnings. */
  readonly problems: readonly { readonly code: string; readonly text: string }[];
  /** Present when a preset was applied by this start. */
  readonly appliedAtMs?: number;
  /** What is wired to the header has changed: the firmware has to read it, before the kernel. */
  readonly needsRestart: boolean;
}

/** A preset file is a page; what is larger is something else. */
const PRESET_MAX_BYTES = 64 * 1024;
const WORDS_MAX = 600;

/**
 * Runs at each start, before the network and the server, and does what is left to do: a name and a Wi-Fi passphrase
 * of its own for a new box, a preset file that was not applied before, the host name for the kernel.
 */
export async function firstBoot(machine: Machine, paths: KitPaths): Promise<FirstBootReport> {
  const problems: { code: string; text: string }[] = [];
  const attempt = <T>(code: string, what: string, step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      // One thing that fails must not keep the box from starting.
      problems.push({ code, text: `${what} ${messageOf(error).slice(0, WORDS_MAX)}` });
      return undefined;
    }
  };

  const owner = attempt('first_boot.data', 'The data directory is not there.', () => ownerOf(paths.dataDir));
  let applied: ReturnType<typeof applyPreset> | undefined;
  if (owner !== undefined) {
    const box = attempt('first_boot.identity', 'This box could not be given a name.', () =>
      makeBox(paths, owner),
    );
    if (box !== undefined) {
      applied = attempt('preset.failed', 'The preset file could not be applied.', () =>
        takePreset(paths, box, owner, problems),
      );
      attempt('first_boot.config', 'The configuration could not be written.', () =>
        writeKitConfig(paths, {}, owner),
      );
      attempt('first_boot.hotspot', 'The Wi-Fi could not be prepared.', () => {
        if (existsSync(paths.hotspotOrder)) return;
        handOver(paths.hotspotOrder, `${JSON.stringify(newHotspot(`Bivouac ${box.id}`))}\n`, owner);
      });
      attempt('first_boot.hostname', 'The host name could not be set.', () =>
        writeFileSync(machine.path('/proc/sys/kernel/hostname'), (readBox(paths.boxFile) ?? box).hostname),
      );
    }
  }
  const report = {
    problems,
    ...(applied === undefined ? {} : { appliedAtMs: Date.now() }),
    needsRestart: applied?.isHardwareChanged === true,
  };
  writeStatus(paths.statusDir, 'first-boot', report);
  if (report.needsRestart) await machine.run('systemctl', ['--no-block', 'reboot']);
  return report;
}

function makeBox(paths: KitPaths, owner: Owner): Box {
  const known = readBox(paths.boxFile);
  if (known !== undefined) return known;
  const box = newBox();
  writeForReading(paths.boxFile, `${JSON.stringify(box)}\n`, owner);
  return box;
}

function takePreset(
  paths: KitPaths,
  box: Box,
  owner: Owner,
  problems: { code: string; text: string }[],
): ReturnType<typeof applyPreset> | undefined {
  const size = statSync(paths.presetFile, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  if (size > PRESET_MAX_BYTES) throw new Error(`It has more than ${PRESET_MAX_BYTES} bytes.`);
  const text = readFileSync(paths.presetFile, 'utf8');
  if (isApplied(text)) return undefined;
  const { preset, problems: found } = parsePreset(text);
  if (found.length > 0) {
    // The display has room for a few, and the server takes no endless ones.
    const words = found.slice(0, 5).join(' ').slice(0, WORDS_MAX);
    problems.push({
      code: 'preset.invalid',
      text: `The preset file is not applied. ${words} Mend bivouac-preset.toml on the card and restart.`,
    });
    return undefined;
  }
  // Nothing set, as the image has it: somebody may still fill it in.
  if (Object.keys(preset).length === 0) return undefined;
  const result = applyPreset(paths, preset, box, owner);
  overwrite(paths.presetFile, size, withoutSecrets(text));
  return result;
}
