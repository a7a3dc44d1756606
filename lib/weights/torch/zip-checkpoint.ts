import { OneirosError } from '../../base/errors.js';
import type { ByteSource } from '../../files/source.js';
import { quoted, type Weights } from '../weights.js';
import { dataOffset, readZipDirectory, type ZipDirectory, type ZipEntry } from '../zip.js';
import { damaged, unpickle } from './pickle.js';
import { stateDict } from './state-dict.js';
import { type Storage, TorchHost } from './torch-globals.js';

/** The maximum size of a pickle in bytes; it describes tensors but does not contain their elements. */
export const maxPickle = 32 * 2 ** 20;

/**
 * Reads a checkpoint in PyTorch's format since 1.6: a zip file with `<name>/data.pkl`, which describes the tensors, and
 * one entry `<name>/data/<key>` per storage.
 * @throws OneirosError `bad-input` if it is damaged; `unsupported` if its pickle names globals that tensors do not
 *   need, or it was written on a big-endian machine; `too-large` if its pickle is over 32 MiB
 */
export async function readTorchZip(source: ByteSource): Promise<Weights> {
  const directory = await readZipDirectory(source);
  const pickle = [...directory.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined)
    throw new OneirosError(
      'bad-input',
      `the zip file is not a PyTorch checkpoint: expected an entry data.pkl, found ${listed(directory)}`,
    );
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  await checkByteOrder(source, directory.get(`${folder}byteorder`));
  const bytes = await readEntry(source, pickle, maxPickle);
  const host = new TorchHost(bytes.length);
  const { value } = unpickle(bytes, 0, host);
  const entries = new Map(
    [...host.storages.values()].map((storage) => [storage.key, entryOf(directory, folder, storage)]),
  );
  return stateDict(value, source, ({ key }) => dataOffset(source, entries.get(key)!));
}

async function checkByteOrder(source: ByteSource, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await readEntry(source, entry, 16));
  if (order !== 'little')
    throw new OneirosError(
      'unsupported',
      `checkpoints in ${quoted(order)}-endian byte order are not supported`,
    );
}

async function readEntry(source: ByteSource, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  if (entry.size > limit)
    throw new OneirosError(
      'too-large',
      `${quoted(entry.name)} in the zip file has ${entry.size} bytes, over the limit of ${limit}`,
    );
  return source.read(await dataOffset(source, entry), entry.size);
}

function entryOf(directory: ZipDirectory, folder: string, storage: Storage): ZipEntry {
  const name = `${folder}data/${storage.key}`;
  const entry = directory.get(name);
  if (entry === undefined) throw damaged(`it needs ${quoted(name)}, which is not in the zip file`);
  if (entry.size !== storage.byteLength)
    throw damaged(`${quoted(name)} should have ${storage.byteLength} bytes, but has ${entry.size}`);
  return entry;
}

function listed(directory: ZipDirectory): string {
  return [...directory.keys()].slice(0, 5).map(quoted).join(', ') || 'nothing at all';
}
