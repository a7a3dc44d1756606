import { OneirosError } from '../../base/errors.js';
import type { ByteSource } from '../../files/source.js';
import { quoted, type Weights } from '../weights.js';
import { damaged, describe, Dict, List, type PickleHost, type PickleValue, unpickle } from './pickle.js';
import { PickleTruncated } from './pickle-reader.js';
import { stateDict } from './state-dict.js';
import { type Storage, TorchHost } from './torch-globals.js';
import { maxPickle } from './zip-checkpoint.js';

// Before PyTorch 1.6 a checkpoint consisted of five pickles (a magic number, the format's version, the system that
// wrote it, the object, the keys of its storages), followed by the storages in the order of the keys, each as the
// number of elements in 64 bits and the elements.

const magic = 0x1950a86a20f9469cfc6cn;
const version = 1001;
const lengthSize = 8;

/** Bytes to read first for the pickles, which describe tensors but do not contain their elements. */
const firstRead = 2 ** 16;

/**
 * Reads a checkpoint in PyTorch's format before 1.6.
 * @throws OneirosError as `readTorchZip` does
 */
export async function readTorchLegacy(source: ByteSource): Promise<Weights> {
  const { value, keys, storages, end } = await readPickles(source);
  const starts = new Map<string, number>();
  let at = end;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) throw damaged(`no tensor uses the storage ${quoted(key)}`);
    starts.set(key, at);
    at += lengthSize + storage.byteLength;
  }
  if (at > source.size)
    throw new OneirosError(
      'bad-input',
      `the checkpoint is truncated: its tensors end at byte ${at}, but the file at ${source.size}`,
    );
  const missing = [...storages.keys()].find((key) => !starts.has(key));
  if (missing !== undefined) throw damaged(`the storage ${quoted(missing)} is not in the file`);
  return stateDict(value, source, (storage) => elementsOf(storage, source, starts.get(storage.key)!));
}

async function elementsOf(storage: Storage, source: ByteSource, start: number): Promise<number> {
  const bytes = await source.read(start, lengthSize);
  const length = new DataView(bytes.buffer, bytes.byteOffset, lengthSize).getBigUint64(0, true);
  if (length !== BigInt(storage.length))
    throw damaged(
      `the storage ${quoted(storage.key)} should have ${storage.length} elements, but has ${length.toString()}`,
    );
  return start + lengthSize;
}

interface Pickles {
  readonly value: PickleValue;
  readonly keys: readonly string[];
  readonly storages: ReadonlyMap<string, Storage>;
  /** Where the storages begin. */
  readonly end: number;
}

/** The length of the pickles is not stored: reads more and more until they are complete. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  for (let length = firstRead; ; length *= 8) {
    const bytes = await source.read(0, Math.min(length, source.size, maxPickle));
    try {
      return parsePickles(bytes);
    } catch (error) {
      if (!(error instanceof PickleTruncated) || bytes.length === source.size) throw error;
      if (bytes.length === maxPickle)
        throw new OneirosError('too-large', `the pickle is over the limit of ${maxPickle} bytes`);
    }
  }
}

function parsePickles(bytes: Uint8Array): Pickles {
  const head = unpickle(bytes, 0, plain);
  if (head.value !== magic)
    throw new OneirosError(
      'bad-input',
      `this pickle is not a PyTorch checkpoint: it begins with ${describe(head.value)}`,
    );
  const format = unpickle(bytes, head.end, plain);
  if (format.value !== version)
    throw new OneirosError(
      'unsupported',
      `PyTorch checkpoints of version ${describe(format.value)} are not supported: expected ${version}`,
    );
  const system = unpickle(bytes, format.end, plain);
  if (!(system.value instanceof Dict) || system.value.entries.get('little_endian') !== true)
    throw new OneirosError('unsupported', 'checkpoints in big-endian byte order are not supported');
  const host = new TorchHost(bytes.length);
  const object = unpickle(bytes, system.end, host);
  const keys = unpickle(bytes, object.end, plain);
  return { value: object.value, keys: texts(keys.value), storages: host.storages, end: keys.end };
}

/** For the pickles that contain only numbers and strings. */
const plain: PickleHost = {
  global: (module, name) => {
    throw damaged(`it names ${quoted(`${module}.${name}`)} where only numbers and strings are allowed`);
  },
  persistent: () => {
    throw damaged('it names a storage where only numbers and strings are allowed');
  },
};

function texts(value: PickleValue): string[] {
  const items = value instanceof List ? value.items : [];
  const keys = items.filter((item) => typeof item === 'string');
  if (!(value instanceof List) || keys.length < items.length || new Set(keys).size < keys.length)
    throw damaged('the list of its storages is invalid');
  return keys;
}
