import { check, isRecord } from '../../base/check-arguments.js';
import { messageOf, OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { ByteSource } from '../../files/source.js';
import type { NumericDType } from '../../tensor/dtype.js';
import type { NumericTensor } from '../../tensor/tensor.js';
import { byteSizeOf, quoted, type StoredTensor, tensorOver, type Weights } from '../weights.js';

// The format: the header's length as a 64-bit number, the header as JSON, then the elements of all tensors,
// little-endian, row-major, contiguous (github.com/huggingface/safetensors).

// The header is checked without valibot: its `record` drops some names, and tensors may have any name; also, a page
// that loads a network would load valibot only for this.

/** The maximum size of the header in bytes: about 40 000 tensors. Parsed JSON takes many times its size in memory. */
const maxHeader = 4 * 2 ** 20;

/** In the order in which the reference library writes them: the largest first, which aligns all elements. */
const dtypes = [
  ['U64', 'uint64'],
  ['I64', 'int64'],
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['U16', 'uint16'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
] as const satisfies readonly (readonly [string, NumericDType])[];
const dtypeOf: ReadonlyMap<string, NumericDType> = new Map(dtypes);
const rank = (dtype: NumericDType) => dtypes.findIndex(([, other]) => other === dtype);
const codeOf: ReadonlyMap<NumericDType, string> = new Map(dtypes.map(([code, dtype]) => [dtype, code]));

/** The contents of a safetensors file. */
export interface Safetensors {
  readonly weights: Weights;
  /** Free text by keyword. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the header of a safetensors file; tensors are read when they are loaded.
 * @throws OneirosError `bad-input` if the file is truncated or damaged, or its tensors overlap or leave holes;
 *   `too-large` if the header is over 4 MiB; `unsupported` for an element type without a typed array (8-bit floats,
 *   complex)
 */
export async function readSafetensors(source: ByteSource): Promise<Safetensors> {
  check('readSafetensors', { source: [source, kind.source] });
  const { header, start } = await readHeader(source);
  const { __metadata__: metadata, ...rest } = header;
  const entries = Object.entries(rest).map(([name, value]) => entryOf(name, value));
  checkLayout(entries, source.size - start);
  const stored = ({ dtype, dims, begin, end }: Entry): StoredTensor => ({
    dtype,
    dims,
    load: async () => tensorOver(dtype, await source.read(start + begin, end - begin), dims),
  });
  return {
    weights: new Map(entries.map((entry) => [entry.name, stored(entry)])),
    metadata: metadataOf(metadata),
  };
}

async function readHeader(
  source: ByteSource,
): Promise<{ header: Readonly<Record<string, unknown>>; start: number }> {
  const start = await source.read(0, 8);
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > maxHeader)
    throw new OneirosError(
      'too-large',
      `the safetensors file declares a header of ${length.toString()} bytes, over the limit of ${maxHeader}`,
    );
  const bytes = await source.read(8, Number(length));
  const header = parse(bytes);
  if (!isRecord(header)) throw damaged('its header is not a JSON object');
  return { header, start: 8 + bytes.length };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(`its header is not valid JSON (${messageOf(error)})`, error);
  }
}

interface Entry {
  readonly name: string;
  readonly dtype: NumericDType;
  readonly dims: readonly number[];
  /** The first byte and the byte after the last one, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

function entryOf(name: string, value: unknown): Entry {
  const what = `the tensor ${quoted(name)}`;
  if (!isRecord(value)) throw damaged(`${what} is not described by an object`);
  const { dtype: code, shape, data_offsets: offsets } = value;
  if (typeof code !== 'string') throw damaged(`${what} has no dtype`);
  const dtype = dtypeOf.get(code);
  if (dtype === undefined)
    throw new OneirosError(
      'unsupported',
      `${what} has the element type ${quoted(code)}, which is not supported`,
    );
  if (!areSizes(shape)) throw damaged(`${what} has no shape`);
  if (!areSizes(offsets) || offsets.length !== 2) throw damaged(`${what} has no data_offsets`);
  const [begin = NaN, end = NaN] = offsets;
  const size = byteSizeOf(what, dtype, shape);
  if (end - begin !== size)
    throw damaged(`${what}, ${dtype} [${shape.join(', ')}], takes ${size} bytes but has ${end - begin}`);
  return { name, dtype, dims: shape, begin, end };
}

/** The tensors must cover the rest of the file without overlap or gaps. */
function checkLayout(entries: readonly Entry[], size: number): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end)
      throw damaged(
        `the tensor ${quoted(entry.name)} begins at byte ${entry.begin} of the data, but the one before it ends at ${end}`,
      );
    end = entry.end;
  }
  if (end > size)
    throw damaged(
      `its tensors take ${end} bytes, but only ${Math.max(size, 0)} follow the header: it may be truncated`,
    );
  if (end < size) throw damaged(`${size - end} bytes follow its last tensor`);
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isRecord(value) || !isTexts(value)) throw damaged('its metadata is not an object of strings');
  return value;
}

/**
 * Encodes a safetensors file as the reference library does: sorted by element type, then by name. The same tensors give
 * the same bytes.
 * @param metadata free text by keyword
 * @throws OneirosError `bad-argument` if a tensor is named `__metadata__`
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NumericTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  check('writeSafetensors', { tensors: [tensors, kind.map], metadata: [metadata, kind.textsByName] });
  if (tensors.has('__metadata__'))
    throw new OneirosError(
      'bad-argument',
      'a tensor in a safetensors file cannot be named "__metadata__": rename it',
    );
  const ordered = [...tensors].sort(
    ([a, { dtype: da }], [b, { dtype: db }]) => rank(da) - rank(db) || Number(a > b) - Number(a < b),
  );
  let end = 0;
  const described = ordered.map(([name, { dtype, dims, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: codeOf.get(dtype), shape: dims, data_offsets: [begin, end] }] as const;
  });
  const head = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : [];
  const header = padded(
    new TextEncoder().encode(JSON.stringify(Object.fromEntries([...head, ...described]))),
  );
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** Pads the header with spaces to a multiple of 8 bytes. */
function padded(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20);
  bytes.set(header);
  return bytes;
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isTexts(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, string>> {
  return Object.values(value).every((text) => typeof text === 'string');
}

function damaged(detail: string, cause?: unknown): OneirosError {
  return new OneirosError('bad-input', `the safetensors file is damaged: ${detail}`, { cause });
}
