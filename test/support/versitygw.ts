import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './debian-program.ts';
import { findProgram } from './package-tools.ts';
import { temporaryDir } from './store-fixture.ts';

const READY_TIMEOUT_MS = 10_000;

const find = () => findProgram('versitygw', 'versitygw-1.8.0');

/** Whether somebody installed it: `go install github.com/versity/versitygw/cmd/versitygw@v1.8.0`. */
export async function hasVersitygw(): Promise<boolean> {
  return (await find()) !== undefined;
}

/** versitygw, an S3 server over a directory, with some objects in it. */
export async function startVersitygw(t: TestContext, objects: Readonly<Record<string, string>>) {
  const program = await find();
  if (program === undefined) throw new Error('versitygw is not installed');
  const dir = await temporaryDir(t);
  for (const [key, body] of Object.entries(objects)) {
    const file = join(dir, 'kit-media', key);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, body);
  }
  const store = {
    bucket: 'kit-media',
    region: 'eu-north-3',
    accessKeyId: 'KITMEDIA0000READER',
    secretAccessKey: 'kR9/vQ2+mN4pXz7LwT1yB5cD8eF0gH3jK6sA',
  };
  const port = await freePort();
  const child = spawn(program, ['--port', `127.0.0.1:${port}`, '--region', store.region, 'posix', dir], {
    stdio: 'ignore',
    env: { ROOT_ACCESS_KEY: store.accessKeyId, ROOT_SECRET_KEY: store.secretAccessKey },
  });
  t.after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint);
  return { ...store, endpoint };
}

async function answers(endpoint: string): Promise<void> {
  const untilMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await (await fetch(endpoint)).text();
      return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await sleep(50);
    }
  }
}
