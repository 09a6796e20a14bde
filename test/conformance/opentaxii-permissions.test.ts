import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type DocumentServer,
  type Reply,
  startDocumentServer,
  WEAK_PASSWORDS,
} from '../support/document-client.ts';
import { installCabby } from '../support/package-tools.ts';
import { connectTakClient } from '../support/tak-client.ts';
import { saXml } from '../support/tak-events.ts';

/**
 * OpenTAXII's accounts have permissions for collections: `read`, or `modify`, which holds it. Here an account
 * needs its channels besides; the requests are those of the document «Services Authentication».
 */

const ADMIN_PASSWORD = 'orchid-lantern-over-tundra';

const COLLECTIONS =
  '[ { name = "collection-A", channels = ["team", "staff"], permission_required = true }, { name = "open", channels = ["team"] } ]';

const pollOf = (collection: string) =>
  `<taxii_11:Poll_Request xmlns:taxii_11="http://taxii.mitre.org/messages/taxii_xml_binding-1.1" message_id="1234" collection_name="${collection}"><taxii_11:Poll_Parameters allow_asynch="false"><taxii_11:Response_Type>FULL</taxii_11:Response_Type></taxii_11:Poll_Parameters></taxii_11:Poll_Request>`;
const INFORMATION =
  '<taxii_11:Collection_Information_Request xmlns:taxii_11="http://taxii.mitre.org/messages/taxii_xml_binding-1.1" message_id="1"/>';

interface Collection {
  readonly name: string;
  readonly isPermissionRequired: boolean;
  readonly accounts: readonly { readonly name: string; readonly permission: string }[];
}

