import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { BivouacError } from '../../src/core/errors.ts';
import { Db } from '../../src/store/db.ts';
import { runGroup } from '../../src/store/group-commit.ts';
import type { CallMessage, Reply } from '../../src/store/messages.ts';
import { read, write } from '../../src/store/operation.ts';
import { isUniqueViolation } from '../../src/store/sqlite-error.ts';
import { temporaryDir } from '../support/store-fixture.ts';

const notes = {
  add: write((db, text: string) => db.run('INSERT INTO notes (text) VALUES (?)', [text]).lastId),
  addThenThrow: write((db, text: string) => {
    db.run('INSERT INTO notes (text) VALUES (?)', [text]);
    throw new BivouacError('request.invalid', 'not this one', { field: 'text' });
  }),
  addNamed: write((db, text: string) => {
    try {
      return db.run('INSERT INTO notes (text) VALUES (:text)', { text }).lastId;
    } catch (error) {
      if (isUniqueViolation(error)) throw new BivouacError('user.exists');
      throw error;
    }
  }),
  addLarge: write((db, bytes: number) => {
    db.run('INSERT INTO notes (text) VALUES (?)', ['x'.repeat(bytes)]);
  }),
  /** As SQLite does by itself when the disk is full in the middle of a write. */
  breakTransaction: write((db) => {
    db.exec('ROLLBACK');
    throw new Error('the transaction is gone');
  }),
  all: read((db) => db.all<{ text: string }>('SELECT text FROM notes ORDER BY id').map(({ text }) => text)),
  sneak: read((db) => db.run("INSERT INTO notes (text) VALUES ('sneaked in')")),
};

async function openNotes(t: TestContext) {
  const db = Db.open(await temporaryDir(t));
  t.after(() => db.close());
  db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT');
  return {
    db,
    run(...calls: (readonly [operation: string, argument?: unknown])[]): Reply[] {
      const messages = calls.map(
        ([operation, argument], id): CallMessage => ({
          kind: 'call',
          id,
          repository: 'notes',
          operation,
          argument,
        }),
      );
      return runGroup(db, { notes }, messages).sort((a, b) => a.id - b.id);
    },
    texts: () => notes.all.run(db, undefined),
  };
}

const summary = (replies: readonly Reply[]) =>
  replies.map((reply) => (reply.isOk ? 'ok' : `${reply.error.code}: ${reply.error.message}`));

test('a write that fails takes nothing with it and leaves nothing behind', async (t) => {
  const { run, texts } = await openNotes(t);
  const replies = run(
    ['add', 'one'],
    ['addThenThrow', 'two'],
    ['add', 'three'],
    ['add', 'one'],
    ['add', 'four'],
  );
  assert.deepEqual(summary(replies), [
    'ok',
    'request.invalid: not this one',
    'ok',
    'store.failed: UNIQUE constraint failed: notes.text',
    'ok',
  ]);
  assert.deepEqual(texts(), ['one', 'three', 'four']);
  const failed = replies[1]!;
  assert.deepEqual(failed.isOk ? undefined : failed.error.details, { field: 'text' });
});

test('a repository can name the clash of a key', async (t) => {
  const { run } = await openNotes(t);
  assert.deepEqual(summary(run(['addNamed', 'one'], ['addNamed', 'one'])), [
    'ok',
    'user.exists: A user of this name exists',
  ]);
});

test('writes are done again by themselves when the transaction around them is lost', async (t) => {
  const { run, texts } = await openNotes(t);
  const replies = run(['add', 'one'], ['breakTransaction'], ['add', 'two']);
  assert.deepEqual(summary(replies), ['ok', 'store.failed: the transaction is gone', 'ok']);
  assert.deepEqual(texts(), ['one', 'two']);
});

test('a write that finds no space fails alone, with its own code', async (t) => {
  const { db, run, texts } = await openNotes(t);
  const { page_count } = db.get<{ page_count: number }>('PRAGMA page_count')!;
  db.exec(`PRAGMA max_page_count = ${page_count + 4}`);
  const replies = run(['add', 'small'], ['addLarge', 100_000], ['add', 'small too']);
  assert.deepEqual(summary(replies), ['ok', 'store.full: There is no space left on the disk', 'ok']);
  assert.deepEqual(texts(), ['small', 'small too']);
});

test('a read that writes is refused', async (t) => {
  const { run, texts } = await openNotes(t);
  assert.match(summary(run(['sneak'], ['add', 'after']))[0]!, /readonly/);
  assert.deepEqual(texts(), ['after'], 'and writes work again afterwards');
});

test('reads see what is committed, not the writes of their own group', async (t) => {
  const { run } = await openNotes(t);
  run(['add', 'before']);
  const reply = run(['add', 'now'], ['all'])[1]!;
  assert.deepEqual(reply.isOk && reply.result, ['before']);
});

test('an operation that does not exist is refused, also by an inherited name', async (t) => {
  const { run } = await openNotes(t);
  assert.match(summary(run(['toString']))[0]!, /no operation notes.toString/);
});
