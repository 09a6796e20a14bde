import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pageAddresses } from '../../src/app/page-addresses.ts';
import { createSupplyReader, readSupply } from '../../src/system/supply.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Where the pages are, and what the machine runs on. */

const root = mkdtempSync(join(tmpdir(), 'bivouac-supply-'));
after(() => rmSync(root, { recursive: true }));

const HERE = ['10.42.0.1', 'fd00::2'];
const at = (listeners: Record<string, string>, publicUrl = '', behind443 = 0) =>
  pageAddresses(
    { http: { publicUrl, trustedProxies: [] } },
    { reachable: HERE, listeners, isBehind443: (port) => port === behind443 },
  );

test('a listener on all addresses is reached at those of the host, one on a single address there', () => {
  assert.deepEqual(at({ https: '[::]:8446' }), {
    base: 'https://10.42.0.1:8446',
    typed: ['10.42.0.1:8446', '[fd00::2]:8446'],
  });
  assert.deepEqual(at({ https: '0.0.0.0:443,[::]:443' }).typed, ['10.42.0.1', '[fd00::2]']);
  assert.deepEqual(at({ https: '127.0.0.1:40123' }).base, 'https://127.0.0.1:40123');
});

test('where the firewall leads 443 to the pages, nobody types a port', () => {
  assert.deepEqual(at({ https: '[::]:8446' }, '', 8446), {
    base: 'https://10.42.0.1',
    typed: ['10.42.0.1', '[fd00::2]'],
  });
  assert.equal(at({ https: '[::]:8446' }, '', 8443).base, 'https://10.42.0.1:8446');
});

test('in front of the others stands the address that somebody gave the kit', () => {
  assert.deepEqual(at({ https: '[::]:8446' }, 'https://kit.example'), {
    base: 'https://kit.example',
    typed: ['kit.example', '10.42.0.1:8446', '[fd00::2]:8446'],
  });
});

test('pages in plain are opened, but nobody is told to type them after https; without pages there is nothing', () => {
  assert.deepEqual(at({ http: '[::]:8080' }), { base: 'http://10.42.0.1:8080', typed: [] });
  assert.deepEqual(at({ cotTls: '[::]:8089' }), { base: undefined, typed: [] });
});

function device(name: string, facts: Record<string, string>): void {
  mkdirSync(join(root, name), { recursive: true });
  for (const [file, text] of Object.entries(facts)) writeFileSync(join(root, name, file), `${text}\n`);
}

test('the battery of the machine counts, that of a mouse does not', () => {
  assert.equal(readSupply(join(root, 'none')), undefined);
  device('AC', { type: 'Mains', online: '1' });
  device('hid-mouse', { type: 'Battery', scope: 'Device', capacity: '12' });
  assert.equal(readSupply(root), undefined);
  device('max17040', { type: 'Battery', capacity: '78', status: 'Discharging' });
  assert.deepEqual(readSupply(root), { batteryPercent: 78, isCharging: false });
  device('max17040', { capacity: '104', status: 'Charging' });
  assert.deepEqual(readSupply(root), { batteryPercent: 100, isCharging: true });
});

test('a battery is asked twice a minute, however often the display is drawn', () => {
  device('max17040', { type: 'Battery', capacity: '50', status: 'Discharging' });
  const clock = new FakeClock();
  const read = createSupplyReader(clock, root);
  assert.equal(read()?.batteryPercent, 50);
  device('max17040', { capacity: '49' });
  clock.advance(29_000);
  assert.equal(read()?.batteryPercent, 50);
  clock.advance(1_000);
  assert.equal(read()?.batteryPercent, 49);
});
