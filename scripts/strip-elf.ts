/**
 * Drops what only a debugger reads (symbol tables, debug sections) from a 64-bit little-endian ELF program.
 * Node's official binaries carry about 35 MB of it. Done here and not by `strip`, because that comes in one
 * package per processor and is not on every machine; the result is the same everywhere.
 *
 * Relies on how linkers lay out a program: what is loaded (SHF_ALLOC) comes first, the rest after it, so that
 * the file can be cut there. Anything else is refused. Field offsets are those of the ELF-64 object format.
 */

const ELF64_LITTLE_ENDIAN = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
const E_SHOFF = 0x28;
const E_SHNUM = 0x3c;
const E_SHSTRNDX = 0x3e;
const SECTION_BYTES = 64;
const SH_TYPE = 4;
const SH_FLAGS = 8;
const SH_OFFSET = 24;
const SH_SIZE = 32;
const SH_LINK = 40;
const SHT_NOBITS = 8;
const SHF_ALLOC = 2n;

/** `elf` stays as it is; the result is a new buffer. */
export function stripElf(elf: Buffer): Buffer {
  if (!elf.subarray(0, ELF64_LITTLE_ENDIAN.length).equals(ELF64_LITTLE_ENDIAN)) {
    throw new Error('not a 64-bit little-endian ELF file');
  }
  const tableAt = Number(elf.readBigUInt64LE(E_SHOFF));
  const headers = Array.from({ length: elf.readUInt16LE(E_SHNUM) }, (_, index) =>
    Buffer.from(elf.subarray(tableAt + index * SECTION_BYTES, tableAt + (index + 1) * SECTION_BYTES)),
  );
  const names = headers[elf.readUInt16LE(E_SHSTRNDX)];
  if (names === undefined) throw new Error('the section names are missing');

  // Section 0 is the empty one that every table starts with.
  const kept = headers.filter((header, index) => index === 0 || isLoaded(header));
  for (const [index, header] of kept.entries()) {
    const isMoved = headers[index] !== header || header.readUInt32LE(SH_LINK) >= kept.length;
    if (isMoved) throw new Error('loaded and debug sections are mixed: this file cannot be cut');
  }
  const loadedEnd = Math.max(...kept.map(endOfSection));
  const nameBytes = elf.subarray(offsetOf(names), endOfSection(names));

  const newTableAt = align(loadedEnd + nameBytes.length, 8);
  const newNames = Buffer.from(names);
  newNames.writeBigUInt64LE(BigInt(loadedEnd), SH_OFFSET);
  const stripped = Buffer.alloc(newTableAt + (kept.length + 1) * SECTION_BYTES);
  elf.copy(stripped, 0, 0, loadedEnd);
  nameBytes.copy(stripped, loadedEnd);
  Buffer.concat([...kept, newNames]).copy(stripped, newTableAt);
  stripped.writeBigUInt64LE(BigInt(newTableAt), E_SHOFF);
  stripped.writeUInt16LE(kept.length + 1, E_SHNUM);
  stripped.writeUInt16LE(kept.length, E_SHSTRNDX);
  return stripped;
}

function isLoaded(header: Buffer): boolean {
  return (header.readBigUInt64LE(SH_FLAGS) & SHF_ALLOC) !== 0n;
}

function offsetOf(header: Buffer): number {
  return Number(header.readBigUInt64LE(SH_OFFSET));
}

/** Where a section ends in the file; `.bss` and its like take no room there. */
function endOfSection(header: Buffer): number {
  const isInFile = header.readUInt32LE(SH_TYPE) !== SHT_NOBITS;
  return offsetOf(header) + (isInFile ? Number(header.readBigUInt64LE(SH_SIZE)) : 0);
}

function align(offset: number, to: number): number {
  return Math.ceil(offset / to) * to;
}
