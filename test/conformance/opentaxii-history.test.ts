import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OPENTAXII } from '../../src/config/compat/opentaxii.ts';
import type { TaxiiAccount } from '../../src/http/dialects/opentaxii/accounts.ts';
import { COT_BINDING, TAXII_11_NAMESPACE } from '../../src/http/dialects/opentaxii/message-names.ts';
import { readTaxiiRequest } from '../../src/http/dialects/opentaxii/read-request.ts';
import { createPollResults } from '../../src/http/dialects/opentaxii/results.ts';
import { createTaxiiServices } from '../../src/http/dialects/opentaxii/services.ts';
import type { RecordedEvent } from '../../src/store/recorded-event.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openTestStore, recordedEvent } from '../support/store-fixture.ts';
import { eventXml } from '../support/tak-events.ts';

/** What the TAXII services give of the history, over a real store: to whom, from when to when, in how many parts. */

const T0 = Date.UTC(2026, 5, 1, 12, 0, 0);

interface Collection {
  readonly name: string;
  readonly type?: 'DATA_FEED' | 'DATA_SET';
  readonly channels?: readonly string[];
  readonly service_ids?: readonly string[];
  readonly is_public?: boolean;
  readonly permission_required?: boolean;
}

const ALL: Collection = { name: 'collection-A' };

function account(channels: readonly string[], granted: readonly string[] = []): TaxiiAccount {
  return {
    id: `somebody-in-${channels.join('-')}`,
    hears: (channel) => channels.includes(channel),
    isPermitted: (name) => granted.includes(name),
  };
}

const NOBODY: TaxiiAccount = {
  id: undefined,
  hears: () => false,
  isPermitted: () => false,
};

async function taxiiWorld(
  t: TestContext,
  events: readonly Partial<RecordedEvent>[],
  { collections = [ALL], partSize = 200 }: { collections?: readonly Collection[]; partSize?: number } = {},
) {
  const { store, recorder } = await openTestStore(t);
  for (const event of events) {
    const uid = event.uid ?? 'ANDROID-1';
    recorder.record(
      recordedEvent({
        receivedMs: T0,
        bytes: Buffer.from(eventXml({ uid, type: 'a-f-G-U-C', timeMs: T0 })),
        ...event,
      }),
    );
  }
  assert.equal(await recorder.flush(), 0);
  const clock = new FakeClock();
  const { services, collections: collectionsKey } = OPENTAXII;
  const serviceRows = services.schema
    .parse(services.default)
    .map((service) => ({ ...service, max_result_count: partSize }));
  const taxii = createTaxiiServices({
    services: serviceRows,
    collections: collectionsKey.schema.parse(collections),
    unauthorizedStatus: 'UNAUTHORIZED',
    history: store.history,
    results: createPollResults(clock),
    clock,
  });
  return {
    clock,
    ask(as: TaxiiAccount, message: string, service = 'poll_a', signal = new AbortController().signal) {
      const row = serviceRows.find(({ id }) => id === service) ?? assert.fail();
      const call = { service: row, account: as, origin: 'http://kit.local:8080', isTls: false, signal };
      return taxii.answer(call, readTaxiiRequest(Buffer.from(message)));
    },
  };
}

function message(name: string, attributes = '', inner = ''): string {
  return `<t:${name} xmlns:t="${TAXII_11_NAMESPACE}" message_id="m1"${attributes}>${inner}</t:${name}>`;
}

function poll(
  collection: string,
  { begin = '', end = '', type = 'FULL', parameters = '' }: Record<string, string> = {},
) {
  const stamp = (tag: string, time: string) => (time === '' ? '' : `<t:${tag}>${time}</t:${tag}>`);
  return message(
    'Poll_Request',
    ` collection_name="${collection}"`,
    stamp('Exclusive_Begin_Timestamp', begin) +
      stamp('Inclusive_End_Timestamp', end) +
      `<t:Poll_Parameters allow_asynch="false"><t:Response_Type>${type}</t:Response_Type>${parameters}</t:Poll_Parameters>`,
  );
}

const fulfillment = (collection: string, resultId: string, part: number) =>
  message(
    'Poll_Fulfillment',
    ` collection_name="${collection}" result_id="${resultId}" result_part_number="${part}"`,
  );

const uidsIn = (xml: string) => [...xml.matchAll(/<event [^>]*\buid="([^"]+)"/g)].map(([, uid]) => uid);
const statusOf = (xml: string) => /status_type="(\w+)"/.exec(xml)?.[1];
const attributeOf = (xml: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1];
const textIn = (xml: string, tag: string) => new RegExp(`<taxii_11:${tag}>([^<]*)</`).exec(xml)?.[1];

