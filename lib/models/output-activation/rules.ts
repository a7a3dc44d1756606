import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import type { Node, Shape } from '../../onnx/graph/graph.js';
import { arithmetic, type Rule, type RuleInput } from './arithmetic.js';
import { axisAfterReshape, sumAlong, sumIfKept, sumWithout } from './axes.js';
import { hull, hullOf, type Spread } from './spread.js';

// One rule for each operator: what is known about its result, given what is known about its inputs. See `Spread`.

const rankOf = (shape: Shape | null) => shape?.length ?? 0;
const axisOf = (node: Node, { shape }: Pick<RuleInput, 'shape'>, otherwise: number) =>
  fromFront(attr.int(node, 'axis', otherwise), rankOf(shape(0)));

/** An elementwise function with a fixed range. */
const into =
  (low: number, high: number): Rule =>
  (node) => ({ low, high, scores: node.inputs[0] ?? null });

const same: Rule = (_, { x: [x] }) => x!;

/** The same numbers in another shape. */
const reshaped: Rule = (_, { x: [x], shape, result }) => ({
  ...withoutIdentity(x!),
  sum: sumAlong(x!.sum, (axis) => axisAfterReshape(shape(0), result, axis)),
  relation: x!.relation,
});

/** Drops what holds only while the numbers keep their positions. */
function withoutIdentity({ low, high, scores, unclear }: Spread): Partial<Spread> {
  return { low, high, scores, unclear };
}

/** A subset of the numbers. */
const part: Rule = (_, { x: [x], shape, result }) => ({
  low: x!.low,
  high: x!.high,
  unclear: x!.unclear,
  sum: sumIfKept(x!.sum, shape(0), result),
});

const gathered: Rule = (node, { x: [x], shape }) => {
  const { sum, low, high, unclear } = x!;
  const axis = axisOf(node, { shape }, 0);
  const indices = rankOf(shape(1));
  const kept = sum?.axis === axis || indices > 1 ? null : sum;
  return { low, high, unclear, sum: kept && sumWithout(kept, indices === 0 ? [axis] : [], indices !== 0) };
};

/** The same numbers, repeated. */
const expanded: Rule = (node, given) => ({ ...part(node, given), relation: given.x[0]!.relation });

const transposed: Rule = (node, { x: [x], shape }) => {
  const backwards = Array.from({ length: rankOf(shape(0)) }, (_, i) => rankOf(shape(0)) - 1 - i);
  const perm = attr.ints(node, 'perm', backwards);
  return { ...withoutIdentity(x!), sum: sumAlong(x!.sum, (axis) => perm.indexOf(axis)) };
};

const concatenated: Rule = (node, given) => {
  const { x, shape } = given;
  const axis = axisOf(node, given, 0);
  const [first, second] = x;
  const isPair = x.length === 2 && [0, 1].every((i) => shape(i)?.[axis] === 1);
  const complements = (a: Spread, b: Spread) => a.relation?.kind === 'complement' && a.relation.id === b.id;
  const range = { ...hullOf(x), unclear: x.find(({ unclear }) => unclear !== null)?.unclear ?? null };
  if (isPair && (complements(first!, second!) || complements(second!, first!)))
    return { ...range, sum: { axis, total: 1, of: 'numbers' } };
  const { sum } = first!;
  const isCommon = x.every((part) => part.sum?.axis === sum?.axis && part.sum?.total === sum?.total);
  return { ...range, sum: isCommon && sum?.axis !== axis ? sum : null };
};

/** Pooling over the spatial axes. */
const pooled: Rule = (node, { x: [x], shape, result }) => {
  const padded = attr.ints(node, 'pads', []).some((pad) => pad > 0);
  const zeros = node.op === 'AveragePool' && padded && attr.int(node, 'count_include_pad', 0) === 1;
  return {
    ...hull([x!.low, x!.high, ...(zeros ? [0] : [])]),
    unclear: x!.unclear,
    sum: zeros || node.op.includes('Max') ? null : sumIfKept(x!.sum, shape(0), result),
  };
};

const resized: Rule = (node, given) =>
  attr.string(node, 'mode', 'nearest') === 'cubic' ? { unclear: 'Resize' } : part(node, given);

