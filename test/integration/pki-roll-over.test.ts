import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CaImport } from '../../src/pki/ca.ts';
import { openAuthority } from '../support/authority-fixture.ts';
import { exchange, judgedServer } from '../support/judged-server.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDir } from '../support/store-fixture.ts';

test('during a roll-over old and new clients talk to one server; after it only new ones', async (t) => {
  const world = await openAuthority(t);
  const { authority } = world;
  const server = await judgedServer(t, authority);
  const [first = assert.fail()] = authority.generations();
  const old = await authority.issueClient({ principalId: await world.addUser('old'), username: 'old' });
  const oldTrust = authority.caPems();
  const oldClient = await server.enter(oldTrust, old);

  const second = await authority.rollOver();
  const fresh = await authority.issueClient({ principalId: await world.addUser('fresh'), username: 'fresh' });
  assert.ok(new X509Certificate(fresh.certificate.pem).checkIssued(new X509Certificate(second.pem)));
  assert.equal(fresh.certificate.caId, second.id);
  assert.deepEqual(
    fresh.caPems,
    [second.pem, first.pem],
    'its own CA first, and the one that signed the server',
  );
  const freshTrust = fresh.caPems;

  // Both kinds of client, each trusting what it was once given, meet on the same listener.
  assert.equal(await exchange(oldClient.socket, 'still here'), 'still here');
  assert.equal((await server.enter(oldTrust, old)).answer, `welcome ${old.certificate.serial}`);
  assert.equal((await server.enter(freshTrust, fresh)).answer, `welcome ${fresh.certificate.serial}`);
  assert.equal((await authority.crls()).length, 2);
  assert.equal((await authority.renewClient({ serial: old.certificate.serial })).certificate.caId, second.id);

  await authority.retire(first.id);
  assert.equal(authority.trustListPem(), second.pem);
  assert.equal((await server.enter(freshTrust, fresh)).answer, `welcome ${fresh.certificate.serial}`);
  assert.equal((await server.enter([second.pem], fresh)).answer, `welcome ${fresh.certificate.serial}`);
  await assert.rejects(
    server.enter(oldTrust, old),
    /self-signed certificate in certificate chain|unable to (get local issuer|verify the first) certificate/,
  );
  const refused = await server.enter(freshTrust, old);
  assert.match(refused.answer, new RegExp(`refused: .*${first.name}.*retired`));
  await assert.rejects(authority.renewClient({ serial: old.certificate.serial }), {
    code: 'cert.refused',
    message: /retired/,
  });

  await assert.rejects(authority.retire(second.id), { code: 'ca.last' });
  await assert.rejects(authority.retire(first.id), { code: 'ca.unknown' });
  const again = await world.restart();
  assert.equal(again.trustListPem(), second.pem);
  assert.equal(again.material().fingerprint, authority.material().fingerprint);
});

/** A CA as an administrator brings it from elsewhere: made by OpenSSL, with names encoded its own way. */
async function opensslCa(t: TestContext, ...options: string[]) {
  const dir = await temporaryDir(t);
  const [cert, key] = [join(dir, 'ca.pem'), join(dir, 'ca.key')];
  const subject = '/C=DE/O=Team Blue/CN=Blue Root CA';
  openssl(['req', '-x509', '-nodes', '-subj', subject, '-out', cert, '-keyout', key, ...options]);
  return { certificatePem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
}

const RSA = ['-newkey', 'rsa:2048'];
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
const LONG = ['-days', '3650'];
const USAGE = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];