test('a poll gives the events of the channels that the caller hears, as they were received', async (t) => {
  const xml = eventXml({
    uid: 'B',
    type: 'b-m-p-s-m',
    timeMs: T0,
    detail: '<remarks>a &lt; b &amp; "c"</remarks>',
  });
  const { ask } = await taxiiWorld(t, [
    { uid: 'R', groups: ['red'] },
    { uid: 'B', groups: ['blue'], bytes: Buffer.from(xml) },
    { uid: 'RB', groups: ['red', 'blue'] },
  ]);
  const answer = await ask(account(['blue']), poll('collection-A'));
  assert.deepEqual(uidsIn(answer), ['B', 'RB']);
  assert.ok(answer.includes(`<taxii_11:Content>${xml}</taxii_11:Content>`));
  assert.equal(attributeOf(answer, 'in_response_to'), 'm1');
  assert.equal(attributeOf(answer, 'more'), 'false');
  assert.equal(textIn(answer, 'Timestamp_Label'), new Date(T0).toISOString());
  assert.deepEqual(uidsIn(await ask(account(['green']), poll('collection-A'))), []);
});

test('a message to named recipients is in no collection', async (t) => {
  const { ask } = await taxiiWorld(t, [
    { uid: 'SECRET', dests: '[{"kind":"callsign","value":"BRAVO"}]' },
    { uid: 'OPEN' },
  ]);
  assert.deepEqual(uidsIn(await ask(account(['blue']), poll('collection-A'))), ['OPEN']);
});

test('a collection of channels shows of them what the caller hears, whatever was granted to him', async (t) => {
  const collections = [{ name: 'reds', channels: ['red', 'pink'] }];
  const { ask } = await taxiiWorld(
    t,
    [
      { uid: 'R', groups: ['red'] },
      { uid: 'P', groups: ['pink'] },
      { uid: 'B', groups: ['blue'] },
    ],
    { collections },
  );
  assert.deepEqual(uidsIn(await ask(account(['red', 'blue']), poll('reds'))), ['R']);
  assert.deepEqual(uidsIn(await ask(account(['red'], ['reds']), poll('reds'))), ['R']);
  assert.equal(statusOf(await ask(account([], ['reds']), poll('reds'))), 'NOT_FOUND');
  assert.equal(statusOf(await ask(account(['blue']), poll('reds'))), 'NOT_FOUND');
});

test('where a permission is required, the channels alone open nothing', async (t) => {
  const collections = [
    { name: 'reds', channels: ['red', 'pink'], permission_required: true },
    { name: 'mine', permission_required: true },
  ];
  const events = ['red', 'pink', 'blue'].map((group) => ({ uid: group, groups: [group] }));
  const { ask } = await taxiiWorld(t, events, { collections });
  const red = account(['red']);
  for (const name of ['reds', 'mine']) {
    assert.equal(statusOf(await ask(red, poll(name))), 'NOT_FOUND');
    assert.deepEqual(uidsIn(await ask(account(['red'], [name]), poll(name))), ['red']);
  }
  assert.equal(statusOf(await ask(NOBODY, poll('mine'))), 'UNAUTHORIZED');
  const listed = await ask(
    account(['red'], ['mine']),
    message('Collection_Information_Request'),
    'collection_management_a',
  );
  assert.deepEqual(
    [...listed.matchAll(/collection_name="(\w+)"/g)].map(([, name]) => name),
    ['mine'],
  );
  const both = [{ name: 'x', is_public: true, permission_required: true }];
  assert.equal(OPENTAXII.collections.schema.safeParse(both).success, false);
});

test('what a caller may not see answers like what does not exist', async (t) => {
  const { ask } = await taxiiWorld(t, [], { collections: [{ name: 'reds', channels: ['red'] }] });
  const normal = (xml: string) => xml.replace(/message_id="[^"]+"/, '').replaceAll(/reds|none/g, 'X');
  const blue = account(['blue']);
  assert.equal(normal(await ask(blue, poll('reds'))), normal(await ask(blue, poll('none'))));
  assert.equal(normal(await ask(NOBODY, poll('reds'))), normal(await ask(NOBODY, poll('none'))));
});

test('somebody without credentials sees public collections only, and of those without channels nothing', async (t) => {
  const { ask } = await taxiiWorld(
    t,
    [
      { uid: 'N', groups: ['notices'] },
      { uid: 'R', groups: ['red'] },
    ],
    {
      collections: [
        { name: 'notices', channels: ['notices'], is_public: true },
        { name: 'everything', is_public: true },
        { name: 'reds', channels: ['red'] },
      ],
    },
  );
  assert.deepEqual(uidsIn(await ask(NOBODY, poll('notices'))), ['N']);
  for (const name of ['everything', 'reds', 'none']) {
    assert.equal(statusOf(await ask(NOBODY, poll(name))), 'UNAUTHORIZED', name);
  }
  const request = message('Collection_Information_Request');
  const listed = await ask(NOBODY, request, 'collection_management_a');
  assert.deepEqual(
    [...listed.matchAll(/collection_name="(\w+)"/g)].map(([, name]) => name),
    ['notices'],
  );
});

