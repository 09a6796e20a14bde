import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { CertificateRegistry } from '../../src/pki/ports.ts';
import { certificateRow, openAuth } from '../support/auth-fixture.ts';

const REMOTE = '10.42.0.17:51234';

test('a certificate is its user’s by serial and fingerprint, however the TLS layer spells them', async (t) => {
  const { auth, store } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice', groups: ['blue'] }, CONSOLE);
  const row = certificateRow(id);
  await store.certs.add(row);
  const login = await auth.streamLogin.byCertificate({
    serial: row.serial.toUpperCase(),
    fingerprint: (row.fingerprint.toUpperCase().match(/../g) ?? []).join(':'),
    remote: REMOTE,
  });
  assert.deepEqual(login.identity, {
    principalId: id,
    username: 'alice',
    certSerial: row.serial,
    groupsIn: ['blue'],
    groupsOut: ['blue'],
  });
});

test('unknown, foreign, revoked and disabled are refused, each with its reason', async (t) => {
  const { auth, store } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  const row = certificateRow(id);
  await store.certs.add(row);
  const login = async (changes: Partial<typeof row> = {}) => {
    const result = await auth.streamLogin.byCertificate({ ...row, ...changes, remote: REMOTE });
    return result.identity === undefined ? `${result.refused} ${result.cause}` : 'welcome';
  };
  assert.equal(await login({ serial: '1234' }), 'cert_unknown cert_unknown');
  assert.equal(await login({ fingerprint: 'ab'.repeat(32) }), 'cert_unknown cert_mismatch');
  assert.equal(await login(), 'welcome');
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  assert.equal(await login(), 'auth_failed disabled');
  await auth.users.change('alice', { isEnabled: true }, CONSOLE);
  assert.equal(await login(), 'welcome');
  await auth.revocation.revoke({ serial: row.serial.toUpperCase(), reason: 'keyCompromise' }, CONSOLE);
  assert.equal(await login(), 'cert_revoked cert_revoked');
});

test('a phone that keeps trying with a revoked certificate is audited once, then summed up', async (t) => {
  const { auth, store, clock, audited } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  const row = certificateRow(id);
  await store.certs.add(row);
  await auth.revocation.revoke({ serial: row.serial, reason: 'superseded' }, CONSOLE);
  for (let i = 0; i < 100; i += 1) await auth.streamLogin.byCertificate({ ...row, remote: REMOTE });
  clock.advance(600_000);
  await auth.streamLogin.byCertificate({ ...row, remote: REMOTE });
  const refused = (await audited()).filter(({ action }) => action === 'stream.login');
  assert.deepEqual(
    refused.map(({ target, detail }) => [target, detail]),
    [
      ['alice', { method: 'certificate', serial: row.serial, cause: 'cert_revoked' }],
      ['alice', { method: 'certificate', serial: row.serial, cause: 'cert_revoked', heldBack: 99 }],
    ],
  );
});

test('the register does what the authority asks of it', async (t) => {
  const { auth, store, clock } = await openAuth(t);
  const registry: CertificateRegistry = store.certs;
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  const { id: otherId } = await auth.users.add({ name: 'bob' }, CONSOLE);
  const request = { deviceUid: 'ANDROID-1', requestSha256: 'ee'.repeat(32) };
  const old = certificateRow(id, { ...request, issuedAtMs: 1_000, notAfterMs: 5_000 });
  const now = certificateRow(id, { ...request, issuedAtMs: 2_000 });
  const byHand = certificateRow(id, { issuedAtMs: 3_000, caId: 'ca-2' });
  const other = certificateRow(otherId, { ...request, issuedAtMs: 4_000 });
  for (const row of [old, now, byHand, other]) await registry.add(row);
  await assert.rejects(registry.add({ ...now, principalId: otherId }), { code: 'cert.refused' });

  assert.deepEqual(await registry.bySerial(now.serial), {
    ...now,
    revokedAtMs: null,
    revocationReason: null,
  });
  assert.equal(await registry.bySerial('none'), undefined);
  const query = { principalId: id, ...request };
  assert.equal((await registry.byRequest(query))?.serial, now.serial);
  assert.equal(await registry.byRequest({ ...query, deviceUid: 'ANDROID-2' }), undefined);
  const serials = async (filter?: Parameters<CertificateRegistry['list']>[0]) =>
    (await registry.list(filter)).map(({ serial }) => serial);
  assert.deepEqual(
    await serials(),
    [other, byHand, now, old].map(({ serial }) => serial),
  );
  assert.deepEqual(await serials({ principalId: id, notAfterBeforeMs: 6_000 }), [old.serial]);

  const order = { reason: 'superseded', atMs: clock.now() } as const;
  const first = await registry.revoke({ ...order, target: { principalId: id, deviceUid: 'ANDROID-1' } });
  assert.deepEqual(first.map(({ serial }) => serial).sort(), [old.serial, now.serial].sort());
  assert.ok(
    first.every(
      ({ revokedAtMs, revocationReason }) => revokedAtMs === order.atMs && revocationReason === 'superseded',
    ),
  );
  assert.deepEqual(
    (
      await registry.revoke({ target: { principalId: id }, reason: 'keyCompromise', atMs: order.atMs + 1 })
    ).map(({ serial }) => serial),
    [byHand.serial],
    'what is revoked stays as it was',
  );
  assert.deepEqual(await registry.revoke({ ...order, target: { serial: 'none' } }), []);
  assert.equal(await registry.byRequest(query), undefined);
  assert.deepEqual(await serials({ isUnrevoked: true }), [other.serial]);
  assert.equal((await registry.revokedForCrl({ caId: 'ca-1' })).length, 2);
  assert.deepEqual(await registry.revokedForCrl({ caId: 'ca-2' }), [
    {
      serial: byHand.serial,
      revokedAtMs: order.atMs + 1,
      reason: 'keyCompromise',
      notAfterMs: byHand.notAfterMs,
    },
  ]);
});

test('no certificate comes into the world for a user who was deleted or disabled meanwhile', async (t) => {
  const { auth, store } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  await assert.rejects(store.certs.add(certificateRow(id)), { code: 'user.unknown' });
  await auth.users.delete('alice', CONSOLE);
  const row = certificateRow(id);
  await assert.rejects(store.certs.add(row), { code: 'user.unknown' });
  assert.equal(await store.certs.bySerial(row.serial), undefined);
});
