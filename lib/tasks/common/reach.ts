import { isSameList } from '../../base/same-list.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Model, Node } from '../../onnx/graph/graph.js';
import { inferModel } from '../../onnx/shapes/infer.js';

/**
 * Which pixels a position of a layer depends on, along each side of the picture: position i on those from i · stride −
 * before to i · stride + after. The same for rows and columns.
 */
export interface Reach {
  readonly stride: number;
  readonly before: number;
  /** Below 0 if it depends only on pixels before that one. */
  readonly after: number;
}

/** Operators that compute each position from the same position of their inputs. */
const pointwise: ReadonlySet<string> = new Set([
  'Abs',
  'Add',
  'BatchNormalization',
  'Cast',
  'Clip',
  'Concat',
  'Div',
  'Elu',
  'HardSigmoid',
  'HardSwish',
  'Identity',
  'LRN',
  'LeakyRelu',
  'Mul',
  'PRelu',
  'Relu',
  'Sigmoid',
  'Sub',
  'Sum',
  'Tanh',
]);

/** Operators with windows that slide over the picture. */
const windowed: ReadonlySet<string> = new Set(['AveragePool', 'Conv', 'MaxPool']);

/**
 * The reach of values of a model.
 * @param image name of the input, N × C × height × width
 * @returns `null` if a value may depend on the whole picture, or differently on rows and columns
 */
export function reachesOf(
  model: Model,
  image: string,
  values: readonly string[],
): ReadonlyMap<string, Reach> | null {
  const facts = inferModel(model);
  const kernelOf = (node: Node) =>
    node.op === 'Conv'
      ? (facts.get(node.inputs[1] ?? '')?.type?.shape?.slice(2) ?? [])
      : attr.ints(node, 'kernel_shape', []);
  const reaches = new Map<string, Reach | null>([[image, { stride: 1, before: 0, after: 0 }]]);
  for (const node of model.graph.nodes) {
    const inputs = node.inputs.filter((name) => reaches.has(name)).map((name) => reaches.get(name) ?? null);
    if (inputs.length === 0) continue;
    const joined = inputs.reduce(join);
    const pads = facts.get(node.inputs[1] ?? '')?.content ?? [];
    const reach = joined && (node.op === 'Pad' ? padded(joined, pads) : beyond(node, joined, kernelOf(node)));
    for (const name of node.outputs) reaches.set(name, reach);
  }
  const found = values.map((name) => [name, reaches.get(name) ?? null] as const);
  const known = found.flatMap(([name, reach]) => (reach === null ? [] : [[name, reach] as const]));
  return known.length === found.length ? new Map(known) : null;
}

function join(a: Reach | null, b: Reach | null): Reach | null {
  if (a === null || b === null || a.stride !== b.stride) return null;
  const { stride } = a;
  return { stride, before: Math.max(a.before, b.before), after: Math.max(a.after, b.after) };
}

/** The reach of a node's results, from that of its inputs. */
function beyond(node: Node, reach: Reach, kernel: readonly (number | string)[]): Reach | null {
  if (node.domain !== '') return null;
  if (node.op === 'Concat') return attr.int(node, 'axis', 0) === 1 ? reach : null;
  if (pointwise.has(node.op)) return reach;
  if (!windowed.has(node.op) || kernel.length !== 2) return null;
  if (attr.string(node, 'auto_pad', 'NOTSET') !== 'NOTSET') return null;
  const strides = attr.ints(node, 'strides', [1, 1]);
  const dilations = attr.ints(node, 'dilations', [1, 1]);
  const pads = attr.ints(node, 'pads', [0, 0, 0, 0]);
  const along = (axis: number) => {
    const extent = (Number(kernel[axis]) - 1) * dilations[axis]! + 1;
    return [strides[axis]!, pads[axis]!, extent - 1 - pads[axis]!];
  };
  const [rows, columns] = [along(0), along(1)];
  const [stride = NaN, begin = NaN, end = NaN] = rows;
  if (!isSameList(rows, columns) || Number.isNaN(end)) return null;
  return {
    stride: reach.stride * stride,
    before: reach.before + begin * reach.stride,
    after: reach.after + end * reach.stride,
  };
}

/** Padding moves positions. What it adds at the edges of a picture depends on pixels that are near them. */
function padded({ stride, before, after }: Reach, pads: readonly (number | string)[]): Reach | null {
  const [batch, channels, top, left, batchEnd, channelsEnd] = pads;
  const isSpatial = [batch, channels, batchEnd, channelsEnd].every((pad) => pad === 0);
  if (!isSpatial || typeof top !== 'number' || top !== left) return null;
  return { stride, before: before + top * stride, after: after - top * stride };
}
