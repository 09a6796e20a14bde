import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startMailServer } from '../support/code-receivers.ts';
import * as people from '../support/secret-scene.ts';
import * as devices from '../support/secret-scene-devices.ts';
import * as kit from '../support/secret-scene-kit.ts';
import { SecretWitness } from '../support/secret-witness.ts';
import { startServer } from '../support/server-process.ts';

const LISTENERS = ['cotTls', 'https', 'httpsCert', 'http', 'portal', 'ops', 'ftsRest', 'ftsRestPlain'];

const PASSWORDS = {
  chief: 'orchid-lantern-over-tundra',
  bob: 'nine copper kettles sing',
  alice: 'quiet river below seven stones',
};

/** Where a secret has to lie in clear, and says so. */
const MAY_LIE_IN = {
  // The access point wants it from a file that its owner and root can read.
  'the next passphrase of the Wi-Fi': 'system/hotspot.json',
};

test('a whole life of a kit leaves no secret behind: not in its log, its lists, its replies, its files', {
  timeout: 120_000,
}, async (t) => {
  const login = { username: 'kit', password: 'the-password-of-the-mail-server' };
  const mail = await startMailServer(t, { login });
  const pictures = await mkdtemp(join(tmpdir(), 'bivouac-display-'));
  t.after(() => rm(pictures, { recursive: true, force: true }));
  const server = await startServer({
    set: {
      'display.sink': `png:${join(pictures, 'display.png')}`,
      ...Object.fromEntries(LISTENERS.map((name) => [`listen.${name}`, '127.0.0.1:0'])),
      'log.level': 'debug',
      'mail.server': mail.host,
      'mail.port': String(mail.port),
      'mail.security': 'none',
      'mail.from': 'kit@bivouac.example',
      'mail.username': login.username,
      'mail.password': login.password,
      'compat.opentakserver.OTS_ENABLE_EMAIL': 'true',
      'compat.rport.pushover.api_token': 'afv4kpyrw9szx7m3hq8d6c1b2n5jte',
    },
  });
  t.after(() => server.stop());
  const { host, port } = server.address('portal');
  const ca = await (await fetch(`http://${host}:${port}/ca.pem`)).text();
  const witness = new SecretWitness(server, ca);
  witness.secret('the password of the mail server', login.password);
  witness.secret('the token of Pushover', 'afv4kpyrw9szx7m3hq8d6c1b2n5jte');

  const stage = await people.begin({ server, ca, mail, witness }, PASSWORDS);
  await people.browserLife(stage, PASSWORDS.alice);
  await people.tokensOfDialects(stage);
  await devices.screens(stage);
  await devices.phones(stage);
  await kit.freeTakServer(stage);
  await kit.mailedLinks(stage);
  await kit.kitItself(stage);
  await kit.commandLine(stage);
  await people.mistakes(stage);
  await kit.readEverything(stage);

  assert.deepEqual([...new Set(await witness.leaks(MAY_LIE_IN))], []);
  // What was looked for was there to be found.
  assert.ok(witness.secretNames.length > 80, `${witness.secretNames.length} secrets`);
  assert.ok(witness.repliesHeard > 150, `${witness.repliesHeard} replies`);
  assert.ok(server.logs.some(({ level }) => level === 'debug'));
});
