import type { XmlCursor } from '../xml/cursor.ts';

const DEFAULT = 'xmlns';
const PREFIXED = 'xmlns:';

/** Namespace declarations in force around the children of `detail`: attribute name → ` name="value"` as sent. */
export type Declarations = Map<string, Buffer>;

/** Adds the declarations of the start tag just read to those of the elements around it. */
export function collectDeclarations(cursor: XmlCursor, into: Declarations): void {
  for (let index = 0; index < cursor.attributes.count; index++) {
    const name = cursor.attributes.name(index);
    if (name !== DEFAULT && !name.startsWith(PREFIXED)) continue;
    if (cursor.attributes.valueStart(index) === cursor.attributes.valueEnd(index)) {
      into.delete(name);
      continue;
    }
    const attribute = cursor.bytes.toString(
      'utf8',
      cursor.attributes.nameStart(index),
      cursor.attributes.valueEnd(index) + 1,
    );
    into.set(name, Buffer.from(` ${attribute}`));
  }
}

/**
 * The declarations that a child of `detail` needs when it stands alone: those whose prefix occurs in it, and
 * the default one, unless its own start tag declares them. `child` is the whole text of the element whose
 * start tag was just read.
 */
export function missingDeclarations(own: readonly string[], child: Buffer, around: Declarations): Buffer[] {
  const missing: Buffer[] = [];
  for (const [name, text] of around) {
    if (own.includes(name)) continue;
    if (name !== DEFAULT && !child.includes(`${name.slice(PREFIXED.length)}:`)) continue;
    missing.push(text);
  }
  return missing;
}

/** The names of the declarations in the start tag just read. */
export function declaredNames(cursor: XmlCursor): readonly string[] {
  const names: string[] = [];
  for (let index = 0; index < cursor.attributes.count; index++) {
    const name = cursor.attributes.name(index);
    if (name === DEFAULT || name.startsWith(PREFIXED)) names.push(name);
  }
  return names;
}
