import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { s3rverPackage } from './package-tools.ts';
import { temporaryDir } from './store-fixture.ts';

const READY_TIMEOUT_MS = 15_000;

/** Runs in a process of its own, on whatever Node is in the path: the package is old CommonJS. */
const SCRIPT = `
const [dir, objects] = process.argv.slice(1);
const S3rver = require('s3rver');
const S3Object = require('s3rver/lib/models/object');
(async () => {
  const server = new S3rver({
    address: '127.0.0.1', port: 0, silent: true, directory: dir, configureBuckets: [{ name: 'kit-media' }],
  });
  const { port } = await server.run();
  for (const [key, body] of Object.entries(JSON.parse(objects))) {
    await server.store.putObject(new S3Object('kit-media', key, Buffer.from(body), {}));
  }
  console.log(port);
  process.stdin.resume().on('end', () => process.exit());
})();
`;

/** s3rver, an S3 server of npm that checks signatures; undefined where it cannot be installed. */
export async function startS3rver(t: TestContext, objects: Readonly<Record<string, string>>) {
  const place = await s3rverPackage();
  if (place === undefined) return undefined;
  const dir = await temporaryDir(t);
  const child = spawn('node', ['-e', SCRIPT, dir, JSON.stringify(objects)], {
    cwd: place,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  const [port] = (await once(createInterface({ input: child.stdout }), 'line', { signal })) as [string];
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'kit-media',
    region: 'us-east-1',
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  };
}
