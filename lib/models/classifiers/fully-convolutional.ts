import { OneirosError } from '../../base/errors.js';
import type { Size } from '../../image/image.js';
import { Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Facts } from '../../onnx/facts/facts.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import type { Graph, Model, Node, OpaqueTensor } from '../../onnx/graph/graph.js';
import { normalizeOpset } from '../../onnx/opset/normalize-opset.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import { float32, type Float32Tensor, sizeOf, type Tensor } from '../../tensor/tensor.js';
import { activationOf } from '../output-activation/activation.js';
import { spreadsOf } from '../output-activation/infer-spreads.js';
import { anything } from '../output-activation/spread.js';

export interface FullyConvolutional {
  /**
   * Input 1×channels×height×width; output `probabilities`, 1×classes×rows×columns, one position for each window,
   * windows `stride` pixels apart.
   */
  readonly model: Model;
  readonly input: string;
  readonly classes: number;
  /** Whether the probabilities add up to 1; if not, those of the classes are independent. */
  readonly isExclusive: boolean;
  /** The distance between neighboring windows, in pixels. */
  readonly stride: number;
}

/**
 * Converts a classifier of windows into a graph that takes pictures at least as large as a window and classifies all
 * windows at once, sharing the computation where they overlap: fully connected layers become convolutions, and global
 * pooling becomes pooling over a moving window (Long et al. 2015; Sermanet et al. 2014). Padding is now around the
 * picture, no longer around each window.
 * @param model takes one picture; gives one row of scores, or of probabilities by a softmax or sigmoids
 * @throws OneirosError `unsupported` for layers that are neither convolutional nor fully connected, or if the graph
 *   does not show the scores before the activation
 */
export function fullyConvolutional(model: Model, window: Size): FullyConvolutional {
  const normal = normalizeOpset(model);
  const { graph } = normal;
  const input = graph.inputs.find(({ name }) => !graph.initializers.has(name));
  const output = graph.outputs[0];
  const channels = input?.type?.shape?.[1];
  if (input === undefined || output === undefined || typeof channels !== 'number')
    throw new OneirosError(
      'unsupported',
      'expected a classifier of windows that takes one picture with a known number of channels',
    );
  const shape = [1, channels, window.height, window.width];
  const whole = { name: input.name, type: { dtype: 'float32', shape } } as const;
  const facts = inferModel({ ...normal, graph: { ...graph, inputs: [whole], values: new Map() } });
  const b = new Builder();
  const image = b.input(input.name, 'float32', [1, channels, 'height', 'width']);
  const conversion = new Conversion(b, graph.initializers, facts);
  conversion.take(input.name, image);
  const head = headOf(graph, output.name, facts);
  // The activation after the scores is not converted; it is added again below, along the classes axis.
  for (const node of graph.nodes) if (!conversion.has(head.scores)) conversion.convert(node);
  const { value, stride } = conversion.result(head.scores);
  const classes = Number(shapeOf(value)[1]);
  b.output(head.isExclusive ? b.op('Softmax', [value], { axis: 1 }) : b.sigmoid(value), 'probabilities');
  return { model: b.model(), input: input.name, classes, isExclusive: head.isExclusive, stride };
}

interface WindowHead {
  /** The value before the activation. */
  readonly scores: string;
  readonly isExclusive: boolean;
}

/** @throws OneirosError `unsupported` if the graph does not show the scores before the activation */
function headOf({ nodes }: Graph, output: string, facts: ReadonlyMap<string, Facts>): WindowHead {
  const spread = spreadsOf(nodes, (name) => facts.get(name)).get(output) ?? anything(output);
  const shape = facts.get(output)?.type?.shape ?? [];
  const long = shape.findIndex((size, axis) => axis > 0 && size !== 1);
  const axis = long === -1 ? 1 : long;
  const classes = Number(shape[axis] ?? 1);
  const found = activationOf(spread, axis, classes);
  if (found.kind === 'none') return { scores: output, isExclusive: classes > 1 };
  if (found.kind !== 'unknown' && spread.scores !== null)
    return { scores: spread.scores, isExclusive: found.kind !== 'sigmoid' };
  const why = found.kind === 'unknown' ? `: ${found.why}` : '';
  throw new OneirosError(
    'unsupported',
    `the graph does not show the scores before the activation of its output "${output}"${why}; expected a classifier of windows that ends in scores, a softmax or sigmoids`,
  );
}

/** Operators that act locally, and so need no conversion. */
const local = new Set(
  'Conv MaxPool AveragePool Relu LeakyRelu PRelu Sigmoid Tanh Clip Elu Identity BatchNormalization LRN Add Mul Concat'.split(
    ' ',
  ),
);
/** Operators that only rearrange the numbers of a window. */
const reshaping = new Set(['Flatten', 'Reshape', 'Squeeze', 'Dropout']);
const striding = new Set(['Conv', 'MaxPool', 'AveragePool']);

