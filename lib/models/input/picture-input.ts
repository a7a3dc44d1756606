import { OneirosError } from '../../base/errors.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Dim, Graph, Node, Shape, ValueInfo } from '../../onnx/graph/graph.js';

const dtypes = ['float32', 'float16', 'float64', 'uint8'] as const;
type PictureDType = (typeof dtypes)[number];

/** How a graph takes its picture. */
export interface PictureInput {
  readonly name: string;
  readonly dtype: PictureDType;
  /** `true` for batch×height×width×channels, `false` for batch×channels×height×width. */
  readonly channelsLast: boolean;
  /** 3 for red, green and blue in some order, 1 for luminance. */
  readonly channels: 1 | 3;
  /** The fixed number of pictures it takes at once; 1 if it takes any number. */
  readonly batch: number;
  readonly height: Dim;
  readonly width: Dim;
}

/**
 * Determines the form of a graph's picture input from the layers that use it, otherwise from its shape.
 * @throws OneirosError `unsupported` if the only input is not a picture, or the axis of its channels is unknown
 */
export function pictureInput(graph: Graph, network: string): PictureInput {
  const { inputs } = graph;
  const [input, ...others] = inputs;
  const dtype = dtypes.find((known) => known === input?.type?.dtype);
  const shape = input?.type?.shape ?? [];
  const axis = shape.length === 4 && input !== undefined ? channelAxis(graph, input.name, shape) : null;
  if (input === undefined || others.length > 0 || dtype === undefined || axis === null)
    throw new OneirosError(
      'unsupported',
      `${network} takes ${inputs.map(describe).join(' and ') || 'nothing'}; ${expected}`,
    );
  if (axis === 'either')
    throw new OneirosError(
      'unsupported',
      `${network} takes ${describe(input)}, whose channels may come first or last: neither its shape nor its graph shows which; export it with a fixed shape [1, 3, height, width]`,
    );
  const [batch = '', height = '', width = ''] = shape.filter((_, i) => i !== axis.at);
  return {
    name: input.name,
    dtype,
    channelsLast: axis.at === 3,
    channels: axis.channels,
    batch: typeof batch === 'number' && batch > 0 ? batch : 1,
    height: sizeOf(height, 'height'),
    width: sizeOf(width, 'width'),
  };
}

const expected =
  'expected one picture such as float32 [1, 3, height, width]: 1 or 3 channels, first or last; float16, float32, float64 or uint8';

export function describe({ name, type }: ValueInfo): string {
  return `"${name}" (${type === null ? 'no tensor' : `${type.dtype} [${type.shape?.join(', ') ?? '?'}]`})`;
}

function sizeOf(dim: Dim, symbol: string): Dim {
  return typeof dim === 'number' && dim > 0 ? dim : symbol;
}

interface ChannelAxis {
  readonly at: number;
  readonly channels: 1 | 3;
}

function channelAxis(graph: Graph, input: string, shape: Shape): ChannelAxis | 'either' | null {
  const seen = firstLayer(graph, input);
  if (seen !== null) {
    const size = shape[seen.at];
    return withChannels(seen.at, typeof size === 'number' ? size : seen.channels);
  }
  const [first, last] = [1, 3].map((at) => withChannels(at, shape[at]));
  if (first && last) return 'either';
  return first ?? last ?? null;
}

function withChannels(at: number, channels: Dim | undefined): ChannelAxis | null {
  return (at === 1 || at === 3) && (channels === 1 || channels === 3) ? { at, channels } : null;
}

/** Operators that keep the order of axes. */
const orderPreserving = new Set(
  'Identity Cast Add Sub Mul Div Neg Clip Max Min Pad Resize Slice Split Concat QuantizeLinear DequantizeLinear'.split(
    ' ',
  ),
);
/** Operators whose first input is batch×channels×height×width. */
const spatial = new Set(
  'Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization InstanceNormalization'.split(
    ' ',
  ),
);

/** The input axis that becomes the channels of the first layer with channels, and the number of channels it takes. */
function firstLayer(
  { nodes, initializers }: Graph,
  input: string,
): { at: number; channels: Dim | undefined } | null {
  const order = new Map<string, readonly number[]>([[input, [0, 1, 2, 3]]]);
  for (const node of nodes) {
    const axes = node.inputs.map((name) => order.get(name)).find((known) => known !== undefined);
    if (axes === undefined) continue;
    if (spatial.has(node.op)) return { at: axes[1]!, channels: inputChannels(node, initializers) };
    const after =
      node.op === 'Transpose' ? attr.ints(node, 'perm', [3, 2, 1, 0]).map((axis) => axes[axis]!) : axes;
    if (node.op === 'Transpose' || orderPreserving.has(node.op))
      for (const name of node.outputs) order.set(name, after);
  }
  return null;
}

function inputChannels(node: Node, initializers: Graph['initializers']): number | undefined {
  const channels = initializers.get(node.inputs[1] ?? '')?.dims[1];
  return node.op === 'Conv' && channels !== undefined ? channels * attr.int(node, 'group', 1) : undefined;
}
