import { OneirosError } from '../../../base/errors.js';
import { describe } from '../../graph/attributes.js';
import type { Node } from '../../graph/graph.js';

/** How many inputs and outputs a node may have. */
type Range = readonly [least: number, most: number];
interface Arity {
  readonly inputs: Range;
  readonly outputs: Range;
}

/** This number or more. */
const orMore = (least: number): Range => [least, Infinity];
const exactly = (count: number): Range => [count, count];

const of = (inputs: Range, outputs: Range, operators: string): readonly (readonly [string, Arity])[] =>
  operators.split(' ').map((operator) => [operator, { inputs, outputs }] as const);

/** What operators take in sets up to 28: from the least to the most that any set allows. */
const inAnySet: ReadonlyMap<string, Arity> = new Map([
  ...of(exactly(0), exactly(1), 'Constant RandomNormal RandomUniform SequenceEmpty'),
  ...of([0, 1], exactly(1), 'Optional OptionalHasElement'),
  ...of(
    exactly(1),
    exactly(1),
    'Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitCast BitwiseNot BlackmanWindow Cast ' +
      'Ceil Celu ConcatFromSequence ConstantOfShape Cos Cosh DepthToSpace Det Elu Erf Exp EyeLike Flatten Floor Gelu ' +
      'GlobalAveragePool GlobalLpPool GlobalMaxPool HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity ' +
      'ImageDecoder IsInf IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization LpPool MeanVarianceNormalization Mish ' +
      'Multinomial Neg NonZero Not OptionalGetElement RandomNormalLike RandomUniformLike Reciprocal RegexFullMatch ' +
      'Relu Round Selu SequenceLength Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign SpaceToDepth ' +
      'Sqrt StringNormalizer Swish Tan Tanh TfIdfVectorizer ThresholdedRelu Transpose',
  ),
  ...of(exactly(1), [1, 2], 'MaxPool'),
  ...of(exactly(1), [1, 4], 'Unique'),
  ...of(exactly(1), orMore(1), 'If'),
  ...of(exactly(1), exactly(2), 'StringSplit'),
  ...of(exactly(1), exactly(3), 'DynamicQuantizeLinear'),
  ...of(
    [1, 2],
    exactly(1),
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ' +
      'ReduceSumSquare Reshape SequenceErase SplitToSequence Squeeze Trilu Unsqueeze Upsample',
  ),
  ...of([1, 2], orMore(1), 'Split'),
  ...of([1, 2], exactly(2), 'TopK'),
  ...of([1, 3], exactly(1), 'Clip DFT'),
  ...of([1, 3], [1, 2], 'Dropout'),
  ...of([1, 4], exactly(1), 'Pad Resize'),
  ...of([1, 5], exactly(1), 'Slice'),
  ...of(orMore(1), exactly(1), 'Concat Einsum Max Mean Min SequenceConstruct Sum'),
  ...of(orMore(1), orMore(1), 'Scan SequenceMap'),
  ...of(
    exactly(2),
    exactly(1),
    'Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumProd CumSum Div ' +
      'Equal Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual MatMul ' +
      'MaxRoiPool Mod Mul Or PRelu Pow RMSNormalization ReverseSequence SequenceAt StringConcat Sub SwiGLU Xor',
  ),
  ...of(
    [2, 3],
    exactly(1),
    'Conv ConvTranspose DequantizeLinear Gemm MaxUnpool NegativeLogLikelihoodLoss QuantizeLinear SequenceInsert ' +
      'TensorScatter Tile',
  ),
  ...of([2, 3], [1, 2], 'SoftmaxCrossEntropyLoss'),
  ...of([2, 3], [1, 3], 'LayerNormalization'),
  ...of([2, 4], exactly(1), 'ConvInteger MatMulInteger STFT'),
  ...of([2, 4], exactly(2), 'CausalConvWithState'),
  ...of([2, 5], exactly(1), 'NonMaxSuppression'),
  ...of(orMore(2), orMore(1), 'Loop'),
  ...of(
    exactly(3),
    exactly(1),
    'Col2Im GroupNormalization InstanceNormalization OneHot Range RoiAlign Scatter ScatterElements ScatterND Where',
  ),
  ...of([3, 4], exactly(1), 'RotaryEmbedding'),
  ...of([3, 5], exactly(1), 'DeformConv'),
  ...of([3, 6], [0, 2], 'GRU RNN'),
  ...of([3, 6], exactly(2), 'LinearAttention'),
  ...of([3, 7], [1, 4], 'Attention'),
  ...of([3, 8], [0, 3], 'LSTM'),
  ...of(exactly(5), exactly(1), 'MelWeightMatrix'),
  ...of(exactly(5), [1, 5], 'BatchNormalization'),
  ...of(exactly(8), exactly(1), 'QLinearMatMul'),
  ...of([8, 9], exactly(1), 'QLinearConv'),
]);

/** What operators take in set 17, if that is a narrower range than for all sets together. */
const inSet17: ReadonlyMap<string, Arity> = new Map([
  ...of(
    exactly(1),
    exactly(1),
    'OptionalHasElement ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ' +
      'ReduceSumSquare',
  ),
  ...of([1, 2], exactly(1), 'DFT'),
  ...of(exactly(2), exactly(1), 'Reshape Tile Unsqueeze'),
  ...of(exactly(2), exactly(2), 'TopK'),
  ...of([2, 3], exactly(1), 'Pad'),
  ...of([3, 5], exactly(1), 'Slice'),
  ...of(exactly(5), [1, 3], 'BatchNormalization'),
]);

/**
 * How many leading inputs may have an empty name: a loop's limit and condition, and the first input of Scan in set 8.
 */
const mayBeAbsent: ReadonlyMap<string, number> = new Map([
  ['Loop', 2],
  ['Scan', 1],
]);

/**
 * Rejects a node with more or fewer inputs or outputs than its operator takes in any set, or with an empty name for an
 * input that it requires.
 * @throws OneirosError `bad-input` with both numbers
 */
export function checkArity(node: Node): void {
  checkCounts(node, inAnySet.get(node.op));
}

/** Rejects a node of operator set 17 in the same way, by the limits of that set. */
export function checkArityInSet17(node: Node): void {
  checkCounts(node, inSet17.get(node.op) ?? inAnySet.get(node.op));
}

function checkCounts(node: Node, arity: Arity | undefined): void {
  if (node.domain !== '' || arity === undefined) return;
  checkCount(node, 'input', node.inputs.length, arity.inputs);
  checkCount(node, 'output', node.outputs.length, arity.outputs);
  const [required] = arity.inputs;
  const absent = node.inputs.slice(0, required).indexOf('', mayBeAbsent.get(node.op) ?? 0);
  if (absent >= 0)
    throw new OneirosError(
      'bad-input',
      `${describe(node)}: input ${absent} is required, but its name is empty`,
    );
}

function checkCount(node: Node, what: string, count: number, [least, most]: Range): void {
  if (count >= least && count <= most) return;
  const limit = least === most ? '' : count < least ? 'at least ' : 'at most ';
  const number = count < least ? least : most;
  throw new OneirosError(
    'bad-input',
    `${describe(node)}: the operator takes ${limit}${number} ${what}${number === 1 ? '' : 's'}, not ${count}`,
  );
}
