import { OneirosError } from '../base/errors.js';
import { nearest } from '../base/nearest-names.js';
import { float32, type Float32Tensor, halfToNumber, type NumericTensor } from '../tensor/tensor.js';
import { quoted, type StoredTensor, type Weights } from './weights.js';

/**
 * Loads a weight as float32 and checks that it has the expected dimensions and is finite.
 * @param dims the expected dimensions; `null` for an axis of any size
 * @throws OneirosError `not-found` if there is no such tensor (the message lists near names); `bad-input` as
 *   {@link checkDims} and {@link checkFinite} do
 */
export async function loadWeight(
  weights: Weights,
  name: string,
  dims: readonly (number | null)[],
): Promise<Float32Tensor> {
  const stored = weights.get(name);
  if (stored === undefined)
    throw new OneirosError(
      'not-found',
      `the weights have no tensor ${quoted(name)}; near names: ${nearest(name, weights.keys()).map(quoted).join(', ')}`,
    );
  checkDims(name, stored, dims);
  const tensor = toFloat32(await stored.load());
  checkFinite(name, tensor);
  return tensor;
}

/** @throws OneirosError `bad-input` that names the tensor, and the dimensions found and expected (`null`: any size) */
export function checkDims(
  name: string,
  found: Pick<StoredTensor, 'dims'>,
  expected: readonly (number | null)[],
): void {
  const fits =
    found.dims.length === expected.length &&
    expected.every((dim, axis) => dim === null || dim === found.dims[axis]);
  if (!fits)
    throw new OneirosError(
      'bad-input',
      `the weight ${quoted(name)} has dimensions [${found.dims.join(', ')}], ` +
        `expected [${expected.map((dim) => dim ?? '?').join(', ')}]`,
    );
}

/** @throws OneirosError `bad-input` that names the tensor, if an element is NaN or infinite */
export function checkFinite(name: string, tensor: NumericTensor): void {
  const { data } = tensor.dtype === 'float32' ? tensor : toFloat32(tensor);
  // One pass without a branch: x − x is 0 except for NaN and infinities.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  if (sum === 0) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  const count = data.filter((value) => !Number.isFinite(value)).length;
  throw new OneirosError(
    'bad-input',
    `the weight ${quoted(name)} has ${count} of ${data.length} elements that are not finite ` +
      `(the first is element ${at}, ${data[at]!}): the checkpoint is damaged, or its training diverged`,
  );
}

/** Converts a tensor to float32; returns the same tensor if it is float32 already. */
export function toFloat32(tensor: NumericTensor): Float32Tensor {
  switch (tensor.dtype) {
    case 'float32':
      return tensor;
    case 'float16':
      return float32(Float32Array.from(tensor.data, halfToNumber), tensor.dims);
    case 'bfloat16':
      return float32(widened(tensor.data), tensor.dims);
    default:
      return float32(Float32Array.from<number | bigint>(tensor.data, Number), tensor.dims);
  }
}

/** A bfloat16 is the upper half of a float32. */
function widened(data: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer);
}
