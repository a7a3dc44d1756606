import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { Float32Tensor, Tensor } from '../../tensor/tensor.js';

/** A result of a run, which is known to be float32 by how its graph was built. */
export function float32Of(results: Readonly<Record<string, Tensor>>, name: string): Float32Tensor {
  const result = own(results, name);
  if (result?.dtype !== 'float32')
    throw new OneirosError(
      'runtime',
      `the run gave ${result ? result.dtype : 'nothing'} for "${name}" where float32 was expected`,
    );
  return result;
}

/** The number in a result of one element. */
export function numberOf(results: Readonly<Record<string, Tensor>>, name: string): number {
  return float32Of(results, name).data[0] ?? NaN;
}