test('the begin of the window is exclusive, its end inclusive', async (t) => {
  const at = (seconds: number) => new Date(T0 + seconds * 1_000).toISOString();
  const { ask, clock } = await taxiiWorld(
    t,
    [0, 1, 2, 3].map((second) => ({ uid: `E${second}`, receivedMs: T0 + second * 1_000 })),
  );
  clock.advance(T0 + 3_600_000 - clock.now());
  const blue = account(['blue']);
  const window = await ask(blue, poll('collection-A', { begin: at(0), end: at(2) }));
  assert.deepEqual(uidsIn(window), ['E1', 'E2']);
  assert.equal(textIn(window, 'Exclusive_Begin_Timestamp'), at(0));
  assert.equal(textIn(window, 'Inclusive_End_Timestamp'), at(2));
  assert.deepEqual(uidsIn(await ask(blue, poll('collection-A', { begin: at(3) }))), []);
  const zoned = await ask(blue, poll('collection-A', { begin: '2026-06-01T14:00:01.5+02:00' }));
  assert.deepEqual(uidsIn(zoned), ['E2', 'E3']);
});

test('who polls on from the end that it was told misses nothing that reaches the disk late', async (t) => {
  const { ask, clock } = await taxiiWorld(t, [{ uid: 'E', receivedMs: T0 }]);
  clock.advance(T0 + 500 - clock.now());
  const first = await ask(account(['blue']), poll('collection-A'));
  // An event of 12:00:00.3 may still be in memory at 12:00:00.5.
  assert.equal(textIn(first, 'Inclusive_End_Timestamp'), new Date(T0).toISOString());
});

test('a data set has no window', async (t) => {
  const { ask } = await taxiiWorld(t, [{}], { collections: [{ name: 'set', type: 'DATA_SET' }] });
  const answer = await ask(account(['blue']), poll('set'));
  assert.equal(textIn(answer, 'Inclusive_End_Timestamp'), undefined);
  assert.equal(uidsIn(answer).length, 1);
});

test('a count names the events, and none of them comes', async (t) => {
  const events = Array.from({ length: 7 }, (_, i) => ({ uid: `E${i}`, groups: i < 5 ? ['blue'] : ['red'] }));
  const { ask } = await taxiiWorld(t, events);
  const answer = await ask(account(['blue']), poll('collection-A', { type: 'COUNT_ONLY' }));
  assert.match(answer, /<taxii_11:Record_Count partial_count="false">5<\/taxii_11:Record_Count>/);
  assert.deepEqual(uidsIn(answer), []);
});

test('a large result comes in parts, each event once, and ends with an empty part', async (t) => {
  // More than one page of the store, and others' events in between.
  const events = Array.from({ length: 1_250 }, (_, i) => ({
    uid: `E${i}`,
    groups: i % 2 === 0 ? ['blue'] : ['red'],
  }));
  const { ask } = await taxiiWorld(t, events, { partSize: 200 });
  const blue = account(['blue']);
  let answer = await ask(blue, poll('collection-A'));
  const resultId = attributeOf(answer, 'result_id') ?? assert.fail();
  const got = uidsIn(answer);
  let part = 1;
  while (attributeOf(answer, 'more') === 'true') {
    part += 1;
    answer = await ask(blue, fulfillment('collection-A', resultId, part));
    assert.equal(attributeOf(answer, 'result_part_number'), String(part));
    got.push(...uidsIn(answer));
  }
  assert.deepEqual(
    got,
    events.filter((_, i) => i % 2 === 0).map(({ uid }) => uid),
  );
  assert.equal(part, 4);
  // cabby 0.1.23 asks on until a part is empty; a part may be asked for again.
  assert.deepEqual(uidsIn(await ask(blue, fulfillment('collection-A', resultId, 5))), []);
  assert.equal(uidsIn(await ask(blue, fulfillment('collection-A', resultId, 2))).length, 200);
  assert.equal(statusOf(await ask(blue, fulfillment('collection-A', resultId, 6))), 'NOT_FOUND');
});

