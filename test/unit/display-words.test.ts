import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coordinateWords } from '../../src/display/coordinates.ts';
import { mgrs } from '../../src/display/mgrs.ts';
import { warningsOf } from '../../src/display/warnings.ts';
import { wifiCode } from '../../src/display/wifi-code.ts';
import {
  ageWords,
  agoWords,
  bearingWords,
  channelWords,
  clockWords,
  countdown,
  distanceWords,
  fingerprintWords,
  grouped,
  listWords,
  offsetOf,
  roughCountdown,
  splitWarning,
  supplyWords,
  timeSourceWords,
  windWords,
} from '../../src/display/words.ts';
import { CALM, SITUATIONS } from '../support/display-states.ts';

test('ages grow coarser with time', () => {
  const ages = [0, 4_999, 8_000, 59_999, 60_000, 3_599_999, 3_600_000, 47 * 3_600_000, 72 * 3_600_000];
  assert.deepEqual(ages.map(ageWords), [
    'now',
    'now',
    '8 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '47 h',
    '3 d',
  ]);
  assert.deepEqual([1_000, 8_000].map(agoWords), ['just now', '8 s ago']);
});

test('a countdown never shows more than is left, nor less than nothing', () => {
  assert.deepEqual([102_000, 59_999, 999, 0, -5_000].map(countdown), [
    '1:42',
    '0:59',
    '0:00',
    '0:00',
    '0:00',
  ]);
  assert.deepEqual([852_000, 59_999].map(roughCountdown), ['14 min', 'under 1 min']);
});

test('a clock that nobody has set is not shown', () => {
  assert.equal(clockWords(CALM), '14:32');
  assert.equal(clockWords(CALM, 60_000, true), '14:31:07');
  assert.equal(clockWords({ ...CALM, formats: { ...CALM.formats, utcOffsetMinutes: -570 } }), '03:02');
  const unset = { ...CALM, time: { ...CALM.time, source: 'unset', gps: 'searching' } } as const;
  assert.equal(clockWords(unset), undefined);
  assert.equal(timeSourceWords(unset), 'Time not set, GPS searching');
  assert.equal(timeSourceWords(CALM), 'Time from GPS');
});

test('a battery is named only where one is known', () => {
  assert.equal(supplyWords(CALM), '78 %');
  assert.equal(
    supplyWords({ ...CALM, supply: { batteryPercent: 12.4, isCharging: true } }),
    '12 %, charging',
  );
  assert.equal(supplyWords({ ...CALM, supply: {} }), undefined);
});

test('distances are as fine as they are known', () => {
  const metric = [3.4, 96.6, 104, 994, 995, 1_449, 9_949, 9_951, 123_456].map((m) =>
    distanceWords(m, 'metric'),
  );
  assert.deepEqual(metric, [
    '3 m',
    '97 m',
    '100 m',
    '990 m',
    '1.0 km',
    '1.4 km',
    '9.9 km',
    '10 km',
    '123 km',
  ]);
  assert.deepEqual(
    [100, 1_609.344].map((m) => distanceWords(m, 'imperial')),
    ['330 ft', '1.0 mi'],
  );
  assert.equal(distanceWords(1_852 * 2.5, 'nautical'), '2.5 NM');
});

test('bearing and distance follow the great circle', () => {
  const paris = { lat: 48.8566, lon: 2.3522 };
  const { metres, bearingDeg } = offsetOf(paris, { lat: 51.5074, lon: -0.1278 });
  assert.ok(Math.abs(metres - 343_560) < 500, `${metres}`);
  assert.ok(Math.abs(bearingDeg - 330) < 1, `${bearingDeg}`);
  // Over the date line the short way.
  const across = offsetOf({ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 });
  assert.equal(Math.round(across.bearingDeg), 90);
  assert.ok(across.metres < 112_000);
  assert.equal(windWords(330), 'north-west');
  assert.equal(windWords(359, true), 'N');
  assert.deepEqual([7, 359.6, 90].map(bearingWords), ['007°', '000°', '090°']);
});

