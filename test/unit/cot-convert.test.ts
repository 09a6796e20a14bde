import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SaxesParser } from 'saxes';
import { CotEvent } from '../../src/cot/event.ts';
import { cotFixture, cotFixtures } from '../support/cot-fixtures.ts';

function xmlEvent(xml: Buffer | string): CotEvent {
  const event = CotEvent.fromXml(Buffer.from(xml));
  if (event.kind !== 'event') throw new Error(`${event.code}: ${event.detail}`);
  return event;
}

/** XML → protobuf → XML, as a client of the other protocol and one behind it would see it. */
function roundTrip(xml: Buffer | string): CotEvent {
  const message = xmlEvent(xml).bytes('proto');
  assert.ok(message !== undefined);
  const event = CotEvent.fromProto(message);
  if (event.kind !== 'event') throw new Error(`${event.code}: ${event.detail}`);
  return xmlEvent(event.bytes('xml')!);
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: (Element | string)[];
}

/** The tree of an event, with namespaces resolved to names and their declarations left out. */
function treeOf(xml: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const open: Element[] = [{ name: '', attributes: {}, content: [] }];
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes)
      .filter((attribute) => attribute.name !== 'xmlns' && attribute.prefix !== 'xmlns')
      .map((attribute) => [`{${attribute.uri}}${attribute.local}`, attribute.value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const element = {
      name: `{${tag.uri}}${tag.local}`,
      attributes: Object.fromEntries(attributes),
      content: [],
    };
    open.at(-1)!.content.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (text) => void open.at(-1)!.content.push(text));
  parser.on('cdata', (text) => void open.at(-1)!.content.push(text));
  parser.write(xml).close();
  return open[0]!.content[0] as Element;
}

const elementsOf = (element: Element | undefined) =>
  (element?.content ?? []).filter((child): child is Element => typeof child !== 'string');

/** The children of detail as comparable texts, sorted: their order among each other means nothing. */
function detailOf(xml: Buffer): string[] {
  const detail = elementsOf(treeOf(xml.toString())).find((child) => child.name === '{}detail');
  return elementsOf(detail)
    .map((child) => JSON.stringify(child))
    .sort();
}

