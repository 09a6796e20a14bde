import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTvClient, fetchAuthority } from '../../src/cli/tv-client.ts';
import { type HttpKit, startHttpKit } from '../support/http-kit.ts';
import { refusedWith } from '../support/pairing-world.ts';

/** How the terminal TV comes to trust a kit that no public authority knows. */

describe('a terminal TV and the certificate of the kit', { timeout: 30_000 }, () => {
  let http: HttpKit;
  let server: URL;

  before(async () => {
    http = await startHttpKit();
    server = new URL(`https://localhost:${http.port('https')}`);
  });
  after(() => http.stop());

  test('by the fingerprint that stands on the display, however it is typed', async () => {
    const fingerprint = http.kit.authority.fingerprint();
    for (const typed of [fingerprint, fingerprint.toLowerCase(), fingerprint.replaceAll(':', ' ')]) {
      const ca = await fetchAuthority(server, typed);
      const { user_code } = await createTvClient(server, ca).authorize({ name: 'TV', kind: 'tv' });
      assert.match(user_code, /^[A-Z]{4}-[A-Z]{4}$/);
    }
  });

  test('another fingerprint, or none at all: no word is exchanged', async () => {
    await refusedWith('cert.refused', fetchAuthority(server, 'AB:CD'));
    await refusedWith(
      'control.unreachable',
      createTvClient(server, undefined).authorize({ name: 'TV', kind: 'tv' }),
    );
  });

  test('what is no kit is said to be none', async () => {
    const ops = new URL(`http://127.0.0.1:${http.port('ops')}`);
    const client = createTvClient(ops, undefined);
    assert.deepEqual(await client.ticket('x'), { error: 'status 404' });
    assert.deepEqual(await client.poll('x'), { error: 'status 404' });
  });
});
