import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS } from '../../src/pki/validity.ts';
import { openAuthority } from '../support/authority-fixture.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { judgedServer } from '../support/judged-server.ts';
import { openssl } from '../support/openssl.ts';
import { temporaryDir } from '../support/store-fixture.ts';

/** Boards without a battery-backed clock. The clients here, and OpenSSL, go by the true time of this machine. */

const SOON_AFTER_1970_MS = 42_000;
const BUILD_MS = Date.now() - 60 * DAY_MS;

test('a kit that was first started in 1970 takes on a client whose clock is right, and keeps it when it learns the time', async (t) => {
  const clock = new FakeClock(SOON_AFTER_1970_MS);
  const world = await openAuthority(t, { clock, timeFloorMs: () => BUILD_MS });
  const { authority, names } = world;
  const server = await judgedServer(t, authority);
  const issued = await authority.issueClient({
    principalId: await world.addUser('alice'),
    username: 'alice',
  });
  const trust = authority.caPems();
  // The handshake checks chain, name and dates of the server by the true time.
  assert.equal((await server.enter(trust, issued)).answer, `welcome ${issued.certificate.serial}`);

  authority.startUpkeep();
  for (const wall of [Date.now(), SOON_AFTER_1970_MS, Date.now()]) {
    clock.setWall(wall);
    clock.advance(60_000);
    names.push(`moved-${names.length}.local`);
    await authority.refresh();
    assert.equal((await server.enter(trust, issued)).answer, `welcome ${issued.certificate.serial}`);
    assert.equal(
      (await authority.renewClient({ serial: issued.certificate.serial })).certificate.principalId,
      issued.certificate.principalId,
    );
  }
  const [crl = assert.fail()] = await authority.crls();
  assert.ok(Math.abs(crl.thisUpdateMs - Date.now()) < DAY_MS);
  assert.deepEqual(world.health.list(), []);
});

test('a kit that lay two years on a shelf gives its clients certificates that outlive the setting of the clock', async (t) => {
  const clock = new FakeClock(SOON_AFTER_1970_MS);
  const built = Date.now() - 2 * 365 * DAY_MS;
  const world = await openAuthority(t, { clock, timeFloorMs: () => built });
  const issued = await world.authority.issueClient({
    principalId: await world.addUser('alice'),
    username: 'alice',
  });
  clock.setWall(Date.now());
  await world.authority.refresh();
  const server = await judgedServer(t, world.authority);
  assert.equal(
    (await server.enter(world.authority.caPems(), issued)).answer,
    `welcome ${issued.certificate.serial}`,
  );
});

test('a kit that was first started in a wrong far future comes back to the present', async (t) => {
  const clock = new FakeClock(Date.UTC(2099, 0, 1));
  const world = await openAuthority(t, { clock, timeFloorMs: () => BUILD_MS });
  const { authority } = world;
  const server = await judgedServer(t, authority);
  clock.setWall(Date.now());
  await authority.refresh();
  const issued = await authority.issueClient({
    principalId: await world.addUser('alice'),
    username: 'alice',
  });
  const { answer } = await server.enter(authority.caPems(), issued);
  assert.equal(answer, `welcome ${issued.certificate.serial}`);
  assert.match(
    openssl(['x509', '-noout', '-enddate'], authority.caChainPem()),
    /notAfter=.* 2108 GMT|notAfter=.* 2109 GMT/,
  );
});

test('a phone whose clock is some hours behind accepts what the kit made just now', async (t) => {
  const { authority } = await openAuthority(t);
  const dir = await temporaryDir(t);
  writeFileSync(join(dir, 'ca.pem'), authority.caChainPem());
  writeFileSync(join(dir, 'server.pem'), authority.material().certificateChainPem);
  const verifyAt = (ms: number, status = 0) =>
    openssl(
      [
        'verify',
        '-attime',
        String(Math.floor(ms / 1_000)),
        '-CAfile',
        join(dir, 'ca.pem'),
        join(dir, 'server.pem'),
      ],
      '',
      status,
    );
  assert.match(verifyAt(Date.now() - 0.9 * DAY_MS), /OK/);
  assert.match(verifyAt(Date.now() - 3 * 365 * DAY_MS, 2), /certificate is not yet valid/);
});

test('a certificate that OpenSSL takes for not yet valid is welcome, because our own CA signed it', async (t) => {
  const world = await openAuthority(t);
  const { authority, clock } = world;
  const server = await judgedServer(t, authority);
  const truth = clock.now();
  clock.setWall(truth + 100 * DAY_MS);
  const issued = await authority.issueClient({
    principalId: await world.addUser('alice'),
    username: 'alice',
  });
  clock.setWall(truth);
  assert.ok(new X509Certificate(issued.certificate.pem).validFromDate.getTime() > truth);
  assert.equal(
    (await server.enter(authority.caPems(), issued)).answer,
    `welcome ${issued.certificate.serial}`,
  );
});

test('no date makes a certificate of another kit welcome', async (t) => {
  const [own, other] = [await openAuthority(t), await openAuthority(t)];
  const server = await judgedServer(t, own.authority);
  const principalId = await other.addUser('mallory');
  const truth = other.clock.now();
  for (const days of [0, 100, -800]) {
    other.clock.setWall(truth + days * DAY_MS);
    const issued = await other.authority.issueClient({ principalId, username: 'mallory' });
    const { answer } = await server.enter(own.authority.caPems(), issued);
    assert.match(
      answer,
      /^refused: The client offered a certificate of another CA \(O=Bivouac, CN=Bivouac CA [0-9A-F]{8}\)/,
    );
  }
  assert.match((await server.enter(own.authority.caPems(), undefined)).answer, /no certificate/);
});
