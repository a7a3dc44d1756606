// The best 1×1 lift of each layer: linear least squares.
import type { Image } from '../../../lib/image/image.js';
import { Builder, shapeOf } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { float32 } from '../../../lib/tensor/tensor.js';
import { meansOver } from './means.js';
import type { Lift, Teacher } from './networks.js';
import { joinTeachers, type Match } from './objective.js';

/**
 * For each layer the lift that minimizes ‖lift(student) − teacher‖², averaged over all positions of all pictures.
 * @param student a graph with the layers as values
 */
export async function leastSquaresLifts(
  student: Model,
  teachers: readonly Teacher[],
  pictures: AsyncIterable<Image> | readonly Image[],
): Promise<ReadonlyMap<string, Lift>> {
  const b = Builder.from(student.graph);
  const targets = joinTeachers(b, teachers);
  for (const [layer, target] of targets) {
    const features = withOne(b, b.value(layer));
    const positions = b.cast(b.dim(features, 1), 'float32');
    const shared = b.div(features, positions);
    b.output(b.matmul(shared, b.swap(features)), `normal/${layer}`);
    b.output(b.matmul(shared, b.swap(matrixOf(b, target))), `right/${layer}`);
  }
  const found = await meansOver(b.model(), pictures);
  return new Map(
    Array.from(targets.keys(), (layer) => [
      layer,
      solved(found.get(`normal/${layer}`)!, found.get(`right/${layer}`)!),
    ]),
  );
}

/** Converts a lift to a teacher's features into one to the standardized features that the training matches. */
export function standardized({ weight, bias }: Lift, { means, deviation }: Match): Lift {
  return {
    weight: float32(
      weight.data.map((value) => value / deviation),
      weight.dims,
    ),
    bias: float32(
      bias.data.map((value, i) => (value - means.data[i]!) / deviation),
      bias.dims,
    ),
  };
}

/** Reshapes 1×C×H×W to C × positions. */
function matrixOf(b: Builder, value: Value): Value {
  return b.reshape(value, [Number(shapeOf(value)[1]), -1]);
}

/** The same with an added row of ones at the bottom. */
function withOne(b: Builder, value: Value): Value {
  const matrix = matrixOf(b, value);
  return b.concat([matrix, b.fillLike(b.slice(matrix, [0], [0], [1]), 1)], 0);
}

/** Solves the normal equations for a lift: `normal` is n×n, its last row is for the bias; `right` is n×channels. */
function solved(normal: Float64Array, right: Float64Array): Lift {
  const n = Math.sqrt(normal.length);
  const channels = right.length / n;
  const solution = solveSymmetric(normal, right, n);
  const inputs = n - 1;
  const weight = new Float32Array(channels * inputs);
  for (let row = 0; row < inputs; row++)
    for (let channel = 0; channel < channels; channel++)
      weight[channel * inputs + row] = solution[row * channels + channel]!;
  return {
    weight: float32(weight, [channels, inputs, 1, 1]),
    bias: float32(Float32Array.from(solution.subarray(inputs * channels))),
  };
}

/** Solves a·x = b by Cholesky decomposition; adds a small value to the diagonal for features that are never active. */
function solveSymmetric(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const lower = a.slice();
  const columns = b.length / n;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i]!;
  for (let i = 0; i < n; i++) lower[i * n + i]! += (1e-7 * trace) / n;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
  const x = b.slice();
  for (let i = 0; i < n; i++)
    for (let c = 0; c < columns; c++) {
      let sum = x[i * columns + c]!;
      for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * x[k * columns + c]!;
      x[i * columns + c] = sum / lower[i * n + i]!;
    }
  for (let i = n - 1; i >= 0; i--)
    for (let c = 0; c < columns; c++) {
      let sum = x[i * columns + c]!;
      for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * x[k * columns + c]!;
      x[i * columns + c] = sum / lower[i * n + i]!;
    }
  return x;
}
