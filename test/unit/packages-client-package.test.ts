import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import {
  CLIENT_KINDS,
  type ClientKind,
  type ClientPackageOrder,
  makeClientPackage,
} from '../../src/packages/client-package.ts';
import { makeCa } from '../../src/pki/ca.ts';
import { describeGeneration } from '../../src/pki/generations.ts';
import { issueClientCertificate } from '../../src/pki/issue.ts';
import { isSameKey } from '../../src/pki/keys.ts';
import { momentOf } from '../../src/pki/validity.ts';
import { splitPemChain } from '../../src/pki/x509.ts';
import { openssl } from '../support/openssl.ts';
import { parsePreferences, parseXml, unzip } from '../support/read-package.ts';

const alice = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
let caPems: string[];
let base: Omit<ClientPackageOrder, 'client'>;
let identity: NonNullable<ClientPackageOrder['identity']>;

before(async () => {
  const moment = momentOf(Date.now(), 0);
  const [ca, older] = await Promise.all([makeCa(moment, 0), makeCa(moment, 0)]);
  const generation = describeGeneration({ ...ca, ordinal: 2, origin: 'made', isRetired: false });
  const order = { username: 'alice', publicKey: createPublicKey(alice), moment };
  const certificate = await issueClientCertificate({ generation, key: ca.key }, order);
  caPems = [generation.pem, older.certificatePem];
  identity = { username: 'alice', key: alice, certificatePem: certificate.pem };
  base = {
    serverName: 'Field Kit',
    host: '10.42.0.1',
    authorities: caPems.map((pem, index) => ({ alias: `Bivouac CA ${index}`, pem })),
  };
});

/** Every file of a package, down into packages in it. */
async function everyFile(content: Buffer): Promise<Map<string, Buffer>> {
  const files = await unzip(content);
  for (const [path, inner] of [...files]) {
    if (!path.endsWith('.zip')) continue;
    files.delete(path);
    for (const [innerPath, innerContent] of await unzip(inner))
      files.set(`${path}!${innerPath}`, innerContent);
  }
  return files;
}

function find(files: Map<string, Buffer>, pattern: RegExp): Buffer {
  const found = [...files].filter(([path]) => pattern.test(path));
  assert.equal(found.length, 1, `${pattern} in ${[...files.keys()]}`);
  return found[0]?.[1] ?? assert.fail();
}

/** What OpenSSL finds in a PKCS#12 file. */
function openP12(content: Buffer, password: string) {
  const text = openssl(['pkcs12', '-info', '-nodes', '-passin', `pass:${password}`], content);
  const keys = text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g) ?? [];
  return {
    text,
    keys,
    certificates: splitPemChain(text).map((pem) => new X509Certificate(pem).fingerprint256),
  };
}

const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256;

