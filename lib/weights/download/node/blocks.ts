import { type FileHandle, open, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';

import { OneirosError } from '../../../base/errors.js';
import { readJson } from '../../../base/schema.js';
import { readSmallText } from '../../../files/read.js';
import { writeFileAtomic } from '../../../files/write.js';

// A file of which only some blocks are here. The data file has every block in its place, with holes between; the index
// says which are there, each with a checksum of its own. What a killed process leaves behind are at worst blocks that do
// not agree with their checksums, or that no checksum is of: they count as missing. No order of writing is needed for that.

/** Bytes of a block; only the last is shorter. */
export const blockSize = 2 ** 16;
/** In the index: the block's number and its crc32, 32 bits each. */
const recordSize = 8;

const identitySchema = v.object({
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  validator: v.nullable(v.string()),
});
/** Which version of a file the blocks are of. */
export type Identity = Readonly<v.InferOutput<typeof identitySchema>>;

/** The files that blocks are kept in. */
export function blockFiles(path: string): { data: string; index: string; identity: string } {
  return { data: `${path}.blocks`, index: `${path}.blocks.index`, identity: `${path}.blocks.json` };
}

export async function removeBlocks(path: string): Promise<void> {
  for (const file of Object.values(blockFiles(path))) await rm(file, { force: true });
}

/** The blocks of one file. */
export class BlockStore implements AsyncDisposable {
  readonly #checksums: Map<number, number>;

  private constructor(
    readonly identity: Identity,
    private readonly data: FileHandle,
    private readonly index: FileHandle,
    checksums: Map<number, number>,
  ) {
    this.#checksums = checksums;
  }

  /** What was stored before; `null` if that is nothing. */
  static async open(path: string): Promise<BlockStore | null> {
    const files = blockFiles(path);
    const identity = readJson(identitySchema, (await readSmallText(files.identity)) ?? '');
    if (identity === null) return null;
    const index = await open(files.index, 'a+');
    const checksums = checksumsOf(await index.readFile(), Math.ceil(identity.size / blockSize));
    return new BlockStore(identity, await open(files.data, await modeFor(files.data)), index, checksums);
  }

  /** A store with nothing in it, instead of whatever there was. */
  static async create(path: string, identity: Identity): Promise<BlockStore> {
    await removeBlocks(path);
    await writeFileAtomic(blockFiles(path).identity, new TextEncoder().encode(JSON.stringify(identity)));
    const store = await BlockStore.open(path);
    if (store !== null) return store;
    throw new OneirosError('runtime', `${JSON.stringify(path)} was removed by somebody else`);
  }

  has(block: number): boolean {
    return this.#checksums.has(block);
  }

  /** How many bytes a block has. */
  lengthOf(block: number): number {
    return Math.min(blockSize, this.identity.size - block * blockSize);
  }

  async put(block: number, bytes: Uint8Array): Promise<void> {
    await this.data.write(bytes, 0, bytes.length, block * blockSize);
    const checksum = crc32(bytes);
    const record = new DataView(new ArrayBuffer(recordSize));
    record.setUint32(0, block, true);
    record.setUint32(4, checksum, true);
    await this.index.appendFile(new Uint8Array(record.buffer));
    this.#checksums.set(block, checksum);
  }

  /**
   * The bytes of blocks `first` to `last`, which were said to be there; `null` if one of them has been damaged, which is
   * missing from then on.
   */
  async read(first: number, last: number): Promise<Uint8Array | null> {
    const length = (last - first) * blockSize + this.lengthOf(last);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.data.read(bytes, done, length - done, first * blockSize + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    const damaged: number[] = [];
    for (let block = first; block <= last; block++) {
      const begin = (block - first) * blockSize;
      const found = crc32(bytes.subarray(begin, begin + this.lengthOf(block)));
      if (found !== this.#checksums.get(block)) damaged.push(block);
    }
    for (const block of damaged) this.#checksums.delete(block);
    return damaged.length === 0 ? bytes : null;
  }

  /** How many bytes are here. */
  get stored(): number {
    return [...this.#checksums.keys()].reduce((sum, block) => sum + this.lengthOf(block), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.data.close();
    await this.index.close();
  }
}

/** A file that is there is not emptied. */
async function modeFor(path: string): Promise<string> {
  const file = await open(path, 'a');
  await file.close();
  return 'r+';
}

function checksumsOf(records: Uint8Array, blocks: number): Map<number, number> {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const checksums = new Map<number, number>();
  for (let at = 0; at + recordSize <= records.length; at += recordSize) {
    const block = view.getUint32(at, true);
    if (block < blocks) checksums.set(block, view.getUint32(at + 4, true));
  }
  return checksums;
}
