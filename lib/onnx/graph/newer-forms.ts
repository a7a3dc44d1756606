import type { DType } from '../../tensor/dtype.js';
import { attr } from './attributes.js';
import { type Attribute, type Graph, type Model, type Node, OPSET, type TensorType } from './graph.js';
import { subgraphsOf } from './subgraphs.js';

/** The type of a value; `null` if it is not known. */
export type TypeOf = (name: string) => TensorType | null;

/**
 * The lowest operator set in which every node of a graph exists in the form that it has: 17, or a newer one if the graph
 * has nodes that 17 cannot express.
 */
export function lowestOpset(model: Model, typeOf: TypeOf): number {
  return Math.max(
    OPSET,
    elementTypesSince(model),
    ...nodesOf(model.graph).map((node) => sinceOf(node, typeOf)),
  );
}

/** The operator set that introduced the form of a node: its operator, inputs, attributes or element types. */
export function sinceOf(node: Node, typeOf: TypeOf): number {
  if (node.domain !== '') return OPSET;
  const form = forms.get(node.op)?.(node, typeOf) ?? OPSET;
  return Math.max(OPSET, operators.get(node.op) ?? OPSET, form, typesSince(node, typeOf));
}

/** Whether a node of an operator that 17 has takes inputs or attributes that 17 does not know. */
export function hasNewerForm(node: Node): boolean {
  if (node.domain !== '' || operators.has(node.op)) return false;
  return (forms.get(node.op)?.(node, () => null) ?? OPSET) > OPSET;
}

/** Operators that were added after 17, and that stay if they cannot be written with others. */
const operators: ReadonlyMap<string, number> = new Map([
  ['AffineGrid', 20],
  ['Attention', 23],
  ['BitCast', 26],
  ['BitwiseAnd', 18],
  ['BitwiseNot', 18],
  ['BitwiseOr', 18],
  ['BitwiseXor', 18],
  ['CausalConvWithState', 27],
  ['CenterCropPad', 18],
  ['Col2Im', 18],
  ['CumProd', 26],
  ['DeformConv', 19],
  ['Gelu', 20],
  ['ImageDecoder', 20],
  ['LinearAttention', 27],
  ['Mish', 18],
  ['RegexFullMatch', 20],
  ['RMSNormalization', 23],
  ['RotaryEmbedding', 23],
  ['StringConcat', 20],
  ['StringSplit', 20],
  ['SwiGLU', 28],
  ['Swish', 24],
  ['TensorScatter', 24],
]);

type Form = (node: Node, typeOf: TypeOf) => number;

const hasInput = ({ inputs }: Node, index: number) => (inputs[index] ?? '') !== '';
/** The newest of the sets that introduced what a node has. */
const newest = (...found: readonly (readonly [version: number, isThere: boolean])[]) =>
  Math.max(OPSET, ...found.map(([version, isThere]) => (isThere ? version : OPSET)));

/** Axes as an input, and a reduction over no axes. */
const reduced: Form = (node) =>
  newest([18, hasInput(node, 1) || (!attr.has(node, 'axes') && attr.has(node, 'noop_with_empty_axes'))]);

const scattered: Form = (node) =>
  newest([18, ['max', 'min'].includes(attr.string(node, 'reduction', 'none'))]);

const converted: Form = (node) =>
  newest(
    [19, attr.has(node, 'saturate')],
    [24, attr.has(node, 'round_mode')],
    [elementSince(attr.int(node, 'to', 1)), true],
  );

const quantized: Form = (node) =>
  newest(
    [19, attr.has(node, 'saturate')],
    [21, attr.int(node, 'block_size', 0) !== 0],
    [node.op === 'QuantizeLinear' ? 21 : 23, attr.has(node, 'output_dtype')],
    [23, attr.has(node, 'precision')],
    [elementSince(attr.int(node, 'output_dtype', 1)), true],
  );

/** What operators of 17 gained since then, apart from element types. */
const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ...['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map(
    (name) => [`Reduce${name}`, reduced] as const,
  ),
  ['ScatterElements', scattered],
  ['ScatterND', scattered],
  ['Cast', converted],
  ['CastLike', converted],
  ['QuantizeLinear', quantized],
  ['DequantizeLinear', quantized],
  ['Attention', (node) => newest([24, hasInput(node, 6)], [25, hasWindow(node)])],
  ['AveragePool', (node) => newest([19, attr.has(node, 'dilations')])],
  ['DFT', (node) => newest([20, hasInput(node, 2)])],
  ['GridSample', sampled],
  ['LpPool', (node) => newest([18, attr.has(node, 'dilations') || attr.has(node, 'ceil_mode')])],
  ['OptionalGetElement', (node, typeOf) => newest([18, typeOf(node.inputs[0] ?? '') !== null])],
  [
    'OptionalHasElement',
    (node, typeOf) => newest([18, typeOf(node.inputs[0] ?? '') !== null || !hasInput(node, 0)]),
  ],
  ['Pad', (node) => newest([18, hasInput(node, 3)], [19, attr.string(node, 'mode', '') === 'wrap'])],
  ['Range', (node) => newest([27, attr.has(node, 'stash_type')])],
  ['Resize', resized],
  ['SpaceToDepth', (node) => newest([28, attr.has(node, 'mode')])],
  ['Split', (node) => newest([18, attr.has(node, 'num_outputs')])],
]);

