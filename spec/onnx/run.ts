import { expect } from 'chai';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

import { encodeModel } from '../../lib/onnx/codec/write.js';
import { type AttributeLike, attributes } from '../../lib/onnx/graph/attributes.js';
import type { Graph, Model, Node, TensorType } from '../../lib/onnx/graph/graph.js';
import type { Random } from '../../lib/tensor/random.js';
import { float32, numberToHalf, type Tensor, tensor } from '../../lib/tensor/tensor.js';

export type Feeds = Readonly<Record<string, Tensor>>;

/** Runs a model in ONNX Runtime, without ONNX Runtime's optimizations. */
export async function run(model: Model, feeds: Feeds): Promise<Map<string, OrtTensor>> {
  const session = await InferenceSession.create(encodeModel(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  const wanted = session.inputNames.map((name): [string, OrtTensor] => [name, toOrt(feeds[name])]);
  const results = await session.run(Object.fromEntries(wanted));
  await session.release();
  return new Map(Object.entries(results));
}

function toOrt(value: Tensor | undefined): OrtTensor {
  if (value === undefined) return expect.fail('a feed is missing');
  const { dtype, dims } = value;
  switch (dtype) {
    case 'float32':
      return new OrtTensor(dtype, value.data, dims);
    case 'float64':
      return new OrtTensor(dtype, value.data, dims);
    case 'float16':
      return new OrtTensor(dtype, value.data, dims);
    case 'int64':
      return new OrtTensor(dtype, value.data, dims);
    case 'int32':
      return new OrtTensor(dtype, value.data, dims);
    case 'uint8':
      return new OrtTensor(dtype, value.data, dims);
    case 'int8':
      return new OrtTensor(dtype, value.data, dims);
    case 'bool':
      return new OrtTensor(dtype, value.data, dims);
    default:
      return expect.fail(`feeds of type ${dtype} are not supported`);
  }
}

/** Runs both and expects equal types, sizes and elements: within `tolerance`, relative to the largest. */
export async function expectSame(a: Model, b: Model, feeds: Feeds, tolerance = 1e-6): Promise<void> {
  const [before, after] = [await run(a, feeds), await run(b, feeds)];
  expect([...after.keys()]).to.have.members([...before.keys()]);
  for (const [name, result] of before) expectClose(after.get(name), result, name, tolerance);
}

export function expectClose(
  got: OrtTensor | undefined,
  want: OrtTensor,
  name: string,
  tolerance: number,
): void {
  expect(got?.type, `type of ${name}`).to.equal(want.type);
  expect(got?.dims, `sizes of ${name}`).to.deep.equal(want.dims);
  const [x, y] = [numbersOf(got), numbersOf(want)];
  const scale = y.reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 1);
  const wrong = y.findIndex((value, i) => !isClose(x[i]!, value, tolerance * scale));
  expect(wrong, `${name}[${wrong}]: ${x[wrong]} instead of ${y[wrong]}`).to.equal(-1);
}

function numbersOf(value: OrtTensor | undefined): number[] {
  return Array.from<unknown, number>(value?.data ?? [], Number);
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance;
}

/** A node by hand. */
export function op(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  values: Readonly<Record<string, AttributeLike | undefined>> = {},
): Node {
  return { name: outputs[0] ?? name, op: name, domain: '', inputs, outputs, attributes: attributes(values) };
}

/** A graph in short form. */
export interface Sketch {
  readonly nodes: readonly Node[];
  readonly inputs?: Readonly<Record<string, TensorType>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, TensorType>> | readonly string[];
}

export function graphOf({ nodes, inputs = {}, constants = {}, outputs }: Sketch): Graph {
  const infos = (types: Readonly<Record<string, TensorType>>) =>
    Object.entries(types).map(([name, type]) => ({ name, type }));
  return {
    name: 'g',
    nodes,
    inputs: infos(inputs),
    outputs: Array.isArray(outputs)
      ? outputs.map((name: string) => ({ name, type: null }))
      : infos(Object.fromEntries(Object.entries(outputs))),
    initializers: new Map(Object.entries(constants)),
    values: new Map(),
  };
}

export function modelOf(sketch: Sketch, opset = 17): Model {
  return {
    graph: graphOf(sketch),
    opsets: new Map([['', opset]]),
    irVersion: 8,
    producer: 'spec',
    metadata: new Map(),
  };
}

/** Type of a float32 value. */
export function f32(...shape: (number | string)[]): TensorType {
  return { dtype: 'float32', shape };
}

export function type(dtype: TensorType['dtype'], ...shape: (number | string)[]): TensorType {
  return { dtype, shape };
}

/** Random values for each input: standard normal floats, integers up to ±5, booleans. */
export function feedsFor(
  { graph }: Model,
  dice: Random,
  sizeOf: (symbol: string, axis: number) => number = () => 3,
): Feeds {
  return Object.fromEntries(
    graph.inputs.map(({ name, type: declared }) => {
      if (!declared?.shape) return expect.fail(`the input ${name} has no type`);
      const dims = declared.shape.map((size, axis) => (typeof size === 'number' ? size : sizeOf(size, axis)));
      return [name, randomTensor(declared.dtype, dims, dice)];
    }),
  );
}

function randomTensor(dtype: TensorType['dtype'], dims: readonly number[], dice: Random): Tensor {
  const length = dims.reduce((product, size) => product * size, 1);
  const fill = (next: () => number) => Array.from({ length }, next);
  switch (dtype) {
    case 'float32':
      return float32(
        fill(() => dice.normal()),
        dims,
      );
    case 'float64':
      return tensor(dtype, Float64Array.from(fill(() => dice.normal())), dims);
    case 'float16':
      return tensor(
        dtype,
        Uint16Array.from(
          fill(() => dice.normal()),
          numberToHalf,
        ),
        dims,
      );
    case 'int64':
      return tensor(
        dtype,
        BigInt64Array.from(
          fill(() => dice.integer(-5, 5)),
          BigInt,
        ),
        dims,
      );
    case 'int32':
      return tensor(dtype, Int32Array.from(fill(() => dice.integer(-5, 5))), dims);
    case 'bool':
      return tensor(dtype, Uint8Array.from(fill(() => dice.integer(0, 1))), dims);
    default:
      return expect.fail(`random tensors of type ${dtype} are not supported`);
  }
}