const padded: Rule = (_, { x: [x] }) => ({ ...hull([x!.low, x!.high, 0]), unclear: x!.unclear });

/** The axes of a reduction; all axes if the node names none. */
function reducedAxes(node: Node, { shape, numbers }: RuleInput): readonly number[] {
  const given = node.inputs.length > 1 ? numbers(1) : attr.ints(node, 'axes', []);
  const rank = rankOf(shape(0));
  return given === null || given.length === 0
    ? Array.from({ length: rank }, (_, i) => i)
    : given.map((axis) => fromFront(axis, rank));
}

const mean: Rule = (node, given) => {
  const [x] = given.x;
  const keep = attr.int(node, 'keepdims', 1) === 1;
  return {
    low: x!.low,
    high: x!.high,
    unclear: x!.unclear,
    sum: sumWithout(x!.sum, reducedAxes(node, given), keep),
  };
};

const extreme: Rule = (node, given) => {
  const [x] = given.x;
  const axes = reducedAxes(node, given);
  const isMax = node.op === 'ReduceMax' && axes.length === 1;
  return {
    low: x!.low,
    high: x!.high,
    unclear: x!.unclear,
    relation: isMax ? { kind: 'max', id: x!.id, axis: axes[0]! } : null,
  };
};

const total: Rule = (node, given) => {
  const [x] = given.x;
  const axes = reducedAxes(node, given);
  const isPlain = node.op === 'ReduceSum' || x!.low >= 0;
  return {
    low: x!.low >= 0 || node.op === 'ReduceL1' ? 0 : -Infinity,
    high: x!.high <= 0 && isPlain ? 0 : Infinity,
    unclear: isPlain ? x!.unclear : node.op,
    relation: isPlain && axes.length === 1 ? { kind: 'sum', of: x!, axis: axes[0]! } : null,
  };
};

const logSumExp: Rule = (node, given) => {
  const axes = reducedAxes(node, given);
  const [x] = given.x;
  return axes.length === 1 ? { relation: { kind: 'log-sum-exp', id: x!.id, axis: axes[0]! } } : {};
};

const scores: Rule = () => ({});

const all = (rule: Rule, operators: string) =>
  operators.split(' ').map((operator) => [operator, rule] as const);

/** Rules by operator of operator set 17. Operators without a rule give an unknown value. */
export const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...arithmetic,
  [
    'Softmax',
    (node, given) => ({
      low: 0,
      high: 1,
      scores: node.inputs[0]!,
      sum: { axis: axisOf(node, given, -1), total: 1, of: 'numbers' },
    }),
  ],
  [
    'LogSoftmax',
    (node, given) => ({
      high: 0,
      scores: node.inputs[0]!,
      unclear: 'LogSoftmax',
      sum: { axis: axisOf(node, given, -1), total: 1, of: 'exponentials' },
    }),
  ],
  ...all(into(0, 1), 'Sigmoid HardSigmoid'),
  ...all(into(-1, 1), 'Tanh Softsign Sin Cos Erf'),
  [
    'Relu',
    (_, { x: [x] }) => ({ low: Math.max(0, x!.low), high: Math.max(0, x!.high), unclear: x!.unclear }),
  ],
  ...all(same, 'Identity Dropout QuantizeLinear DequantizeLinear'),
  ...all(reshaped, 'Reshape Flatten Squeeze Unsqueeze'),
  ...all(part, 'Slice Split'),
  ['Expand', expanded],
  ['Gather', gathered],
  ['Transpose', transposed],
  ['Concat', concatenated],
  ...all(pooled, 'AveragePool GlobalAveragePool MaxPool GlobalMaxPool'),
  ['Resize', resized],
  ['Pad', padded],
  ['ReduceMean', mean],
  ...all(extreme, 'ReduceMax ReduceMin'),
  ...all(total, 'ReduceSum ReduceL1'),
  ['ReduceLogSumExp', logSumExp],
  ...all(
    scores,
    'Conv ConvTranspose Gemm MatMul Einsum BatchNormalization InstanceNormalization LayerNormalization LRN ' +
      'ConvInteger MatMulInteger QLinearConv QLinearMatMul LeakyRelu PRelu Elu Celu Selu Gelu HardSwish Mish',
  ),
]);
