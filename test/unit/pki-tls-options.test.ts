import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, test } from 'node:test';
import { type ConnectionOptions, connect, createServer } from 'node:tls';
import { type TlsMaterial, tlsOptions } from '../../src/pki/tls-material.ts';
import { createPkiFixture, type PkiFixture } from '../support/pki-fixture.ts';

let fixture: PkiFixture;
let material: TlsMaterial;

before(async () => {
  fixture = await createPkiFixture();
  material = {
    certificateChainPem: fixture.server.cert,
    privateKeyPem: fixture.server.key,
    clientCaPem: fixture.ca,
    fingerprint: '',
    notAfterMs: 0,
    isExternal: false,
  };
});

/** Protocol and cipher that a client with these options ends up with, or the error that it gets. */
async function negotiate(hasAesInstructions: boolean, client: ConnectionOptions): Promise<string> {
  const server = createServer(
    tlsOptions(material, { clientCertificate: 'ask', hasAesInstructions }),
    (socket) => {
      socket.on('error', () => undefined);
      socket.end('x');
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  try {
    const socket = connect({ host: '127.0.0.1', port, ca: fixture.ca, ...client });
    await once(socket, 'secureConnect');
    const found = `${socket.getProtocol()} ${socket.getCipher().standardName}`;
    socket.destroy();
    return found;
  } catch (error) {
    return String((error as { code?: string }).code);
  } finally {
    server.close();
  }
}

test('without AES instructions ChaCha20 comes first, whatever the client prefers', async () => {
  const aesFirst = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305';
  assert.equal(await negotiate(false, {}), 'TLSv1.3 TLS_CHACHA20_POLY1305_SHA256');
  assert.equal(
    await negotiate(false, { maxVersion: 'TLSv1.2', ciphers: aesFirst }),
    'TLSv1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  );
});

test('with AES instructions AES comes first, but for a client that wants ChaCha20', async () => {
  assert.equal(await negotiate(true, {}), 'TLSv1.3 TLS_AES_128_GCM_SHA256');
  const chachaFirst = { ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256' };
  assert.equal(await negotiate(true, chachaFirst), 'TLSv1.3 TLS_CHACHA20_POLY1305_SHA256');
});

test('TLS 1.1 and suites without forward secrecy are refused', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  assert.match(await negotiate(true, old), /ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION|ECONNRESET/);
  const plainRsa = { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' } as const;
  assert.match(await negotiate(true, plainRsa), /HANDSHAKE_FAILURE|ECONNRESET/);
});

test('a listener that asks for no certificate names no CA', () => {
  const options = tlsOptions(material, { clientCertificate: 'none', hasAesInstructions: true });
  assert.equal(options.requestCert, false);
  assert.equal(options.ca, undefined);
  assert.equal('crl' in options, false);
});
