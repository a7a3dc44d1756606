import { OneirosError } from '../../base/errors.js';
import type { ByteSource } from '../../files/source.js';
import { quoted, type Weights } from '../weights.js';
import { dataOffset, readZipDirectory, type ZipDirectory, type ZipEntry } from '../zip.js';
import { damaged, unpickle } from './pickle.js';
import { stateDict } from './state-dict.js';
import { type Storage, TorchHost } from './torch-globals.js';

/** The most bytes of a pickle, which describes tensors but does not hold them. */
export const maxPickle = 32 * 2 ** 20;

/**
 * A checkpoint as PyTorch has written it since 1.6: a zip file of `<name>/data.pkl`, which describes the tensors, and one
 * entry `<name>/data/<key>` for each storage.
 * @throws OneirosError `bad-input` if it is damaged; `unsupported` if its pickle names anything but tensor plumbing, or it
 *   was written on a big-endian machine
 */
export async function readTorchZip(source: ByteSource): Promise<Weights> {
  const directory = await readZipDirectory(source);
  const pickle = [...directory.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined)
    throw new OneirosError(
      'bad-input',
      `the zip file is no PyTorch checkpoint: it has no data.pkl but ${listed(directory)}`,
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
    throw new OneirosError('unsupported', `checkpoints in ${quoted(order)}-endian byte order are not read`);
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