for (const client of CLIENT_KINDS) {
  for (const isEnrolment of [false, true]) {
    test(`${client}, ${isEnrolment ? 'enrolment only' : 'with certificate'}: no key but the client's own, and all of it can be read`, async () => {
      const made = await makeClientPackage({ ...base, client, ...(isEnrolment ? {} : { identity }) });
      const files = await everyFile(made.content);
      for (const [path, content] of files) {
        if (/\.(xml|pref)$/.test(path)) parseXml(content);
        else assert.match(path, /\.p12$/, 'nothing but settings and stores');
        assert.doesNotMatch(content.toString('latin1'), /PRIVATE KEY/);
      }

      const trust = openP12(find(files, /truststore.*\.p12$/), made.password);
      assert.deepEqual(trust.keys, []);
      assert.deepEqual(trust.certificates, caPems.map(fingerprintOf));
      const stores = [...files.keys()].filter((path) => path.endsWith('.p12'));
      assert.equal(stores.length, isEnrolment ? 1 : 2);
      if (isEnrolment) return;
      const own = openP12(find(files, /alice[^/]*\.p12$/), made.password);
      assert.equal(own.keys.length, 1);
      assert.ok(isSameKey(createPrivateKey(own.keys[0] ?? ''), alice));
      assert.deepEqual(own.certificates, [identity.certificatePem, caPems[0] ?? ''].map(fingerprintOf));
    });

    test(`${client}, ${isEnrolment ? 'enrolment only' : 'with certificate'}: the settings lead to the files in the package`, async () => {
      const made = await makeClientPackage({ ...base, client, ...(isEnrolment ? {} : { identity }) });
      const files = await everyFile(made.content);
      const { cot_streams: stream = {}, 'com.atakmap.app_preferences': app = {} } = parsePreferences(
        find(files, /\.pref$/),
      );
      assert.equal(stream['count'], 'Integer 1');
      assert.equal(stream['description0'], 'String Field Kit');
      assert.equal(stream['enabled0'], 'Boolean true');
      assert.equal(stream['connectString0'], 'String 10.42.0.1:8089:ssl');
      assert.equal(stream['caPassword0'], `String ${made.password}`);
      assert.equal(stream['enrollForCertificateWithTrust0'], isEnrolment ? 'Boolean true' : undefined);
      assert.equal(stream['useAuth0'], isEnrolment ? 'Boolean true' : undefined);
      assert.equal(stream['clientPassword0'], isEnrolment ? undefined : `String ${made.password}`);
      for (const key of ['caLocation', 'caPassword', 'certificateLocation', 'clientPassword']) {
        assert.equal(app[key], stream[`${key}0`]);
      }
      assert.equal(app['deviceProfileEnableOnConnect'], 'Boolean true');
      assert.equal(app['prefs_enable_channels'], 'String true');
      assert.equal(app['prefs_enable_channels_host-10.42.0.1'], 'String true');
      for (const key of ['caLocation0', 'certificateLocation0']) {
        const location = stream[key];
        if (location === undefined) continue;
        const name = /^String cert\/([\w.-]+\.p12)$/.exec(location)?.[1] ?? assert.fail(location);
        assert.ok(
          [...files.keys()].some((path) => path.split(/[/!]/).at(-1) === name),
          name,
        );
      }
    });
  }
}

/** The parameters and the listed files of a manifest. */
function manifestOf(files: Map<string, Buffer>) {
  const elements = parseXml(files.get('MANIFEST/manifest.xml'));
  const parameters = elements
    .filter(({ name }) => name === 'Parameter')
    .map(({ attributes }) => [attributes['name'], attributes['value']]);
  const entries = elements
    .filter(({ name }) => name === 'Content')
    .map(({ attributes }) => attributes['zipEntry']);
  assert.equal(elements[0]?.name, 'MissionPackageManifest');
  assert.equal(elements[0]?.attributes['version'], '2');
  return { parameters: Object.fromEntries(parameters), entries };
}

test('ATAK: the manifest is where it looks, lists every file, and has it imported and deleted', async () => {
  const files = await unzip((await makeClientPackage({ ...base, client: 'atak', identity })).content);
  const { parameters, entries } = manifestOf(files);
  assert.match(parameters['uid'], /^[0-9a-f-]{36}$/);
  assert.equal(parameters['name'], 'Field Kit');
  assert.deepEqual([parameters['onReceiveImport'], parameters['onReceiveDelete']], ['true', 'true']);
  assert.deepEqual(new Set(['MANIFEST/manifest.xml', ...entries]), new Set(files.keys()));
});

test('WinTAK: one package in another', async () => {
  const files = await unzip((await makeClientPackage({ ...base, client: 'wintak', identity })).content);
  const { parameters, entries } = manifestOf(files);
  assert.ok(parameters['uid'] && parameters['name']);
  assert.equal(entries.length, 1);
  assert.deepEqual([...files.keys()], ['MANIFEST/manifest.xml', entries[0]]);
  assert.equal(manifestOf(await unzip(files.get(entries[0] ?? '') ?? assert.fail())).entries.length, 3);
});

test('iTAK: flat, without a manifest, under the names that it expects', async () => {
  const files = await unzip((await makeClientPackage({ ...base, client: 'itak', identity })).content);
  assert.deepEqual([...files.keys()], ['config.pref', 'truststore-root.p12', 'alice.p12']);
  const text = files.get('config.pref')?.toString() ?? '';
  assert.ok(text.startsWith("<?xml version='1.0' standalone='yes'?>\n<preferences>"));
});

