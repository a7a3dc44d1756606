import { own } from '../../base/own.js';
import { vgg19 } from '../../models/classifiers/vgg19.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Graph, Node, OpaqueTensor } from '../../onnx/graph/graph.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arrange } from '../../weights/kernel-layout.js';
import type { StoredTensor, Weights } from '../../weights/weights.js';

// Recognizes ONNX files of networks that oneiros builds itself, and takes only their weights.

/** VGG-19's operators in order: C is a convolution, R a ReLU, P a pooling, G a matrix product. */
const vgg19Word = 'CRCRPCRCRPCRCRCRCRPCRCRCRCRPCRCRCRCRPGRGRG';
const letters: Readonly<Record<string, string>> = { Conv: 'C', Relu: 'R', MaxPool: 'P', Gemm: 'G' };
/** Operators that exporters add; they have no effect at the size that the network was trained at. */
const ignored = new Set(
  'Dropout Identity Flatten Reshape AveragePool GlobalAveragePool Softmax Constant Shape Gather Concat Unsqueeze Cast'.split(
    ' ',
  ),
);
/** Up to conv3_4; before that, VGG-16 has the same operators. */
const shortestWord = 'CRCRPCRCRPCRCRCRC'.length;

/**
 * The weights of an exported VGG-19 (torchvision's or the ONNX model zoo's, complete or cut after conv3_4 at the
 * earliest) by their canonical names; `null` for any other graph.
 */
export function exportedVGG19({ nodes, initializers }: Graph): Weights | null {
  // PyTorch's exporter writes equal constants once, and refers to them by Identity nodes.
  const alias = new Map(
    nodes.filter(({ op }) => op === 'Identity').map((node) => [node.outputs[0], node.inputs[0]]),
  );
  const working = nodes.filter(({ op }) => !ignored.has(op));
  const word = working.map(({ op }) => own(letters, op) ?? '?').join('');
  if (word.length < shortestWord || !vgg19Word.startsWith(word)) return null;
  const names = vgg19.stages.flatMap((stage) => stage.learned);
  const weights = new Map<string, StoredTensor>();
  let inputs = 3;
  for (const [i, node] of working.filter((candidate) => candidate.inputs.length === 3).entries()) {
    const [weight, bias] = node.inputs
      .slice(1)
      .map((name) => stored(initializers.get(alias.get(name) ?? name)));
    if (weight === undefined || bias === undefined) return null;
    const name = names[i]!;
    const kernel = node.op === 'Conv' ? kernelOf(node, weight) : matrixOf(node, weight, name);
    if (kernel?.dims[1] !== inputs * (name === 'fc6' ? 7 * 7 : 1)) return null;
    inputs = kernel.dims[0] ?? 0;
    weights.set(`${name}.weight`, kernel).set(`${name}.bias`, bias);
  }
  return weights;
}

/** The kernel of a 3×3 convolution with padding 1, stride 1 and dilation 1; `null` for any other. */
function kernelOf(node: Node, weight: StoredTensor): StoredTensor | null {
  const all = (name: string, value: number, otherwise: number) =>
    attr.ints(node, name, [otherwise]).every((item) => item === value);
  const plain = all('pads', 1, 0) && all('strides', 1, 1) && all('dilations', 1, 1);
  return plain && weight.dims.length === 4 && weight.dims.slice(2).every((side) => side === 3)
    ? weight
    : null;
}

/** The matrix of a fully connected layer, one row for each output; `null` if the Gemm does more. */
function matrixOf(node: Node, weight: StoredTensor, name: string): StoredTensor | null {
  const plain =
    attr.float(node, 'alpha', 1) === 1 &&
    attr.float(node, 'beta', 1) === 1 &&
    attr.int(node, 'transA', 0) === 0;
  if (!plain || weight.dims.length !== 2) return null;
  return attr.int(node, 'transB', 0) === 1 ? weight : arrange(name, weight, 'io');
}

/**
 * The weights of the ONNX model zoo's GoogLeNet (BVLC's, converted through Caffe2: `conv1/7x7_s2_w_0`) by their Caffe
 * names; `null` for any other graph.
 */
export function exportedGoogLeNet({ initializers }: Graph): Weights | null {
  if (!initializers.has('conv1/7x7_s2_w_0') || !initializers.has('inception_3a/1x1_w_0')) return null;
  const weights = new Map<string, StoredTensor>();
  for (const [name, constant] of initializers) {
    const [, layer, kind] = /^(.*)_([wb])_0$/.exec(name) ?? [];
    const tensor = stored(constant);
    if (layer !== undefined && tensor !== undefined)
      weights.set(`${layer}.${kind === 'w' ? 'weight' : 'bias'}`, tensor);
  }
  return weights;
}

function stored(constant: Tensor | OpaqueTensor | undefined): StoredTensor | undefined {
  if (constant === undefined || constant.dtype === 'opaque' || constant.dtype === 'string') return undefined;
  return { dtype: constant.dtype, dims: constant.dims, load: () => Promise.resolve(constant) };
}
