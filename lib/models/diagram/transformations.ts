import { own } from '../../base/own.js';
import type { Facts } from '../../onnx/facts/facts.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Graph, Node } from '../../onnx/graph/graph.js';
import { isFloat } from '../../tensor/dtype.js';
import { sizeOf } from '../../tensor/tensor.js';
import { fixedConstants } from '../input/preprocessing.js';

/** Counts of a node's parameters. */
export interface NodeParameters {
  /** Parameters that gradients change. */
  readonly learned: number;
  /** Means and variances of batch normalization. */
  readonly statistics: number;
}

/** The inputs of each operator that are parameters. */
const learned: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  PRelu: [1],
  Add: [0, 1],
  Mul: [0, 1],
};
const statistics: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] };

/** Returns a function that counts the parameters of nodes. Shared parameters count for the first node only. */
export function parameterCounter({ initializers }: Graph): (node: Node) => NodeParameters {
  const seen = new Set<string>();
  const count = (node: Node, slots: readonly number[] = []) => {
    let total = 0;
    for (const name of slots.map((slot) => node.inputs[slot] ?? '')) {
      const constant = initializers.get(name);
      if (!constant || constant.dtype === 'opaque' || !isFloat(constant.dtype)) continue;
      if (seen.has(name) || name.startsWith(fixedConstants)) continue;
      // A single number that is added or multiplied is a fixed constant, not a bias.
      if (['Add', 'Mul'].includes(node.op) && sizeOf(constant.dims) === 1) continue;
      seen.add(name);
      total += sizeOf(constant.dims);
    }
    return total;
  };
  return (node) => ({
    learned: count(node, own(learned, node.op)),
    statistics: count(node, own(statistics, node.op)),
  });
}

const plainNames: Readonly<Record<string, string>> = {
  BatchNormalization: 'batch normalization',
  InstanceNormalization: 'instance normalization',
  LayerNormalization: 'layer normalization',
  GlobalAveragePool: 'global average pooling',
  Relu: 'ReLU',
  PRelu: 'PReLU',
  LeakyRelu: 'leaky ReLU',
  Concat: 'concatenation',
  Add: 'addition',
  Mul: 'multiplication',
  Sigmoid: 'sigmoid',
  Softmax: 'softmax',
  Slice: 'crop',
  Pad: 'padding',
  Clip: 'clipping',
  Gather: 'indexing',
  Reshape: 'reshaping',
  Transpose: 'transposition',
  Gemm: 'fully connected',
  MatMul: 'matrix product',
};

/** Describes a node: `convolution 3×3`, `transposed convolution 2×2, stride 2`. */
export function describeNode(node: Node, facts: ReadonlyMap<string, Facts>): string {
  const { op } = node;
  switch (op) {
    case 'Conv': {
      const channels = facts.get(node.inputs[0] ?? '')?.type?.shape?.[1];
      const group = attr.int(node, 'group', 1);
      const kind = group === 1 ? '' : group === channels ? 'depthwise ' : 'grouped ';
      return `${kind}convolution ${window(node, facts)}`;
    }
    case 'ConvTranspose':
      return `${strideOf(node) > 1 ? 'strided ' : ''}transposed convolution ${window(node, facts)}`;
    case 'MaxPool':
      return `max pooling ${window(node, facts)}`;
    case 'AveragePool':
      return `average pooling ${window(node, facts)}`;
    case 'Resize': {
      const how = attr.string(node, 'coordinate_transformation_mode', 'half_pixel');
      return `resize, ${attr.string(node, 'mode', 'nearest')}${how === 'align_corners' ? ', corners aligned' : ''}`;
    }
    default:
      return own(plainNames, op) ?? op;
  }
}

function window(node: Node, facts: ReadonlyMap<string, Facts>): string {
  const kernel = facts.get(node.inputs[1] ?? '')?.type?.shape?.slice(2);
  const sides = attr.ints(node, 'kernel_shape', kernel?.map(Number) ?? []);
  const stride = strideOf(node);
  return `${sides.join('×') || '?'}${stride > 1 ? `, stride ${stride}` : ''}`;
}

function strideOf(node: Node): number {
  return attr.ints(node, 'strides', [1])[0] ?? 1;
}
