import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSameKey } from '../../src/pki/keys.ts';
import type { CertificateRecord } from '../../src/pki/ports.ts';
import { DAY_MS } from '../../src/pki/validity.ts';
import { derOf } from '../../src/pki/x509.ts';
import { type AuthorityWorld, openAuthority } from '../support/authority-fixture.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDir } from '../support/store-fixture.ts';

/** Writes texts into files, for a command that wants names of files. */
async function filesOf(t: TestContext, texts: Record<string, string>): Promise<(name: string) => string> {
  const dir = await temporaryDir(t);
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dir, name), text);
  return (name) => join(dir, name);
}

async function requestOf(t: TestContext, name: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = await filesOf(t, { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
  return openssl(['req', '-new', '-key', file('key'), '-subj', `/CN=${name}/O=TAK`]);
}

async function issuedTo(world: AuthorityWorld, name: string) {
  const principalId = await world.addUser(name);
  const issued = await world.authority.issueClient({ principalId, username: name });
  return { ...issued, principalId };
}

test('OpenSSL, at its strictest, accepts the chains for what they are made for', async (t) => {
  const world = await openAuthority(t);
  world.names.push('kit.local', '10.42.0.1', 'fd00::1');
  await world.authority.refresh();
  const { certificate } = await issuedTo(world, 'alice');
  const file = await filesOf(t, {
    ca: world.authority.caChainPem(),
    server: world.authority.material().certificateChainPem,
    client: certificate.pem,
  });
  const verify = (...args: string[]) => openssl(['verify', '-x509_strict', '-CAfile', file('ca'), ...args]);
  for (const check of [
    ['-verify_hostname', 'kit.local'],
    ['-verify_ip', '10.42.0.1'],
    ['-verify_ip', 'fd00::1'],
    ['-verify_hostname', 'localhost'],
  ]) {
    assert.match(verify('-purpose', 'sslserver', ...check, file('server')), /: OK/);
  }
  assert.match(verify('-purpose', 'sslclient', file('client')), /: OK/);
  const wrong = openssl(['verify', '-CAfile', file('ca'), '-purpose', 'sslserver', file('client')], '', 2);
  assert.match(wrong, /unsuitable certificate purpose/);

  const client = openssl(['x509', '-noout', '-text', '-in', file('client')]);
  assert.match(client, /Subject: O = Bivouac, CN = alice/);
  assert.match(client, /TLS Web Client Authentication, challengePassword/);
  const ca = openssl(['x509', '-noout', '-text', '-in', file('ca')]);
  assert.match(ca, /Basic Constraints: critical\s+CA:TRUE/);
  assert.match(ca, /Key Usage: critical\s+Certificate Sign, CRL Sign/);
});

test('two kits never share a name, and every serial is 16 random bytes', async (t) => {
  const [one, two] = await Promise.all([openAuthority(t), openAuthority(t)]);
  assert.notEqual(one.authority.generations()[0]?.name, two.authority.generations()[0]?.name);
  assert.match(one.authority.fingerprint(), /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.match(one.authority.generations()[0]?.serial ?? '', /^[4-7][0-9a-f]{31}$/);
});

test('a restart makes nothing new', async (t) => {
  const world = await openAuthority(t);
  const { fingerprint, certificateChainPem } = world.authority.material();
  const again = await world.restart();
  assert.equal(again.caChainPem(), world.authority.caChainPem());
  assert.deepEqual(
    [again.material().fingerprint, again.material().certificateChainPem],
    [fingerprint, certificateChainPem],
  );
});

test('what is issued is in the register, with principal and device, before it is handed out', async (t) => {
  const world = await openAuthority(t);
  const { certificate, principalId, key, caPems } = await issuedTo(world, 'alice');
  assert.deepEqual(await world.store.certs.bySerial(certificate.serial), {
    ...certificate,
    revokedAtMs: null,
    revocationReason: null,
  });
  assert.equal(certificate.principalId, principalId);
  assert.ok(new X509Certificate(certificate.pem).checkPrivateKey(key ?? assert.fail()));
  assert.deepEqual(caPems, world.authority.caPems());

  // The register refuses strangers, and then there is no certificate.
  const stranger = world.authority.issueClient({ principalId: 'nobody', username: 'nobody' });
  await assert.rejects(stranger, { code: 'user.unknown' });
  assert.equal((await world.authority.list()).length, 1);
});

test('the same request gets the same certificate, also when asked twice at once and after a restart', async (t) => {
  const world = await openAuthority(t);
  const order = {
    principalId: await world.addUser('alice'),
    username: 'alice',
    deviceUid: 'ANDROID-1',
    request: await requestOf(t, 'alice'),
  };
  const [first, second] = await Promise.all([
    world.authority.issueClient(order),
    world.authority.issueClient(order),
  ]);
  const third = await (await world.restart()).issueClient(order);
  assert.equal(new Set([first, second, third].map(({ certificate }) => certificate.serial)).size, 1);
  assert.deepEqual([first.isRepeat, second.isRepeat, third.isRepeat], [false, true, true]);
  assert.equal(first.key, undefined);

  const otherDevice = await world.authority.issueClient({ ...order, deviceUid: 'ANDROID-2' });
  assert.notEqual(otherDevice.certificate.serial, first.certificate.serial);
  await world.authority.revoke({ target: { serial: first.certificate.serial }, reason: 'keyCompromise' });
  const afterRevocation = await world.authority.issueClient(order);
  assert.notEqual(
    afterRevocation.certificate.serial,
    first.certificate.serial,
    'a revoked one never comes back',
  );
});

test('a renewal is for the same principal and device, and leaves the old certificate alone', async (t) => {
  const world = await openAuthority(t);
  const principalId = await world.addUser('alice');
  const old = await world.authority.issueClient({
    principalId,
    username: 'alice',
    deviceUid: 'TV-1',
    lifeMs: 30 * DAY_MS,
  });
  const { serial } = old.certificate;
  const renewed = await world.authority.renewClient({ serial });
  assert.deepEqual([renewed.certificate.principalId, renewed.certificate.deviceUid], [principalId, 'TV-1']);
  assert.equal((await world.store.certs.bySerial(serial))?.revokedAtMs, null);

  await world.authority.revoke({ target: { serial }, reason: 'superseded' });
  await assert.rejects(world.authority.renewClient({ serial }), { code: 'cert.refused', message: /revoked/ });
  await assert.rejects(world.authority.renewClient({ serial: 'ab'.repeat(16) }), { code: 'cert.unknown' });
  world.clock.advance(366 * DAY_MS);
  const ended = world.authority.renewClient({ serial: renewed.certificate.serial });
  await assert.rejects(ended, { code: 'cert.refused', message: /ended/ });
});

test('revoking reaches the register, the listeners and the CRL, which OpenSSL reads', async (t) => {
  const world = await openAuthority(t);
  const [alice, bob] = [await issuedTo(world, 'alice'), await issuedTo(world, 'bob')];
  const second = await world.authority.issueClient({ principalId: alice.principalId, username: 'alice' });
  const told: CertificateRecord[][] = [];
  world.authority.onRevoked((revoked) => told.push([...revoked]));
  const [before] = await world.authority.crls();

  const revoked = await world.authority.revoke({
    target: { principalId: alice.principalId },
    reason: 'keyCompromise',
  });
  assert.deepEqual(
    new Set(revoked.map(({ serial }) => serial)),
    new Set([alice.certificate.serial, second.certificate.serial]),
  );
  assert.deepEqual(told, [revoked]);
  await assert.rejects(
    world.authority.revoke({ target: { serial: 'ab'.repeat(16) }, reason: 'unspecified' }),
    { code: 'cert.unknown' },
  );
  const again = await world.authority.revoke({
    target: { serial: alice.certificate.serial },
    reason: 'unspecified',
  });
  assert.deepEqual(again, [], 'the first time and reason stay');

  const [crl = assert.fail()] = await world.authority.crls();
  assert.ok(crl.number > (before?.number ?? 0));
  const file = await filesOf(t, {
    crl: crl.pem,
    ca: world.authority.caChainPem(),
    alice: alice.certificate.pem,
    bob: bob.certificate.pem,
  });
  const text = openssl(['crl', '-in', file('crl'), '-noout', '-text', '-CAfile', file('ca')]);
  assert.match(text, /verify OK/);
  assert.match(
    text,
    new RegExp(`Serial Number: ${alice.certificate.serial.toUpperCase()}[\\s\\S]*Key Compromise`),
  );
  assert.match(text, new RegExp(`X509v3 CRL Number: *\\n *${crl.number}\\n`));
  assert.ok(crl.pem.startsWith('-----BEGIN X509 CRL-----\n'));
  assert.match(openssl(['crl', '-inform', 'DER', '-noout', '-crlnumber'], derOf(crl.pem)), /crlNumber=/);
  const verify = (name: string, status: number) =>
    openssl(
      ['verify', '-x509_strict', '-crl_check', '-CAfile', file('ca'), '-CRLfile', file('crl'), file(name)],
      '',
      status,
    );
  assert.match(verify('alice', 2), /certificate revoked/);
  assert.match(verify('bob', 0), /OK/);
});

test('a listener that throws keeps nobody else from hearing, and a closed store ends no server', async (t) => {
  const world = await openAuthority(t);
  const { certificate } = await issuedTo(world, 'alice');
  const heard: string[] = [];
  world.authority.onRevoked(() => assert.fail('a mistake in a listener'));
  world.authority.onRevoked((revoked) => heard.push(...revoked.map(({ serial }) => serial)));
  const end = world.authority.onRevoked(() => heard.push('ended'));
  end();
  await world.authority.revoke({ target: { serial: certificate.serial }, reason: 'unspecified' });
  assert.deepEqual(heard, [certificate.serial]);

  await world.store.close();
  world.names.push('10.0.0.9');
  await world.authority.refresh();
  const { certificateChainPem } = world.authority.material();
  assert.equal(new X509Certificate(certificateChainPem).checkIP('10.0.0.9'), '10.0.0.9');
});

test('a CRL is renewed each day and after a jump of the clock, with a number that only grows', async (t) => {
  const world = await openAuthority(t);
  const current = async () => (await world.authority.crls())[0] ?? assert.fail();
  const first = await current();
  assert.equal((await current()).number, first.number);
  assert.ok(first.nextUpdateMs - first.thisUpdateMs >= 6 * DAY_MS);
  world.clock.advance(DAY_MS);
  const second = await current();
  assert.equal(second.number, first.number + 1);
  world.clock.setWall(world.clock.now() + 400 * DAY_MS);
  assert.equal((await current()).number, first.number + 2);
  world.clock.setWall(world.clock.now() - 400 * DAY_MS);
  const back = await current();
  assert.equal(back.number, first.number + 3);
  assert.ok(back.thisUpdateMs <= world.clock.now() && back.nextUpdateMs > world.clock.now());
  const [kept = assert.fail()] = await (await world.restart()).crls();
  assert.equal(kept.number, back.number);
});

test('certificates revoked by the command line beside it are in the next CRL', async (t) => {
  const world = await openAuthority(t);
  const { certificate, principalId } = await issuedTo(world, 'alice');
  const [before = assert.fail()] = await world.authority.crls();
  await world.store.certs.revoke({ target: { principalId }, reason: 'unspecified', atMs: world.clock.now() });
  const [after = assert.fail()] = await world.authority.crls();
  assert.equal(after.number, before.number + 1);
  assert.ok(openssl(['crl', '-noout', '-text'], after.pem).includes(certificate.serial.toUpperCase()));
});

test('what ends soon is a warning, and told once for each threshold, also across a restart', async (t) => {
  const world = await openAuthority(t);
  const { certificate } = await issuedTo(world, 'alice');
  const told: string[] = [];
  const watch = (authority: typeof world.authority) =>
    authority.onExpiring((notices) => {
      for (const notice of notices) told.push(`${notice.certificate.username} ${notice.days}`);
    });
  watch(world.authority);
  world.authority.startUpkeep();
  const codes = () => world.health.list().map(({ code }) => code);
  assert.deepEqual(codes(), []);

  world.clock.setWall(certificate.notAfterMs - 10 * DAY_MS);
  await world.authority.refresh();
  await world.authority.refresh();
  assert.deepEqual(told, ['alice 14']);
  assert.deepEqual(codes(), ['pki.clients_expiring']);
  assert.deepEqual(
    (await world.authority.expiringSoon()).map(({ days }) => days),
    [14],
  );

  world.authority.stop();
  const again = await world.restart();
  watch(again);
  await again.refresh();
  assert.deepEqual(told, ['alice 14']);
  world.clock.setWall(certificate.notAfterMs - DAY_MS / 2);
  await again.refresh();
  assert.deepEqual(told, ['alice 14', 'alice 1']);
  await again.revoke({ target: { serial: certificate.serial }, reason: 'unspecified' });
  await again.refresh();
  assert.deepEqual(codes(), []);
});

test('the upkeep looks at the ends each hour, and within a minute after a jump of the clock', async (t) => {
  const { authority, clock, ...world } = await openAuthority(t);
  const principalId = await world.addUser('alice');
  const { certificate } = await authority.issueClient({ principalId, username: 'alice' });
  authority.startUpkeep();
  const noticed = () =>
    new Promise<number | undefined>((resolve) => authority.onExpiring(([first]) => resolve(first?.days)));
  const afterJump = noticed();
  clock.setWall(certificate.notAfterMs - 14 * DAY_MS - 60_000);
  clock.advance(60_000);
  assert.equal(await afterJump, 14);

  // No jump now, only time that goes by: seven days in minutes would be long, so the hour before it.
  clock.setWall(certificate.notAfterMs - 7 * DAY_MS - 30 * 60_000);
  clock.advance(60_000);
  await authority.refresh();
  const afterHours = noticed();
  clock.advance(61 * 60_000);
  assert.equal(await afterHours, 7);
});

test('a CA leaves only under a passphrase, and comes back only with it', async (t) => {
  const world = await openAuthority(t);
  await assert.rejects(world.authority.exportCa({ passphrase: 'short' }), { code: 'password.weak' });
  const passphrase = 'nine copper kettles';
  const { certificatePem, encryptedKeyPem } = await world.authority.exportCa({ passphrase });
  assert.match(encryptedKeyPem, /BEGIN ENCRYPTED PRIVATE KEY/);
  const plain = openssl(['pkey', '-passin', `pass:${passphrase}`], encryptedKeyPem);
  const [generation = assert.fail()] = world.authority.generations();
  assert.ok(isSameKey(createPrivateKey(plain), world.keystore.caKey(generation.id)));

  const other = await openAuthority(t);
  const offer = { certificatePem, keyPem: encryptedKeyPem };
  const refused = { code: 'ca.import_refused' };
  await assert.rejects(other.authority.importCa(offer), { ...refused, message: /passphrase/ });
  await assert.rejects(other.authority.importCa({ ...offer, passphrase: 'wrong' }), {
    ...refused,
    message: /passphrase is wrong/,
  });
  const imported = await other.authority.importCa({ ...offer, passphrase });
  assert.equal(imported.retired.length, 1, 'nobody depends on the CA of a new kit');
  assert.equal(other.authority.caChainPem(), certificatePem);
  assert.ok(
    new X509Certificate(other.authority.material().certificateChainPem).checkIssued(
      new X509Certificate(certificatePem),
    ),
  );
  await assert.rejects(other.authority.importCa({ ...offer, passphrase }), {
    ...refused,
    message: /already/,
  });
});
