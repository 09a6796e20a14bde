import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { SaxesParser } from 'saxes';
import { fromBufferPromise } from 'yauzl';

/** The files of a zip, read by another library than the one that writes them. */
export async function unzip(content: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const zip = await fromBufferPromise(content, { strictFileNames: true });
  for await (const entry of zip.eachEntry()) {
    assert.ok(!files.has(entry.fileName), `${entry.fileName} is there twice`);
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return files;
}

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly path: string;
  text: string;
}

/** All elements of a document in order; a document that is not well-formed fails. */
export function parseXml(xml: string | Buffer | undefined): Element[] {
  assert.ok(xml !== undefined, 'there is no such file');
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => assert.fail(`${error.message}\n${xml}`));
  parser.on('opentag', ({ name, attributes }) => {
    const element = {
      name,
      attributes: { ...attributes },
      path: [...open.map((e) => e.name), name].join('/'),
      text: '',
    };
    open.push(element);
    elements.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml.toString()).close();
  return elements;
}

/** The entries of a `.pref` file by group: `{ cot_streams: { count: 'Integer 1' } }`. */
export function parsePreferences(xml: string | Buffer | undefined): Record<string, Record<string, string>> {
  const groups: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const { name, attributes, text } of parseXml(xml)) {
    if (name === 'preference') {
      assert.equal(attributes['version'], '1');
      current = {};
      groups[attributes['name'] ?? ''] = current;
    }
    if (name === 'entry') {
      const type = /^class java\.lang\.(\w+)$/.exec(attributes['class'] ?? '')?.[1];
      current[attributes['key'] ?? ''] = `${type} ${text}`;
    }
  }
  return groups;
}