test('coordinates in the three forms that teams use', () => {
  const denver = { lat: 39.7412, lon: -105.0234 };
  assert.equal(coordinateWords(denver, 'dd'), '39.74120  −105.02340');
  assert.equal(coordinateWords(denver, 'dms'), '39°44\'28.3"N  105°01\'24.2"W');
  assert.equal(coordinateWords({ lat: 59.99999, lon: 0 }, 'dms'), '60°00\'00.0"N  0°00\'00.0"E');
  // Beyond the grid, degrees.
  assert.equal(coordinateWords({ lat: 89, lon: 10 }, 'mgrs'), '89.00000  10.00000');
});

test('MGRS agrees with published points', () => {
  // From the documentation of other converters (GEOTRANS' wrappers, GeographicLib); the last is the origin.
  const points = [
    [42, -93, '15T WG 00000 49776'],
    [33.3, 44.4, '38S MB 44140 84706'],
    [48.8582, 2.2945, '31U DQ 48251 11932'],
    [34, -118.24, '11S LT 85485 62848'],
    [0, 0, '31N AA 66021 00000'],
  ] as const;
  for (const [lat, lon, expected] of points) assert.equal(mgrs({ lat, lon }), expected);
  // The same point south of the equator lies as far from the false northing, in another band.
  assert.equal(mgrs({ lat: -0.000_01, lon: 0 }), '31M AV 66021 99998');
  // Zones that are not six degrees wide, and the southern bands.
  assert.match(mgrs({ lat: 78.22, lon: 15.65 }) ?? '', /^33X /);
  assert.match(mgrs({ lat: 60.39, lon: 5.32 }) ?? '', /^32V /);
  assert.match(mgrs({ lat: -55.98, lon: -67.27 }) ?? '', /^19F /);
  assert.match(mgrs({ lat: 0, lon: 180 }) ?? '', /^1N /);
  assert.equal(mgrs({ lat: -81, lon: 0 }), undefined);
  assert.equal(mgrs({ lat: Number.NaN, lon: 0 }), undefined);
});

test('codes and fingerprints are grouped for reading out', () => {
  assert.equal(grouped('k7m42p'), 'K7M 42P');
  assert.equal(grouped('HQRT-XDLM'), 'HQRT-XDLM');
  assert.equal(grouped('HQRTXDLM'), 'HQRT-XDLM');
  assert.equal(fingerprintWords('3f:a2:91:c0:77', 2), '3FA2 91C0');
});

test('a warning begins with what is so', () => {
  assert.deepEqual(splitWarning('Card nearly full. New files are refused.'), {
    title: 'Card nearly full.',
    rest: 'New files are refused.',
  });
  assert.deepEqual(splitWarning('Disk at 3.5 GB'), { title: 'Disk at 3.5 GB', rest: '' });
  assert.equal(listWords(['Blue', 'Medics']), 'Blue and Medics');
  assert.equal(listWords(['A', 'B', 'C', 'D', 'E']), 'A, B and 3 more');
});

test('an open port ranks behind what is bad and before what needs care', () => {
  const state = { ...SITUATIONS.warnings, plaintextPorts: SITUATIONS.plaintext.plaintextPorts };
  assert.deepEqual(
    warningsOf({ ...state, emergencies: SITUATIONS.emergency.emergencies }).map(({ title }) => title),
    [
      'Emergency: MEDIC-1.',
      'Card nearly full.',
      'Unencrypted: 8087, 8080.',
      'Clock set from a phone 2 h ago.',
    ],
  );
});

test('the marks of the Wi-Fi code are escaped in names', () => {
  assert.equal(wifiCode({ name: 'Base', passphrase: 'lark' }), 'WIFI:S:Base;T:WPA;P:lark;;');
  assert.equal(wifiCode({ name: 'a;b,"c\\d:e' }), 'WIFI:S:a\\;b\\,\\"c\\\\d\\:e;T:nopass;;');
});

test('the channel of those who are in none is named by words, behind the others', () => {
  assert.equal(channelWords(['__ANON__', 'Blue']), 'Blue and those in no channel');
  assert.equal(channelWords(['__ANON__']), 'those in no channel');
  assert.equal(channelWords(['Blue', 'Medics']), 'Blue and Medics');
});
