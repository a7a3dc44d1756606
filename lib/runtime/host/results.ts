import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorInfo } from '../types.js';

/**
 * Compares the results of a run with the shapes that the model declares; ONNX Runtime ignores a difference. Symbolic
 * sizes are not checked, and neither are axes that are symbolic in an input: there, exporters often declare the number
 * or size of the images they traced with.
 * @throws OneirosError `bad-input` naming the first output that contradicts its declaration
 */
export function checkResults(
  results: Readonly<Record<string, Tensor>>,
  { inputs, outputs }: { readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] },
): void {
  const varies = (axis: number) => inputs.some(({ dims }) => typeof dims[axis] === 'string');
  for (const { name, dims: declared } of outputs) {
    const found = own(results, name)?.dims;
    // An empty list means a scalar, or that the model does not declare the rank.
    if (found === undefined || declared.length === 0) continue;
    const agrees =
      found.length === declared.length &&
      declared.every((size, axis) => typeof size === 'string' || size === found[axis] || varies(axis));
    if (!agrees)
      throw new OneirosError(
        'bad-input',
        `the model declares its output "${name}" as [${declared.join(', ')}], but a run returned [${found.join(', ')}]: ` +
          'correct or remove the declaration',
      );
  }
}
