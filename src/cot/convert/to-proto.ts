import type { Envelope } from '../model.ts';
import { MAGIC } from '../proto/frame.ts';
import { ProtoWriter } from '../proto/writer.ts';
import { TOKEN_CLOSE, TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from '../xml/cursor.ts';
import { xmlName } from '../xml/name.ts';
import { collectDeclarations, type Declarations, declaredNames, missingDeclarations } from './namespaces.ts';
import { TYPED_ELEMENTS, typedIndex, typedValues, writeTyped } from './typed-detail.ts';

const ACCESS = xmlName('access');
const QOS = xmlName('qos');
const OPEX = xmlName('opex');
const CAVEAT = xmlName('caveat');
const RELEASABLE_TO = xmlName('releasableTo');
const DETAIL = xmlName('detail');

/** What `access` says when it says nothing; the protobuf form leaves it out. */
const UNDEFINED_ACCESS = 'Undefined';

/** A child of `detail`: where it stands in the frame, and what it becomes. */
interface Child {
  readonly start: number;
  end: number;
  readonly nameEnd: number;
  /** Its index in TYPED_ELEMENTS, -1 for any other element. */
  readonly typed: number;
  /** What its typed field would carry; undefined when it has to stay XML. */
  values: readonly string[] | undefined;
  /** Namespaces that it declares itself. */
  readonly declares: readonly string[];
}

const cursor = new XmlCursor();
const writer = new ProtoWriter();
const NOTHING: readonly string[] = [];

/**
 * The complete stream frame of TAK protocol version 1 for a scanned XML event, or the reason why there is
 * none. Children of `detail` that have no typed field, or that one cannot carry in full, go into xmlDetail as
 * the very text that their sender wrote. Not carried: `event/@version` (always 2.0), text, comments and
 * processing instructions directly in `detail`, other children of `event` than `point` and `detail`.
 */
export function toProtoFrame(frame: Buffer, envelope: Envelope): Buffer | string {
  const { timeMs, startMs, staleMs } = envelope;
  if (timeMs < 0 || startMs < 0 || staleMs < 0) return 'a time before 1970 has no protobuf form';

  cursor.begin(frame, 0, frame.length, 'document');
  cursor.next();
  const access = cursor.attributes.get(ACCESS) ?? '';
  const qos = cursor.attributes.get(QOS) ?? '';
  const opex = cursor.attributes.get(OPEX) ?? '';
  const caveat = cursor.attributes.get(CAVEAT) ?? '';
  const releasableTo = cursor.attributes.get(RELEASABLE_TO) ?? '';
  const declarations: Declarations = new Map();
  collectDeclarations(cursor, declarations);
  const children = readChildren(declarations);

  // From the end to the beginning: see ProtoWriter.
  writer.text(17, releasableTo);
  writer.text(16, caveat);
  writeDetail(frame, children, declarations);
  writer.double(14, envelope.le);
  writer.double(13, envelope.ce);
  writer.double(12, envelope.hae);
  writer.double(11, envelope.lon);
  writer.double(10, envelope.lat);
  writer.text(9, envelope.how);
  writer.integer(8, staleMs);
  writer.integer(7, startMs);
  writer.integer(6, timeMs);
  writer.text(5, envelope.uid);
  writer.text(4, opex);
  writer.text(3, qos);
  writer.text(2, access === UNDEFINED_ACCESS ? '' : access);
  writer.text(1, envelope.type);
  writer.message(2, 0);
  writer.varint(writer.length);
  writer.byte(MAGIC);
  return writer.take();
}

/** The children of the first `detail`, in order; goes over the rest of the frame. */
function readChildren(declarations: Declarations): Child[] {
  const children: Child[] = [];
  let isInDetail = false;
  let hasDetail = false;
  let open: Child | undefined;
  for (let token = cursor.next(); token !== TOKEN_END && token !== TOKEN_FAULT; token = cursor.next()) {
    if (token === TOKEN_CLOSE) {
      if (open !== undefined && cursor.depth === 2) {
        // Anything between its tags, be it a space, would be lost in a typed field.
        if (cursor.tagStart !== open.end) open.values = undefined;
        open.end = cursor.tagEnd;
        open = undefined;
      }
      continue;
    }
    if (token !== TOKEN_OPEN) continue;
    if (cursor.depth === 2) {
      isInDetail = !hasDetail && cursor.isNamed(DETAIL);
      if (isInDetail) collectDeclarations(cursor, declarations);
      hasDetail ||= isInDetail;
    } else if (cursor.depth === 3 && isInDetail) {
      const child = readChild(declarations.size > 0);
      children.push(child);
      open = cursor.isEmptyElement ? undefined : child;
    }
  }
  dropTypedTwins(children);
  return children;
}

function readChild(wantsDeclarations: boolean): Child {
  const typed = typedIndex(cursor);
  return {
    start: cursor.tagStart,
    end: cursor.tagEnd,
    nameEnd: cursor.nameEnd,
    typed,
    values: typed < 0 ? undefined : typedValues(cursor, TYPED_ELEMENTS[typed]!),
    declares: wantsDeclarations ? declaredNames(cursor) : NOTHING,
  };
}

/** A typed field stands for the only element of its name; of several all stay XML. */
function dropTypedTwins(children: readonly Child[]): void {
  for (const child of children) {
    if (child.values === undefined) continue;
    if (children.some((other) => other !== child && other.typed === child.typed)) child.values = undefined;
  }
}

function writeDetail(frame: Buffer, children: readonly Child[], declarations: Declarations): void {
  const before = writer.length;
  for (let typed = TYPED_ELEMENTS.length - 1; typed >= 0; typed--) {
    const values = children.find((child) => child.typed === typed)?.values;
    if (values !== undefined) writeTyped(writer, TYPED_ELEMENTS[typed]!, values);
  }
  const beforeXml = writer.length;
  for (let index = children.length - 1; index >= 0; index--) {
    const child = children[index]!;
    if (child.values === undefined) writeXmlChild(frame, child, declarations);
  }
  if (writer.length > beforeXml) writer.message(1, beforeXml);
  if (writer.length > before) writer.message(15, before);
}

function writeXmlChild(frame: Buffer, child: Child, declarations: Declarations): void {
  if (declarations.size === 0) {
    writer.raw(frame, child.start, child.end);
    return;
  }
  const text = frame.subarray(child.start, child.end);
  writer.raw(frame, child.nameEnd, child.end);
  for (const declaration of missingDeclarations(child.declares, text, declarations)) {
    writer.raw(declaration, 0, declaration.length);
  }
  writer.raw(frame, child.start, child.nameEnd);
}
