import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeClock } from '../support/fake-clock.ts';
import { AT_THE_KIT } from '../support/pairing-world.ts';
import { type ScreenKit, startScreenKit } from '../support/screen-kit.ts';

/** How long a stream lives: real sockets, on a clock that the test moves. */

const LIFE_CHECK_MS = 25_000;
const HOUR_MS = 3_600_000;

describe('the life of a stream', { timeout: 60_000 }, () => {
  const clock = new FakeClock();
  let kit: ScreenKit;
  let access: string;

  before(async () => {
    kit = await startScreenKit(clock);
    const { pairing } = kit.http.kit.auth;
    const { code } = await pairing.open({}, AT_THE_KIT);
    access = (await pairing.typed({ code, device: {}, remote: '127.0.0.1' })).access.token;
  });
  after(() => kit.stop());

  async function open() {
    const { tickets, sessions } = kit.http.kit.auth;
    const { session } = await sessions.check({ token: access, kinds: ['takeout'] });
    const { ticket } = await tickets.issue({ user: session!.user, sessionId: session!.sessionId });
    const screen = kit.stream(ticket);
    await screen.next(({ type }) => type === 'snapshot', 'snapshot');
    return screen;
  }

  test('a screen that answers stays; one that is out of range is gone after three questions', async () => {
    const near = await open();
    const far = await open();
    far.socket.pause();
    for (let i = 0; i < 3; i++) {
      assert.equal(kit.hub.directory.sessions.size, 2);
      clock.advance(LIFE_CHECK_MS);
      // Its answer comes through a real socket.
      await sleep(100);
    }
    assert.equal(kit.hub.directory.sessions.size, 1);
    assert.equal(kit.hub.counts.closed.connection_lost, 1);
    far.socket.resume();
    await far.closed;
    assert.equal(near.socket.readyState, near.socket.OPEN);
    near.close();
    await near.closed;
  });

  test('after four hours the screen has to show again that it may', async () => {
    const screen = await open();
    // In steps in which each question gets its answer; the hub's own limit for silence is 15 minutes.
    for (let ms = LIFE_CHECK_MS; ms < 4 * HOUR_MS; ms += LIFE_CHECK_MS) {
      clock.advance(LIFE_CHECK_MS);
      await sleep(2);
      assert.equal(screen.socket.readyState, screen.socket.OPEN, `${ms / 60_000} minutes`);
    }
    clock.advance(LIFE_CHECK_MS);
    assert.deepEqual(await screen.closed.then(({ code, reason }) => [code, reason]), [4401, 'sign_in_ended']);
  });

  test('when the kit stops, a screen is told', async () => {
    const screen = await open();
    kit.hub.stop();
    assert.deepEqual(await screen.closed.then(({ code, reason }) => [code, reason]), [
      1001,
      'server_stopping',
    ]);
  });
});