function hasWindow(node: Node): boolean {
  return attr.has(node, 'left_window_size') || attr.has(node, 'right_window_size');
}

/** Any number of axes, and other names of the modes. */
function sampled(node: Node, typeOf: TypeOf): number {
  const rank = typeOf(node.inputs[0] ?? '')?.shape?.length ?? 4;
  return newest([20, rank !== 4 || ['linear', 'cubic'].includes(attr.string(node, 'mode', 'bilinear'))]);
}

function resized(node: Node): number {
  const at18 = ['axes', 'antialias', 'keep_aspect_ratio_policy'].some((name) => attr.has(node, name));
  const coordinates = attr.string(node, 'coordinate_transformation_mode', 'half_pixel');
  return newest([18, at18], [19, coordinates === 'half_pixel_symmetric']);
}

type TypeVersions = Readonly<Partial<Record<DType, number>>>;

const since22 =
  'Acos Acosh Asin Asinh Atan Atanh AveragePool Conv ConvTranspose Cos Cosh Det Elu EyeLike GRU GlobalAveragePool ' +
  'GlobalLpPool GlobalMaxPool GridSample HardSigmoid HardSwish InstanceNormalization LSTM LpNormalization LpPool ' +
  'MaxPool MaxRoiPool MaxUnpool Multinomial NegativeLogLikelihoodLoss RNN RandomNormal RandomNormalLike ' +
  'RandomUniform RandomUniformLike RoiAlign Round Selu Sin Sinh Softplus Softsign Tan ThresholdedRelu';

/** The element types that operators of 17 gained since then. */
const types: ReadonlyMap<string, TypeVersions> = new Map<string, TypeVersions>([
  ...since22.split(' ').map((name) => [name, { bfloat16: 22 }] as const),
  ...['Compress', 'Einsum', 'OneHot', 'ReverseSequence', 'Unique'].map(
    (name) => [name, { bfloat16: 28 }] as const,
  ),
  ...['QuantizeLinear', 'DequantizeLinear'].map(
    (name) => [name, { bfloat16: 19, float16: 19, int16: 21, uint16: 21 }] as const,
  ),
  ['BitShift', { int8: 28, int16: 28, int32: 28, int64: 28 }],
  ['Celu', { bfloat16: 28, float16: 28, float64: 28 }],
  ['ConstantOfShape', { bfloat16: 20 }],
  ['Equal', { string: 19 }],
  ['IsInf', { bfloat16: 20, float16: 20 }],
  ['QLinearMatMul', { bfloat16: 21, float16: 21 }],
  ['Range', { bfloat16: 27, float16: 27 }],
  ['ReduceMax', { bool: 20 }],
  ['ReduceMin', { bool: 20 }],
  ['TopK', { bfloat16: 24 }],
]);

function typesSince(node: Node, typeOf: TypeOf): number {
  const table = types.get(node.op);
  if (table === undefined) return OPSET;
  const found = [...node.inputs, ...node.outputs].map((name) => {
    const dtype = name === '' ? undefined : typeOf(name)?.dtype;
    return (dtype && table[dtype]) ?? OPSET;
  });
  return Math.max(OPSET, ...found);
}

/** The set that introduced an element type, by ONNX's number for it: types of 8 bits and less came at 19 and later. */
function elementSince(code: number): number {
  const firsts = [
    [27, 28],
    [25, 25],
    [24, 24],
    [23, 23],
    [21, 21],
    [17, 19],
  ] as const;
  return firsts.find(([first]) => code >= first)?.[1] ?? OPSET;
}

/** The set that the model's constants and inputs need, whichever operators use them. */
function elementTypesSince({ graph }: Model): number {
  const codes = [...codesIn(graph), ...graph.inputs.map(({ origin }) => elementOf(origin?.type?.value))];
  return Math.max(OPSET, ...codes.map(elementSince));
}

function elementOf(
  type: { readonly case?: string | undefined; readonly value?: unknown } | undefined,
): number {
  const value = type?.case === 'tensorType' ? type.value : undefined;
  return typeof value === 'object' && value !== null && 'elemType' in value ? Number(value.elemType) : 0;
}

function codesIn({ initializers, nodes }: Graph): readonly number[] {
  const constants = [...initializers.values(), ...nodes.flatMap(constantsOf)];
  const inner = nodes.flatMap((node) => subgraphsOf(node).flatMap(codesIn));
  return [
    ...constants.flatMap((constant) => (constant.dtype === 'opaque' ? [constant.origin.dataType] : [])),
    ...inner,
  ];
}

function constantsOf({ attributes }: Node) {
  return Array.from(attributes.values()).flatMap((attribute: Attribute) =>
    attribute.type === 'tensor' ? [attribute.value] : [],
  );
}

function nodesOf({ nodes }: Graph): readonly Node[] {
  return nodes.flatMap((node) => [node, ...subgraphsOf(node).flatMap(nodesOf)]);
}
