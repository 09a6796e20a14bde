import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { clientP12, enrolmentP12, type P12Profile, truststoreP12 } from '../../src/pki/p12.ts';
import { tlsOptions } from '../../src/pki/tls-material.ts';
import { openAuthority } from '../support/authority-fixture.ts';
import { run } from '../support/openssl.ts';
import { temporaryDir } from '../support/store-fixture.ts';

/** Java is what ATAK runs on: its keytool and its TLS have the last word on files and certificates. */

const PASSWORD = 'QXRJWLTBVKZDHFGNPSCM';
const PROFILES: readonly P12Profile[] = ['legacy', 'modern'];
const SOURCE = join(import.meta.dirname, '../support/java/TlsProbe.java');
const execute = promisify(execFile);

async function enrolledWorld(t: TestContext) {
  const world = await openAuthority(t);
  const issued = await world.authority.issueClient({
    principalId: await world.addUser('zoe'),
    username: 'zoe',
  });
  const dir = await temporaryDir(t);
  const certificates = world.authority.caPems().map((pem, index) => ({ alias: `Bivouac CA ${index}`, pem }));
  const files = await Promise.all(
    PROFILES.map(async (profile) => {
      const trust = join(dir, `${profile}-trust.p12`);
      const client = join(dir, `${profile}-client.p12`);
      const { key, certificate, caPems } = issued;
      writeFileSync(trust, await truststoreP12({ certificates, password: PASSWORD, profile }));
      writeFileSync(
        client,
        await clientP12({
          key: key ?? assert.fail(),
          certificatePem: certificate.pem,
          caPems,
          alias: 'zoe',
          password: PASSWORD,
          profile,
        }),
      );
      return { profile, trust, client };
    }),
  );
  return { ...world, issued, dir, files };
}

/** Answers each line with the serial of the certificate that was shown, and ends. */
async function echoServer(t: TestContext, options: ReturnType<typeof tlsOptions>): Promise<number> {
  const server = createServer(options, (socket: TLSSocket) => {
    socket.once('data', (line) => {
      const serial = socket.getPeerX509Certificate()?.serialNumber.toLowerCase() ?? 'none';
      socket.end(`${serial}: ${line}`);
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : assert.fail();
}

test('keytool sees a trusted certificate, a private key entry, and the aliases of ATAK 4', async (t) => {
  const { files, dir, issued, authority } = await enrolledWorld(t);
  const list = (file: string, password = PASSWORD) =>
    run('keytool', ['-list', '-keystore', file, '-storepass', password]);
  for (const { trust, client } of files) {
    assert.match(list(trust), /1 entry[\s\S]*bivouac ca 0, .*trustedCertEntry/);
    const listed = list(client);
    assert.match(listed, /1 entry[\s\S]*zoe, .*PrivateKeyEntry/);
    const fingerprint = issued.certificate.fingerprint.toUpperCase().match(/../g)?.join(':') ?? assert.fail();
    assert.ok(listed.includes(fingerprint), listed);
  }
  const enrolment = join(dir, 'enrolment.p12');
  writeFileSync(
    enrolment,
    await enrolmentP12({ signedCertPem: issued.certificate.pem, caPems: authority.caPems() }),
  );
  const listed = list(enrolment, 'atakatak');
  assert.match(listed, /2 entries/);
  assert.match(listed, /signedcert, .*trustedCertEntry/);
  assert.match(listed, /ca0, .*trustedCertEntry/);
});

test('a Java client connects with the generated files, over TLS 1.2 and 1.3', async (t) => {
  const { files, dir, issued, authority } = await enrolledWorld(t);
  run('javac', ['-d', dir, SOURCE]);
  const material = authority.material();
  const port = await echoServer(
    t,
    tlsOptions(material, { clientCertificate: 'ask', hasAesInstructions: false }),
  );
  const probe = (protocol: string, ...stores: string[]) =>
    execute(
      'java',
      ['-Xshare:auto', '-cp', dir, 'TlsProbe', '127.0.0.1', String(port), protocol, ...stores],
      { timeout: 15_000 },
    );

  const [legacy, modern] = files;
  assert.ok(legacy !== undefined && modern !== undefined);
  const runs = [
    { protocol: 'TLSv1.2', cipher: /TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256/, stores: legacy },
    { protocol: 'TLSv1.3', cipher: /TLS_CHACHA20_POLY1305_SHA256/, stores: modern },
  ];
  for (const { protocol, cipher, stores } of runs) {
    const { stdout } = await probe(protocol, stores.trust, PASSWORD, stores.client, PASSWORD);
    assert.match(stdout, new RegExp(`protocol ${protocol}`));
    assert.match(stdout, cipher);
    assert.match(stdout, new RegExp(`answer ${issued.certificate.serial}: hello from Java`));
  }
  const { stdout } = await probe('TLSv1.3', legacy.trust, PASSWORD);
  assert.match(
    stdout,
    /answer none: hello from Java/,
    'a client without a certificate is the listener’s business',
  );
});

test('a Java client refuses a server of another kit', async (t) => {
  const { files, dir } = await enrolledWorld(t);
  const other = await openAuthority(t);
  run('javac', ['-d', dir, SOURCE]);
  const port = await echoServer(
    t,
    tlsOptions(other.authority.material(), { clientCertificate: 'none', hasAesInstructions: true }),
  );
  const [{ trust } = assert.fail()] = files;
  const attempt = execute(
    'java',
    ['-cp', dir, 'TlsProbe', '127.0.0.1', String(port), 'TLSv1.3', trust, PASSWORD],
    { timeout: 15_000 },
  );
  await assert.rejects(attempt, /PKIX path building failed|unable to find valid certification path/);
});
