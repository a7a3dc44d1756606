import { OneirosError } from '../base/errors.js';
import type { ByteSource } from '../files/source.js';
import { quoted } from './weights.js';

// Reads the directory of a zip file with uncompressed entries, as PyTorch writes its checkpoints. Only the byte ranges
// of the entries are needed. No library provides them: fflate needs the whole file in memory, yauzl needs Node, and
// zip.js (60 kB in a browser bundle) streams whole entries and does not expose their byte ranges.

/** An entry of a zip file as listed in its directory. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  /** The offset of its local header; its bytes follow the header. */
  readonly headerOffset: number;
}

/** The entries by name. */
export type ZipDirectory = ReadonlyMap<string, ZipEntry>;

/** The maximum size of the directory in bytes: about 100 000 entries. */
const maxDirectory = 8 * 2 ** 20;
const maxComment = 2 ** 16 - 1;

const signatures = {
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  entry: 0x02014b50,
  header: 0x04034b50,
} as const;
const endSize = 22;
const end64Size = 56;
const locator64Size = 20;
const entrySize = 46;
const headerSize = 30;

/**
 * Reads the directory at the end of a zip or zip64 file.
 * @throws OneirosError `bad-input` if it is truncated or damaged; `unsupported` if an entry is compressed or encrypted,
 *   or the archive is in several parts; `too-large` if the directory is over 8 MiB
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const { offset, size, count } = await findDirectory(source);
  if (size > maxDirectory)
    throw new OneirosError(
      'too-large',
      `the zip directory has ${size} bytes, over the limit of ${maxDirectory}`,
    );
  const entries = readEntries(viewOf(await source.read(offset, size)));
  if (entries.length !== count)
    throw damaged(`its directory has ${entries.length} entries, but should have ${count}`);
  const directory = new Map(entries.map((entry) => [entry.name, entry]));
  if (directory.size !== count) throw damaged('two of its entries have the same name');
  return directory;
}

/**
 * The offset of an entry's bytes in the file.
 * @throws OneirosError `bad-input` if there is no local header at the offset from the directory
 */
export async function dataOffset(source: ByteSource, { name, headerOffset }: ZipEntry): Promise<number> {
  const header = viewOf(await source.read(headerOffset, headerSize));
  if (header.getUint32(0, true) !== signatures.header)
    throw damaged(`the entry ${quoted(name)} is not at byte ${headerOffset}, as its directory states`);
  return headerOffset + headerSize + header.getUint16(26, true) + header.getUint16(28, true);
}

interface DirectoryRange {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(source: ByteSource): Promise<DirectoryRange> {
  const tailSize = Math.min(source.size, locator64Size + endSize + maxComment);
  const tail = viewOf(await source.read(source.size - tailSize, tailSize));
  const at = findEnd(tail);
  if (at === undefined) throw damaged('it has no directory at its end: it may be truncated');
  if (at >= locator64Size && tail.getUint32(at - locator64Size, true) === signatures.locator64)
    return findDirectory64(source, wide(tail, at - locator64Size + 8));
  if (tail.getUint16(at + 4, true) !== 0 || tail.getUint16(at + 6, true) !== 0) throw inParts();
  return {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
}

/** The end record is followed by a comment, whose length it states, and then by the end of the file. */
function findEnd(tail: DataView): number | undefined {
  for (let at = tail.byteLength - endSize; at >= 0; at--)
    if (
      tail.getUint32(at, true) === signatures.end &&
      at + endSize + tail.getUint16(at + 20, true) === tail.byteLength
    )
      return at;
  return undefined;
}

async function findDirectory64(source: ByteSource, offset: number): Promise<DirectoryRange> {
  const end = viewOf(await source.read(offset, end64Size));
  if (end.getUint32(0, true) !== signatures.end64)
    throw damaged('its 64-bit end record is not at the stated offset');
  if (end.getUint32(16, true) !== 0 || end.getUint32(20, true) !== 0) throw inParts();
  return { count: wide(end, 32), size: wide(end, 40), offset: wide(end, 48) };
}

function readEntries(directory: DataView): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.byteLength;) {
    if (at + entrySize > directory.byteLength || directory.getUint32(at, true) !== signatures.entry)
      throw damaged(`entry ${entries.length} of its directory is invalid`);
    const nameLength = directory.getUint16(at + 28, true);
    const extraLength = directory.getUint16(at + 30, true);
    const next = at + entrySize + nameLength + extraLength + directory.getUint16(at + 32, true);
    if (next > directory.byteLength) throw damaged(`entry ${entries.length} of its directory is truncated`);
    const name = new TextDecoder().decode(part(directory, at + entrySize, nameLength));
    entries.push(readEntry(directory, at, name, part(directory, at + entrySize + nameLength, extraLength)));
    at = next;
  }
  return entries;
}

function readEntry(directory: DataView, at: number, name: string, extra: Uint8Array): ZipEntry {
  if (directory.getUint16(at + 8, true) & 1) throw notStored(name, 'encrypted');
  if (directory.getUint16(at + 10, true) !== 0) throw notStored(name, 'compressed');
  // A number that does not fit into 32 bits is stored as all ones; its value is in the extra field, in this order.
  const wider = wideNumbers(extra);
  const number = (offset: number) => {
    const narrow = directory.getUint32(offset, true);
    return narrow === 0xffffffff ? (wider.shift() ?? narrow) : narrow;
  };
  const size = number(at + 24);
  const storedSize = number(at + 20);
  const headerOffset = number(at + 42);
  if (size !== storedSize)
    throw damaged(`the entry ${quoted(name)} has two sizes, ${size} and ${storedSize}`);
  return { name, size, headerOffset };
}

/** The values of the 64-bit field (id 1) among an entry's extra fields. */
function wideNumbers(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.length);
    if (view.getUint16(at, true) === 1)
      return Array.from({ length: Math.floor((end - at - 4) / 8) }, (_, i) => wide(view, at + 4 + 8 * i));
    at = end;
  }
  return [];
}

/** A 64-bit number. Inexact above 2^53, which is larger than any file. */
function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function part(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function damaged(detail: string): OneirosError {
  return new OneirosError('bad-input', `the zip file is damaged: ${detail}`);
}

function inParts(): OneirosError {
  return new OneirosError('unsupported', 'zip files in several parts are not supported');
}

function notStored(name: string, how: string): OneirosError {
  return new OneirosError(
    'unsupported',
    `the zip entry ${quoted(name)} is ${how}, but torch.save writes plain entries: save the checkpoint again with torch.save`,
  );
}
