import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { jwtVerify, SignJWT } from 'jose';
import { type DocumentServer, startDocumentServer } from '../support/document-client.ts';

/**
 * RPort's `jwt_secret`: "change it to something unique", and what becomes of tokens when it is changed. Samples
 * and secrets that can be guessed are refused: `unit/config-auth-settings.test.ts`.
 */

const PASSWORD = 'orchid-lantern-over-tundra';

async function tokenOf(kit: DocumentServer): Promise<string> {
  const reply = await kit.send('/api/v1/login', { user: `administrator:${PASSWORD}` });
  return reply.json<{ data: { token: string } }>().data.token;
}

async function statusWith(kit: DocumentServer, token: string): Promise<number> {
  return (await kit.send('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } })).status;
}

test('without one the kit keeps a key of its own; one that is set signs, and another ends the tokens', {
  timeout: 90_000,
}, async () => {
  const [secret, other] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const signing = new TextEncoder().encode(secret);
  let kit = await startDocumentServer(PASSWORD);
  const { dataDir } = kit.server;
  async function restartWith(jwt_secret: string): Promise<void> {
    await kit.server.stop({ keepsData: true });
    const set: Record<string, string> = jwt_secret === '' ? {} : { 'compat.rport.jwt_secret': jwt_secret };
    kit = await startDocumentServer(undefined, set, { dataDir });
  }
  try {
    const first = await tokenOf(kit);
    await restartWith('');
    assert.equal(await statusWith(kit, first), 200, 'a restart keeps the key');

    await restartWith(secret);
    assert.equal(await statusWith(kit, first), 401);
    const token = await tokenOf(kit);
    const { payload } = await jwtVerify(token, signing, { algorithms: ['HS256'] });
    assert.equal(payload['username'], 'administrator');
    assert.equal(await statusWith(kit, token), 200);
    // Who knows the secret can sign, and signs nobody in: a token is good for as long as its session is.
    const forged = await new SignJWT({ ...payload, sessionID: Number(payload['sessionID']) + 1 })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(signing);
    assert.equal(await statusWith(kit, forged), 401);
    const log = JSON.stringify(kit.server.logs);
    assert.ok(!log.includes(secret) && !log.includes(token));

    await restartWith(other);
    assert.equal(await statusWith(kit, token), 401);
  } finally {
    await kit.stop();
  }
});
