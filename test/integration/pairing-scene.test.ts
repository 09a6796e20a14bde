import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, type KitDoor, kitDoor, post, TakeoutWatch, watchTypes } from '../support/pairing-clients.ts';
import type { ScreenClient } from '../support/screen-client.ts';
import type { ScreenMessage } from '../support/screen-frames.ts';
import { bivouacCommand, type ServerProcess, startServer, testPassword } from '../support/server-process.ts';
import { connectTakClient, type TakClient } from '../support/tak-client.ts';
import type { TerminalOfProcess } from '../support/terminal-process.ts';

/**
 * The whole scene in a tent: a kit is switched on, claimed by the code on its display, phones come on, a TV shows
 * a code and a watch types one, both see the team, and one that is lost is dark within two seconds.
 */

const ADMIN = ['administrator', 'seven-wet-horses-in-a-tent'] as const;
const ALICE = ['alice', testPassword('alice')] as const;
const WAIT_MS = 15_000;

interface PairingRow {
  readonly id: string;
  readonly state: string;
  readonly kind: string;
  readonly name: string;
  readonly code?: string;
  readonly isWatching: boolean;
}

/** The code that the display shows below some words, without the spaces and the dash that people read it by. */
async function codeOn(display: TerminalOfProcess, below: RegExp): Promise<string> {
  const pattern = new RegExp(`${below.source}\\s*((?:[A-Z\\d-] +)+[A-Z\\d])\\n`);
  const [, letters = ''] = await display.shows(pattern);
  return letters.replaceAll(/[ -]/g, '');
}

