import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorInfo } from '../types.js';

/**
 * Compares what a run gave with what the model declares: ONNX Runtime goes on where they differ. Free are sizes that have
 * a symbol, and axes that have one in an input: exporters leave the number or the size of the pictures they tried.
 * @throws OneirosError `bad-input` naming the first output that contradicts its declaration
 */
export function checkResults(
  results: Readonly<Record<string, Tensor>>,
  { inputs, outputs }: { readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] },
): void {
  const varies = (axis: number) => inputs.some(({ dims }) => typeof dims[axis] === 'string');
  for (const { name, dims: declared } of outputs) {
    const found = own(results, name)?.dims;
    // No dimensions are those of a scalar, or of a value whose rank the model does not declare.
    if (found === undefined || declared.length === 0) continue;
    const agrees =
      found.length === declared.length &&
      declared.every((size, axis) => typeof size === 'string' || size === found[axis] || varies(axis));
    if (!agrees)
      throw new OneirosError(
        'bad-input',
        `the model declares its output "${name}" as [${declared.join(', ')}], but a run gave [${found.join(', ')}]: ` +
          'correct or remove the declaration',
      );
  }
}
