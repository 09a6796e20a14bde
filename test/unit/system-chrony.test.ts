import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTracking, watchChrony } from '../../src/system/chrony.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Lines as `chronyc -c -n tracking` of chrony 4.6 prints them. */
const LINES = {
  server:
    'C0A80101,192.168.1.1,3,1764480000.123456789,0.000012,-0.000003,0.00002,-12.345,0.001,0.02,0.01,0.002,64.4,Normal',
  gps: '47505300,GPS,1,1764480000.123456789,0.000001,0.0,0.0,-12.345,0.001,0.02,0.000001,0.0,16.0,Normal',
  nothing: '00000000,,0,0.000000000,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised',
  itself: '7F7F0101,127.127.1.1,10,1764480000.1,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,64.0,Normal',
};

test('a time server and a GPS receiver vouch for the clock', () => {
  assert.equal(readTracking(LINES.server), 'time_server');
  assert.equal(readTracking(LINES.gps), 'gps');
});

test('chrony without a source, with its own clock, or with an answer of another form vouches for nothing', () => {
  for (const line of [LINES.nothing, LINES.itself, '', '506 Cannot talk to daemon', 'a,b,c']) {
    assert.equal(readTracking(line), undefined, line);
  }
});

test('it is asked again and again, and believed only as long as it says so', async (t) => {
  const clock = new FakeClock();
  const answers = [LINES.nothing, LINES.gps, undefined];
  const watch = watchChrony(clock, async () => answers.shift());
  t.after(watch.stop);
  const next = async () => {
    await new Promise(setImmediate);
    const found = watch.source();
    clock.advance(30_000);
    return found;
  };
  assert.deepEqual([await next(), await next(), await next()], [undefined, 'gps', undefined]);
});