describe('OpenTAXII: who may read which collection', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  let token: string;

  before(async () => {
    const set = { ...WEAK_PASSWORDS, 'compat.opentaxii.collections': COLLECTIONS };
    kit = await startDocumentServer(ADMIN_PASSWORD, set);
    for (const [name, group] of [
      ['test', 'team'],
      ['other', 'elsewhere'],
    ] as const) {
      const person = { name, password: 'test', groups: [group] };
      assert.equal((await kit.console('POST', '/api/people', person)).status, 201);
    }
    const devices = await Promise.all(
      (['team', 'staff'] as const).map(async (channel) => {
        const identity = await kit.server.issueClient(`of-${channel}`, channel);
        const device = await connectTakClient({ ...kit.server.address('cotTls'), ...identity });
        device.send(saXml({ uid: `DEVICE-${channel}`, callsign: channel, lat: 47.1, lon: 8.2 }));
        return device;
      }),
    );
    // On the disk within `store.commitIntervalMs`.
    for (let tries = 0; tries < 50; tries += 1) {
      if ((await kit.server.metric('bivouac_recorder_committed_total')) >= devices.length) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const device of devices) device.socket.destroy();
    token = await tokenOf('test');
  });
  after(() => kit.stop());

  /** curl -d 'username=test&password=test' http://localhost:9000/management/auth */
  async function tokenOf(username: string): Promise<string> {
    const reply = await kit.send('http://localhost:9000/management/auth', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `username=${username}&password=test`,
    });
    return reply.json<{ token: string }>().token;
  }

  async function ask(body: string, by = token, path = '/services/poll-a'): Promise<string> {
    const headers = { 'content-type': 'application/xml', authorization: `Bearer ${by}` };
    return (await kit.send(`http://localhost:9000${path}`, { method: 'POST', headers, body })).text;
  }
  const poll = (collection: string, by?: string) => ask(pollOf(collection), by);
  const devicesIn = (xml: string) =>
    [...xml.matchAll(/<event [^>]*\buid="DEVICE-(\w+)"/g)].map(([, channel]) => channel);
  const statusOf = (xml: string) => /status_type="(\w+)"/.exec(xml)?.[1];

  function give(permissions: object, name = 'test', by = `administrator:${ADMIN_PASSWORD}`): Promise<Reply> {
    const sent = { method: 'PUT', user: by };
    return kit.sendJson(`/api/people/${name}/collections`, { permissions }, sent);
  }

  test('nothing without a permission, and nothing of other channels with one', async () => {
    assert.equal(statusOf(await poll('collection-A')), 'NOT_FOUND');
    assert.deepEqual(devicesIn(await poll('open')), ['team']);
    const path = '/services/collection-management-a';
    assert.doesNotMatch(await ask(INFORMATION, token, path), /collection_name="collection-A"/);

    for (const permission of ['read', 'modify']) {
      const given = await give({ 'collection-A': permission });
      assert.equal(given.status, 200, given.text);
      assert.deepEqual(given.json(), { permissions: { 'collection-A': permission } });
      assert.deepEqual(devicesIn(await poll('collection-A')), ['team']);
    }
    assert.match(await ask(INFORMATION, token, path), /collection_name="collection-A"/);

    // A permission opens no channel.
    assert.equal((await give({ 'collection-A': 'modify' }, 'other')).status, 200);
    assert.equal(statusOf(await poll('collection-A', await tokenOf('other'))), 'NOT_FOUND');
    const administrator = await kit.send('/services/poll-a', {
      method: 'POST',
      user: `administrator:${ADMIN_PASSWORD}`,
      headers: { 'content-type': 'application/xml' },
      body: pollOf('collection-A'),
    });
    assert.deepEqual(devicesIn(administrator.text).toSorted(), ['staff', 'team']);
  });

  test('the command line gives and takes it, and the token of before knows at once', async () => {
    const { cli } = kit.server;
    const list = async () => JSON.parse((await cli(['collections', '--json'])).stdout) as Collection[];
    const change = (collections: string) =>
      cli(['user', 'change', '-u', 'test', '--collections', collections], { mayFail: true });
    assert.equal((await change('')).code, 0);
    assert.equal(statusOf(await poll('collection-A')), 'NOT_FOUND');
    assert.deepEqual((await list()).find(({ name }) => name === 'collection-A')?.accounts, [
      { name: 'other', permission: 'modify' },
    ]);
    assert.equal((await change('collection-A=read,open')).code, 0);
    assert.deepEqual(devicesIn(await poll('collection-A')), ['team']);
    const shown = (await cli(['collections'])).stdout;
    assert.match(shown, /^collection-A +team, staff +other \(modify\), test \(read\)$/m);
    assert.match(shown, /^open +team +its channels$/m);
    const unknown = await change('collection-Z=read');
    assert.deepEqual([unknown.code, unknown.stderr], [1, 'bivouac: There is no collection collection-Z\n']);
    assert.equal((await change('collection-A=write')).code, 2);
    // What is refused changes nothing.
    assert.deepEqual(devicesIn(await poll('collection-A')), ['team']);
  });

  test('cabby polls what its account may read, by the document’s command', async (t) => {
    const cabby = await installCabby();
    if (cabby === undefined) return t.skip('no Python, or no way to PyPI');
    const { host, port } = kit.server.address('http');
    const options = [
      ...['--host', host, '--port', String(port), '--path', '/services/poll-a'],
      ...['--collection', 'collection-A', '--username', 'test', '--password', 'test'],
      ...['--jwt-auth', '/management/auth'],
    ];
    assert.equal((await give({ 'collection-A': 'read' })).status, 200);
    assert.match((await cabby('poll_content', options)).output, /1 blocks polled/);
    assert.equal((await give({})).status, 200);
    assert.match((await cabby('poll_content', options)).output, /NOT_FOUND/);
  });

  test('permissions are given by administrators, are audited, and end with the account', async () => {
    const path = '/api/people/test/collections';
    assert.equal((await kit.send(path)).status, 401);
    assert.equal((await kit.send(path, { user: 'test:test' })).status, 403);
    assert.equal((await give({ 'collection-A': 'read' }, 'test', 'test:test')).status, 403);
    assert.equal((await kit.send('/api/collections', { user: 'test:test' })).status, 403);
    assert.equal((await give({ 'collection-A': 'write' })).status, 400);
    assert.equal((await give({ 'collection-A': 'read' }, 'nobody')).status, 404);
    assert.equal((await give({ open: 'modify' })).status, 200);
    const log = await kit.send('/api/v1/auditlog', { user: `administrator:${ADMIN_PASSWORD}` });
    const entries = log.json<{ data: { action: string; affected_id: string; request: string }[] }>().data;
    const last = entries.find(({ action }) => action === 'replace');
    assert.equal(last?.affected_id, 'test');
    assert.deepEqual(JSON.parse(last?.request ?? ''), { kind: 'collection', may: { open: 'modify' } });

    assert.equal((await kit.console('DELETE', '/api/people/test')).status, 204);
    const person = { name: 'test', password: 'test', groups: ['team'] };
    assert.equal((await kit.console('POST', '/api/people', person)).status, 201);
    assert.deepEqual((await kit.console('GET', path)).json(), { permissions: {} });
  });
});
