import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { connectTakClient, protoTimes, type TakClient } from '../support/tak-client.ts';
import { eventXml } from '../support/tak-events.ts';
import { encodeFrame } from '../support/tak-proto.ts';

/** However its bytes are cut, a stream gives the same events, and each goes on byte for byte. */

const TIME = `time="2026-01-02T03:04:05Z" start="2026-01-02T03:04:05.6Z" stale="2099-01-02T03:04:05.678901Z"`;
const POINT = '<point lat="47.50" lon="-015.2" hae="9999999" ce="1e1" le="+9999999.00"/>';

describe('framing on the stream', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let sender: TakClient;
  let receiver: TakClient;

  async function join(uid: string): Promise<TakClient> {
    const client = await connectTakClient({ ...server.address('cotTls'), ...identity });
    client.sendSa({ uid, callsign: uid });
    await client.ping();
    return client;
  }
  let identity: Awaited<ReturnType<ServerProcess['issueClient']>>;

  before(async () => {
    server = await startServer();
    identity = await server.issueClient('alice');
    receiver = await join('RECEIVER');
    sender = await join('SENDER');
    await receiver.waitFor({ uid: 'SENDER' });
  });
  after(async () => {
    sender?.destroy();
    receiver?.destroy();
    await server?.stop();
  });

  /** A marker, so that none replaces another; with letters of two, three and four bytes. */
  const marker = (uid: string) =>
    eventXml({
      uid,
      type: 'b-m-p-s-m',
      detail: `<contact callsign="Ünal 東 😀"/><remarks>${uid}: 雨 é 🚁</remarks>`,
    });

  test('two events with prolog and white space, cut at every byte', async () => {
    const since = receiver.events.length;
    const [one, two] = [marker('CUT-ONE'), marker('CUT-TWO')];
    const prolog = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n';
    const bytes = Buffer.from(`${prolog}${one}\n\t ${prolog}${two}`);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      await sender.sendPieces([bytes.subarray(0, cut), bytes.subarray(cut)]);
    }
    await sender.sendPieces([...bytes].map((byte) => Buffer.of(byte)));
    const expectedCount = 2 * bytes.length;
    const heard = await receiver.waitForCount({ type: 'b-m-p-s-m' }, expectedCount, {
      since,
      timeoutMs: 15_000,
    });
    heard.forEach((event, i) => {
      assert.equal(event.raw.toString('utf8'), i % 2 === 0 ? one : two);
    });
  });

  test('500 events in one write arrive in order', async () => {
    const since = receiver.events.length;
    const events = Array.from({ length: 500 }, (_, i) => marker(`MANY-${i}`));
    sender.send(events.join(''));
    const heard = await receiver.waitForCount({ type: 'b-m-p-s-m' }, events.length, { since });
    assert.deepEqual(
      heard.map((event) => event.raw.toString('utf8')),
      events,
    );
  });

  test('events go on byte for byte, whatever their spelling', async () => {
    const since = receiver.events.length;
    const spellings = [
      // attribute order, single quotes, space inside tags
      `<event  how = 'm-g'\n${TIME} type="b-m-p-s-m"\tuid='SPELL-1' version="2.0" >${POINT}<detail/></event >`.replace(
        '</event >',
        '</event>',
      ),
      // namespaces, kept where they stand
      `<event xmlns="urn:a" xmlns:x="urn:b" version="2.0" uid="SPELL-2" type="b-m-p-s-m" how="m-g" ${TIME}>${POINT}<detail><x:y x:z="1" xmlns:x="urn:c"/><w xmlns="urn:d"/></detail></event>`,
      // CDATA, comments, references, detail before point
      `<event version="2.0" uid="SPELL-3" type="b-m-p-s-m" how="m-g" ${TIME}><detail><remarks><![CDATA[a < b && c > d]]></remarks><!-- a note --><x a="&quot;&#x41;&amp;&lt;"/>&#8364;</detail>${POINT}</event>`,
      // unknown attributes, empty marti, flow tags, white space in text
      `<event version="2.0" uid="SPELL-4" type="b-m-p-s-m" how="m-g" ${TIME} access="Undefined" qos="7-r-c" x-own="1">\r\n  ${POINT}\r\n  <detail>\r\n <marti></marti><_flow-tags_ TAK-Server-1="2026-01-02T03:04:05Z"/>  </detail>\r\n</event>`,
    ];
    for (const spelling of spellings) sender.send(spelling);
    const heard = await receiver.waitForCount({ type: 'b-m-p-s-m' }, spellings.length, { since });
    assert.deepEqual(
      heard.map((event) => event.raw.toString('utf8')),
      spellings,
    );
  });

  test('nothing stands between the events that a client gets', () => {
    for (const event of receiver.events) assert.match(event.xml, /^<(\?xml|event)/);
  });

  test('protobuf frames, cut at every byte, go on byte for byte', async () => {
    const [from, to] = [await join('PROTO-FROM'), await join('PROTO-TO')];
    await from.negotiateProto();
    await to.negotiateProto();
    const since = to.events.length;
    const frame = encodeFrame({
      type: 'b-m-p-s-m',
      uid: 'PROTO-CUT',
      how: 'm-g',
      ...protoTimes(),
      detail: {
        contact: { callsign: 'Ünal 東 😀' },
        xmlDetail: '<remarks>雨</remarks>',
        // A field that newer clients have and older servers lose.
        extensionDetails: [{ extensionId: 7, data: new Uint8Array([1, 2, 3, 0xbf, 0xff]) }],
      },
    });
    for (let cut = 1; cut < frame.length; cut += 1) {
      await from.sendPieces([frame.subarray(0, cut), frame.subarray(cut)]);
    }
    await from.sendPieces([...frame].map((byte) => Buffer.of(byte)));
    from.send(Buffer.concat(Array.from({ length: 100 }, () => frame)));
    const heard = await to.waitForCount({ uid: 'PROTO-CUT' }, frame.length + 100, {
      since,
      timeoutMs: 15_000,
    });
    for (const event of heard) assert.deepEqual(event.raw, frame);
    from.destroy();
    to.destroy();
  });
});
