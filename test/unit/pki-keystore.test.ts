import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { makeCa } from '../../src/pki/ca.ts';
import { isSameKey, pkcs8Der } from '../../src/pki/keys.ts';
import { createKeystore } from '../../src/pki/keystore.ts';
import { momentOf } from '../../src/pki/validity.ts';
import { temporaryDir } from '../support/store-fixture.ts';

let ca: Awaited<ReturnType<typeof makeCa>>;
const serverKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

before(async () => {
  ca = await makeCa(momentOf(Date.now(), 0), 0);
});

async function filledStore(t: TestContext) {
  const dataDir = await temporaryDir(t);
  const keystore = createKeystore({ dataDir });
  keystore.open();
  const generation = keystore.addGeneration({ ...ca, origin: 'made' });
  keystore.saveServer({ certificatePem: ca.certificatePem, key: serverKey });
  return { dataDir, keystore, generation, rootKeyPath: join(dataDir, 'keys', 'root.key') };
}

const everyFile = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('what was stored is there after a restart', async (t) => {
  const { dataDir, generation } = await filledStore(t);
  const again = createKeystore({ dataDir });
  again.open();
  assert.deepEqual(again.generations(), [generation]);
  assert.ok(isSameKey(again.caKey(generation.id), ca.key));
  assert.ok(isSameKey(again.server()?.key ?? assert.fail(), serverKey));
});

test('no private key is on the disk in any readable form, and only the owner reads the files', async (t) => {
  const { dataDir, rootKeyPath } = await filledStore(t);
  const secrets = [ca.key, serverKey].flatMap((key) => {
    const { d = '', p = '' } = key.export({ format: 'jwk' });
    return [Buffer.from(d, 'base64url'), Buffer.from(p, 'base64url')];
  });
  assert.equal(secrets.length, 4);
  const files = everyFile(dataDir);
  assert.equal(files.length, 3);
  for (const file of files) {
    const content = readFileSync(file);
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
    assert.doesNotMatch(content.toString('latin1'), /PRIVATE KEY/);
    // Also not hidden in a base64 text or in hexadecimal.
    const decoded = (content.toString('latin1').match(/[A-Za-z0-9+/]{40,}/g) ?? []).map((text) =>
      Buffer.from(text, 'base64'),
    );
    for (const secret of secrets) {
      for (const bytes of [content, ...decoded]) assert.ok(!bytes.includes(secret.subarray(0, 24)), file);
    }
  }
  assert.equal(readFileSync(rootKeyPath).length, 32);
});

test('the key file may lie elsewhere', async (t) => {
  const dataDir = await temporaryDir(t);
  const rootKeyPath = join(await temporaryDir(t), 'stick', 'root.key');
  createKeystore({ dataDir, rootKeyPath }).open();
  assert.equal(readFileSync(rootKeyPath).length, 32);
  assert.deepEqual(readdirSync(dataDir), ['pki']);
});

test('a wrong, missing or damaged key file fails at once and says so', async (t) => {
  const { dataDir, rootKeyPath } = await filledStore(t);
  const refusal = (text: RegExp) => ({ code: 'ca.unusable', message: text });

  writeFileSync(rootKeyPath, randomBytes(32));
  assert.throws(() => createKeystore({ dataDir }).open(), refusal(/key file of another kit/));
  writeFileSync(rootKeyPath, randomBytes(31));
  assert.throws(() => createKeystore({ dataDir }).open(), refusal(/31 bytes instead of 32/));
  rmSync(rootKeyPath);
  assert.throws(() => createKeystore({ dataDir }).open(), refusal(/missing.*partition mounted/));
  assert.deepEqual(everyFile(join(dataDir, 'keys')), [], 'no new key file may be made');
  mkdirSync(rootKeyPath);
  assert.throws(() => createKeystore({ dataDir }).open(), refusal(/cannot be read/));
});

test('a damaged file is named', async (t) => {
  const { dataDir } = await filledStore(t);
  writeFileSync(join(dataDir, 'pki', 'ca-1.json'), '{"version":1,');
  assert.throws(() => createKeystore({ dataDir }).open(), { code: 'ca.unusable', message: /ca-1\.json/ });
});

test('a sealed secret opens for its purpose and context only, and not when it was changed', async (t) => {
  const { keystore } = await filledStore(t);
  const { rootKey } = keystore;
  const sealed = rootKey.seal('totp', 'alice', Buffer.from('secret'));
  assert.equal(rootKey.unseal('totp', 'alice', sealed).toString(), 'secret');
  assert.notDeepEqual(rootKey.seal('totp', 'alice', Buffer.from('secret')), sealed);
  const refused = { code: 'ca.unusable' };
  assert.throws(() => rootKey.unseal('totp', 'bob', sealed), refused);
  assert.throws(() => rootKey.unseal('smtp', 'alice', sealed), refused);
  for (const at of [0, 10, 30, 50, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.throws(() => rootKey.unseal('totp', 'alice', changed), refused);
  }
  assert.throws(() => rootKey.unseal('totp', 'alice', Buffer.alloc(3)), refused);
  assert.equal(rootKey.derive('jwt').length, 32);
  assert.notDeepEqual(rootKey.derive('jwt'), rootKey.derive('csrf'));
});

test('a retired generation is remembered without its key', async (t) => {
  const { dataDir, keystore, generation } = await filledStore(t);
  keystore.retireGeneration(generation.id);
  const again = createKeystore({ dataDir });
  again.open();
  assert.deepEqual(
    again.generations().map(({ id, isRetired }) => ({ id, isRetired })),
    [{ id: generation.id, isRetired: true }],
  );
  assert.throws(() => again.caKey(generation.id), { code: 'ca.unusable' });
  const blob = readFileSync(join(dataDir, 'pki', 'ca-1.json'), 'utf8');
  assert.match(blob, /"sealedKey": null/);
});

test('the sealed key in the file is the CA key, and nothing else opens it', async (t) => {
  const { dataDir, keystore, generation } = await filledStore(t);
  const { sealedKey } = JSON.parse(readFileSync(join(dataDir, 'pki', 'ca-1.json'), 'utf8'));
  const opened = keystore.rootKey.unseal('ca-key', generation.id, Buffer.from(sealedKey, 'base64'));
  assert.deepEqual(
    pkcs8Der(createPrivateKey({ key: opened, format: 'der', type: 'pkcs8' })),
    pkcs8Der(ca.key),
  );
});
