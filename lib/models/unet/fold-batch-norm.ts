import { float32 } from '../../tensor/tensor.js';
import { type Convolution, outputsOf } from './parameters.js';

/** The ε that is added to the variance; PyTorch's default. */
export const epsilon = 1e-5;

/**
 * Folds batch normalization with fixed statistics into the convolution before it:
 * k·(w∗x + b − mean) + shift with k = scale / √(variance + ε).
 */
export function fold(convolution: Convolution): Convolution {
  const { weight, bias, norm } = convolution;
  if (norm === null) return convolution;
  const outputs = outputsOf(convolution);
  const factor = Float32Array.from(
    norm.scale.data,
    (scale, i) => scale / Math.sqrt(norm.variance.data[i]! + epsilon),
  );
  const each = weight.data.length / outputs;
  const folded = weight.data.map((value, i) => value * factor[Math.floor(i / each)]!);
  const offset = factor.map((k, i) => norm.shift.data[i]! + k * ((bias?.data[i] ?? 0) - norm.mean.data[i]!));
  return { weight: float32(folded, weight.dims), bias: float32(offset), norm: null };
}
