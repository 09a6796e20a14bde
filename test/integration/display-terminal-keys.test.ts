import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

/** `script` (util-linux) gives the probe a terminal of its own, as a shell has. */

const PROBE = join(import.meta.dirname, '../support/terminal-keys-probe.ts');

function output(child: ChildProcess): { text: string; has(words: string): Promise<void> } {
  const seen = { text: '', has };
  child.stdout?.on('data', (bytes: Buffer) => {
    seen.text += bytes.toString();
  });
  async function has(words: string): Promise<void> {
    const timeout = AbortSignal.timeout(10_000);
    while (!seen.text.includes(words)) await once(child.stdout ?? assert.fail(), 'data', { signal: timeout });
  }
  return seen;
}

test('keys of the controlling terminal act one by one, and Ctrl-C still interrupts', async () => {
  const child = spawn('script', ['-qec', `'${process.execPath}' '${PROBE}'`, '/dev/null']);
  const seen = output(child);
  await seen.has('ready');
  child.stdin?.write('a?rpnsxH');
  await seen.has('key recover');
  const pressed = [...seen.text.matchAll(/key (\S+)/g)].map(([, action]) => action);
  assert.deepEqual(pressed, [
    'approve',
    'refuse',
    'open-pairing',
    'next-page',
    'set-aside',
    'end-recovery',
    'recover',
  ]);
  child.stdin?.write('\x03');
  await seen.has('interrupted');
  await once(child, 'exit');
});

test('without a terminal there are no keys, and no error', async () => {
  const child = spawn(process.execPath, [PROBE], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const seen = output(child);
  await once(child, 'close');
  assert.equal(seen.text, 'no terminal\n');
});