/** `bivouac pair tv` in a terminal of its own; keeps the lines of JSON that it prints. */
function startTv(args: readonly string[]) {
  const [program, ...rest] = [...bivouacCommand(), 'pair', 'tv', '--json', ...args];
  const child: ChildProcess = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: ScreenMessage[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(JSON.parse(line) as ScreenMessage);
    for (const wake of waiting) wake();
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  );
  function next(matches: (line: ScreenMessage) => boolean, what: string): Promise<ScreenMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${what}; the TV says ${JSON.stringify(lines.slice(-3))} ${stderr}`)),
        WAIT_MS,
      );
      const look = () => {
        const found = lines.find(matches);
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  }
  return { child, lines, next, ended };
}

describe('a kit, a TV and two watches', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let display: TerminalOfProcess;
  let door: KitDoor;
  let ca: string;
  let scratch: string;
  let tv: ReturnType<typeof startTv> | undefined;
  let watch: ScreenClient;
  const phones: TakClient[] = [];

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'bivouac-scene-'));
    server = await startServer({
      // The kit's display, as letters: the test reads it as a person does, and has its keys.
      inTerminal: true,
      set: {
        'display.sink': 'terminal',
        'listen.https': '127.0.0.1:0',
        'hub.disconnectGraceMs': '0',
      },
    });
    display = server.terminal!;
    ca = (await server.cli(['cert', 'ca'])).stdout;
    door = kitDoor(server.address('https').port, ca);
    await writeFile(join(scratch, 'ca.pem'), ca);
  });
  after(async () => {
    tv?.child.kill('SIGKILL');
    watch?.socket.terminate();
    for (const phone of phones) phone.socket.destroy();
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  const pairings = async () =>
    JSON.parse((await server.cli(['pair', 'list', '--json'])).stdout) as PairingRow[];

  test('the kit is claimed by the code on its display', async () => {
    assert.equal((await post(door, '/api/pairings/open', ADMIN)).status, 401, 'nobody is anybody yet');
    const code = await codeOn(display, /Type this code\n/);
    const body = { code, password: ADMIN[1] };
    assert.equal(
      (await post(door, '/api/setup/claim', undefined, { ...body, code: 'BCDFGHJK' })).status,
      401,
    );
    assert.equal((await post(door, '/api/setup/claim', undefined, body)).status, 201);
    assert.equal((await post(door, '/api/setup/claim', undefined, body)).status, 410);
    await display.shows(/0 on the map/);
  });

  test('two phones are on the map', async () => {
    for (const name of ['alice', 'bob']) {
      const identity = await server.issueClient(name, 'team');
      const phone = await connectTakClient({ ...server.address('cotTls'), ...identity });
      phones.push(phone);
      phone.sendSa({ uid: `phone-${name}`, callsign: name.toUpperCase(), lat: 47, lon: 8 });
    }
    await phones[0]!.waitFor({ uid: 'phone-bob' });
    await display.shows(/2 on the map\n[\s\S]*ALICE \(Cyan\)/);
  });

  test('the TV shows a code, a phone approves it, and the team is on the TV (A)', async () => {
    tv = startTv([
      '--server',
      `https://localhost:${door.port}`,
      '--ca',
      join(scratch, 'ca.pem'),
      '--name',
      'Big TV',
    ]);
    const shown = await tv.next(({ type }) => (type as string) === 'code', 'code');
    const [waiting] = await pairings();
    const { state, kind, name, code } = waiting!;
    assert.deepEqual([state, kind, name], ['pending', 'tv', 'Big TV']);
    assert.equal(code, String(shown['code']).replace('-', ''));
    await display.shows(/A TV wants to join\s+Big TV\s+From 127\.0\.0\.1\./);
    const onDisplay = await codeOn(display, /Compare the code with the one on it\.\n/);
    assert.equal(onDisplay, code, 'the kit shows the same code');
    const found = await expect(post(door, '/api/pairings/find', ALICE, { code: shown['code'] }));
    const request = found.json<{ id: string; name: string; remote: string; channels: string[] }>();
    assert.deepEqual([request.name, request.remote, request.channels], ['Big TV', '127.0.0.1', ['team']]);
    await expect(post(door, `/api/pairings/${request.id}/approve`, ALICE));
    const snapshot = await tv.next(({ type }) => type === 'snapshot', 'snapshot');
    assert.deepEqual(snapshot.events?.map(({ callsign }) => callsign).toSorted(), ['ALICE', 'BOB']);
  });

  test('the kit shows a code, the watch types it, and the team is on the watch (B)', async () => {
    await display.shows(/on the map/);
    display.type('p');
    const code = await codeOn(display, /Type this on the watch or TV\. One device\.\n/);
    watch = await door.stream(await watchTypes(door, code));
    const snapshot = await watch.next(({ type }) => type === 'snapshot', 'snapshot');
    assert.deepEqual(snapshot.events?.map(({ callsign }) => callsign).toSorted(), ['ALICE', 'BOB']);
    const rows = await pairings();
    assert.deepEqual(
      rows.map(({ state, kind, isWatching }) => [state, kind, isWatching]),
      [
        ['paired', 'tv', true],
        ['paired', 'watch', true],
      ],
    );
    const clients = await expect(door.ask('/api/clients', { as: ADMIN }));
    assert.equal(clients.json<object[]>().length, 2, 'screens are not on the map');
  });

  test("both read the team's positions, and so does a watch of TakeoutFM", async () => {
    const takeout = new TakeoutWatch(door);
    await takeout.begin();
    assert.equal(await takeout.next(), undefined);
    assert.equal(await codeOn(display, /Compare the code with the one on it\.\n/), takeout.code);
    await display.shows(/It will see team and those in no channel\./);
    // Who answers within the blink after it came up meant something else.
    await delay(1_000);
    display.type('a');
    await display.shows(/may look on now/);
    const second = await door.stream((await takeout.next())!);
    phones[1]!.sendSa({ uid: 'phone-bob', callsign: 'BOB', lat: 48, lon: 9 });
    const isBob = ({ type, uid, lat }: ScreenMessage) =>
      type === 'position' && uid === 'phone-bob' && lat === 48;
    await Promise.all([
      tv!.next(isBob, "Bob's position"),
      watch.next(isBob, "Bob's position"),
      second.next(isBob, "Bob's position"),
    ]);
    await expect(door.ask(`/api/pairings/${(await pairings()).at(-1)!.id}`, { method: 'DELETE', as: ADMIN }));
    assert.equal((await second.closed).code, 4403);
  });

  test('the watch is lost: one call, and it is dark within two seconds; the TV goes on', async (t) => {
    const { id } = (await pairings()).find(({ kind }) => kind === 'watch')!;
    // Not the command, whose own start takes a second on a busy machine: that one ends the TV below.
    const startMs = performance.now();
    const revoking = expect(door.ask(`/api/pairings/${id}`, { method: 'DELETE', as: ADMIN }));
    const { code, atMs } = await watch.closed;
    await revoking;
    t.diagnostic(`dark ${(atMs - startMs).toFixed(0)} ms after the call`);
    assert.equal(code, 4403);
    assert.ok(atMs - startMs < 2_000);
    phones[1]!.sendSa({ uid: 'phone-bob', callsign: 'BOB', lat: 49, lon: 9 });
    await tv!.next(({ uid, lat }) => uid === 'phone-bob' && lat === 49, "Bob's next position");
    phones[0]!.socket.destroy();
    await tv!.next(({ type, uid }) => type === 'gone' && uid === 'phone-alice', 'that Alice is gone');
  });

  test('the TV is revoked as well, and says so', async () => {
    const [{ id } = { id: '' }] = await pairings();
    await server.cli(['pair', 'revoke', id]);
    const { code, stderr } = await tv!.ended;
    assert.deepEqual([code, stderr], [1, 'bivouac: This screen is not paired any more.\n']);
    assert.deepEqual(await pairings(), []);
    const again = await server.cli(['pair', 'revoke', id], { mayFail: true });
    assert.equal(again.code, 1);
  });
});
