import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, distanceM, distanceWords, EMPTY, type Message } from '../../src/web/screen/board.ts';

const at = (uid: string, rest: Partial<Message> = {}): Message => ({
  type: 'position',
  uid,
  callsign: uid.toUpperCase(),
  isSelf: true,
  ...rest,
});
const boardOf = (...messages: readonly Message[]) =>
  messages.reduce((board, message, turn) => after(board, message, 1_000_000 + turn), EMPTY);

test('devices are people, markers are not', () => {
  const { mates } = boardOf(at('a'), at('b', { isSelf: false }));
  assert.deepEqual([...mates.keys()], ['a']);
});

test('who left stands there as gone for a while, and is back when heard again', () => {
  const left = boardOf(at('a'), { type: 'gone', uid: 'a' });
  assert.equal(left.mates.get('a')?.goneAtMs, 1_000_001);
  assert.equal(after(left, at('a'), 1_000_002).mates.get('a')?.goneAtMs, undefined);
  assert.equal(after(left, at('b'), 1_000_001 + 11 * 60_000).mates.has('a'), false);
});

test('a new snapshot marks who is not in it; its later parts do not', () => {
  const first: Message = { type: 'snapshot', isFirst: true, events: [at('b', { agoMs: 500 })] };
  const board = boardOf(at('a'), first, { type: 'snapshot', isFirst: false, events: [at('c')] });
  const gone = [...board.mates.values()].filter(({ goneAtMs }) => goneAtMs !== undefined);
  assert.deepEqual(
    gone.map(({ uid }) => uid),
    ['a'],
  );
  assert.equal(board.mates.get('b')?.heardAtMs, 1_000_001 - 500);
});

test('an alert stands from its first event until it is over, through a snapshot that does not know it', () => {
  const alert: Message = { type: 'alert', uid: 'x', callsign: 'A', alert: '911 Alert' };
  const board = boardOf(alert, alert, { type: 'snapshot', isFirst: true, events: [] });
  assert.equal(board.alerts.get('x')?.sinceMs, 1_000_000);
  assert.equal(after(board, { ...alert, isOver: true }, 0).alerts.size, 0);
});

test('of the chat the last lines are kept, each once', () => {
  const lines = Array.from({ length: 20 }, (_, n): Message => ({ type: 'chat', uid: `${n}`, text: `${n}` }));
  const { chat } = boardOf(...lines, lines[19]!);
  assert.equal(chat.length, 8);
  assert.equal(chat.at(-1)?.text, '19');
  assert.equal(chat.filter(({ uid }) => uid === '19').length, 1);
});

test('distances in the words of the field', () => {
  assert.deepEqual([84, 999, 1_440, 12_300].map(distanceWords), ['80 m', '1000 m', '1.4 km', '12 km']);
  const km = distanceM({ lat: 47, lon: 8 }, { lat: 48, lon: 8 }) / 1_000;
  assert.ok(Math.abs(km - 111.2) < 0.2, `${km}`);
});
