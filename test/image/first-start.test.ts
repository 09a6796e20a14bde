import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_SCREEN, HEAR_MS, PRODUCT_CARD, READY_MS, SCREEN_MS, SHOTS } from './support/figures.ts';
import { type KitClient, meetKit } from './support/kit-client.ts';
import { type Card, copyToCard, type Machine, powerOn } from './support/machine.ts';
import { type Picture, readPng, readPpm, readScreenQr, shareThatDiffers } from './support/picture.ts';
import { joinAs, type TakPerson } from './support/tak-person.ts';

/** The product image, from the first start to a power cut: what people and their phones see of it. */

const CHIEF = { name: 'chief', password: 'seven-wet-horses-in-a-tent' } as const;
const PASSWORD = 'nine-dry-camels-by-the-sea';
/** Changes each second. */
const COUNTDOWN = { x: 48, y: 362, width: 190, height: 28 };
/** What differs from kit to kit: its name, its addresses, its code as QR and as letters, the countdown, the CA's fingerprint. */
const OWN_TO_A_KIT = [
  { x: 20, y: 16, width: 500, height: 38 },
  { x: 415, y: 85, width: 197, height: 197 },
  { x: 612, y: 128, width: 164, height: 150 },
  { x: 240, y: 300, width: 550, height: 90 },
  COUNTDOWN,
  { x: 50, y: 436, width: 740, height: 30 },
];
/** Letters have edges, drawn by another processor's arithmetic. */
const SHARE_MAX = 0.002;