/** A value of the new graph. */
interface Converted {
  readonly value: Value;
  /** Its height and width for a single window, before the graph flattened it. */
  readonly window: readonly number[];
  readonly stride: number;
}

class Conversion {
  readonly #values = new Map<string, Converted>();

  constructor(
    private readonly b: Builder,
    private readonly constants: ReadonlyMap<string, Tensor | OpaqueTensor>,
    private readonly facts: ReadonlyMap<string, Facts>,
  ) {}

  take(name: string, value: Value): void {
    this.#values.set(name, { value, window: this.#sidesOf(name), stride: 1 });
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** @throws OneirosError `unsupported` if the value does not depend on the picture */
  result(name: string): Converted {
    const converted = this.#values.get(name);
    if (converted !== undefined) return converted;
    throw new OneirosError(
      'unsupported',
      `"${name}" is not computed from the picture by supported layers: expected convolutions, pooling and fully connected layers`,
    );
  }

  convert(node: Node): void {
    const inputs = node.inputs.flatMap((name) => this.#values.get(name) ?? []);
    const [x] = inputs;
    // Sizes computed for a single window are not needed any more.
    if (x === undefined || node.op === 'Shape') return;
    const [output = ''] = node.outputs;
    const steps = striding.has(node.op) ? attr.ints(node, 'strides', [1])[0]! : 1;
    const stride = steps * inputs.reduce((most, input) => Math.max(most, input.stride), 1);
    const isReshaping = reshaping.has(node.op);
    if (isReshaping && !this.#isRow(output)) throw unknownLayer(node);
    this.#values.set(output, {
      value: isReshaping ? x.value : this.#layer(node, x),
      window: isReshaping ? x.window : this.#sidesOf(output),
      stride,
    });
  }

  #layer(node: Node, { value: x, window }: Converted): Value {
    const { b } = this;
    if (local.has(node.op)) return this.#same(node);
    switch (node.op) {
      case 'GlobalAveragePool':
        return b.op('AveragePool', [x], { kernel_shape: window });
      case 'GlobalMaxPool':
        return b.op('MaxPool', [x], { kernel_shape: window });
      case 'Softmax':
        return b.op('Softmax', [x], { axis: 1 });
      case 'Gemm':
      case 'MatMul':
        return this.#dense(node, x, window);
      default:
        throw unknownLayer(node);
    }
  }

  #same(node: Node): Value {
    const isRow = this.#isRow(node.outputs[0] ?? '');
    const inputs = node.inputs.map((name) => {
      if (name === '') return undefined;
      const converted = this.#values.get(name)?.value;
      if (converted !== undefined) return converted;
      // A constant with one number for each class is broadcast over planes.
      const constant = this.#tensor(node, name);
      return this.b.constant(isRow ? float32(constant.data, [1, constant.data.length, 1, 1]) : constant);
    });
    return this.b.op(node.op, inputs, Object.fromEntries(node.attributes));
  }

  /** A fully connected layer becomes a convolution whose kernel covers the layer's input for one window. */
  #dense(node: Node, x: Value, window: readonly number[]): Value {
    const [, weightName = '', biasName = ''] = node.inputs;
    const plain = attr.float(node, 'alpha', 1) === 1 && attr.float(node, 'beta', 1) === 1;
    if (!plain || attr.int(node, 'transA', 0) === 1) throw unknownLayer(node);
    const stored = this.#tensor(node, weightName);
    const matrix = attr.int(node, 'transB', 0) === 1 ? stored : transposed(stored);
    const [outputs = 0, inputs = 0] = matrix.dims;
    const dims = [outputs, Number(shapeOf(x)[1]), ...window];
    if (sizeOf(dims) !== outputs * inputs) throw unknownLayer(node);
    const kernel = this.b.constant(float32(matrix.data, dims));
    const bias = biasName === '' ? undefined : this.b.constant(this.#tensor(node, biasName));
    return this.b.op('Conv', [x, kernel, bias], { kernel_shape: window });
  }

  #tensor(node: Node, name: string): Float32Tensor {
    const constant = this.constants.get(name);
    if (constant?.dtype !== 'float32') throw unknownLayer(node);
    return constant;
  }

  #sidesOf(name: string): readonly number[] {
    const sides = this.facts.get(name)?.type?.shape?.slice(2) ?? [];
    return [0, 1].map((axis) => Number(sides[axis] ?? 1));
  }

  /** Whether a value is one row of numbers for the window, up to axes of size 1. */
  #isRow(name: string): boolean {
    const shape = this.facts.get(name)?.type?.shape;
    return shape?.[0] === 1 && shape.length >= 2 && shape.slice(2).every((size) => size === 1);
  }
}

function transposed({ data, dims: [rows = 0, columns = 0] }: Float32Tensor): Float32Tensor {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  return float32(result, [columns, rows]);
}

function unknownLayer(node: Node): OneirosError {
  return new OneirosError(
    'unsupported',
    `${describe(node)} cannot be applied to all windows at once: expected convolutional or fully connected layers`,
  );
}
