import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';

const ORDER = {
  isOn: true,
  name: 'Basecamp 3',
  passphrase: 'correct horse',
  country: 'DE',
  channel: 0,
  clientsMayTalk: false,
};
const FRESH = 1_100;

interface Hotspot {
  readonly state: string;
  readonly name: string;
  readonly passphrase?: string;
  readonly stations: readonly { readonly address: string }[];
  readonly problem?: string;
}

/** The server's end of the files by which it talks with the root units; the units' end has its own tests. */
describe('orders to the machine', { timeout: 60_000 }, () => {
  let http: HttpKit;
  let statusDir: string;
  let orderFile: string;

  before(async () => {
    http = await startHttpKit();
    await http.addUser('olga', 'operator');
    const { dataDir } = http.kit.config;
    statusDir = join(dataDir, 'run', 'system');
    orderFile = join(dataDir, 'system', 'hotspot.json');
  });
  after(() => http.stop());

  const admin = { as: 'administrator' } as const;
  const put = (change: object) =>
    http.ask('https', '/api/system/hotspot', {
      ...admin,
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
  const post = (path: string, body: object) =>
    http.ask('https', path, {
      ...admin,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  async function hotspot(): Promise<Hotspot> {
    // Read anew once a second.
    await new Promise((resolve) => setTimeout(resolve, FRESH));
    return (await http.ask('https', '/api/system/hotspot', admin)).json<Hotspot>();
  }
  /** As a root unit tells it. */
  async function tell(name: string, value: unknown): Promise<void> {
    await mkdir(statusDir, { recursive: true });
    await writeFile(
      join(statusDir, `${name}.json`),
      typeof value === 'string' ? value : JSON.stringify(value),
    );
  }

  test('a machine without the units has no hotspot, and cannot be switched off from here', async () => {
    assert.equal((await hotspot()).state, 'absent');
    for (const answer of [await put({ name: 'X' }), await post('/api/system/power', { action: 'off' })]) {
      assert.equal(answer.status, 409);
      assert.equal(answer.json<{ error: { code: string } }>().error.code, 'system.unsupported');
    }
  });

  test('the hotspot is told as ordered and as it became, with who is on it', async () => {
    await mkdir(join(orderFile, '..'), { recursive: true });
    await writeFile(orderFile, JSON.stringify(ORDER), { mode: 0o600 });
    await tell('hotspot', { state: 'on', interface: 'wlan0', address: '10.42.0.1', security: 'wpa2-wpa3' });
    await tell('leases', { leases: [{ mac: '02:00:00:00:00:01', address: '10.42.0.17', untilMs: 1 }] });
    const found = await hotspot();
    assert.equal(found.state, 'on');
    assert.equal(found.name, 'Basecamp 3');
    assert.equal(found.passphrase, 'correct horse');
    assert.deepEqual(found.stations, [{ mac: '02:00:00:00:00:01', address: '10.42.0.17' }]);
  });

  test('a change is an order for root, whole and for nobody else’s eyes, and starting until it is told of', async () => {
    const past = new Date(Date.now() - 60_000);
    await utimes(join(statusDir, 'hotspot.json'), past, past);
    const answer = await put({ name: 'Basecamp 4', clientsMayTalk: true });
    assert.equal(answer.status, 200);
    assert.equal(answer.json<Hotspot>().state, 'starting');
    assert.deepEqual(JSON.parse(await readFile(orderFile, 'utf8')), {
      ...ORDER,
      name: 'Basecamp 4',
      clientsMayTalk: true,
    });
    assert.equal((await stat(orderFile)).mode & 0o777, 0o600);
    await tell('hotspot', { state: 'failed', problem: 'The radio is blocked.' });
    const found = await hotspot();
    assert.deepEqual([found.state, found.problem], ['failed', 'The radio is blocked.']);
    const [entry] = await http.kit.auth.audit.list();
    assert.deepEqual([entry?.action, entry?.target], ['hotspot.change', 'name, clientsMayTalk']);
  });

  test('what no radio could take is refused by name', async () => {
    for (const [change, field] of [
      [{ passphrase: 'short' }, 'passphrase'],
      [{ passphrase: 'größer als acht' }, 'passphrase'],
      [{ name: 'ä'.repeat(17) }, 'name'],
      [{ country: 'Germany' }, 'country'],
      [{ channel: 52 }, 'channel'],
      [{ ssid: 'X' }, ''],
    ] as const) {
      const answer = await put(change);
      assert.equal(answer.status, 400, field);
      assert.match(answer.json<{ error: { message: string } }>().error.message, new RegExp(field));
    }
  });

  test('half a status, and one that is a link, tell nothing', async () => {
    await tell('hotspot', '{"state":"on"');
    assert.equal((await hotspot()).state, 'absent');
    const { rm } = await import('node:fs/promises');
    await rm(join(statusDir, 'hotspot.json'));
    await writeFile(join(statusDir, 'elsewhere.json'), JSON.stringify({ state: 'on' }));
    await symlink('elsewhere.json', join(statusDir, 'hotspot.json'));
    assert.equal((await hotspot()).state, 'absent');
  });

  test('power: ordered where the machine is the kit’s own, and in the audit log', async () => {
    await tell('first-boot', { problems: [] });
    const answer = await post('/api/system/power', { action: 'restart' });
    assert.deepEqual(answer.json(), { ordered: 'restart' });
    const file = join(http.kit.config.dataDir, 'run', 'wanted-power.json');
    const { action, atMs } = JSON.parse(await readFile(file, 'utf8')) as { action: string; atMs: number };
    assert.equal(action, 'restart');
    assert.ok(Math.abs(Date.now() - atMs) < 60_000);
    const [entry] = await http.kit.auth.audit.list();
    assert.deepEqual(
      [entry?.action, entry?.target, entry?.actor],
      ['power.order', 'restart', 'administrator'],
    );
  });

  test('operators neither see the passphrase nor switch off', async () => {
    assert.equal((await http.ask('https', '/api/system/hotspot', { as: 'olga' })).status, 403);
    const answer = await http.ask('https', '/api/system/power', {
      as: 'olga',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"action":"off"}',
    });
    assert.equal(answer.status, 403);
    await chmod(orderFile, 0o600);
  });
});
