import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BivouacError, type ErrorCode } from '../../src/core/errors.ts';
import { readRequest } from '../../src/pki/csr.ts';
import { curveOf, signingKeyOf, spkiDer } from '../../src/pki/keys.ts';
import { derOf, loadX509, pemBody, type X509Library } from '../../src/pki/x509.ts';
import { openssl } from '../support/openssl.ts';

let x509: X509Library;
let rsa: KeyObject;
const dir = mkdtempSync(join(tmpdir(), 'bivouac-csr-'));

after(() => rmSync(dir, { recursive: true }));

before(async () => {
  x509 = await loadX509();
  rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
});

/** A request with any common names at all, also such as OpenSSL's command line would not write. */
async function requestFor(commonNames: readonly string[], key: KeyObject = rsa): Promise<string> {
  const { signingKey, signingAlgorithm } = signingKeyOf(key);
  const algorithm = { ...signingAlgorithm, ...(key.asymmetricKeyType === 'ec' ? curveOf(key) : {}) };
  const publicKey = createPublicKey(key).toCryptoKey(algorithm as never, true, ['verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name(commonNames.map((name) => ({ CN: [{ utf8String: name }] }))),
    keys: { privateKey: signingKey, publicKey } as never,
    signingAlgorithm,
  });
  return request.toString('pem');
}

/** What OpenSSL writes, as an independent maker. */
function opensslRequest(key: KeyObject, subject: string): string {
  const keyFile = join(dir, 'key.pem');
  writeFileSync(keyFile, key.export({ type: 'pkcs8', format: 'pem' }));
  return openssl(['req', '-new', '-key', keyFile, '-subj', subject, '-utf8']);
}

async function refusal(body: string | Uint8Array, name = 'alice'): Promise<BivouacError> {
  try {
    await readRequest(body, name);
  } catch (error) {
    assert.ok(error instanceof BivouacError, String(error));
    return error;
  }
  return assert.fail('the request was accepted');
}

async function assertRefused(body: string | Uint8Array, code: ErrorCode, text: RegExp): Promise<void> {
  const error = await refusal(body);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, text);
  assert.ok(error.message.length < 300);
  assert.doesNotMatch(error.message, /\p{Cc}/u);
}

test('a request is read as PEM, bare base64, one line, with CRLF, and as DER, and is the same each time', async () => {
  const pem = opensslRequest(rsa, '/CN=alice/O=TAK/OU=TAK');
  const bare = pem.replace(/-----.*-----\n/g, '');
  const forms = [
    pem,
    bare,
    pemBody(pem),
    bare.replaceAll('\n', '\r\n'),
    Buffer.from(bare),
    derOf(pem),
    pem.replaceAll('CERTIFICATE', 'NEW CERTIFICATE'),
    `Subject: CN=somebody else\n${pem}\nbye`,
  ];
  const read = await Promise.all(forms.map((form) => readRequest(form, 'alice')));
  assert.equal(new Set(read.map(({ requestSha256 }) => requestSha256)).size, 1);
  for (const { publicKey } of read) assert.deepEqual(spkiDer(publicKey), spkiDer(rsa));
});

test('EC keys on the three curves that TLS clients share are taken', async () => {
  for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve });
    const read = await readRequest(opensslRequest(privateKey, '/CN=alice'), 'alice');
    assert.deepEqual(spkiDer(read.publicKey), spkiDer(privateKey));
  }
});

test('the name must be the one that is signed in; other parts of the subject say nothing', async () => {
  await readRequest(opensslRequest(rsa, '/O=..\\/..\\/etc/CN=Alice/OU=$(reboot)'), 'alice');
  await readRequest(await requestFor(['Zoë']), 'Zoe\u0308');
  await assertRefused(opensslRequest(rsa, '/CN=administrator'), 'cert.request_name', /administrator.*alice/);
  await assertRefused(opensslRequest(rsa, '/O=alice'), 'cert.request_name', /names nobody/);
  await assertRefused(await requestFor(['alice', 'administrator']), 'cert.request_name', /administrator/);
});

test('hostile names are refused, and shown without harm', async () => {
  const hostile = [
    '../../etc/passwd',
    '$(reboot)',
    '`id`',
    'alice\0',
    'alice\n{"ev":"fake"}',
    '\u001b[2J',
    'x'.repeat(5_000),
    'alice,CN=admin',
  ];
  for (const name of hostile)
    await assertRefused(await requestFor([name]), 'cert.request_name', /request is for "/);
});

test('weak keys, slow keys and odd exponents are refused', async () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  await assertRefused(opensslRequest(small, '/CN=alice'), 'cert.request_weak', /1024 bits can be broken/);
  const cubic = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey;
  await assertRefused(opensslRequest(cubic, '/CN=alice'), 'cert.request_weak', /exponent 3/);
  const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  await assertRefused(opensslRequest(odd, '/CN=alice'), 'cert.request_weak', /P-256/);
  const edwards = generateKeyPairSync('ed25519').privateKey;
  await assertRefused(opensslRequest(edwards, '/CN=alice'), 'cert.request_weak', /P-256/);
});

test('a key that the sender does not hold is refused', async () => {
  const der = derOf(opensslRequest(rsa, '/CN=alice'));
  const last = der.length - 1;
  der.writeUInt8(der.readUInt8(last) ^ 1, last);
  await assertRefused(der, 'cert.request_invalid', /signature is wrong/);

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const stolen = derOf(opensslRequest(rsa, '/CN=alice'));
  const at = stolen.indexOf(spkiDer(rsa));
  spkiDer(other).copy(stolen, at);
  await assertRefused(stolen, 'cert.request_invalid', /signature is wrong/);
});

test('what is no request is refused, whatever it is', async () => {
  await assertRefused('', 'cert.request_invalid', /empty/);
  await assertRefused('rm -rf /; echo', 'cert.request_invalid', /neither PEM, base64 nor DER/);
  await assertRefused('AAAA', 'cert.request_invalid', /not a PKCS#10/);
  await assertRefused(
    Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
    'cert.request_invalid',
    /not a PKCS#10/,
  );
  await assertRefused(Buffer.alloc(8_000, 0x30), 'cert.request_invalid', /not a PKCS#10/);
  const whole = derOf(opensslRequest(rsa, '/CN=alice'));
  await assertRefused(whole.subarray(0, whole.length / 2), 'cert.request_invalid', /not a PKCS#10/);
  await assertRefused(Buffer.alloc(1024 ** 2, 'A'), 'request.too_large', /1048576 bytes is too large/);
});

test('damage at any byte is refused or changes nothing but the hash', async () => {
  const good = derOf(await requestFor(['alice']));
  for (let at = 0; at < good.length; at += 7) {
    const damaged = Buffer.from(good);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x41, at);
    try {
      const { publicKey } = await readRequest(damaged, 'alice');
      assert.deepEqual(spkiDer(publicKey), spkiDer(rsa));
    } catch (error) {
      assert.ok(error instanceof BivouacError, `byte ${at}: ${error}`);
    }
  }
});
