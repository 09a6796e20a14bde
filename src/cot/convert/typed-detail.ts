import type { ProtoWriter } from '../proto/writer.ts';
import type { XmlCursor } from '../xml/cursor.ts';
import { parseDecimalText } from '../xml/decimal.ts';
import { type XmlName, xmlName } from '../xml/name.ts';

const MAX_UINT32 = 2 ** 32 - 1;

/** What a typed field of Detail carries of its element. */
type Kind = 'text' | 'count' | 'decimal';

interface TypedElement {
  readonly name: XmlName;
  /** Its field number in Detail. */
  readonly field: number;
  readonly kind: Kind;
  /** Its attributes, in the order of their field numbers from 1. */
  readonly attributes: readonly { readonly name: XmlName; readonly isRequired: boolean }[];
}

function typed(field: number, name: string, kind: Kind, attributes: string): TypedElement {
  return {
    name: xmlName(name),
    field,
    kind,
    attributes: attributes.split(' ').map((attribute) => ({
      name: xmlName(attribute.replace('?', '')),
      isRequired: !attribute.endsWith('?'),
    })),
  };
}

/** The children of `detail` that have a field of their own in TAK protocol version 1; `?` marks the optional. */
export const TYPED_ELEMENTS: readonly TypedElement[] = [
  typed(2, 'contact', 'text', 'endpoint? callsign altendpoints?'),
  typed(3, '__group', 'text', 'name role'),
  typed(4, 'precisionlocation', 'text', 'geopointsrc altsrc'),
  typed(5, 'status', 'count', 'battery'),
  typed(6, 'takv', 'text', 'device platform os version'),
  typed(7, 'track', 'decimal', 'speed course'),
];

/** Which of TYPED_ELEMENTS the start tag just read is, -1 for none of them. */
export function typedIndex(cursor: XmlCursor): number {
  for (let index = 0; index < TYPED_ELEMENTS.length; index++) {
    if (cursor.isNamed(TYPED_ELEMENTS[index]!.name)) return index;
  }
  return -1;
}

/**
 * The values of the start tag just read in the order of its fields, '' for an absent one; undefined when the
 * field cannot carry the element without loss, so that it has to stay XML.
 */
export function typedValues(cursor: XmlCursor, element: TypedElement): readonly string[] | undefined {
  let found = 0;
  const values: string[] = [];
  for (const { name, isRequired } of element.attributes) {
    const value = cursor.attributes.get(name);
    if (value === undefined) {
      if (isRequired) return undefined;
      values.push('');
      continue;
    }
    // An absent contact attribute and an empty one are the same in protobuf, but not in XML.
    if (value === '' && element.field === 2) return undefined;
    if (element.kind === 'count' && !(/^\d{1,10}$/.test(value) && Number(value) <= MAX_UINT32))
      return undefined;
    if (element.kind === 'decimal' && Number.isNaN(parseDecimalText(value))) return undefined;
    values.push(value);
    found++;
  }
  return found === cursor.attributes.count ? values : undefined;
}

/** Writes the field of Detail that carries `values`. */
export function writeTyped(writer: ProtoWriter, element: TypedElement, values: readonly string[]): void {
  const before = writer.length;
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index]!;
    if (element.kind === 'text') writer.text(index + 1, value);
    else if (element.kind === 'count') writer.integer(index + 1, Number(value));
    else writer.double(index + 1, parseDecimalText(value));
  }
  writer.message(element.field, before);
}
