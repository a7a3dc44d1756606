// Checks a gradient in double precision.
import { grad, type Model } from '../../../lib/api/onnx.js';
import { type NumericTensor, tensor } from '../../../lib/api/runtime.js';
import { inFloat64 } from '../../../lib/gradients/float64.js';
import { toNumbers } from '../../../lib/tensor/tensor.js';
import { cotangents, floats, run } from './model.js';
import { type Reference, relativeError } from './reference.js';

export interface Double {
  /** The error of the gradient. */
  readonly double: number;
  /** Of the gradient along v: the distance from central differences of the model itself, by the gradient's norm. */
  readonly slope: number;
}

/** Long steps cross kinks, short ones drown in rounding; the best one depends on the network: the least distance counts. */
const STEPS = [1e-8, 1e-9, 1e-10];

/**
 * For networks whose kinks (equal maxima, a ReLU near 0) fall differently in float32. `null`: the model has no form in
 * double precision.
 */
export async function inDouble(
  model: Model,
  reference: Reference,
  stopGradient: readonly string[],
): Promise<Double | null> {
  const { v, expected } = reference;
  const wide = inFloat64(model, { x: reference.x.dims });
  if (wide === null) return null;
  const outputs = floats(wide, reference);
  const [x, ...cs] = [reference.x, ...reference.cs].map(widened);
  const derived = grad(wide, { outputs, wrt: ['x'], keepOutputs: [], stopGradient });
  const [gradient] = await run(derived, { x: x!, ...cotangents(outputs, cs) });
  const lossAt = async (step: number) => {
    const moved = toNumbers(x!).map((value, i) => value + step * Number(v.data[i]));
    const results = await run(wide, { x: tensor('float64', Float64Array.from(moved), x!.dims) });
    return outputs.reduce((sum, _, i) => sum + dot(results[i]!, toNumbers(cs[i]!)), 0);
  };
  const slope = dot(gradient!, toNumbers(v));
  const norm = Math.sqrt(dot(gradient!, gradient!));
  const distances: number[] = [];
  for (const step of STEPS) {
    const difference = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    distances.push(Math.abs(slope - difference) / norm);
  }
  return {
    double: relativeError(gradient!, await expected('gradient')),
    slope: Math.min(...distances),
  };
}

function widened(given: NumericTensor): NumericTensor {
  return tensor('float64', Float64Array.from(toNumbers(given)), given.dims);
}

function dot(a: readonly number[], c: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * c[i]!, 0);
}
