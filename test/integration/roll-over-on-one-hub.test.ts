import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientIdentity, type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';

interface CaRow {
  readonly id: string;
  readonly isRetired: boolean;
}

describe('a roll-over of the certificate authority, with people on the map', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let veteran: ClientIdentity;
  let recruit: ClientIdentity;
  let onOldCa: TakClient;

  before(async () => {
    server = await startServer();
    veteran = await server.issueClient('veteran');
    onOldCa = await join(veteran, 'OLD');
  });
  after(() => server.stop());

  async function join(identity: ClientIdentity, uid: string): Promise<TakClient> {
    const client = await connectTakClient({ ...server.address('cotTls'), ...identity });
    client.sendSa({ uid, callsign: uid });
    return client;
  }

  async function authorities(): Promise<CaRow[]> {
    return JSON.parse((await server.cli(['cert', 'ca', 'list', '--json'])).stdout);
  }

  test('old and new see each other, and a veteran may come back meanwhile', async () => {
    await server.cli(['cert', 'ca', 'roll-over']);
    recruit = await server.issueClient('recruit');
    const onNewCa = await join(recruit, 'NEW');
    await onNewCa.waitFor({ uid: 'OLD' });
    await onOldCa.waitFor({ uid: 'NEW' });
    // The veteran knows the old CA only, and so must still take the server's certificate.
    const again = await join(veteran, 'OLD-AGAIN');
    await onNewCa.waitFor({ uid: 'OLD-AGAIN' });
    again.socket.destroy();
    onNewCa.socket.destroy();
  });

  test('when the old one is retired only the new one gets in', async () => {
    const [old] = await authorities();
    await server.cli(['cert', 'ca', 'retire', old!.id]);
    await sleep(200);
    const newcomer = await join(recruit, 'NEW-2');
    assert.equal((await newcomer.ping()) < 1_000, true);
    // Without its truststore the veteran reaches the server, which does not take its certificate.
    const refused = await connectTakClient({
      ...server.address('cotTls'),
      cert: veteran.cert,
      key: veteran.key,
    });
    refused.sendSa({ uid: 'OLD-3', callsign: 'OLD-3' });
    await refused.waitForClose();
    assert.equal(newcomer.received({ uid: 'OLD-3' }).length, 0);
    newcomer.socket.destroy();
  });
});
