import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RevocationNotice } from '../../src/auth/ports.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { endsSession } from '../../src/auth/revoke.ts';
import type { Identity } from '../../src/hub/ports.ts';
import { causeOf, certificateRow, GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const REMOTE = '10.42.0.17:51234';

test('revoking a user ends every certificate and session, and voids enrolment codes', async (t) => {
  const { auth, store, audited } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  const rows = [certificateRow(id, { deviceUid: 'A' }), certificateRow(id, { deviceUid: 'B' })];
  for (const row of rows) await store.certs.add(row);
  const { token } = await auth.enrolmentTokens.create({ username: 'alice', form: 'link' }, CONSOLE);
  const notices: RevocationNotice[] = [];
  auth.revocation.onRevoked((notice) => notices.push(notice));

  const serials = await auth.revocation.revoke({ principalId: id, reason: 'keyCompromise' }, CONSOLE);
  assert.deepEqual([...serials].sort(), rows.map(({ serial }) => serial).sort());
  assert.deepEqual(notices, [{ principalId: id, cause: 'revoked', scope: 'all', serials }]);
  for (const row of rows) {
    assert.equal(causeOf(await auth.streamLogin.byCertificate({ ...row, remote: REMOTE })), 'cert_revoked');
  }
  const enrolling = await auth.httpLogin.byBasic({
    username: 'alice',
    password: token,
    remote: REMOTE,
    enrolment: { step: 'config' },
  });
  assert.equal(enrolling.user, undefined);
  const login = await auth.streamLogin.byPassword({
    username: 'alice',
    password: GOOD_PASSWORD,
    remote: REMOTE,
  });
  assert.equal(login.identity?.principalId, id, 'the password stays: it is changed by changing it');
  const entry = (await audited()).find(({ action }) => action === 'user.revoke');
  assert.deepEqual([entry?.target, entry?.detail], ['alice', { reason: 'keyCompromise', certificates: 2 }]);
});

test('revoking one certificate ends its own sessions only', async (t) => {
  const { auth, store, audited } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  const rows = [certificateRow(id), certificateRow(id)] as const;
  for (const row of rows) await store.certs.add(row);
  const notices: RevocationNotice[] = [];
  auth.revocation.onRevoked((notice) => notices.push(notice));
  await auth.revocation.revoke({ serial: rows[0].serial, reason: 'superseded' }, CONSOLE);
  const [notice] = notices;
  assert.ok(notice !== undefined);
  assert.equal(endsSession(notice, { principalId: id, certSerial: rows[0].serial }), true);
  assert.equal(endsSession(notice, { principalId: id, certSerial: rows[1].serial }), false);
  assert.equal(endsSession(notice, { principalId: id, certSerial: undefined }), false);
  await auth.revocation.revoke({ serial: rows[0].serial, reason: 'keyCompromise' }, CONSOLE);
  assert.equal((await audited()).filter(({ action }) => action === 'cert.revoke').length, 1);
  assert.equal((await store.certs.bySerial(rows[0].serial))?.revocationReason, 'superseded');
});

test('what does not exist cannot be revoked', async (t) => {
  const { auth } = await openAuth(t);
  await assert.rejects(auth.revocation.revoke({ serial: '00ff', reason: 'unspecified' }, CONSOLE), {
    code: 'cert.unknown',
  });
  await assert.rejects(auth.revocation.revoke({ principalId: 'nobody', reason: 'unspecified' }, CONSOLE), {
    code: 'user.unknown',
  });
});

test('a listener that throws does not keep the others from hearing', async (t) => {
  const { auth } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  let heard = 0;
  auth.revocation.onRevoked(() => {
    throw new Error('as asked');
  });
  const cancel = auth.revocation.onRevoked(() => {
    heard += 1;
  });
  await auth.revocation.revoke({ principalId: id, reason: 'unspecified' }, CONSOLE);
  cancel();
  await auth.revocation.revoke({ principalId: id, reason: 'unspecified' }, CONSOLE);
  assert.equal(heard, 1);
});

/** Keeps sessions as the hub does: entered in the turn of the welcome, ended by the notices. */
function sessionsOf(auth: Awaited<ReturnType<typeof openAuth>>['auth']) {
  const sessions = new Set<Identity>();
  auth.revocation.onRevoked((notice) => {
    for (const session of sessions) if (endsSession(notice, session)) sessions.delete(session);
  });
  return sessions;
}

test('no session survives a revocation that happens while it signs in by certificate', async (t) => {
  const { auth, store } = await openAuth(t);
  const sessions = sessionsOf(auth);
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  for (let round = 0; round < 40; round += 1) {
    const row = certificateRow(id);
    await store.certs.add(row);
    const signIn = async (turns: number) => {
      for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
      const { identity } = await auth.streamLogin.byCertificate({ ...row, remote: REMOTE });
      if (identity !== undefined) sessions.add(identity);
    };
    const revoke = auth.revocation.revoke({ serial: row.serial, reason: 'keyCompromise' }, CONSOLE);
    await Promise.all([revoke, ...Array.from({ length: 8 }, (_, turns) => signIn(turns)), signIn(round % 8)]);
    assert.equal(sessions.size, 0, `round ${round}`);
  }
});

test('no session survives a change that happens while its password is being hashed', async (t) => {
  const { auth } = await openAuth(t, { hashCost: { memoryKib: 4_096, passes: 2 } });
  const sessions = sessionsOf(auth);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  let refused = 0;
  for (let round = 0; round < 6; round += 1) {
    const [from, to] = round % 2 === 0 ? [GOOD_PASSWORD, OTHER_PASSWORD] : [OTHER_PASSWORD, GOOD_PASSWORD];
    const signIn = async () => {
      const result = await auth.streamLogin.byPassword({ username: 'alice', password: from, remote: REMOTE });
      if (result.identity !== undefined) sessions.add(result.identity);
      else refused += 1;
    };
    await Promise.all([auth.users.change('alice', { password: to }, CONSOLE), signIn(), signIn()]);
    assert.equal(sessions.size, 0, `round ${round}`);
  }
  assert.ok(refused > 0, 'no sign-in was under way when it mattered');
});
