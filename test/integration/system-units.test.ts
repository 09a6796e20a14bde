import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('../../systemd/', import.meta.url));
/** Of 10; systemd calls up to 4 OK. */
const EXPOSURE_MAX = 2.5;
const skip = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'needs systemd-analyze';

describe('the units', { timeout: 60_000, skip }, () => {
  const services = globSync('*.service', { cwd: DIRECTORY }).sort();

  test('are hardened, the server and those that run as root', (t) => {
    assert.ok(services.length >= 7);
    for (const service of services) {
      const { stdout } = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', '--no-pager', `${DIRECTORY}${service}`],
        { encoding: 'utf8' },
      );
      const exposure = Number(/exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
      t.diagnostic(`${service}: ${exposure}`);
      assert.ok(exposure <= EXPOSURE_MAX, `${service}: ${exposure}`);
    }
  });

  test('are understood by systemd', () => {
    const units = globSync('*.{service,path}', { cwd: DIRECTORY }).map((name) => `${DIRECTORY}${name}`);
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
    // The program and the user are not installed where tests run.
    const complaints = stderr
      .split('\n')
      .filter(
        (line) => line.includes('bivouac') && !/not executable|Failed to (resolve|determine)/.test(line),
      );
    assert.deepEqual(complaints, []);
  });

  test('each command that they run exists', () => {
    const commands = services.flatMap((service) =>
      [...readFileSync(`${DIRECTORY}${service}`, 'utf8').matchAll(/\/usr\/bin\/bivouac system (\S+)/g)].map(
        ([, command]) => command,
      ),
    );
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
    const help = execFileSync(process.execPath, [main, 'system', '--help'], { encoding: 'utf8' });
    for (const command of commands) assert.match(help, new RegExp(`^ +${command}\\b`, 'm'));
  });

  test('each path unit starts one that is there', () => {
    for (const path of globSync('*.path', { cwd: DIRECTORY })) {
      assert.ok(services.includes(path.replace('.path', '.service')), path);
    }
  });
});
