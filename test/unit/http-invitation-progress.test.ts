import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDiagnosis } from '../../src/http/diagnosis.ts';
import { createInvitationsInProgress } from '../../src/http/invitation-progress.ts';
import { FakeClock } from '../support/fake-clock.ts';

const PHONE = '10.42.0.17';

function world() {
  const clock = new FakeClock();
  const clients: { username: string; callsign: string; connectedAtMs: number }[] = [];
  const log = { warnRarely: () => {} } as never;
  const diagnosis = createDiagnosis({ clock, log });
  const progress = createInvitationsInProgress({ clock, clients: () => clients, diagnosis });
  const order = { username: 'anna', client: 'atak', holdsCertificate: false } as const;
  const invite = (extra = {}) => {
    const trail = progress.add({ ...order, expiresMs: clock.now() + 900_000, ...extra });
    trail.codeGiven(`code of ${trail.id}`);
    return { trail, step: () => progress.progress(trail.id)?.step };
  };
  const trouble = (remoteAddress: string, text: string) =>
    diagnosis.note({ code: 'tls.distrusted', listener: 'cotTls', remoteAddress, text, advice: '' });
  return { clock, clients, progress, invite, trouble };
}

test('a device is followed from the scan to the map', () => {
  const { clock, clients, progress, invite } = world();
  // Another device of the same person, which has been there all the time.
  clients.push({ username: 'anna', callsign: 'OLD', connectedAtMs: clock.now() });
  clock.advance(1_000);
  const { trail, step } = invite();
  assert.equal(step(), 'waiting');
  trail.fetched(PHONE);
  assert.equal(step(), 'fetched');
  progress.enrolling(`code of ${trail.id}`, PHONE, false);
  assert.equal(step(), 'fetched');
  progress.enrolling(`code of ${trail.id}`, PHONE, true);
  assert.equal(step(), 'certified');
  clock.advance(2_000);
  clients.push({ username: 'ben', callsign: 'B', connectedAtMs: clock.now() });
  assert.equal(step(), 'certified');
  clients.push({ username: 'anna', callsign: 'MEDIC-1', connectedAtMs: clock.now() });
  assert.deepEqual([step(), progress.progress(trail.id)?.callsign], ['connected', 'MEDIC-1']);
  // The package, fetched once more, takes nothing back.
  trail.fetched(PHONE);
  assert.equal(step(), 'connected');
});

test('iTAK fetches nothing, and a package with a certificate is two steps in one', () => {
  const { progress, invite } = world();
  const itak = invite({ client: 'itak' });
  progress.enrolling(`code of ${itak.trail.id}`, PHONE, false);
  assert.equal(itak.step(), 'fetched');
  const whole = invite({ holdsCertificate: true });
  whole.trail.fetched(PHONE);
  assert.equal(whole.step(), 'certified');
  progress.enrolling('a code of nobody', PHONE, true);
});

test('what keeps the device from getting on is told until it gets on', () => {
  const { clock, progress, invite, trouble } = world();
  trouble('10.42.0.9', 'before');
  clock.advance(1_000);
  const { trail } = invite();
  const troubles = () => progress.progress(trail.id)!.troubles.map(({ text }) => text);
  assert.deepEqual(troubles(), []);
  trouble('10.42.0.9', 'of somebody');
  assert.deepEqual(troubles(), ['of somebody'], 'whose phone it is, nobody knows yet');
  clock.advance(1_000);
  trail.fetched(PHONE);
  trouble('10.42.0.9', 'of somebody else');
  trouble(PHONE, 'clock');
  assert.deepEqual(troubles(), ['clock']);
  clock.advance(1_000);
  progress.enrolling(`code of ${trail.id}`, PHONE, true);
  assert.deepEqual(troubles(), []);
});

test('an invitation ends, and is forgotten when too many came after it', () => {
  const { clock, progress, invite } = world();
  const { trail } = invite();
  assert.equal(progress.progress(trail.id)!.isOver, false);
  clock.advance(900_000);
  assert.equal(progress.progress(trail.id)!.isOver, true);
  for (let i = 0; i < 200; i += 1) invite();
  assert.equal(progress.progress(trail.id), undefined);
});
