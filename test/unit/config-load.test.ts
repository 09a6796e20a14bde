import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { KEYS } from '../../src/config/schema.ts';
import { BivouacError } from '../../src/core/errors.ts';

const directory = mkdtempSync(join(tmpdir(), 'bivouac-config-'));
after(() => rmSync(directory, { recursive: true }));

function fileWith(text: string): string {
  const path = join(directory, `${Math.random()}.toml`);
  writeFileSync(path, text);
  return path;
}

function refusal(run: () => unknown): BivouacError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof BivouacError);
    return error;
  }
  assert.fail('the configuration was accepted');
}

test('every default is valid by its own schema', () => {
  const config = loadConfig({ environment: {}, file: fileWith('') });
  assert.deepEqual(config.listen.cotTls, [{ host: '::', port: 8089 }]);
  assert.deepEqual(config.listen.cotTcp, []);
  assert.equal(config.cot.auth, 'cert_or_password');
});

test('--set wins over the environment, that over the file, that over the defaults', () => {
  const file = fileWith(
    'name = "file"\n[hub]\nflushWindowMs = 1\nqueueMaxBytes = 70000\nstallTimeoutMs = 2000\n',
  );
  const config = loadConfig({
    file,
    environment: { BIVOUAC_HUB__FLUSHWINDOWMS: '2', BIVOUAC_hub__queueMaxBytes: '80000', PATH: '/bin' },
    set: ['hub.flushWindowMs=3', 'hub.flushWindowMs=4'],
    dataDir: '/tmp/kit',
  });
  assert.equal(config.name, 'file');
  assert.equal(config.hub.flushWindowMs, 4);
  assert.equal(config.hub.queueMaxBytes, 80_000);
  assert.equal(config.hub.stallTimeoutMs, 2_000);
  assert.equal(config.hub.disconnectGraceMs, 10_000);
  assert.equal(config.dataDir, '/tmp/kit');
});

test('text from the command line becomes what it would be in the file', () => {
  const config = loadConfig({
    file: fileWith(''),
    environment: {},
    set: [
      'pki.names=["kit.example", "10.1.2.3"]',
      'cot.offersProtocolV1=false',
      'name=Camp = 1',
      'listen.https=127.0.0.1:0,[::1]:0',
    ],
  });
  assert.deepEqual(config.pki.names, ['kit.example', '10.1.2.3']);
  assert.equal(config.cot.offersProtocolV1, false);
  assert.equal(config.name, 'Camp = 1');
  assert.deepEqual(config.listen.https, [
    { host: '127.0.0.1', port: 0 },
    { host: '::1', port: 0 },
  ]);
});

test('unknown keys are refused wherever they come from, with the key that was meant', () => {
  const error = refusal(() =>
    loadConfig({
      file: fileWith('[listne]\ncotTls = "off"\n[hub]\nflushWindow = 1\n'),
      environment: { BIVOUAC_COT__AUHT: 'cert' },
      set: ['listen.cotTsl=off'],
    }),
  );
  assert.equal(error.code, 'config.unknown_key');
  assert.match(error.message, /did you mean "hub.flushWindowMs"/);
  assert.match(error.message, /did you mean "cot.auth"/);
  assert.match(error.message, /did you mean "listen.cotTls"/);
  assert.match(error.message, /there is no key "listne"/);
});

test('all bad values are told at once, each with its key and origin', () => {
  const error = refusal(() =>
    loadConfig({
      file: fileWith('[cot]\nauth = "none"\n'),
      environment: {},
      set: ['listen.cotTls=8089', 'hub.flushWindowMs=51', 'broken'],
    }),
  );
  assert.equal(error.code, 'config.invalid');
  assert.match(error.message, /cot\.auth/);
  assert.match(error.message, /--set: listen\.cotTls: "8089" is not HOST:PORT/);
  assert.match(error.message, /hub\.flushWindowMs/);
  assert.match(error.message, /--set broken: write it as key=value/);
});

test('a file that is not TOML is told with its line', () => {
  const error = refusal(() => loadConfig({ file: fileWith('name = "x"\n[cot\n'), environment: {} }));
  assert.equal(error.code, 'config.syntax');
  assert.match(error.message, /:2:/);
});

test('a named file that is missing is an error', () => {
  assert.equal(
    refusal(() => loadConfig({ file: join(directory, 'none.toml'), environment: {} })).code,
    'config.unreadable',
  );
});

test('every key says what it is for', () => {
  for (const [name, { description }] of KEYS) assert.ok(description.length > 10, name);
});
