import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { splitPemChain } from '../../src/pki/x509.ts';
import { type FtsServer, PASSWORD, startFtsServer } from '../support/fts-server.ts';
import { openssl } from '../support/openssl.ts';
import { parsePreferences, parseXml, unzip } from '../support/read-package.ts';
import { readQr } from '../support/read-qr.ts';
import { connectTakClient } from '../support/tak-client.ts';
import { saXml } from '../support/tak-events.ts';

/** «Creating users with certificates»: the package, how its device learns of it, and its end. */

interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly password: string;
}

describe('certificates of system users', { timeout: 60_000 }, () => {
  let fts: FtsServer;
  before(async () => {
    fts = await startFtsServer({
      'listen.cotTls': '127.0.0.1:0',
      'listen.httpsCert': '127.0.0.1:0',
      'compat.freetakserver.UserConnectionIP': 'localhost',
      'log.level': 'debug',
    });
  });
  after(() => fts.stop());

  const tokens = [
    'Zr6Kq2Wx8Tn4Vb9Lc3Hp7Mj5',
    'Rf5Nx9Gd3Kt7Pw2Zq6Yb8Vh4',
    'Lc4Hm8Tz2Xq6Wk9Rn3Bv7Jd5',
    'Gp9Vs3Kx7Nt2Wq6Zb4Rl8Hc5',
  ];
  async function add(name: string, device: string): Promise<void> {
    const Token = tokens.pop() ?? assert.fail('another token is needed');
    const made = await fts.addSystemUser({
      Name: name,
      Group: 'Red',
      Token,
      Password: PASSWORD,
      DeviceType: device,
      Certs: 'true',
    });
    assert.equal(made.text, '{"message":"all users created"}\n');
  }

  /** Where its package waits, as the QR code says. */
  async function urlOf(name: string): Promise<string> {
    const answer = await fts.asAdmin('GET', `/GenerateQR?datapackage_id=${await fts.uidOf(name)}`);
    assert.equal(answer.headers['content-type'], 'image/png');
    return readQr(answer.body) ?? assert.fail('the QR code cannot be read');
  }

  function download(url: string, from = '127.0.0.1'): Promise<{ status: number; content: Buffer }> {
    return new Promise((resolve, reject) => {
      const options = { ca: fts.ca, localAddress: from, agent: false, family: 4 };
      request(url, options, (incoming) => {
        buffer(incoming).then((content) => resolve({ status: incoming.statusCode ?? 0, content }), reject);
      })
        .on('error', reject)
        .end();
    });
  }

  async function everyFile(content: Buffer): Promise<Map<string, Buffer>> {
    const files = await unzip(content);
    for (const [path, inner] of [...files]) {
      if (!path.endsWith('.zip')) continue;
      for (const [name, file] of await unzip(inner)) files.set(`${path}!${name}`, file);
      files.delete(path);
    }
    return files;
  }

  /** Opens a package and every store in it; there is one key, and it is that of the client. */
  async function identityIn(content: Buffer, name: string): Promise<Identity> {
    const files = await everyFile(content);
    const [, preferences] = [...files].find(([path]) => path.endsWith('.pref')) ?? assert.fail('no settings');
    const entries = Object.assign({}, ...Object.values(parsePreferences(preferences))) as Record<
      string,
      string
    >;
    const secret = Object.entries(entries).find(([key]) => key.startsWith('clientPassword'))?.[1];
    const password = secret?.replace('String ', '') ?? assert.fail('no password');
    const found: Identity[] = [];
    for (const [path, file] of files) {
      assert.doesNotMatch(file.toString('latin1'), /PRIVATE KEY/, path);
      if (!path.endsWith('.p12')) continue;
      const text = openssl(['pkcs12', '-nodes', '-passin', `pass:${password}`], file);
      const keys = text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g) ?? [];
      const [cert = ''] = splitPemChain(text);
      for (const key of keys) found.push({ cert, key, password });
    }
    assert.equal(found.length, 1, 'regression FTS F6: no key but the client’s own');
    const [own] = found;
    const certificate = new X509Certificate(own?.cert ?? '');
    assert.ok(certificate.checkPrivateKey(createPrivateKey(own?.key ?? '')));
    assert.match(certificate.subject, new RegExp(`CN=${name}`));
    return own ?? assert.fail();
  }

  async function connect({ cert, key }: Identity) {
    const phone = await connectTakClient({
      ...fts.documents.server.address('cotTls'),
      cert,
      key,
      ca: fts.ca,
    });
    await phone.ping();
    return phone;
  }

  test('regression FTS F6: a package for each platform, with one key and a password of its own', async () => {
    const passwords: string[] = [];
    for (const [name, device, kind] of [
      ['eve', 'mobile', 'atak'],
      ['win', 'wintak', 'wintak'],
    ] as const) {
      await add(name, device);
      const list = (await fts.asAdmin('GET', '/ManageSystemUser/getSystemUser', { name })).json<{
        SystemUsers: { Certs: string; Uid: string; DeviceType: string }[];
      }>();
      const [shown] = list.SystemUsers;
      assert.equal(shown?.Certs, `${name}${shown?.Uid}.zip`);
      assert.equal(shown?.DeviceType, device);
      const url = await urlOf(name);
      const { port } = fts.documents.server.address('https');
      assert.match(url, new RegExp(`^https://localhost:${port}/p/[a-z0-9]{26}/${kind}\\.zip$`));
      assert.equal(await urlOf(name), url, 'the same while it waits');
      const { status, content } = await download(url);
      assert.equal(status, 200);
      const own = await identityIn(content, name);
      passwords.push(own.password);
      (await connect(own)).socket.destroy();
      assert.equal((await download(url, '127.0.0.2')).status, 404, 'it is for the first that asks');
    }
    assert.notEqual(passwords[0], passwords[1]);
    for (const password of passwords) assert.ok(password.length >= 16 && password !== 'supersecret');
  });

  test('regression FTS F9: the device hears of its package where it signed in; nobody else, and not in plain', async () => {
    const { server } = fts.documents;
    const stream = { ...server.address('cotTls'), ca: fts.ca };
    // Somebody else who took the callsign, as anybody can.
    const Token = 'Wt7Kx3Rv9Nq5Zb2Lf8Gd4Hm6';
    const mallory = { Name: 'mallory', Group: 'Red', Token, Password: PASSWORD, DeviceType: 'mobile' };
    assert.equal((await fts.addSystemUser({ ...mallory, Certs: 'false' })).status, 201);
    const other = await connectTakClient({ ...stream, auth: { username: 'mallory', password: PASSWORD } });
    other.send(saXml({ uid: 'ANDROID-mallory', callsign: 'finn', lat: 1, lon: 1 }));
    await other.ping();
    await add('finn', 'mobile');
    const phone = await connectTakClient({ ...stream, auth: { username: 'finn', password: PASSWORD } });
    phone.send(saXml({ uid: 'ANDROID-finn', callsign: 'FINN-1', lat: 1, lon: 1 }));
    const offer = await phone.waitFor({ type: 'b-f-t-r' });
    const share = parseXml(offer.xml.slice(offer.xml.indexOf('<event'))).find(
      ({ name }) => name === 'fileshare',
    );
    const { senderUrl = '', sha256, sizeInBytes, senderCallsign } = share?.attributes ?? {};
    assert.match(senderUrl, /^https:\/\/localhost:\d+\/p\//);
    assert.ok(senderCallsign !== '');
    const { port } = server.address('http');
    const plain = await fts.documents.send(senderUrl.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${port}`));
    assert.equal(plain.status, 404, 'a key goes over TLS or not at all');
    const { content } = await download(senderUrl);
    assert.equal(createHash('sha256').update(content).digest('hex'), sha256);
    assert.equal(content.length, Number(sizeInBytes));
    (await connect(await identityIn(content, 'finn'))).socket.destroy();
    // Told once: a second look of the kit at who is there brings nothing new.
    await phone.ping();
    await other.ping();
    assert.deepEqual(
      other.events.filter(({ type }) => type === 'b-f-t-r'),
      [],
    );
    assert.equal(phone.events.filter(({ type }) => type === 'b-f-t-r').length, 1);
    const secret = senderUrl.split('/').at(-2) ?? '';
    assert.ok(!JSON.stringify(server.logs).includes(secret), 'its address is in no log');
    for (const one of [phone, other]) one.socket.destroy();
  });

  test('regression FTS F5: deleting a user revokes its certificate on every port', async () => {
    await add('gus', 'itak');
    const own = await identityIn((await download(await urlOf('gus'))).content, 'gus');
    const phone = await connect(own);
    const ended = new Promise((resolve) => phone.socket.once('close', resolve));
    const startMs = performance.now();
    const uid = await fts.uidOf('gus');
    const gone = await fts.asAdmin('DELETE', '/ManageSystemUser/deleteSystemUser', {
      systemUsers: [{ uid }],
    });
    assert.equal(gone.text, '{"message":"user deleted"}\n');
    await ended;
    assert.ok(performance.now() - startMs < 2_000);
    const again = await connectTakClient({
      ...fts.documents.server.address('cotTls'),
      cert: own.cert,
      key: own.key,
      ca: fts.ca,
    });
    if (!again.isClosed) await new Promise((resolve) => again.socket.once('close', resolve));
    const { port } = fts.documents.server.address('httpsCert');
    const status = await new Promise<number>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port,
          path: '/Marti/api/version',
          ca: fts.ca,
          servername: 'localhost',
          cert: own.cert,
          key: own.key,
          agent: false,
        },
        (incoming) => {
          incoming.resume();
          resolve(incoming.statusCode ?? 0);
        },
      )
        .on('error', reject)
        .end();
    });
    assert.ok(status === 401 || status === 403, `${status}`);
    assert.equal((await fts.asAdmin('GET', `/GenerateQR?datapackage_id=${uid}`)).status, 404);
  });
});
