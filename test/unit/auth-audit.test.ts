import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createAudit } from '../../src/auth/audit.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { silentLog } from '../../src/core/log.ts';
import { Db } from '../../src/store/db.ts';
import { AUDIT_ENTRIES_MAX, appendAudit, type NewAuditEntry } from '../../src/store/repositories/audit.ts';
import { openAuth } from '../support/auth-fixture.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestStore } from '../support/store-fixture.ts';

const entry = (n: number): NewAuditEntry => ({
  atMs: 1_000 + n,
  actorId: null,
  actor: 'console',
  action: 'test.done',
  target: `thing ${n}`,
  remote: null,
  result: 'ok',
  detail: { n },
});

async function world(t: TestContext, entries = 20) {
  const opened = await openAuth(t);
  for (let n = 1; n <= entries; n += 1) await opened.store.audit.append(entry(n));
  return opened;
}

test('an untouched log is intact, across the steps of the check', async (t) => {
  const { auth, store } = await openAuth(t);
  assert.deepEqual(await auth.audit.verify(), { isIntact: true, entries: 0 });
  await Promise.all(Array.from({ length: 2_001 }, (_, n) => store.audit.append(entry(n))));
  assert.deepEqual(await auth.audit.verify(), { isIntact: true, entries: 2_001 });
});

test('the newest come first, page by page', async (t) => {
  const { auth } = await world(t);
  const first = await auth.audit.list({ limit: 3 });
  assert.deepEqual(
    first.map(({ seq }) => seq),
    [20, 19, 18],
  );
  const next = await auth.audit.list({ limit: 2, beforeSeq: 18 });
  assert.deepEqual(
    next.map(({ seq, detail }) => [seq, detail['n']]),
    [
      [17, 17],
      [16, 16],
    ],
  );
});

test('the database refuses to change or cut the log', async (t) => {
  const { withDatabase } = await world(t);
  withDatabase((database) => {
    assert.throws(() => database.exec("UPDATE audit SET actor = 'somebody else'"), /append-only/);
    assert.throws(() => database.exec('DELETE FROM audit WHERE seq = 20'), /append-only/);
    assert.throws(() => database.exec('DELETE FROM audit'), /append-only/);
  });
});

const WITHOUT_TRIGGERS = 'DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_cut;';

for (const [what, sql, atSeq] of [
  ['a changed actor', "UPDATE audit SET actor = 'mallory' WHERE seq = 7", 7],
  ['a changed time', 'UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 7', 7],
  ['a changed result', "UPDATE audit SET result = 'refused' WHERE seq = 7", 7],
  ['a changed detail', "UPDATE audit SET detail = '{}' WHERE seq = 7", 7],
  ['a changed hash', 'UPDATE audit SET hash = prev_hash WHERE seq = 7', 7],
  ['a removed entry', 'DELETE FROM audit WHERE seq = 7', 7],
  ['a removed beginning', 'DELETE FROM audit WHERE seq <= 7', 1],
  ['a removed end', 'DELETE FROM audit WHERE seq > 17', 18],
  [
    'two exchanged entries',
    'UPDATE audit SET seq = -1 WHERE seq = 13; UPDATE audit SET seq = 13 WHERE seq = 14; UPDATE audit SET seq = 14 WHERE seq = -1',
    13,
  ],
  ['everything removed', 'DELETE FROM audit', 1],
  [
    'an entry made up at the end',
    "INSERT INTO audit SELECT 21, at_ms, actor_id, actor, 'made.up', target_id, target, remote, result, detail, hash, 'x' FROM audit WHERE seq = 20",
    21,
  ],
] as const) {
  test(`${what} is found`, async (t) => {
    const { auth, withDatabase } = await world(t);
    withDatabase((database) => database.exec(`${WITHOUT_TRIGGERS} ${sql}`));
    const verdict = await auth.audit.verify();
    assert.equal(verdict.isIntact, false);
    assert.equal(verdict.isIntact ? undefined : verdict.atSeq, atSeq);
  });
}

test('the log has a greatest size: the oldest go in steps, and what is left is intact', async (t) => {
  const { store, dataDir } = await openTestStore(t);
  const seqs = (count: number) => {
    const db = Db.open(dataDir);
    db.exec('BEGIN');
    for (let n = 1; n <= count; n += 1) appendAudit(db, entry(n));
    db.exec('COMMIT');
    const found = db.get<{ first: number; last: number }>(
      'SELECT min(seq) AS first, max(seq) AS last FROM audit',
    );
    db.close();
    return { ...found };
  };
  assert.deepEqual(seqs(AUDIT_ENTRIES_MAX + 1_000), { first: 1, last: AUDIT_ENTRIES_MAX + 1_000 });
  assert.deepEqual(seqs(1), { first: 1_001, last: AUDIT_ENTRIES_MAX + 1_001 });
  const audit = createAudit({ store, clock: new FakeClock(), log: silentLog });
  assert.deepEqual(await audit.verify(), { isIntact: true, entries: AUDIT_ENTRIES_MAX + 1 });
});

test('no text that a stranger chooses can break the chain', async (t) => {
  const { auth, store } = await openAuth(t);
  const texts = [
    '\ud800',
    'a\u0000b',
    '\n{"ev":"forged"}',
    'x'.repeat(100_000),
    '"\\',
    '\u2028',
    '𝒳'.repeat(200),
  ];
  for (const text of texts) {
    await store.audit.append({ ...entry(1), actor: text, target: text, remote: text, detail: { text } });
    await auth.streamLogin.byPassword({ username: text, password: text, uid: text, remote: text });
    await auth.streamLogin.byCertificate({ serial: text, fingerprint: text, remote: text });
  }
  assert.deepEqual(await auth.audit.verify(), { isIntact: true, entries: texts.length * 3 });
  const stored = await auth.audit.list();
  assert.ok(stored.every(({ target, remote }) => !/\p{Cc}/u.test(`${target}${remote}`)));
});

test('actions and what is said about them stand or fall together', async (t) => {
  const { auth, audited } = await openAuth(t);
  await auth.users.add({ name: 'alice' }, CONSOLE);
  await assert.rejects(auth.users.add({ name: 'Alice' }, CONSOLE), { code: 'user.exists' });
  assert.deepEqual(
    (await audited()).map(({ action, target }) => [action, target]),
    [['user.add', 'alice']],
  );
});