/** A typed number has one form only. */
const sameNumbers = (texts: string[]) =>
  texts.map((text) =>
    text.replace(/"(-?\d+\.?\d*)"/g, (_, digits: string) =>
      /^.{"name":"{}(track|status)"|"{}(speed|course|battery)"/.test(text)
        ? `"${Number(digits)}"`
        : `"${digits}"`,
    ),
  );

test('XML to protobuf and back: the same envelope and the same children of detail, for every fixture', () => {
  for (const [name, bytes] of cotFixtures()) {
    const back = roundTrip(bytes);
    const original = xmlEvent(bytes).envelope;
    assert.deepEqual(back.envelope, { ...original, hae: original.hae + 0 }, name);
    assert.deepEqual(sameNumbers(detailOf(back.bytes('xml')!)), sameNumbers(detailOf(bytes)), name);
  }
});

test('a second round trip changes nothing any more, byte for byte', () => {
  for (const [name, bytes] of cotFixtures()) {
    const once = roundTrip(bytes).bytes('xml')!;
    assert.equal(roundTrip(once).bytes('xml')!.toString(), once.toString(), name);
  }
});

test('attributes of event survive, and Undefined access is left out', () => {
  const marker = roundTrip(cotFixture('atak-5.5-marker-archived.xml')).bytes('xml')!.toString();
  assert.match(marker, / caveat="REL" releasableTo="CHE">/);
  assert.match(marker, / qos="1-r-c" opex="e-Drill" /);
  assert.doesNotMatch(marker, /access=/);
  const xml = cotFixture('atak-5.5-pli.xml').toString().replace('access="Undefined"', 'access="Restricted"');
  assert.match(roundTrip(xml).bytes('xml')!.toString(), / access="Restricted"/);
});

const PLI = cotFixture('atak-5.5-pli.xml').toString();
const withDetail = (detail: string) => PLI.replace(/<detail>.*<\/detail>/, `<detail>${detail}</detail>`);

/** The text of xmlDetail in the protobuf form. */
function xmlDetailOf(detail: string): string {
  const back = roundTrip(withDetail(detail)).bytes('xml')!.toString();
  return /<detail>(.*)<\/detail>/s.exec(back)![1]!;
}

test('what a typed field cannot carry in full stays the text that its sender wrote', () => {
  const texts = [
    '<contact  callsign = "A" phone="1"/>',
    '<contact endpoint="*:-1:stcp"/>',
    '<contact callsign="A"><child/></contact>',
    '<contact callsign="A"> </contact>',
    "<contact callsign='A' endpoint=''/>",
    '<contact callsign=""/>',
    '<contact callsign="A"/><contact callsign="B"/>',
    '<__group  name="Cyan"/>',
    '<__group name="Cyan" role="x" exrole="y"/>',
    '<status  readiness="true"/>',
    '<status battery="-1"/>',
    '<status battery="50.5"/>',
    '<status battery="4294967296"/>',
    '<takv device="a" platform="b" os="c"/>',
    '<track speed="fast" course="1"/>',
    '<track  speed="1"/>',
    '<track speed="NaN" course="1"/>',
    '<precisionlocation altsrc="DTED0"/>',
    '<x:contact xmlns:x="u" callsign="A"/>',
    '<remarks><![CDATA[a < b]]><!-- kept --></remarks>',
  ];
  for (const text of texts) assert.equal(xmlDetailOf(text), text);
});

test('typed fields carry what they can, and an open tag without content counts as empty', () => {
  assert.equal(xmlDetailOf('<contact callsign="A"></contact>'), '<contact callsign="A"/>');
  assert.equal(xmlDetailOf('<status battery="050"/>'), '<status battery="50"/>');
  assert.equal(xmlDetailOf('<__group role="" name=""/>'), '<__group name="" role=""/>');
  assert.equal(
    xmlDetailOf('<contact callsign="A&#10;&quot;&lt;&amp;\'" endpoint="e" altendpoints="a"/>'),
    '<contact callsign="A&#10;&quot;&lt;&amp;\'" endpoint="e" altendpoints="a"/>',
  );
});

test('text, comments and spaces directly in detail are left out', () => {
  assert.equal(xmlDetailOf(' a <x/> b <!-- c --><y> d </y>\n'), '<x/><y> d </y>');
});

test('no detail at all and an empty one are the same', () => {
  const none = xmlEvent(PLI.replace(/<detail>.*<\/detail>/, '')).bytes('proto')!;
  assert.deepEqual(xmlEvent(withDetail('')).bytes('proto'), none);
  assert.deepEqual(xmlEvent(PLI.replace(/<detail>.*<\/detail>/, '<detail/>')).bytes('proto'), none);
});

test('a child gets the namespaces that it needs of those declared around it', () => {
  const back = roundTrip(cotFixture('synthetic-namespaces.xml')).bytes('xml')!.toString();
  assert.match(back, /<v:load xmlns:v="urn:example:vehicle" unit="t">/);
  assert.match(back, /<x:note x:lang="de" xmlns:x="urn:example:own">/);
  assert.match(back, /<plain a="1"\/>/);
  assert.match(back, /<y:z xmlns:x="urn:example:x" xmlns:y="urn:example:y"><x:deep\/>/);
  assert.doesNotMatch(back, /unused/);
  const byDefault = PLI.replace('<event ', '<event xmlns="urn:d" ').replace(
    '<detail>',
    '<detail><a/><b xmlns="urn:e"/>',
  );
  assert.match(roundTrip(byDefault).bytes('xml')!.toString(), /<a xmlns="urn:d"\/><b xmlns="urn:e"\/>/);
});

test('numbers are written without exponent and read back to the same double', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['1e-7', '0.0000001'],
    ['-1.5e-10', '-0.00000000015'],
    ['5e-324', `0.${'0'.repeat(323)}5`],
    ['47.37699999999999', '47.37699999999999'],
    ['0.1', '0.1'],
    ['-0', '0'],
    ['12', '12'],
  ];
  for (const [given, written] of forms) {
    const back = roundTrip(PLI.replace(/ lat="[^"]*"/, ` lat="${given}"`));
    assert.match(back.bytes('xml')!.toString(), new RegExp(` lat="${written}"`));
    assert.equal(back.envelope.lat, Number(given) + 0);
  }
  const far = roundTrip(PLI.replace(/ hae="[^"]*"/, ' hae="1.5e22"'));
  assert.match(far.bytes('xml')!.toString(), / hae="15000000000000000000000"/);
});

test('the other form is made once and shared', () => {
  const event = xmlEvent(PLI);
  assert.equal(event.bytes('proto'), event.bytes('proto'));
  assert.equal(event.conversionError, undefined);
});

test('a time before 1970 has no protobuf form, and the event says so', () => {
  const event = xmlEvent(PLI.replace(/ start="[^"]*"/, ' start="1969-12-31T23:59:59Z"'));
  assert.equal(event.bytes('proto'), undefined);
  assert.match(event.conversionError!, /1970/);
  assert.ok(event.bytes('xml') !== undefined);
});

test('XML made from protobuf is never cut at another place than its end', () => {
  for (const [name, bytes] of cotFixtures()) {
    const xml = roundTrip(bytes).bytes('xml')!;
    assert.equal(xml.indexOf('</event>'), xml.length - 8, name);
  }
});
