import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import type { Authority } from '../../src/pki/authority.ts';
import type { IssuedCertificate } from '../../src/pki/client-certificates.ts';
import { pkcs8Pem } from '../../src/pki/keys.ts';
import { tlsOptions } from '../../src/pki/tls-material.ts';

/** A TLS listener as the kit's are: live material, and the authority's verdict instead of OpenSSL's. */
export async function judgedServer(t: TestContext, authority: Authority) {
  const options = { clientCertificate: 'ask', hasAesInstructions: true } as const;
  const server = createServer(tlsOptions(authority.material(), options), (socket) => {
    socket.on('error', () => undefined);
    const shown = socket.getPeerX509Certificate();
    const verdict = shown === undefined ? undefined : authority.judge(shown.raw);
    if (verdict?.isTrusted !== true) {
      socket.end(`refused: ${verdict?.text ?? 'no certificate'}`);
      return;
    }
    socket.write(`welcome ${verdict.serial}\n`);
    socket.on('data', (chunk) => socket.write(chunk));
  });
  authority.onMaterialChange((material) => server.setSecureContext(tlsOptions(material, options)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const clients: TLSSocket[] = [];
  t.after(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };

  return {
    /** Connects as a client that trusts `trust` and nothing else, and resolves with the first answer. */
    async enter(
      trust: readonly string[],
      identity: IssuedCertificate | undefined,
      more: ConnectionOptions = {},
    ) {
      const socket = connect({
        host: '127.0.0.1',
        port,
        ca: [...trust],
        ...(identity?.key === undefined
          ? {}
          : { cert: identity.certificate.pem, key: pkcs8Pem(identity.key) }),
        ...more,
      });
      clients.push(socket);
      await once(socket, 'secureConnect');
      const [answer] = await once(socket, 'data');
      return {
        socket,
        answer: String(answer).trim(),
        serverSerial: socket.getPeerX509Certificate()?.serialNumber ?? assert.fail(),
      };
    },
  };
}

/** What the server echoes. */
export async function exchange(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return String(answer);
}
