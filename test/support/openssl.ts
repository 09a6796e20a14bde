import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** What a command printed, on both channels; it must end with `expectedStatus`. */
export function run(
  command: string,
  args: readonly string[],
  {
    input = '',
    expectedStatus = 0,
    cwd,
  }: { input?: string | Buffer; expectedStatus?: number; cwd?: string } = {},
): string {
  const result = spawnSync(command, args, { input, timeout: 30_000, ...(cwd === undefined ? {} : { cwd }) });
  const output = `${result.stdout}${result.stderr}`;
  assert.equal(result.status, expectedStatus, `${command} ${args.join(' ')}\n${output}`);
  return output;
}

/** OpenSSL as an independent judge of what we make. */
export function openssl(args: readonly string[], input: string | Buffer = '', expectedStatus = 0): string {
  return run('openssl', args, { input, expectedStatus });
}
