import { OneirosError } from '../../base/errors.js';
import type { Facts } from '../../onnx/facts/facts.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Model, Node, ValueInfo } from '../../onnx/graph/graph.js';
import { normalizeOpset } from '../../onnx/opset/normalize-opset.js';
import { inferModel } from '../../onnx/shapes/infer.js';

/** A model, at operator set 17 if it can be converted, and the facts about its values for pictures of one size. */
export interface Sized {
  readonly model: Model;
  readonly facts: ReadonlyMap<string, Facts>;
}

/** Sizes to try for symbolic axes of inputs: one that can be halved often, and that of U-Nets without padding. */
const sizes = [512, 572];

/** The model with sizes for symbolic axes of its inputs. If no size fits, there are no facts about its values. */
export function sized(original: Model): Sized {
  const model = normalized(original);
  for (const size of sizes) {
    const inputs = model.graph.inputs.map((input) => withSize(input, size));
    try {
      return { model, facts: inferModel({ ...model, graph: { ...model.graph, inputs } }) };
    } catch {
      // The network does not accept this size.
    }
  }
  return { model, facts: new Map() };
}

/** The model at operator set 17; unchanged if it cannot be converted. */
function normalized(model: Model): Model {
  try {
    return normalizeOpset(model);
  } catch (error) {
    if (error instanceof OneirosError && error.code === 'unsupported') return model;
    throw error;
  }
}

function withSize({ name, type }: ValueInfo, size: number): ValueInfo {
  const shape = type?.shape?.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : size));
  return { name, type: type && { ...type, shape: shape ?? null } };
}

/** The resolution of a feature map. */
export interface Place {
  /** Picture pixels for each pixel of the map, along one side. */
  readonly scale: number;
  /** The largest scale among the values it was computed from, itself included. */
  readonly deepest: number;
}

/** The resolutions of all values that are feature maps of the picture. */
export function placesOf({ model, facts }: Sized): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { name, type } of model.graph.inputs)
    if (type?.shape?.length === 4) places.set(name, { scale: 1, deepest: 1 });
  for (const node of model.graph.nodes) {
    const inputs = node.inputs.flatMap((name) => places.get(name) ?? []);
    if (inputs.length === 0) continue;
    const before = inputs.reduce((least, { scale }) => Math.min(least, scale), Infinity);
    const scale = before * factorOf(node, facts);
    const deepest = inputs.reduce((most, input) => Math.max(most, input.deepest), scale);
    for (const output of node.outputs) if (isMap(node, output, facts)) places.set(output, { scale, deepest });
  }
  return places;
}

/** The factor by which an operation shrinks a side; below 1 if it enlarges it. */
export function factorOf(node: Node, facts: ReadonlyMap<string, Facts>): number {
  switch (node.op) {
    case 'Conv':
    case 'MaxPool':
    case 'AveragePool':
    case 'LpPool':
      return attr.ints(node, 'strides', [1])[0] ?? 1;
    case 'ConvTranspose':
      return 1 / (attr.ints(node, 'strides', [1])[0] ?? 1);
    case 'SpaceToDepth':
      return attr.int(node, 'blocksize');
    case 'DepthToSpace':
      return 1 / attr.int(node, 'blocksize');
    case 'Resize':
      return resizeFactor(node, facts);
    default:
      return 1;
  }
}

/** From the sizes before and after; if these are unknown, from constant scales. */
function resizeFactor(node: Node, facts: ReadonlyMap<string, Facts>): number {
  const [before, after] = [node.inputs[0], node.outputs[0]].map((name) => sideOf(facts.get(name ?? '')));
  if (before !== null && before !== undefined && after) return whole(before / after);
  const scales = facts.get(node.inputs[2] ?? '')?.constant;
  const scale = scales?.dtype === 'float32' ? (scales.data.at(-1) ?? 1) : 1;
  return whole(1 / scale);
}

/** Undoes rounding: the ratio or its reciprocal as an integer. */
function whole(ratio: number): number {
  return ratio >= 1 ? Math.round(ratio) : 1 / Math.round(1 / ratio);
}

function sideOf(facts: Facts | undefined): number | null {
  const side = facts?.type?.shape?.at(-1);
  return typeof side === 'number' && side > 0 ? side : null;
}

/** Operators whose results have no spatial axes. */
const flattening = new Set('Shape Size Flatten Gemm GlobalAveragePool GlobalMaxPool GlobalLpPool'.split(' '));

/** Whether a value still has two spatial axes; not if only one number for each channel is left. */
function isMap(node: Node, output: string, facts: ReadonlyMap<string, Facts>): boolean {
  if (output === '' || flattening.has(node.op)) return false;
  const shape = facts.get(output)?.type?.shape;
  if (!shape) return !node.op.startsWith('Reduce') && node.op !== 'Reshape';
  return shape.length >= 4 && shape.slice(-2).some((side) => side !== 1);
}
