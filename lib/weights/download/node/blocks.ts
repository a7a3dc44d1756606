import { type FileHandle, open, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';

import { OneirosError } from '../../../base/errors.js';
import { readJson } from '../../../base/schema.js';
import { readSmallText } from '../../../files/read.js';
import { writeFileAtomic } from '../../../files/write.js';

// Stores some blocks of a file. The data file holds each stored block at its offset in the complete file, with holes in
// between; the index lists the stored blocks with a checksum for each. If a process is killed, there may be blocks
// without a checksum, or blocks that do not match their checksum: both count as missing. So the order of writes does
// not matter.

/** Bytes per block; only the last block is shorter. */
export const blockSize = 2 ** 16;
/** In the index: the block's number and its crc32, 32 bits each. */
const recordSize = 8;

const identitySchema = v.object({
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  validator: v.nullable(v.string()),
});
/** Identifies the version of the file that the blocks belong to. */
export type Identity = Readonly<v.InferOutput<typeof identitySchema>>;

/** The files that store the blocks. */
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

  /** Opens the blocks that were stored before; `null` if there are none. */
  static async open(path: string): Promise<BlockStore | null> {
    const files = blockFiles(path);
    const identity = readJson(identitySchema, (await readSmallText(files.identity)) ?? '');
    if (identity === null) return null;
    const index = await open(files.index, 'a+');
    const checksums = checksumsOf(await index.readFile(), Math.ceil(identity.size / blockSize));
    return new BlockStore(identity, await open(files.data, await modeFor(files.data)), index, checksums);
  }

  /** Creates an empty store; removes an existing one. */
  static async create(path: string, identity: Identity): Promise<BlockStore> {
    await removeBlocks(path);
    await writeFileAtomic(blockFiles(path).identity, new TextEncoder().encode(JSON.stringify(identity)));
    const store = await BlockStore.open(path);
    if (store !== null) return store;
    throw new OneirosError('runtime', `${JSON.stringify(path)} was removed by another process`);
  }

  has(block: number): boolean {
    return this.#checksums.has(block);
  }

  /** The length of a block in bytes. */
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
   * The bytes of blocks `first` to `last`, which must be stored. If any of them is damaged: `null`, and the damaged
   * blocks count as missing from then on.
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

  /** The number of bytes that are stored. */
  get stored(): number {
    return [...this.#checksums.keys()].reduce((sum, block) => sum + this.lengthOf(block), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.data.close();
    await this.index.close();
  }
}

/** Creates the file if it does not exist; an existing file is not truncated. */
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