test('a result belongs to who asked, and is forgotten after ten minutes', async (t) => {
  const { ask, clock } = await taxiiWorld(t, [{ uid: 'A' }, { uid: 'B' }], { partSize: 1 });
  const blue = account(['blue']);
  const resultId = attributeOf(await ask(blue, poll('collection-A')), 'result_id') ?? assert.fail();
  const asked = fulfillment('collection-A', resultId, 2);
  assert.equal(statusOf(await ask(account(['blue', 'red']), asked)), 'NOT_FOUND');
  assert.equal(statusOf(await ask(NOBODY, asked)), 'UNAUTHORIZED');
  clock.advance(599_000);
  assert.deepEqual(uidsIn(await ask(blue, asked)), ['B']);
  clock.advance(601_000);
  assert.equal(statusOf(await ask(blue, asked)), 'NOT_FOUND');
});

test('discovery names the services by the address under which the caller reached the kit', async (t) => {
  const { ask } = await taxiiWorld(t, []);
  const answer = await ask(account([]), message('Discovery_Request'), 'discovery_a');
  assert.deepEqual(
    [...answer.matchAll(/<taxii_11:Address>([^<]+)</g)].map(([, url]) => url),
    [
      'http://kit.local:8080/services/discovery-a',
      'http://kit.local:8080/services/collection-management-a',
      'http://kit.local:8080/services/poll-a',
    ],
  );
});

test('what cannot be answered says why in TAXII’s own words', async (t) => {
  const { ask } = await taxiiWorld(t, []);
  const blue = account(['blue']);
  const cases: readonly [message: string, status: string][] = [
    ['', 'BAD_MESSAGE'],
    ['<t:Poll_Request', 'BAD_MESSAGE'],
    [`<!DOCTYPE x>${poll('collection-A')}`, 'BAD_MESSAGE'],
    [poll('collection-A').replace(' message_id="m1"', ''), 'BAD_MESSAGE'],
    [poll('collection-A', { begin: '2026-06-01' }), 'BAD_MESSAGE'],
    [poll('collection-A', { begin: '2026-06-01T12:00:00' }), 'BAD_MESSAGE'],
    [poll('collection-A').replace(TAXII_11_NAMESPACE, 'urn:other'), 'UNSUPPORTED_MESSAGE'],
    [message('Discovery_Request'), 'FAILURE'],
    [message('Inbox_Message'), 'FAILURE'],
    [poll('collection-A', { parameters: '<t:Query format_id="x"/>' }), 'UNSUPPORTED_QUERY'],
    [
      poll('collection-A', { parameters: '<t:Content_Binding binding_id="urn:stix"/>' }),
      'UNSUPPORTED_CONTENT',
    ],
    [
      message('Poll_Request', ' collection_name="collection-A"', '<t:Subscription_ID>s</t:Subscription_ID>'),
      'NOT_FOUND',
    ],
    [fulfillment('collection-A', 'no-such-result', 2), 'NOT_FOUND'],
  ];
  for (const [text, status] of cases) assert.equal(statusOf(await ask(blue, text)), status, text);
});

test('a fifth poll at the same time is asked to come again', async (t) => {
  const { ask } = await taxiiWorld(t, [{ uid: 'A' }]);
  const blue = account(['blue']);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => ask(blue, poll('collection-A'))));
  assert.deepEqual(answers.map(statusOf), [undefined, undefined, undefined, undefined, 'RETRY']);
  assert.deepEqual(uidsIn(await ask(blue, poll('collection-A'))), ['A']);
});

test('the work for a caller that has gone stops', async (t) => {
  const { ask } = await taxiiWorld(t, [{ uid: 'A' }]);
  const asked = ask(account(['blue']), poll('collection-A'), 'poll_a', AbortSignal.abort());
  await assert.rejects(asked, { name: 'AbortError' });
});

test('content is given to who names its binding', async (t) => {
  const { ask } = await taxiiWorld(t, [{ uid: 'A' }]);
  const parameters = `<t:Content_Binding binding_id="urn:stix"/><t:Content_Binding binding_id="${COT_BINDING}"/>`;
  assert.deepEqual(uidsIn(await ask(account(['blue']), poll('collection-A', { parameters }))), ['A']);
});

test('a declaration, a comment and another prefix do no harm', async (t) => {
  const { ask } = await taxiiWorld(t, [{ uid: 'A' }]);
  const plain = poll('collection-A').replaceAll('t:', '').replace('xmlns:t=', 'xmlns=').replace(':t=', '=');
  const text = `\u{FEFF}<?xml version="1.0" encoding="utf-8"?>\n${plain.replace('<Poll_Parameters', '<!-- x --><Poll_Parameters')}`;
  assert.match(text, /<Poll_Request xmlns="/);
  assert.deepEqual(uidsIn(await ask(account(['blue']), text)), ['A']);
  const latin = text.replace('utf-8', 'latin1');
  assert.equal(statusOf(await ask(account(['blue']), latin)), 'BAD_MESSAGE');
});