for (const [kind, options] of Object.entries({ RSA, EC })) {
  test(`an imported ${kind} CA signs what follows, beside the one that is in use`, async (t) => {
    const world = await openAuthority(t);
    const { authority } = world;
    const server = await judgedServer(t, authority);
    const before = await authority.issueClient({
      principalId: await world.addUser('before'),
      username: 'before',
    });
    const { generation, retired } = await authority.importCa(
      await opensslCa(t, ...options, ...LONG, ...USAGE),
    );
    assert.equal(generation.name, 'Blue Root CA');
    assert.deepEqual(retired, []);

    const after = await authority.issueClient({
      principalId: await world.addUser('after'),
      username: 'after',
    });
    const dir = await temporaryDir(t);
    writeFileSync(join(dir, 'ca.pem'), generation.pem);
    writeFileSync(join(dir, 'client.pem'), after.certificate.pem);
    const strict = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', join(dir, 'ca.pem')];
    assert.match(openssl([...strict, join(dir, 'client.pem')]), /: OK/);
    for (const client of [before, after]) {
      assert.equal((await server.enter(after.caPems, client)).answer, `welcome ${client.certificate.serial}`);
    }
    const [crl = assert.fail()] = await authority.crls();
    assert.match(openssl(['crl', '-noout', '-CAfile', join(dir, 'ca.pem')], crl.pem), /verify OK/);

    const [own = assert.fail()] = authority.generations();
    await authority.retire(own.id);
    assert.equal((await server.enter([generation.pem], after)).answer, `welcome ${after.certificate.serial}`);
  });
}

test('a CA that would not work is refused with the reason', async (t) => {
  const { authority } = await openAuthority(t);
  const good = await opensslCa(t, ...RSA, ...LONG, ...USAGE);
  const other = await opensslCa(t, ...RSA, ...LONG, ...USAGE);
  const refused = async (offer: Promise<CaImport> | CaImport, message: RegExp) =>
    assert.rejects(authority.importCa(await offer), { code: 'ca.import_refused', message });

  await refused({ ...good, keyPem: other.keyPem }, /key does not belong/);
  await refused({ ...good, certificatePem: 'hello' }, /no PEM certificate/);
  await refused({ ...good, certificatePem: good.certificatePem + other.certificatePem }, /more than one/);
  await refused({ ...good, keyPem: 'hello' }, /key cannot be read; if it is encrypted/);
  await refused(opensslCa(t, ...RSA, '-days', '10', ...USAGE), /too soon/);
  await refused(opensslCa(t, '-newkey', 'rsa:1024', ...LONG, ...USAGE), /too weak/);
  await refused(
    opensslCa(t, ...EC.slice(0, 3), 'ec_paramgen_curve:secp256k1', ...LONG, ...USAGE),
    /too weak or of a kind/,
  );
  await refused(
    opensslCa(t, ...RSA, ...LONG, '-addext', 'keyUsage=critical,keyCertSign'),
    /revocation lists/,
  );
  await refused(
    opensslCa(t, ...RSA, ...LONG, '-addext', 'basicConstraints=critical,CA:FALSE'),
    /not the certificate of a CA/,
  );
  assert.equal(authority.generations().length, 1);
});

test('a CA below another CA is refused: clients would not follow the chain', async (t) => {
  const world = await openAuthority(t);
  const dir = await temporaryDir(t);
  const [root, key] = [join(dir, 'root.pem'), join(dir, 'root.key')];
  const { certificatePem, keyPem } = await opensslCa(t, ...RSA, ...LONG, ...USAGE);
  writeFileSync(root, certificatePem);
  writeFileSync(key, keyPem);
  const below = join(dir, 'below');
  openssl([
    'req',
    '-x509',
    '-nodes',
    '-subj',
    '/CN=Below',
    '-CA',
    root,
    '-CAkey',
    key,
    '-out',
    `${below}.pem`,
    '-keyout',
    `${below}.key`,
    ...RSA,
    ...LONG,
    ...USAGE,
  ]);
  const offer = {
    certificatePem: readFileSync(`${below}.pem`, 'utf8'),
    keyPem: readFileSync(`${below}.key`, 'utf8'),
  };
  await assert.rejects(world.authority.importCa(offer), {
    code: 'ca.import_refused',
    message: /signed by another one/,
  });
});