describe('an image that is switched on for the first time', { timeout: 60 * 60_000 }, () => {
  let card: Card;
  let machine: Machine;
  let kit: KitClient;
  let claimCode: string;
  const people: TakPerson[] = [];

  before(async () => {
    mkdirSync(SHOTS, { recursive: true });
    card = copyToCard(PRODUCT_CARD);
    machine = await powerOn(card);
  });
  after(async () => {
    for (const person of people) person.leave();
    await machine?.kill9();
    card?.remove();
  });

  const asChief = (path: string, body?: object) =>
    kit.ask(path, { as: CHIEF, ...(body && { method: 'POST', body }) });

  test('answers by itself, over TLS, and belongs to nobody', async (t) => {
    kit = await meetKit(machine, READY_MS);
    t.diagnostic(`first start: HTTPS answers ${seconds(machine.upMs())} s after power on`);
    const setup = await kit.ask('/api/setup');
    assert.equal(setup.json<{ isClaimed: boolean }>().isClaimed, false);
  });

  test('shows where to go and the code that claims it', async () => {
    const { picture, link } = await screenWithCode(machine);
    // The link is secret as the code is: of a wrong one only the part before the code is told.
    const found = /^https:\/\/\S+\/setup#([0-9A-Z]{8})$/.exec(link);
    assert.ok(found, `the QR code leads to ${link.replace(/#.*/, '#…')}`);
    claimCode = found[1]!;
    const share = shareThatDiffers(picture, readPng(FIRST_SCREEN), OWN_TO_A_KIT);
    assert.ok(share <= SHARE_MAX, `${(share * 100).toFixed(2)} % of the picture differ: see ${SHOTS}`);
  });

  test('offers no login on the serial port', async () => {
    const already = machine.serial.text().length;
    machine.serial.type('\r\n\r\nid\r\n');
    await sleep(5_000);
    assert.doesNotMatch(machine.serial.text().slice(already), /login|uid=|[#$] /);
  });

  test('is claimed with that code, once', async () => {
    const claim = { code: claimCode, username: CHIEF.name, password: CHIEF.password };
    const send = (body: object) => kit.ask('/api/setup/claim', { method: 'POST', body });
    const wrong = await send({ ...claim, code: claimCode === 'BBBBBBBB' ? 'CCCCCCCC' : 'BBBBBBBB' });
    assert.equal(wrong.status, 401, wrong.text);
    const right = await send(claim);
    assert.equal(right.status, 201, right.text);
    assert.equal((await send(claim)).status, 410);
  });

  test('two TAK clients enrol, connect, and see each other', async () => {
    for (const name of ['alice', 'bob']) {
      const added = await asChief('/api/people', { name, password: PASSWORD, groups: ['team'] });
      assert.equal(added.status, 201, added.text);
      people.push(await joinAs(name.toUpperCase(), machine.port('cotTls'), await kit.enrol(name, PASSWORD)));
    }
    const [alice, bob] = people as [TakPerson, TakPerson];
    await alice.report({ lat: 47.5, lon: 15.25 });
    await bob.report({ lat: 47.25, lon: 15.5 });
    const byBob = await bob.hear(alice.uid, () => true, HEAR_MS);
    assert.deepEqual(byBob.position(), [15.25, 47.5]);
    const byAlice = await alice.hear(bob.uid, () => true, HEAR_MS);
    assert.deepEqual(byAlice.position(), [15.5, 47.25]);
  });

  test('keeps what it had acknowledged when the power is cut while it writes', async (t) => {
    const [alice] = people as [TakPerson];
    let isWriting = true;
    const writing = (async () => {
      // Each report is another latitude: what was kept can be told apart.
      for (let i = 1; isWriting; i += 1) {
        await alice.report({ lat: 40 + i / 10_000, lon: 15.25 });
        await sleep(50);
      }
    })();
    // History tells what is committed. Read while reports go on coming, then the power is gone.
    let kept: number[] = [];
    const end = performance.now() + HEAR_MS;
    while (kept.length < 30) {
      assert.ok(performance.now() < end, `only ${kept.length} reports were committed`);
      kept = latitudes((await asChief('/api/history')).text);
    }
    await machine.kill9();
    isWriting = false;
    await writing.catch(() => {});
    for (const person of people.splice(0)) person.leave();

    machine = await powerOn(card);
    kit = await meetKit(machine, READY_MS);
    t.diagnostic(`start after the power cut: HTTPS answers ${seconds(machine.upMs())} s after power on`);
    assert.equal((await kit.ask('/api/setup')).json<{ isClaimed: boolean }>().isClaimed, true);
    const still = new Set(latitudes((await asChief('/api/history')).text));
    const lost = kept.filter((latitude) => !still.has(latitude));
    assert.deepEqual(lost, []);
    t.diagnostic(`${kept.length} acknowledged reports before the cut, all there; ${still.size} in all`);
  });

  test('lets the same people in again with what they had', async () => {
    const identity = await kit.enrol('bob', PASSWORD);
    people.push(await joinAs('BOB', machine.port('cotTls'), identity));
  });
});

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}

/** Where Alice was while the power was on; one JSON line each. */
function latitudes(history: string): number[] {
  const lines = history.split('\n').filter((line) => line !== '');
  const events = lines.map((line) => JSON.parse(line) as { uid: string; lat: number });
  return events.filter(({ uid, lat }) => uid === 'IMAGE-TEST-ALICE' && lat < 41).map(({ lat }) => lat);
}

/**
 * Waits until the screen shows a QR code and stands still: a dump that is taken while the kit draws shows half a
 * picture. Leaves it to be looked at.
 */
async function screenWithCode(machine: Machine): Promise<{ picture: Picture; link: string }> {
  const [raw, shown] = [join(SHOTS, 'first-screen.ppm'), join(SHOTS, 'first-screen.png')];
  const end = performance.now() + SCREEN_MS;
  let before: Picture | undefined;
  for (;;) {
    await machine.monitor.screendump(raw, 'ppm');
    await machine.monitor.screendump(shown, 'png');
    const picture = readPpm(raw);
    const link = readScreenQr(picture);
    const isStill = before !== undefined && shareThatDiffers(picture, before, [COUNTDOWN]) === 0;
    if (link !== undefined && isStill) return { picture, link };
    if (performance.now() > end) assert.fail(`the screen shows no QR code that stands still: see ${shown}`);
    before = picture;
    await sleep(3_000);
  }
}
