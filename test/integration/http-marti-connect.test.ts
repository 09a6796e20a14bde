import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConnectedClient } from '../../src/http/app-deps.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';

interface Envelope<T> {
  readonly version: string;
  readonly type: string;
  readonly data: T;
  readonly nodeId: string;
}

function client(changes: Partial<ConnectedClient>): ConnectedClient {
  return {
    uid: 'ANDROID-1',
    callsign: 'MEDIC-1',
    username: 'bob',
    team: 'Cyan',
    role: 'Team Member',
    platform: 'ATAK-CIV',
    remote: '10.42.0.17:40000',
    connectedAtMs: Date.now() - 60_000,
    lastHeardAgoMs: 4_000,
    channelsIn: ['blue'],
    channelsOut: ['blue'],
    queuedBytes: 0,
    ...changes,
  };
}

describe('what clients ask when they connect', { timeout: 60_000 }, () => {
  let http: HttpKit;
  let identity: { cert: string; key: string };

  before(async () => {
    http = await startHttpKit();
    await http.addUser('alice');
    identity = await http.issue('alice');
    http.kit.goLive({
      startedAtMs: 0,
      listeners: http.server.addresses,
      clients: () => [
        client({}),
        client({ uid: 'ANDROID-1', callsign: 'MEDIC-1' }),
        client({ uid: 'OTHER', callsign: 'STRANGER', channelsIn: ['red'] }),
        client({ uid: 'MUTE', callsign: '' }),
        client({ uid: '', callsign: 'NEW' }),
      ],
    });
  });
  after(() => http.stop());

  test('the version, in the words that clients look for', async () => {
    const answer = await http.ask('httpsCert', '/Marti/api/version', { identity });
    assert.match(answer.text, /^TAK Server 5\./);
    assert.match(answer.headers['content-type'] ?? '', /^text\/plain/);

    const config = await http.ask('httpsCert', '/Marti/api/version/config', {
      identity,
      headers: { host: 'kit.local:8443', 'accept-encoding': 'gzip' },
    });
    assert.ok(config.text.includes('ServerConfig'));
    const { version, type, data, nodeId } = config.json<Envelope<Record<string, string>>>();
    assert.equal(version, '3');
    assert.equal(type, 'ServerConfig');
    assert.equal(data['api'], '3');
    assert.equal(data['hostname'], 'kit.local');
    assert.match(nodeId, /^[0-9a-f]{16}$/);
  });

  test('end points: only those that reach the caller, once, and none that ATAK would choke on', async () => {
    const answer = await http.ask('httpsCert', '/Marti/api/clientEndPoints?secAgo=0', { identity });
    const { type, data } = answer.json<Envelope<Record<string, string>[]>>();
    assert.equal(type, 'com.bbn.marti.remote.ClientEndpoint');
    assert.equal(data.length, 1);
    const [row] = data;
    assert.deepEqual(
      { ...row, lastEventTime: '' },
      {
        callsign: 'MEDIC-1',
        uid: 'ANDROID-1',
        username: 'bob',
        team: 'Cyan',
        role: 'Team Member',
        lastEventTime: '',
        lastStatus: 'Connected',
      },
    );
    assert.match(row!['lastEventTime']!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('contacts are a bare array', async () => {
    const rows = (await http.ask('httpsCert', '/Marti/api/contacts/all', { identity })).json<object[]>();
    assert.deepEqual(rows, [
      {
        filterGroups: null,
        notes: '',
        callsign: 'MEDIC-1',
        team: 'Cyan',
        role: 'Team Member',
        takv: 'ATAK-CIV',
        uid: 'ANDROID-1',
      },
    ]);
  });

  test('groups: both directions with useCache, with bit positions and plain dates', async () => {
    const ask = async (query: string) =>
      (await http.ask('httpsCert', `/Marti/api/groups/all${query}`, { identity })).json<
        Envelope<Record<string, unknown>[]>
      >();
    const { type, data } = await ask('?useCache=true');
    assert.equal(type, 'com.bbn.marti.remote.groups.Group');
    assert.deepEqual(
      data.map(({ name, direction, active, type: kind }) => [name, direction, active, kind]),
      [
        ['blue', 'IN', true, 'SYSTEM'],
        ['blue', 'OUT', true, 'SYSTEM'],
      ],
    );
    for (const { bitpos, created } of data) {
      assert.ok(Number.isInteger(bitpos) && (bitpos as number) >= 0);
      assert.match(String(created), /^\d{4}-\d\d-\d\d$/);
    }
    assert.deepEqual(
      (await ask('')).data.map(({ direction }) => direction),
      ['OUT'],
    );
  });

  test('somebody without a channel is in the one of everybody', async () => {
    await http.kit.auth.users.change('alice', { groups: [] }, { id: null, name: 'console', remote: null });
    const { data } = (await http.ask('httpsCert', '/Marti/api/groups/all?useCache=true', { identity })).json<
      Envelope<{ name: string; bitpos: number }[]>
    >();
    assert.deepEqual(
      data.map(({ name, bitpos }) => [name, bitpos]),
      [
        ['__ANON__', 0],
        ['__ANON__', 0],
      ],
    );
  });

  test('profiles: there is nothing, said with 204', async () => {
    for (const path of ['connection?syncSecago=-1&clientUid=ANDROID-1', 'tool/any']) {
      const answer = await http.ask('httpsCert', `/Marti/api/device/profile/${path}`, { identity });
      assert.equal(answer.status, 204);
      assert.equal(answer.body.length, 0);
    }
  });

  test('the same by password where there is no certificate', async () => {
    const answer = await http.ask('https', '/Marti/api/clientEndPoints', { as: 'alice' });
    assert.equal(answer.status, 200);
    const stranger = await http.ask('https', '/Marti/api/clientEndPoints');
    assert.equal(stranger.status, 401);
    assert.equal(stranger.headers['www-authenticate'], 'Basic realm="Bivouac"');
  });
});
