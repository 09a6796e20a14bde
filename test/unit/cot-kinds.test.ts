import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CotEvent } from '../../src/cot/event.ts';
import {
  isChat,
  isClientSa,
  isConsumed,
  isDelete,
  isEmergency,
  isFileTransfer,
  isPing,
  isPosition,
  isReplayable,
  isUrgent,
  kindOf,
} from '../../src/cot/kinds.ts';
import type { Envelope } from '../../src/cot/model.ts';
import { cotFixture } from '../support/cot-fixtures.ts';

const CLAIMS = {
  isConsumed,
  isPing,
  isPosition,
  isUrgent,
  isEmergency,
  isChat,
  isFileTransfer,
  isDelete,
  isReplayable,
  isClientSa,
};

function fixture(name: string): Envelope {
  const event = CotEvent.fromXml(cotFixture(name));
  if (event.kind !== 'event') throw new Error(event.detail);
  return event.envelope;
}

/** What is claimed of an event, in short. */
function claims(envelope: Envelope): string[] {
  return Object.entries(CLAIMS)
    .filter(([, claim]) => claim(envelope))
    .map(([name]) => name);
}

const ofType = (type: string): Envelope => ({ ...fixture('atak-5.5-ping.xml'), type });

test('what each fixture is', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    'atak-5.5-pli.xml': ['isPosition', 'isReplayable', 'isClientSa'],
    'itak-2.8-pli.xml': ['isPosition', 'isReplayable', 'isClientSa'],
    'wintak-5.2-pli.xml': ['isPosition', 'isReplayable', 'isClientSa'],
    'atak-5.5-marker-archived.xml': ['isPosition', 'isReplayable'],
    'atak-5.5-chat-all.xml': ['isUrgent', 'isChat'],
    'atak-5.5-chat-receipt.xml': ['isUrgent', 'isChat'],
    'atak-5.5-fileshare.xml': ['isUrgent', 'isFileTransfer'],
    'atak-5.5-emergency.xml': ['isUrgent', 'isEmergency', 'isReplayable'],
    'atak-5.5-emergency-cancel.xml': ['isUrgent', 'isEmergency'],
    'atak-5.5-casevac.xml': ['isUrgent', 'isReplayable'],
    'atak-5.5-route.xml': ['isUrgent', 'isReplayable'],
    'atak-5.5-drawing-circle.xml': ['isUrgent', 'isReplayable'],
    'atak-5.5-delete-marker.xml': ['isUrgent', 'isDelete'],
    'atak-5.5-ping.xml': ['isConsumed', 'isPing', 'isUrgent'],
    'atak-5.5-takp-request.xml': ['isConsumed', 'isUrgent'],
  };
  for (const [name, claimed] of Object.entries(expected))
    assert.deepEqual(claims(fixture(name)), claimed, name);
});

test('types that are consumed, and their neighbours that are not', () => {
  const consumed = [
    ...['t-x-c-t', 't-x-c-t-r', 't-x-takp-v', 't-x-takp-q', 't-x-takp-r', 't-x-c-m', 't-x-c-f', 't-x-c-i-e'],
    ...['t-x-c-i-d', 't-b', 't-b-a', 't-b-c', 't-b-q', 't-x-g-c', 't-x-m-n', 't-x-m-c-l'],
  ];
  for (const type of consumed) assert.equal(kindOf(type).isConsumed, true, type);
  for (const type of ['t-x-d-d', 't-x-c-t-x', 't-k', 't', 'b-t-f', 'b-f-t-r', 'a-f-G', 'z-q', '']) {
    assert.equal(kindOf(type).isConsumed, false, type);
  }
});

test('what late joiners get', () => {
  for (const type of ['a-u-G', 'b-m-p-s-m', 'b-m-r', 'u-d-f', 'u-rb-a', 'b-a-o-opn', 'b-i-v', 'b-r-f-h-c']) {
    assert.equal(isReplayable(ofType(type)), true, type);
  }
  for (const type of ['b-t-f', 'b-t-f-s', 'b-f-t-r', 'b-f-t-a', 'b-a-o-can', 't-x-d-d', 't-x-m-n', 'x-y']) {
    assert.equal(isReplayable(ofType(type)), false, type);
  }
  assert.equal(isReplayable({ ...ofType('b-a-o-tbl'), isEmergencyCancel: true }), false);
});

test('a client tells who it is with callsign, endpoint and a program or a team', () => {
  const sa = fixture('atak-5.5-pli.xml');
  assert.equal(isClientSa({ ...sa, takv: undefined }), true);
  assert.equal(isClientSa({ ...sa, team: '' }), true);
  assert.equal(isClientSa({ ...sa, takv: undefined, team: '' }), false);
  assert.equal(isClientSa({ ...sa, endpoint: undefined }), false);
  assert.equal(isClientSa({ ...sa, callsign: '' }), false);
  assert.equal(isClientSa({ ...sa, type: 'b-m-p-w' }), false);
});
