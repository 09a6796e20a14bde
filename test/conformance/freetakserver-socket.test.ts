import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { createWebsocketKey } from '../../src/http/dialects/freetakserver/websocket-key.ts';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';
import {
  ADMIN_TOKEN,
  DAN_TOKEN,
  type FtsClient,
  type FtsServer,
  PASSWORD,
  startFtsServer,
} from '../support/fts-server.ts';
import { runCli } from '../support/server-process.ts';
import { connectTakClient } from '../support/tak-client.ts';
import { eventXml, saXml } from '../support/tak-events.ts';

/** FreeTAKServer's WebSocket authentication and event feed, with the client library that its own clients use. */

const KEY = 'q0ZrVf7uJ2xHs9LwT4yKcB6nEgM3aPdX8iRk1Co5Wzt';
const DAN = {
  Name: 'dan',
  Group: 'Yellow',
  Token: DAN_TOKEN,
  Password: PASSWORD,
  DeviceType: 'mobile',
  Certs: 'false',
};
const ADMIN = `administrator:${PASSWORD}`;
const TRUE = '{"successful": "True"}';
const FALSE = '{"successful": "False"}';

describe('FreeTAKServer’s Socket.IO', { timeout: 60_000 }, () => {
  let fts: FtsServer;
  /** Says nothing but what is asked too early; begins here, so that nobody waits for its end. */
  let idle: FtsClient;
  let idleStartedMs = 0;
  let idleEndedMs = 0;
  before(async () => {
    fts = await startFtsServer({
      'compat.freetakserver.websocketkey': KEY,
      'listen.cotTls': '127.0.0.1:0',
      'log.level': 'debug',
    });
    assert.equal((await fts.addSystemUser(DAN)).status, 201);
    idle = fts.connect();
    await idle.next('connectUpdate', 0);
    idleStartedMs = performance.now();
    idle.socket.emit('events');
    void idle.closed.then(() => {
      idleEndedMs = performance.now();
    });
  });
  after(() => fts.stop());

  async function signedIn(
    key: string,
    options: Parameters<FtsServer['connect']>[0] = {},
  ): Promise<FtsClient> {
    const client = fts.connect(options);
    assert.equal(await client.authenticate(key), TRUE);
    return client;
  }

  const json = (text: unknown) => JSON.parse(String(text)) as Record<string, unknown>;

  test('the recorded exchange, by polling: connect, an event too early, a wrong key, the right one', async () => {
    const at = '/socket.io/?EIO=4&transport=polling';
    const open = await fts.ask({ path: at });
    assert.match(open.text, /^0\{"sid":"/);
    const { sid, upgrades, pingTimeout, pingInterval } = JSON.parse(open.text.slice(1)) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      { upgrades, pingTimeout, pingInterval },
      { upgrades: ['websocket'], pingTimeout: 20_000, pingInterval: 25_000 },
    );
    const path = `${at}&sid=${sid}`;
    const say = async (body: string) => {
      const headers = { 'content-type': 'text/plain;charset=UTF-8' };
      assert.equal((await fts.ask({ method: 'POST', path, headers, body })).text.toLowerCase(), 'ok');
    };
    const hear = async (): Promise<string[]> => (await fts.ask({ path })).text.split('\x1e');
    await say('40');
    const heard = await hear();
    while (heard.length < 2) heard.push(...(await hear()));
    assert.match(heard[0] ?? '', /^40\{"sid":"/);
    assert.match(
      heard[1] ?? '',
      /^42\["connectUpdate","\{\\"starttime\\": \\"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\\", \\"version\\": \\"Bivouac-[^"]+\\"\}"\]$/,
    );
    await say('42["serverHealth"]');
    await say('42["authenticate","{\\"Authenticate\\":\\"wrong\\"}"]');
    assert.deepEqual(
      await hear(),
      ['42["authentication","{\\"successful\\": \\"False\\"}"]'],
      'nothing of the load',
    );
    await say('42["authenticate","{\\"Authenticate\\":\\"YourWebsocketKey\\"}"]');
    assert.deepEqual(await hear(), ['42["authentication","{\\"successful\\": \\"False\\"}"]']);
    await say(`42["authenticate","{\\"Authenticate\\":\\"${KEY}\\"}"]`);
    assert.deepEqual(await hear(), ['42["authentication","{\\"successful\\": \\"True\\"}"]']);
    await say('42["serverHealth"]');
    assert.match(
      (await hear())[0] ?? '',
      /^42\["serverHealthUpdate","\{\\"CPU\\": \d+, \\"memory\\": \d+, \\"disk\\": \d+\}"\]$/,
    );
  });

  test('over TLS and in plain, by polling and by WebSocket, with the token of a system user', async () => {
    for (const isTls of [true, false]) {
      for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']] as const) {
        const client = await signedIn(DAN_TOKEN, { isTls, transports });
        const health = json(await client.ask('serverHealth', 'serverHealthUpdate'));
        for (const name of ['CPU', 'memory', 'disk'])
          assert.ok(Number(health[name]) >= 0 && Number(health[name]) <= 100);
        client.socket.disconnect();
      }
    }
  });

  test('an API user’s token opens it too; a certificate, a password or no JSON do not', async () => {
    const token = 'Tz8Qm4Xw6Lb2Nc9Vk3Rj7Hf5';
    assert.equal((await fts.asAdmin('POST', '/APIUser', { username: 'feed', token })).text, 'success');
    await signedIn(token);
    const client = fts.connect();
    assert.equal(await client.authenticate(PASSWORD), FALSE);
    for (const wrong of ['nothing', '{"Authenticate":7}', { Authenticate: null }, [KEY]]) {
      assert.equal(await client.ask('authenticate', 'authentication', wrong), FALSE);
    }
    assert.equal(await client.closed, 'io server disconnect', 'five tries');
  });

  test('an administrator is answered every documented event, and secrets are in none', async () => {
    const client = await signedIn(ADMIN_TOKEN);
    const users = json(await client.ask('systemUsers', 'systemUsersUpdate'))['SystemUsers'] as Record<
      string,
      unknown
    >[];
    const dan = users.find(({ Name }) => Name === 'dan');
    assert.deepEqual(
      { ...dan, Uid: 'x' },
      { Name: 'dan', Group: 'Yellow', Token: '', Password: '', Certs: null, Uid: 'x', DeviceType: 'mobile' },
    );
    assert.ok('SystemUsers' in json(await client.ask('systemUser', 'systemUsersUpdate')));
    const info = json(await client.ask('serviceInfo', 'serviceInfoUpdate')) as {
      services: Record<string, { status: string; port: unknown }>;
    };
    assert.deepEqual(info.services['TCP_CoT_service'], { status: 'off', port: null });
    assert.deepEqual(info.services['SSL_CoT_service'], {
      status: 'on',
      port: fts.documents.server.address('cotTls').port,
    });
    assert.deepEqual(
      await client.ask(
        'changeServiceInfo',
        'serviceInfoUpdate',
        '{"services":{"TCP_CoT_service":{"status":"start"}}}',
      ),
      JSON.stringify(info).replaceAll('":', '": ').replaceAll(',"', ', "'),
      'nothing changes',
    );
    assert.equal(json(await client.ask('systemStatus', 'systemStatusUpdate'))['SSLCoTService'], 'start');
    assert.deepEqual(await client.ask('events', 'eventsUpdate'), { events: [] });
    assert.ok(Array.isArray(json(await client.ask('users', 'userUpdate'))['Users']));
    const logs = json(await client.ask('logs', 'logUpdate', '{"time":"2026-01-01 00:00:00,000000"}'))[
      'log_data'
    ];
    assert.ok(Array.isArray(logs));
    const all = JSON.stringify(client.heard);
    for (const secret of [DAN_TOKEN, ADMIN_TOKEN, PASSWORD, KEY]) assert.ok(!all.includes(secret));
  });

  test('system users are added, changed and removed by events, and the calls are logged without secrets', async () => {
    const client = await signedIn(ADMIN_TOKEN);
    const token = 'Wd6Rk2Zp8Ht4Nx9Lc3Vq7Bj5';
    const eve = { ...DAN, Name: 'eve', Token: token };
    const done = (event: string, argument: unknown) =>
      new Promise<unknown[]>((resolve) =>
        client.socket.emit(event, JSON.stringify(argument), (...answer: unknown[]) => resolve(answer)),
      );
    assert.deepEqual(await done('addSystemUser', { systemUsers: [eve] }), []);
    const uid = await fts.uidOf('eve');
    const own = await signedIn(token);
    const renewed = 'Jm5Xt9Gw3Kd7Pz2Rf6Yb8Nq4';
    assert.deepEqual(await done('updateSystemUser', { systemUsers: [{ uid, Token: renewed }] }), []);
    assert.equal(await own.closed, 'io server disconnect', 'its token is another now');
    assert.equal(await fts.connect().authenticate(token), FALSE);
    await signedIn(renewed);
    assert.deepEqual(await done('removeSystemUser', { systemUsers: [{ uid }] }), []);
    assert.equal(await fts.uidOf('eve'), '');
    assert.deepEqual(await done('removeSystemUser', { systemUsers: [{ uid }] }), [
      'An error occured attempting to remove the user(s).',
      500,
    ]);
    assert.deepEqual(await done('addSystemUser', {}), [
      'An error occured attempting to add user(s) to the system.',
      500,
    ]);
    const calls = (await fts.documents.console('GET', '/api/calls')).text;
    for (const event of ['addSystemUser', 'updateSystemUser', 'removeSystemUser'])
      assert.ok(calls.includes(`/socket.io/${event}`));
    for (const secret of [token, renewed, PASSWORD]) assert.ok(!calls.includes(secret));
  });

  test('a system user and the shared key look on: they read no people and change nothing', async () => {
    for (const key of [DAN_TOKEN, KEY]) {
      const client = await signedIn(key);
      for (const event of [
        'systemUsers',
        'systemUser',
        'logs',
        'addSystemUser',
        'updateSystemUser',
        'removeSystemUser',
      ]) {
        const answer = await new Promise<unknown[]>((resolve) =>
          client.socket.emit(
            event,
            JSON.stringify({ systemUsers: [{ ...DAN, Name: 'mallory' }] }),
            (...told: unknown[]) => resolve(told),
          ),
        );
        assert.deepEqual(answer, ['Forbidden', 403], event);
      }
    }
    assert.equal(await fts.uidOf('mallory'), '');
  });

  test('the feed tells of an emergency, and of its end, those who may hear of it', async () => {
    const { server } = fts.documents;
    const bravo = { ...DAN, Name: 'bravo', Group: 'blue', Token: 'Sk4Gz8Vn2Xd6Tq9Wb3Rm7Lh5' };
    assert.equal((await fts.addSystemUser(bravo)).status, 201);
    const auth = { username: 'bravo', password: PASSWORD };
    const phone = await connectTakClient({ ...server.address('cotTls'), ca: fts.ca, auth });
    phone.send(saXml({ uid: 'ANDROID-bravo', callsign: 'BRAVO-1', lat: 1, lon: 1 }));
    await phone.ping();
    const [admin, shared, dan] = await Promise.all([
      signedIn(ADMIN_TOKEN),
      signedIn(KEY),
      signedIn(DAN_TOKEN),
    ]);
    const seen = json(await admin.ask('users', 'userUpdate'))['Users'] as object[];
    assert.deepEqual(seen, [{ uid: 'ANDROID-bravo', callsign: 'BRAVO-1', team: 'Cyan', ip: '127.0.0.1' }]);
    assert.deepEqual(json(await dan.ask('users', 'userUpdate'))['Users'], [], 'another channel');
    const told = [admin.next('eventsUpdate'), shared.next('eventsUpdate')];
    const alert = (type: string, cancel = '') =>
      eventXml({
        uid: 'ANDROID-bravo-9-1-1',
        type,
        how: 'm-g',
        detail: `<link uid="ANDROID-bravo" type="a-f-G-U-C" relation="p-p"/><contact callsign="BRAVO-1"/><emergency ${cancel || 'type="911 Alert"'}>BRAVO-1</emergency>`,
      });
    phone.send(alert('b-a-o-tbl'));
    for (const update of await Promise.all(told)) assert.deepEqual(update, { events: ['BRAVO-1 911 Alert'] });
    const over = admin.next('eventsUpdate');
    phone.send(alert('b-a-o-can', 'cancel="true"'));
    assert.deepEqual(await over, { events: [] });
    assert.deepEqual(
      dan.heard.filter(([event]) => event === 'eventsUpdate'),
      [],
    );
    phone.socket.destroy();
  });

  test('regression FTS F5: a deleted user is off the live socket within 2 s, also one that says no goodbye', async () => {
    const token = 'Bh7Vn3Tx9Kq5Wd2Zr8Lm4Gp6';
    assert.equal((await fts.addSystemUser({ ...DAN, Name: 'finn', Token: token })).status, 201);
    const [polling, socket] = await Promise.all([
      signedIn(token, { transports: ['polling'] }),
      signedIn(token),
    ]);
    const { port } = fts.documents.server.address('ftsRestPlain');
    const stubborn = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    const texts: string[] = [];
    await new Promise<void>((resolve) => {
      stubborn.on('message', (data) => {
        texts.push(String(data));
        if (texts.length === 1) stubborn.send('40');
        if (texts.length === 3) stubborn.send(`42["authenticate","{\\"Authenticate\\":\\"${token}\\"}"]`);
        if (String(data).includes('authentication')) resolve();
      });
    });
    assert.match(texts.at(-1) ?? '', /True/);
    const raw = (stubborn as unknown as { _socket: import('node:net').Socket })._socket;
    // From here on it neither reads nor answers.
    stubborn.pause();
    const cut = new Promise((resolve) => raw.once('close', resolve));
    raw.resume();
    raw.on('error', () => {});
    const startMs = performance.now();
    await fts.asAdmin('DELETE', '/ManageSystemUser/deleteSystemUser', {
      systemUsers: [{ uid: await fts.uidOf('finn') }],
    });
    assert.equal(await polling.closed, 'io server disconnect');
    assert.equal(await socket.closed, 'io server disconnect');
    await cut;
    assert.ok(performance.now() - startMs < 2_000);
    assert.equal(await fts.connect().authenticate(token), FALSE);
  });

  test('a disabled user and an ended token are off at once; other sockets stay', async () => {
    const { console } = fts.documents;
    const give = async (name: string) =>
      (await console('POST', '/api/people/dan/tokens', { name, scope: 'read' })).json<{
        token: string;
        prefix: string;
      }>();
    const [one, two] = [await give('one'), await give('two')];
    const [first, second] = await Promise.all([signedIn(one.token), signedIn(two.token)]);
    assert.equal((await console('DELETE', `/api/people/dan/tokens/${one.prefix}`)).status, 204);
    assert.equal(await first.closed, 'io server disconnect');
    await second.ask('serverHealth', 'serverHealthUpdate');
    const cot = (await console('POST', '/api/people/dan/tokens', { name: 'c', scope: 'cot' })).json<{
      token: string;
    }>();
    assert.equal(await fts.connect().authenticate(cot.token), FALSE, 'a token for the stream');
    second.socket.disconnect();
  });

  test('a rotation makes a new key, ends the old one and whoever came in by it', async () => {
    const { server, console } = fts.documents;
    const old = await signedIn(KEY);
    const user = await signedIn(DAN_TOKEN);
    const { websocketkey } = (await console('POST', '/api/websocketkey')).json<{ websocketkey: string }>();
    assert.match(websocketkey, /^[\w-]{43}$/);
    assert.equal(await old.closed, 'io server disconnect');
    assert.equal(await fts.connect().authenticate(KEY), FALSE);
    await signedIn(websocketkey);
    await user.ask('serverHealth', 'serverHealthUpdate');
    const { stdout } = await server.cli(['websocketkey', 'rotate']);
    assert.equal(await fts.connect().authenticate(websocketkey), FALSE);
    await signedIn(stdout.trim());
    assert.ok(!JSON.stringify(server.logs).includes(websocketkey));
    const refused = await fts.documents.sendJson('/api/websocketkey', {}, { user: `dan:${PASSWORD}` });
    assert.equal(refused.status, 403);
  });

  test('a known or weak websocketkey is refused at the start', async () => {
    const dataDir = `${fts.documents.server.dataDir}-none`;
    const set = 'compat.freetakserver.websocketkey=YourWebsocketKey';
    const run = await runCli(['serve', '--data', dataDir, '--set', set], { mayFail: true });
    await rm(dataDir, { recursive: true, force: true });
    assert.equal(run.code, 1);
    assert.match(run.stderr, /websocketkey: this key can be guessed/);
    assert.ok(!run.stderr.includes('YourWebsocketKey'));
    const open = (configured: string) =>
      createWebsocketKey({
        configured,
        settings: {} as never,
        audit: {} as never,
        clock: systemClock,
        log: silentLog,
      });
    for (const key of ['a'.repeat(64), 'correct-horse-battery', 'Xq3vR8tLw2Zn6Bk9Jf4']) {
      assert.throws(() => open(key), { code: 'config.invalid' });
    }
    for (let i = 0; i < 20; i += 1) open(randomBytes(32).toString('base64'));
  });

  test('pages of other sites are not let in, and no answer has CORS headers', async () => {
    const path = '/socket.io/?EIO=4&transport=polling';
    const foreign = await fts.ask({ path, headers: { Origin: 'http://evil.example' } });
    assert.equal(foreign.status, 403);
    for (const answer of [
      foreign,
      await fts.ask({ path }),
      await fts.ask({ method: 'OPTIONS', path, headers: { Origin: 'http://evil.example' } }),
    ]) {
      const names = Object.keys(answer.headers).filter((name) => name.startsWith('access-control'));
      assert.deepEqual(names, []);
    }
    assert.match(await fts.connect({ headers: { Origin: 'http://evil.example' } }).closed, /websocket error/);
    const elsewhere = await fts.documents.send('/socket.io/?EIO=4&transport=polling');
    assert.equal(elsewhere.status, 404, 'not on other listeners');
  });

  test('hostile headers and packets end at most their own connection', async () => {
    const { port } = fts.documents.server.address('ftsRestPlain');
    const open = (headers: Record<string, string>) =>
      new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { headers });
    for (const headers of [{ Host: '[' }, { Host: 'a b' }, { Origin: 'null' }]) {
      const socket = open(headers);
      socket.on('error', () => {});
      socket.on('open', () => socket.send('40'));
      // It is greeted, or refused.
      await new Promise((resolve) => {
        socket.on('message', (data) => String(data).includes('connectUpdate') && resolve(undefined));
        socket.on('close', resolve);
      });
      socket.terminate();
    }
    for (const packet of [
      '42[7]',
      '42[]',
      '42["connect"]',
      '4',
      '451-["x",{"_placeholder":true,"num":0}]',
      '9',
    ]) {
      const socket = open({});
      socket.on('error', () => {});
      socket.on('open', () => socket.send('40'));
      await new Promise((resolve) => {
        socket.on('message', (data) => String(data).includes('connectUpdate') && resolve(undefined));
      });
      socket.send(packet);
      socket.send('42["authenticate","{}"]');
      await new Promise((resolve) => {
        socket.on('message', (data) => String(data).includes('False') && resolve(undefined));
        socket.on('close', resolve);
      });
      socket.terminate();
    }
    for (const path of [
      '/socket.io',
      '/socket.io/?EIO=9&transport=polling',
      '/socket.io/?transport=none',
      '/socket.io/?EIO=4&transport=polling&sid=__proto__',
      '/socket.io/socket.io.js',
    ]) {
      assert.ok((await fts.ask({ path })).status >= 400, path);
    }
    await signedIn(DAN_TOKEN);
  });

  test('what is too large, too fast or too many ends the client, not the server', async () => {
    const big = await signedIn(DAN_TOKEN);
    big.socket.emit('events', 'x'.repeat(20_000));
    assert.match(await big.closed, /transport/);
    const fast = await signedIn(DAN_TOKEN);
    for (let i = 0; i < 100; i += 1) fast.socket.emit('serverHealth');
    assert.equal(await fast.closed, 'io server disconnect');
    const strangers = Array.from({ length: 12 }, () => fts.connect());
    const refused = await Promise.any(strangers.map(({ closed }) => closed));
    assert.match(refused, /websocket error/);
    const inside = strangers.filter(({ heard }) => heard.length > 0).length;
    assert.ok(inside <= 8);
    // The refused made no room for others; those who go do.
    const { logs, waitForLog } = fts.documents.server;
    const closed = () => logs.filter(({ ev }) => ev === 'fts.socket_closed').length;
    const before = closed();
    for (const { socket } of strangers) socket.disconnect();
    await waitForLog(() => closed() >= before + inside, 'end of the strangers');
    await signedIn(DAN_TOKEN);
  });

  test('who does not authenticate is cut after ten seconds', async () => {
    await idle.closed;
    const tookMs = idleEndedMs - idleStartedMs;
    assert.ok(tookMs > 9_500 && tookMs < 12_000, `${tookMs}`);
    assert.deepEqual(
      idle.heard.map(([event]) => event),
      ['connectUpdate'],
    );
  });

  test('no key, token or password is in the log', () => {
    const log = JSON.stringify(fts.documents.server.logs);
    for (const secret of [KEY, DAN_TOKEN, ADMIN_TOKEN, PASSWORD]) assert.ok(!log.includes(secret));
    assert.ok(log.includes('fts.socket_authenticated'));
  });

  test('the audit log knows of each key, by whom and when, and of no key what it is', async () => {
    const before = await audited(fts.documents);
    // Twice above, at the box; and the configured one at the start.
    assert.deepEqual(before.toReversed(), [
      'console websocketkey.configure {"change":"set"}',
      'console websocketkey.rotate {}',
      'console websocketkey.rotate {}',
    ]);
    const rotated = await fts.documents.sendJson('/api/websocketkey', {}, { user: ADMIN });
    const { websocketkey } = rotated.json<{ websocketkey: string }>();
    assert.equal((await audited(fts.documents))[0], 'administrator websocketkey.rotate {}');

    const { server } = fts.documents;
    await server.stop({ keepsData: true });
    const other = randomBytes(32).toString('base64');
    const configured = { 'compat.freetakserver.websocketkey': other };
    for (const [set, change, entries] of [
      [configured, 'replaced', 5],
      [configured, 'replaced', 5],
      [{}, 'removed', 6],
    ] as const) {
      const again = await startDocumentServer(undefined, set, { dataDir: server.dataDir });
      const said = await audited(again);
      assert.equal(said[0], `console websocketkey.configure {"change":"${change}"}`);
      assert.equal(said.length, entries);
      const all = await again.send('/api/v1/auditlog', { user: ADMIN });
      for (const key of [KEY, websocketkey, other]) assert.ok(!all.text.includes(key));
      await again.server.stop({ keepsData: change !== 'removed' });
    }
  });

  /** What the audit log says of the key, newest first. */
  async function audited({ send }: DocumentServer): Promise<string[]> {
    const log = await send('/api/v1/auditlog', { user: ADMIN });
    const { data } = log.json<{ data: Record<string, string>[] }>();
    return data
      .filter(({ application }) => application === 'websocketkey')
      .map(({ username, application, action, request }) => `${username} ${application}.${action} ${request}`);
  }
});
