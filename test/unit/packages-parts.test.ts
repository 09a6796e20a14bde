import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeEnrolmentProfile } from '../../src/packages/enrolment-profile.ts';
import { escapeXml } from '../../src/packages/escape-xml.ts';
import { manifestXml } from '../../src/packages/manifest.ts';
import { atakEnrolLink, atakImportLink, itakLine } from '../../src/packages/onboarding-links.ts';
import { makeZip } from '../../src/packages/zip.ts';
import { parsePreferences, parseXml, unzip } from '../support/read-package.ts';

test('any text survives in attributes and content, less what XML cannot hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [element] = parseXml(`<e a="${escapeXml(text)}">${escapeXml(text)}</e>`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what XML 1.0 leaves out
      const kept = text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd-\uffff]/g, '');
      assert.equal(element?.text, kept);
      assert.equal(element?.attributes['a'], kept);
    }),
  );
});

test('the same files give the same zip, whenever it is made', async () => {
  const files = [
    { path: 'MANIFEST/manifest.xml', content: '<x/>' },
    { path: 'a/b.bin', content: Buffer.alloc(100_000, 7) },
  ];
  const [one, two] = await Promise.all([makeZip(files), makeZip(files)]);
  assert.deepEqual(one, two);
  // Bit 3 of the flags: sizes behind the data. Some phones' readers want them in front.
  assert.equal(one.readUInt16LE(6) & 8, 0);
  assert.equal(one.readUInt16LE(12), 0x21, 'the date is 1980-01-01');
  const read = await unzip(one);
  assert.deepEqual(
    [...read.keys()],
    files.map(({ path }) => path),
  );
  assert.deepEqual(read.get('a/b.bin'), Buffer.alloc(100_000, 7));
});

test('a manifest carries the parameters of a CoT item', () => {
  const xml = manifestXml({
    uid: 'u&1',
    name: 'n',
    contents: [{ zipEntry: 'x/x.cot', parameters: { uid: 'x', isCoT: 'true' } }, { zipEntry: 'a.png' }],
  });
  const elements = parseXml(xml);
  const within = (path: string) =>
    elements.filter((element) => element.path === path).map(({ attributes }) => attributes);
  assert.deepEqual(within('MissionPackageManifest/Configuration/Parameter'), [
    { name: 'uid', value: 'u&1' },
    { name: 'name', value: 'n' },
  ]);
  assert.deepEqual(within('MissionPackageManifest/Contents/Content/Parameter'), [
    { name: 'uid', value: 'x' },
    { name: 'isCoT', value: 'true' },
  ]);
  assert.deepEqual(within('MissionPackageManifest/Contents/Content'), [
    { ignore: 'false', zipEntry: 'x/x.cot' },
    { ignore: 'false', zipEntry: 'a.png' },
  ]);
});

test('the enrolment profile switches the channels on for the host of the connection, and holds nothing else', async () => {
  const files = await unzip(await makeEnrolmentProfile({ serverName: 'Kit', host: 'kit.local' }));
  assert.equal(files.size, 2);
  const manifest = parseXml(files.get('MANIFEST/manifest.xml'));
  const entry = manifest.find(({ name }) => name === 'Content')?.attributes['zipEntry'] ?? '';
  assert.deepEqual(parsePreferences(files.get(entry)), {
    'com.atakmap.app_preferences': {
      deviceProfileEnableOnConnect: 'Boolean true',
      prefs_enable_channels: 'String true',
      'prefs_enable_channels_host-kit.local': 'String true',
    },
  });
});

test('links for ATAK are what it compares letter by letter, and their parts come out as they went in', () => {
  const url = 'http://10.42.0.1:8081/p/QXRJWLTB.zip?a=1&b=2#c';
  const importing = atakImportLink(url);
  assert.ok(importing.startsWith('tak://com.atakmap.app/import?url=http%3A%2F%2F10.42.0.1%3A8081%2F'));
  assert.equal(new URL(importing).searchParams.get('url'), url);
  for (const bad of [
    'tak://x/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'nothing',
    `http://x/${'y'.repeat(2_000)}`,
  ]) {
    assert.throws(() => atakImportLink(bad), { code: 'request.invalid' });
  }

  const enrolling = atakEnrolLink({ host: 'kit.local', username: 'Zoë & Co', token: 'a+b/c=' });
  assert.ok(enrolling.startsWith('tak://com.atakmap.app/enroll?host=kit.local&username='));
  const { searchParams } = new URL(enrolling);
  assert.deepEqual([searchParams.get('username'), searchParams.get('token')], ['Zoë & Co', 'a+b/c=']);
  assert.match(
    atakEnrolLink({ host: 'fd00::1', cotPort: 9_000, username: 'a', token: 'b' }),
    /host=%5Bfd00%3A%3A1%5D%3A9000&/,
  );
});

test('the line for iTAK has four fields, whatever the kit is called', () => {
  assert.equal(itakLine({ serverName: 'Field Kit', host: '10.0.0.1' }), 'Field Kit,10.0.0.1,8089,SSL');
  assert.equal(
    itakLine({ serverName: 'A, B\n"C",', host: 'kit.local', cotPort: 443 }),
    'A B "C",kit.local,443,SSL',
  );
  assert.equal(itakLine({ serverName: ',', host: 'kit.local' }), 'TAK,kit.local,8089,SSL');
  assert.throws(() => itakLine({ serverName: 'Kit', host: 'a,b' }), { code: 'package.host_invalid' });
});
