import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import forge from 'node-forge';
import { makeCa } from '../../src/pki/ca.ts';
import { describeGeneration } from '../../src/pki/generations.ts';
import { issueClientCertificate } from '../../src/pki/issue.ts';
import { isSameKey } from '../../src/pki/keys.ts';
import { clientP12, enrolmentP12, type P12Profile, truststoreP12 } from '../../src/pki/p12.ts';
import { momentOf } from '../../src/pki/validity.ts';
import { splitPemChain } from '../../src/pki/x509.ts';
import { openssl } from '../support/openssl.ts';

const PASSWORD = 'QXRJWLTBVKZDHFGNPSCM';
const PROFILES: readonly P12Profile[] = ['legacy', 'modern'];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let caPem: string;
let issue: (publicKey: KeyObject) => Promise<string>;

before(async () => {
  const moment = momentOf(Date.now(), 0);
  const ca = await makeCa(moment, 0);
  const generation = describeGeneration({ ...ca, ordinal: 1, origin: 'made', isRetired: false });
  caPem = generation.pem;
  issue = async (publicKey) =>
    (await issueClientCertificate({ generation, key: ca.key }, { username: 'zoë', publicKey, moment })).pem;
});

/** OpenSSL 3 without its legacy provider, as it comes. */
function inspect(p12: Buffer, password = PASSWORD, expectedStatus = 0): string {
  return openssl(['pkcs12', '-info', '-nodes', '-passin', `pass:${password}`], p12, expectedStatus);
}

for (const profile of PROFILES) {
  test(`a ${profile} client file gives OpenSSL the key, the leaf and the CA, bound together`, async () => {
    for (const { privateKey, publicKey } of [rsa, ec]) {
      const certificatePem = await issue(publicKey);
      const p12 = await clientP12({
        key: privateKey,
        certificatePem,
        caPems: [caPem],
        alias: 'zoë',
        password: PASSWORD,
        profile,
      });
      const text = inspect(p12);
      assert.match(text, profile === 'legacy' ? /MAC: sha1, Iteration 2048/ : /MAC: sha256, Iteration 2048/);
      const cipher =
        profile === 'legacy'
          ? /pbeWithSHA1And3-KeyTripleDES-CBC/g
          : /PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256/g;
      assert.equal(text.match(cipher)?.length, 2);
      assert.deepEqual(
        splitPemChain(text).map((pem) => new X509Certificate(pem).fingerprint256),
        [certificatePem, caPem].map((pem) => new X509Certificate(pem).fingerprint256),
      );
      const key =
        /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text)?.[0] ?? assert.fail();
      assert.ok(isSameKey(createPrivateKey(key), privateKey));
      const ids = [...text.matchAll(/localKeyID: ([0-9A-F ]+)/g)].map(([, id]) => id?.trim());
      assert.equal(ids.length, 2);
      assert.equal(ids[0], ids[1]);
      assert.equal(text.match(/friendlyName: zo/g)?.length, 2);
    }
  });

  test(`a ${profile} truststore holds certificates under their names, marked for Java, and no key`, async () => {
    const p12 = await truststoreP12({
      certificates: [
        { alias: 'Bivouac CA 1', pem: caPem },
        { alias: 'ca-2', pem: caPem },
      ],
      password: PASSWORD,
      profile,
    });
    const text = inspect(p12);
    assert.equal(splitPemChain(text).length, 2);
    assert.doesNotMatch(text, /PRIVATE KEY|Keybag/);
    assert.match(text, /friendlyName: Bivouac CA 1/);
    assert.equal(text.match(/2\.16\.840\.1\.113894\.746875\.1\.1/g)?.length, 2);
  });

  test(`a ${profile} file does not open with another password, nor when a byte was changed`, async () => {
    const p12 = await truststoreP12({
      certificates: [{ alias: 'ca', pem: caPem }],
      password: PASSWORD,
      profile,
    });
    assert.match(inspect(p12, 'wrong', 1), /invalid password/);
    const changed = Buffer.from(p12);
    const at = Math.floor(p12.length / 2);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.match(inspect(changed, PASSWORD, 1), /invalid password/);
  });
}

test('node-forge, another implementation, opens the legacy file', async () => {
  const p12 = await clientP12({
    key: rsa.privateKey,
    certificatePem: await issue(rsa.publicKey),
    caPems: [caPem],
    alias: 'zoë',
    password: PASSWORD,
    profile: 'legacy',
  });
  const read = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(p12.toString('binary')), PASSWORD);
  assert.equal(read.getBags({ friendlyName: 'zoë' }).friendlyName?.length, 2);
  const { certBag = '', pkcs8ShroudedKeyBag = '' } = forge.pki.oids as Record<string, string>;
  assert.equal(read.getBags({ bagType: certBag })[certBag]?.length, 2);
  assert.equal(read.getBags({ bagType: pkcs8ShroudedKeyBag })[pkcs8ShroudedKeyBag]?.length, 1);
});

test('the enrolment file of ATAK 4 names its entries signedCert, ca0, ca1 under the conventional password', async () => {
  const text = inspect(
    await enrolmentP12({ signedCertPem: await issue(ec.publicKey), caPems: [caPem, caPem] }),
    'atakatak',
  );
  assert.deepEqual(
    [...text.matchAll(/friendlyName: (\w+)/g)].map(([, name]) => name),
    ['signedCert', 'ca0', 'ca1'],
  );
  assert.match(text, /MAC: sha1/);
  assert.doesNotMatch(text, /PRIVATE KEY|Keybag/);
});

test('passwords that clients would turn into different bytes are refused', async () => {
  for (const password of ['', 'pässword', 'tab\there', '\u{1f511}']) {
    await assert.rejects(
      truststoreP12({ certificates: [{ alias: 'ca', pem: caPem }], password, profile: 'legacy' }),
      { code: 'request.invalid' },
    );
  }
});

test('passwords of every length around the hash block give the right keys', async () => {
  for (const length of [1, 30, 31, 32, 63, 64, 200]) {
    const password = 'x'.repeat(length);
    for (const profile of PROFILES)
      inspect(
        await truststoreP12({ certificates: [{ alias: 'ca', pem: caPem }], password, profile }),
        password,
      );
  }
});
