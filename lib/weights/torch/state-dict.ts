import { OneirosError } from '../../base/errors.js';
import type { ByteSource } from '../../files/source.js';
import { bytesPerElement } from '../../tensor/dtype.js';
import type { NumericTensor } from '../../tensor/tensor.js';
import { isRowMajor, spanOf, toRowMajor } from '../strided.js';
import { byteSizeOf, quoted, type StoredTensor, tensorOver, type Weights } from '../weights.js';
import { describe, Dict, type PickleValue } from './pickle.js';
import { type Storage, TensorView } from './torch-globals.js';

/** Where the bytes of a storage begin in the file. */
export type Locate = (storage: Storage) => Promise<number>;

/** The keys under which training scripts store the network in a checkpoint, the most likely first. */
const wrappers = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'weights', 'params'];
/** The keys of other state that they store beside it. */
const companions = /optim|scheduler|scaler/i;

const maxDepth = 32;
/** The maximum number of visited items: a pickle can refer to the same dictionary many times. */
const maxItems = 500_000;
/** The maximum bytes of an expanded tensor (stride 0), which is larger than its storage. */
const maxExpanded = 64 * 2 ** 20;

/**
 * The named tensors of an unpickled checkpoint. Unwraps a dictionary around the network (`model`, `state_dict` …),
 * joins the names of nested dictionaries with dots, and skips optimizers, lists and everything that is not a tensor.
 * @throws OneirosError `bad-input` if there is no tensor, or one does not fit its storage; `too-large`
 */
export function stateDict(root: PickleValue, source: ByteSource, locate: Locate): Weights {
  const named = [...tensorsIn(unwrap(root))];
  if (named.length === 0) throw noTensors(root);
  const weights = new Map<string, StoredTensor>();
  for (const [name, view] of named) {
    if (weights.has(name)) throw damaged(`two of its tensors are called ${quoted(name)}`);
    checkView(name, view);
    weights.set(name, { dtype: view.dtype, dims: view.dims, load: () => load(view, source, locate) });
  }
  return weights;
}

function unwrap(root: PickleValue): PickleValue {
  let inner = root;
  for (let depth = 0; depth < maxDepth && inner instanceof Dict; depth++) {
    const { entries } = inner;
    const wrapper = wrappers.find((name) => entries.get(name) instanceof Dict);
    if (wrapper === undefined) return inner;
    inner = entries.get(wrapper) ?? null;
  }
  return inner;
}

function* tensorsIn(root: PickleValue): Generator<readonly [name: string, view: TensorView]> {
  let items = 0;
  function* walk(
    value: PickleValue,
    prefix: string,
    depth: number,
  ): Generator<readonly [string, TensorView]> {
    if (!(value instanceof Dict)) return;
    for (const [key, item] of value.entries) {
      if (++items > maxItems || depth > maxDepth)
        throw new OneirosError(
          'too-large',
          `the checkpoint is nested deeper than ${maxDepth} levels, or has more than ${maxItems} items`,
        );
      if (typeof key !== 'string' || (depth === 0 && companions.test(key))) continue;
      if (item instanceof TensorView) yield [prefix + key, item];
      else yield* walk(item, `${prefix}${key}.`, depth + 1);
    }
  }
  yield* walk(root, '', 0);
}

function checkView(name: string, { storage, dtype, offset, dims, strides }: TensorView): void {
  const what = `the tensor ${quoted(name)}`;
  const size = byteSizeOf(what, dtype, dims);
  const span = spanOf(dims, strides);
  if (strides.length !== dims.length)
    throw damaged(`${what} has ${dims.length} axes but ${strides.length} strides`);
  if ((offset + span) * bytesPerElement(dtype) > storage.byteLength)
    throw damaged(
      `${what} needs ${offset + span} ${dtype} elements of a storage that has ${storage.byteLength} bytes`,
    );
  if (size > Math.max(storage.byteLength, maxExpanded))
    throw new OneirosError('too-large', `${what} is ${size} bytes expanded from ${storage.byteLength}`);
}

/** Reads the bytes from the first to the last element; copies to row-major order if the strides differ from it. */
async function load(view: TensorView, source: ByteSource, locate: Locate): Promise<NumericTensor> {
  const { storage, dtype, offset, dims, strides } = view;
  const width = bytesPerElement(dtype);
  const span = spanOf(dims, strides);
  const start = span === 0 ? 0 : (await locate(storage)) + offset * width;
  const bytes = await source.read(start, span * width);
  const ordered = isRowMajor(dims, strides) ? bytes : toRowMajor(dtype, bytes, dims, strides);
  return tensorOver(dtype, ordered, dims);
}

function noTensors(root: PickleValue): OneirosError {
  const keys = root instanceof Dict ? [...root.entries.keys()].slice(0, 5).map(describe).join(', ') : '';
  const found = keys === '' ? describe(root) : `a dictionary of ${keys}`;
  return new OneirosError(
    'bad-input',
    `the checkpoint holds no named tensors: expected a state_dict, but found ${found}`,
  );
}

function damaged(detail: string): OneirosError {
  return new OneirosError('bad-input', `the checkpoint is damaged: ${detail}`);
}
