import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expect, kitDoor, post } from '../support/pairing-clients.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

/** Somebody starts a kit by hand, in a terminal, on a machine without a screen of its own. */

const PASSWORD = 'seven-wet-horses-in-a-tent';

describe('a kit that is started in a terminal', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer({
      inTerminal: true,
      set: { 'display.sink': 'auto', 'listen.https': '127.0.0.1:0' },
    });
  });
  after(() => server.stop());

  test('says once how to make it one’s own, and what else is needed', async () => {
    const terminal = server.terminal!;
    await terminal.shows(/Ctrl-C stops the server/);
    const all = terminal.all();
    const { host, port } = server.address('https');
    assert.equal(all.split('Type this code').length, 2, all);
    assert.ok(all.includes(`Open https://${host}:${port}`), all);
    assert.match(all, /▀▀▀▀▀/, 'the QR code');
    assert.match(
      all,
      /set it up with the code above\. Or, in a second terminal:\n +bivouac claim --data \S+ -p/,
    );
    assert.match(all, /bivouac user add/);
    const code = /\n +((?:[A-Z] ){4}- (?:[A-Z] ?){4})\n/.exec(all)?.[1]?.replaceAll(/[ -]/g, '');
    assert.equal(code?.length, 8, all);
    const said = JSON.parse((await server.cli(['setup', 'code', '--json'])).stdout) as { code: string };
    assert.equal(code, said.code);
  });

  test('stdout is the log, and nothing else', () => {
    assert.deepEqual(server.strayLines, []);
    const log = JSON.stringify(server.logs);
    assert.ok(!log.includes('Type this code'));
  });

  test('is claimed by the code, and then shows the code that a watch types, and no idle screen', async () => {
    const terminal = server.terminal!;
    const ca = (await server.cli(['cert', 'ca'])).stdout;
    const door = kitDoor(server.address('https').port, ca);
    const { code } = JSON.parse((await server.cli(['setup', 'code', '--json'])).stdout) as { code: string };
    await expect(post(door, '/api/setup/claim', undefined, { code, password: PASSWORD }));
    await server.cli(['pair', 'open']);
    const [, letters = ''] = await terminal.shows(
      /Type this on the watch or TV[\s\S]*?\n +((?:[A-Z\d] ){3} {2}[A-Z\d ]+)\n/,
    );
    const typed = letters.replaceAll(' ', '');
    assert.equal(typed.length, 6);
    await expect(post(door, '/api/pair', undefined, { code: typed, name: 'Watch', kind: 'watch' }));
    assert.doesNotMatch(terminal.all(), /on the map/);
  });
});
