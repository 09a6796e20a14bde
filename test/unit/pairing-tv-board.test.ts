import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTvBoard } from '../../src/cli/tv-board.ts';

const SECOND_MS = 1_000;
const alpha = {
  type: 'position',
  uid: 'a',
  callsign: 'ALPHA',
  team: 'Cyan',
  isSelf: true,
  lat: 47.1,
  lon: 8.5,
  lifeMs: 60 * SECOND_MS,
};

test('a snapshot fills the board, with the age of what is known, and begins anew', () => {
  const board = createTvBoard();
  board.take({ type: 'snapshot', isFirst: true, events: [{ ...alpha, agoMs: 8 * SECOND_MS }] }, 0);
  assert.deepEqual(board.lines(0), [
    '1 on the map',
    '  ALPHA                Cyan       47.10000 8.50000       8 s ago',
  ]);
  board.take({ type: 'snapshot', isFirst: false, events: [{ ...alpha, uid: 'b', callsign: 'BRAVO' }] }, 0);
  assert.equal(board.lines(0)[0], '2 on the map');
  board.take({ type: 'snapshot', isFirst: true, events: [] }, 0);
  assert.deepEqual(board.lines(0), ['0 on the map']);
});

test('alerts stand on top until they are over, people until they are gone or silent', () => {
  const board = createTvBoard();
  board.take(alpha, 0);
  assert.deepEqual(board.take({ type: 'alert', uid: 'x', callsign: 'ALPHA', alert: '911 Alert' }, 0), [
    'ALERT ALPHA 911 Alert',
  ]);
  assert.match(board.lines(0)[0] ?? '', /^!! ALPHA 911 Alert/);
  board.take({ type: 'alert', uid: 'x', callsign: 'ALPHA', isOver: true }, 0);
  assert.equal(board.lines(0)[0], '1 on the map');
  assert.equal(board.lines(61 * SECOND_MS)[0], '0 on the map');
  board.take(alpha, 0);
  assert.deepEqual(board.take({ type: 'gone', uid: 'a' }, 0), ['GONE ALPHA']);
  assert.deepEqual(board.take({ type: 'gone', uid: 'a' }, 0), []);
});

test('a marker is no person, and the last lines of chat stay', () => {
  const board = createTvBoard();
  board.take({ ...alpha, uid: 'm', isSelf: false }, 0);
  for (let i = 0; i < 9; i++) board.take({ type: 'chat', callsign: 'ALPHA', text: `line ${i}` }, 0);
  assert.deepEqual(board.lines(0), ['0 on the map', ...[4, 5, 6, 7, 8].map((i) => `> ALPHA: line ${i}`)]);
});

test('nothing that somebody wrote steers the terminal', () => {
  const board = createTvBoard();
  const news = board.take({ type: 'chat', callsign: 'A\u001b[2J', text: 'x\r\n\u202ey\u0007' }, 0);
  assert.deepEqual(news, ['CHAT A[2J: xy']);
});