test('the password is random for each package, and the conventional one only by order', async () => {
  const packages = await Promise.all([1, 2].map(() => makeClientPackage({ ...base, client: 'atak' })));
  const [one, two] = packages.map(({ password }) => password);
  assert.match(one ?? '', /^[A-Z]{20}$/);
  assert.notEqual(one, two);
  assert.equal(
    (await makeClientPackage({ ...base, client: 'atak', password: 'conventional' })).password,
    'atakatak',
  );
});

test('stores are in the old form unless the modern one is asked for', async () => {
  for (const [profile, mac] of [
    [undefined, /MAC: sha1/],
    ['legacy', /MAC: sha1/],
    ['modern', /MAC: sha256/],
  ] as const) {
    const { content, password } = await makeClientPackage({
      ...base,
      client: 'wintak',
      ...(profile === undefined ? {} : { profile }),
    });
    assert.match(openP12(find(await everyFile(content), /\.p12$/), password).text, mac);
  }
});

test('hosts by name, IPv4 and IPv6, and other ports, reach the client', async () => {
  const settingsFor = async (changes: Partial<ClientPackageOrder>, client: ClientKind = 'atak') => {
    const { content, notes } = await makeClientPackage({ ...base, ...changes, client });
    const { cot_streams: stream = {}, 'com.atakmap.app_preferences': app = {} } = parsePreferences(
      find(await everyFile(content), /\.pref$/),
    );
    return { connect: stream['connectString0'], app, notes };
  };
  const named = await settingsFor({
    host: 'Kit.Local.',
    cotPort: 18_089,
    enrolmentPort: 18_446,
    apiPort: 18_443,
  });
  assert.equal(named.connect, 'String kit.local:18089:ssl');
  assert.equal(named.app['prefs_enable_channels_host-kit.local'], 'String true');
  assert.equal(named.app['apiCertEnrollmentPort'], 'String 18446');
  assert.equal(named.app['apiSecureServerPort'], 'String 18443');
  assert.deepEqual(named.notes, []);
  const usual = await settingsFor({});
  assert.equal(usual.app['apiCertEnrollmentPort'], undefined);
  const ipv6 = await settingsFor({ host: 'FD00::1' });
  assert.equal(ipv6.connect, 'String [fd00::1]:8089:ssl');
  assert.match(ipv6.notes.join(), /ATAK cannot read an IPv6 address/);
  const wrong = [
    '',
    ' ',
    'a b',
    'x:y:ssl',
    'kit.local:8089',
    '10.0.0.256',
    '1.2.3',
    'fe80::1%wlan0',
    '"><evil/>',
    '../x',
    'x'.repeat(300),
  ];
  for (const host of wrong) await assert.rejects(settingsFor({ host }), { code: 'package.host_invalid' });
  await assert.rejects(settingsFor({ cotPort: 70_000 }), { code: 'request.invalid' });
});

test('names of kits and users cannot break out of XML, paths or file names', async () => {
  const serverName = 'Kit "<&>\' \u0000\u{1f525} ../..';
  for (const username of ['../../etc/passwd', 'truststore-root', 'Zoë Müller', '...', 'a'.repeat(64)]) {
    for (const client of CLIENT_KINDS) {
      const { content, fileName } = await makeClientPackage({
        ...base,
        client,
        serverName,
        identity: { ...identity, username },
      });
      assert.match(fileName, /^[A-Za-z0-9][\w.-]*\.zip$/);
      assert.ok(fileName.length < 128 && !fileName.includes('..'));
      const files = await everyFile(content);
      for (const path of files.keys()) assert.match(path, /^([\w.-]+[/!])*[A-Za-z0-9][\w.-]*$/);
      assert.equal([...files.keys()].filter((path) => path.endsWith('.p12')).length, 2);
      const { cot_streams: stream = {} } = parsePreferences(find(files, /\.pref$/));
      assert.equal(stream['description0'], 'String Kit "<&>\' \u{1f525} ../..');
    }
  }
});
