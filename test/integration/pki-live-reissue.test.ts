import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCa } from '../../src/pki/ca.ts';
import { describeGeneration } from '../../src/pki/generations.ts';
import { issueServerCertificate } from '../../src/pki/issue.ts';
import { pkcs8Pem } from '../../src/pki/keys.ts';
import { DAY_MS, momentOf } from '../../src/pki/validity.ts';
import { openAuthority } from '../support/authority-fixture.ts';
import { exchange, judgedServer } from '../support/judged-server.ts';
import { temporaryDir } from '../support/store-fixture.ts';

const MINUTE_MS = 60_000;

/** The server's own certificate is replaced under connected clients: none of them notices. */

async function enteredWorld(t: Parameters<typeof openAuthority>[0]) {
  const world = await openAuthority(t);
  const identity = await world.authority.issueClient({
    principalId: await world.addUser('alice'),
    username: 'alice',
  });
  const server = await judgedServer(t, world.authority);
  const enter = () => server.enter(world.authority.caPems(), identity);
  return { ...world, identity, server, enter };
}

test('a new address of the host is in the certificate at once, with the same key, and the client stays', async (t) => {
  const { authority, enter, names, keystore } = await enteredWorld(t);
  const before = await enter();
  assert.match(before.answer, /^welcome /);
  const oldKey = pkcs8Pem(keystore.server()?.key ?? assert.fail());

  names.push('10.42.0.1', 'kit.local');
  await authority.refresh();
  assert.equal(await exchange(before.socket, 'still here'), 'still here');
  const after = await enter();
  assert.notEqual(after.serverSerial, before.serverSerial);
  const certificate = new X509Certificate(authority.material().certificateChainPem);
  assert.equal(certificate.checkIP('10.42.0.1'), '10.42.0.1');
  assert.equal(certificate.checkHost('kit.local'), 'kit.local');
  assert.equal(pkcs8Pem(keystore.server()?.key ?? assert.fail()), oldKey);

  names.splice(names.indexOf('kit.local'), 1);
  await authority.refresh();
  assert.equal((await enter()).serverSerial, after.serverSerial, 'a name that went costs no new certificate');
});

test('at two thirds of its life the upkeep renews it, with a new key', async (t) => {
  const { authority, enter, clock } = await enteredWorld(t);
  const before = await enter();
  const { notAfterMs, privateKeyPem } = authority.material();
  authority.startUpkeep();
  const issuedMs = clock.now();
  clock.setWall(issuedMs + 200 * DAY_MS);
  await authority.refresh();
  assert.equal((await enter()).serverSerial, before.serverSerial);

  const changed = new Promise((resolve) => authority.onMaterialChange(resolve));
  clock.setWall(issuedMs + 290 * DAY_MS);
  clock.advance(MINUTE_MS);
  await changed;
  assert.equal(await exchange(before.socket, 'still here'), 'still here');
  assert.ok(authority.material().notAfterMs > notAfterMs + 200 * DAY_MS);
  assert.notEqual(authority.material().privateKeyPem, privateKeyPem);
});

test('a jump of the clock, forth and back, replaces it within a minute each time', async (t) => {
  const { authority, clock } = await enteredWorld(t);
  authority.startUpkeep();
  const truth = clock.now();
  for (const wall of [truth + 3 * 365 * DAY_MS, truth]) {
    const changed = new Promise((resolve) => authority.onMaterialChange(resolve));
    clock.setWall(wall);
    clock.advance(MINUTE_MS);
    await changed;
    const { validFromDate, validToDate } = new X509Certificate(authority.material().certificateChainPem);
    assert.ok(validFromDate.getTime() <= wall - DAY_MS + 120_000 && validToDate.getTime() > wall);
  }
});

test('when the clock says that the CA has ended, the old certificate goes on and a warning says why', async (t) => {
  const { authority, clock, health, enter } = await enteredWorld(t);
  const before = authority.material().fingerprint;
  const truth = clock.now();
  clock.setWall(Date.UTC(2099, 0, 1));
  await authority.refresh();
  assert.equal(authority.material().fingerprint, before);
  const warnings = health.list().filter(({ severity }) => severity === 'bad');
  assert.match(
    warnings.map(({ text }) => text).join(),
    /the clock of this kit says 2099-01-01. If the clock is wrong, set it/,
  );
  assert.match((await enter()).answer, /refused: .*ended on .*by the kit's clock/);
  clock.setWall(truth);
  await authority.refresh();
  assert.match((await enter()).answer, /^welcome /);
  assert.deepEqual(health.list(), []);
});

test('a damaged file of the server certificate costs a new one, not the service', async (t) => {
  const { authority, dataDir, restart } = await enteredWorld(t);
  writeFileSync(join(dataDir, 'pki', 'server.json'), 'not json');
  const again = await restart();
  assert.notEqual(again.material().fingerprint, authority.material().fingerprint);
});

test('a certificate from outside is used by configuration, followed when its file changes, and replaced when it is bad', async (t) => {
  const dir = await temporaryDir(t);
  const moment = momentOf(Date.now(), 0);
  const outside = await makeCa(moment, 0);
  const generation = describeGeneration({ ...outside, ordinal: 1, origin: 'made', isRetired: false });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files = { certificatePath: join(dir, 'fullchain.pem'), keyPath: join(dir, 'key.pem') };
  const write = async () => {
    const names = { dns: ['tak.example.org'], ips: ['127.0.0.1'] };
    const leaf = await issueServerCertificate(
      { generation, key: outside.key },
      { names, key: privateKey, moment },
    );
    writeFileSync(files.certificatePath, leaf.pem + outside.certificatePem);
    writeFileSync(files.keyPath, pkcs8Pem(privateKey));
    return leaf.fingerprint;
  };

  const fingerprint = await write();
  const world = await openAuthority(t, { externalCertificate: files });
  const { authority, health } = world;
  const identity = await authority.issueClient({
    principalId: await world.addUser('alice'),
    username: 'alice',
  });
  const server = await judgedServer(t, authority);
  assert.equal(authority.material().fingerprint, fingerprint);
  assert.equal(authority.material().isExternal, true);
  // Clients are told to trust both; only our own CA is trusted for clients' certificates.
  assert.deepEqual(authority.caPems().length, 2);
  assert.equal(authority.caPems()[1], outside.certificatePem);
  assert.ok(!authority.trustListPem().includes(outside.certificatePem));
  const entered = await server.enter([outside.certificatePem], identity, { servername: 'tak.example.org' });
  assert.match(entered.answer, /^welcome /);

  const renewed = await write();
  await authority.refresh();
  assert.equal(authority.material().fingerprint, renewed);
  assert.equal(await exchange(entered.socket, 'still here'), 'still here');

  writeFileSync(files.keyPath, pkcs8Pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey));
  await authority.refresh();
  assert.equal(authority.material().isExternal, false);
  assert.match(
    health.list()[0]?.text ?? '',
    /key\.pem cannot be used: it does not belong to .*fullchain\.pem/,
  );
  assert.match((await server.enter(authority.caPems(), identity)).answer, /^welcome /);
});

test('a listener that a client leaves in the middle of a change goes on', async (t) => {
  const { authority, enter, names } = await enteredWorld(t);
  const { socket } = await enter();
  names.push('10.0.0.7');
  const changing = authority.refresh();
  socket.destroy();
  await Promise.all([changing, once(socket, 'close')]);
  assert.match((await enter()).answer, /^welcome /);
});
