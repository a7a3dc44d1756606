import { attr } from '../../onnx/graph/attributes.js';
import type { Node, Shape } from '../../onnx/graph/graph.js';

/** What a rule knows about a node. Values that depend on the image have the images along their first axis. */
export interface NodeContext {
  /** Whether an input depends on the image, by its index. */
  readonly fromImage: (input: number) => boolean;
  /** The shape of an input for one image; `null` if its rank is unknown. */
  readonly shape: (input: number) => Shape | null;
  /** The shape of the node's result for one image. */
  readonly result: Shape | null;
  /** The elements of an input that is a small constant (sizes, axes, factors); `null` for other inputs. */
  readonly numbers: (input: number) => readonly number[] | null;
}

/** Whether a node treats each image independently, and leaves the images along the first axis. */
type ImageWise = (node: Node, given: NodeContext) => boolean;

/** Whether an axis, possibly negative, is not the first. */
function isLater(axis: number, rank: number): boolean {
  return axis > 0 || (axis < 0 && axis > -rank);
}

function areLater(axes: readonly number[] | null, rank: number): boolean {
  return axes !== null && axes.length > 0 && axes.every((axis) => isLater(axis, rank));
}

const rankOf = (given: NodeContext, input = 0) => given.shape(input)?.length ?? 0;
const others = ({ inputs }: Node) => inputs.map((_, i) => i).slice(1);

/** Elementwise: inputs that do not depend on the image must be the same for all images. */
const elementwise: ImageWise = ({ inputs }, given) => {
  const rank = given.result?.length ?? 0;
  return inputs.every((name, i) => {
    const shape = given.shape(i);
    if (shape === null) return name === '';
    return given.fromImage(i) ? shape.length === rank : shape.length < rank || shape[0] === 1;
  });
};
/** Layers with one input from the image; the other inputs are constants. */
const learned: ImageWise = (node, given) =>
  given.fromImage(0) && !others(node).some(given.fromImage) && node.outputs.length === 1;
const along =
  (otherwise: number): ImageWise =>
  (node, given) =>
    node.inputs.every((_, i) => given.fromImage(i)) &&
    isLater(attr.int(node, 'axis', otherwise), rankOf(given));
const reduction: ImageWise = (node, given) => {
  const axes = node.inputs.length > 1 ? given.numbers(1) : attr.ints(node, 'axes', []);
  return given.fromImage(0) && areLater(axes, rankOf(given));
};
const slice: ImageWise = (node, given) =>
  learned(node, given) && areLater(node.inputs.length > 3 ? given.numbers(3) : null, rankOf(given));
const pad: ImageWise = (node, given) => {
  const [rank, pads] = [rankOf(given), given.numbers(1)];
  return learned(node, given) && pads?.length === 2 * rank && pads[0] === 0 && pads[rank] === 0;
};
/** Only Resize by factors: sizes would include the number of images. */
const resize: ImageWise = (node, given) => learned(node, given) && given.numbers(2)?.[0] === 1;
const batchNorm: ImageWise = (node, given) =>
  learned(node, given) && attr.int(node, 'training_mode', 0) === 0;
const matmul: ImageWise = (_, given) => {
  const [left, right] = [rankOf(given, 0), rankOf(given, 1)];
  const stack = (rank: number) => rank >= 3;
  if (given.fromImage(0) && given.fromImage(1)) return left === right && stack(left);
  return given.fromImage(0) ? left >= 2 && right <= 2 && right > 0 : stack(right) && left <= 2 && left > 0;
};
const gemm: ImageWise = (node, given) => {
  const added = node.inputs.length < 3 || (given.shape(2)?.length ?? 2) < 2 || given.shape(2)?.[0] === 1;
  return learned(node, given) && attr.int(node, 'transA', 0) === 0 && added;
};

const same =
  (rule: ImageWise) =>
  (operators: string): readonly (readonly [string, ImageWise])[] =>
    operators.split(' ').map((operator) => [operator, rule]);

/**
 * The operators that may be image-wise, and the conditions. `Reshape` is not included because its target shape has to
 * be changed, and operators such as `Shape` are not because their results contain the number of images.
 */
export const imageWise: ReadonlyMap<string, ImageWise> = new Map([
  ...same(elementwise)(
    'Abs Add Cast Ceil Clip Cos Div Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LeakyRelu Log Max Min Mish Mul Neg Pow ' +
      'PRelu Reciprocal Relu Round Selu Sigmoid Sin Softplus Sqrt Sub Sum Tanh Where',
  ),
  ...same(learned)(
    'AveragePool Conv ConvTranspose DepthToSpace GlobalAveragePool GlobalMaxPool InstanceNormalization LRN ' +
      'MaxPool SpaceToDepth',
  ),
  ['Concat', along(1)],
  ...same(along(-1))('LogSoftmax Softmax'),
  ...same(reduction)('ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum'),
  ['BatchNormalization', batchNorm],
  ['Flatten', (node, given) => given.fromImage(0) && attr.int(node, 'axis', 1) === 1],
  ['Gemm', gemm],
  ['MatMul', matmul],
  ['Pad', pad],
  ['Resize', resize],
  ['Slice', slice],
  ['Transpose', (node, given) => given.fromImage(0) && attr.ints(node, 'perm', [1])[0] === 0],
]);
