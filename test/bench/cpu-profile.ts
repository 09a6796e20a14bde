import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { number, printTable } from './report.ts';

/** The fields of a `.cpuprofile` that matter here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export type ProfileGroup = 'ours' | 'packages' | 'node' | 'native' | 'gc' | 'idle';

export interface ProfileSummary {
  /** Of one thread. */
  readonly file: string;
  /** Self time by group, seconds. */
  readonly groups: Readonly<Record<ProfileGroup, number>>;
  /** Busiest functions by self time, seconds, idle left out. */
  readonly top: readonly { readonly name: string; readonly group: ProfileGroup; readonly selfS: number }[];
}

const TOP_COUNT = 25;

/** Flags that make node write a profile of each of its threads into `directory` when it ends. */
export function profileFlags(directory: string): readonly string[] {
  return ['--cpu-prof', '--cpu-prof-dir', directory, '--cpu-prof-interval', '500'];
}

export async function summariseProfiles(directory: string): Promise<ProfileSummary[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.cpuprofile'));
  return Promise.all(
    files.sort().map(async (file) => {
      const profile = JSON.parse(await readFile(join(directory, file), 'utf8')) as CpuProfile;
      return { file, ...summarise(profile) };
    }),
  );
}

export function printProfiles(profiles: readonly ProfileSummary[]): void {
  for (const { file, groups, top } of profiles) {
    const busyS = Object.values(groups).reduce((sum, s) => sum + s, 0) - groups.idle;
    const row = (name: string, group: string, selfS: number) => [
      name,
      group,
      number(selfS, 3),
      number((100 * selfS) / busyS, 1),
    ];
    const { idle: _idle, ...busyGroups } = groups;
    printTable(
      `${file}: ${number(busyS, 2)} s busy`,
      ['self time', 'group', 's', '% of busy'],
      [
        ...Object.entries(busyGroups).map(([group, s]) => row(`all of ${group}`, group, s)),
        ...top.map(({ name, group, selfS }) => row(name, group, selfS)),
      ],
    );
  }
}

function summarise({ nodes, samples, timeDeltas }: CpuProfile): Omit<ProfileSummary, 'file'> {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const groups: Record<ProfileGroup, number> = { ours: 0, packages: 0, node: 0, native: 0, gc: 0, idle: 0 };
  const functions = new Map<string, { name: string; group: ProfileGroup; selfS: number }>();
  samples.forEach((id, i) => {
    const frame = byId.get(id);
    if (frame === undefined) return;
    const seconds = (timeDeltas[i] ?? 0) / 1e6;
    const group = groupOf(frame);
    groups[group] += seconds;
    const place =
      frame.url === ''
        ? ''
        : ` ${frame.url.replace(/^.*\/(src|node_modules)\//, '$1/')}:${frame.lineNumber + 1}`;
    const name = `${frame.functionName || '(anonymous)'}${place}`;
    const entry = functions.get(name) ?? { name, group, selfS: 0 };
    entry.selfS += seconds;
    functions.set(name, entry);
  });
  const top = [...functions.values()]
    .filter(({ group }) => group !== 'idle')
    .sort((a, b) => b.selfS - a.selfS)
    .slice(0, TOP_COUNT);
  return { groups, top };
}

/** Native is what JavaScript called into: OpenSSL, the kernel's write, SQLite. */
function groupOf({ functionName, url }: { functionName: string; url: string }): ProfileGroup {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'gc';
  if (url.startsWith('node:') || url.startsWith('wasm:')) return 'node';
  if (url.includes('/node_modules/')) return 'packages';
  return url === '' ? 'native' : 'ours';
}
