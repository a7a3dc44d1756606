import { type Tensor, toNumbers } from '../../tensor/tensor.js';
import { maxContent } from './content.js';
import type { Facts } from './facts.js';

/** Longer vectors of floats are weights, not scales. */
const maxFloatContent = 16;

export function factsOfConstant(constant: Tensor): Facts {
  return {
    type: { dtype: constant.dtype, shape: constant.dims },
    content: contentOfConstant(constant),
    constant,
  };
}

export function contentOfConstant(constant: Tensor): readonly number[] | null {
  if (constant.dims.length > 1 || constant.data.length > maxContent) return null;
  switch (constant.dtype) {
    case 'int64':
    case 'int32':
    case 'bool':
      return toNumbers(constant);
    case 'float32':
    case 'float64':
      return constant.data.length <= maxFloatContent ? toNumbers(constant) : null;
    default:
      return null;
  }
}
