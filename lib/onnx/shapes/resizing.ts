import { anySize, floorDiv, mul } from '../facts/dim.js';
import {
  anyShape,
  axisOf,
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  isGiven,
  known,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';

/** The given sizes, or ⌊size · scale⌋; up to operator set 10 there are only scales, in input 1. */
const resize: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const axes = attr
    .ints(
      node,
      'axes',
      shape.map((_, i) => i),
    )
    .map((axis) => axisOf(node, inputs, axis, shape.length));
  // In operator sets 11 and 12, an empty list means that there are no sizes.
  const hasSizes = isGiven(node, 3) && inputs[3]?.content?.length !== 0;
  const resized = hasSizes
    ? (inputs[3]?.content ?? anyShape(axes.length))
    : scaledSizes(node, inputs, shape, axes, isGiven(node, 2) ? 2 : 1);
  if (resized.length !== axes.length)
    throw contradiction(
      node,
      inputs,
      `${axes.length} axes need a ${hasSizes ? 'size' : 'scale'} each, not ${resized.length}`,
    );
  const keepsAspect = attr.string(node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch';
  const result = [...shape];
  for (const [i, axis] of axes.entries()) result[axis] = keepsAspect ? anySize : resized[i]!;
  return [known(dtypeOf(x), result)];
};

/** Scales of `Upsample` 7 are an attribute. */
const upsample: Inference = (node, inputs, scope) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  if (!attr.has(node, 'scales')) return resize(node, inputs, scope);
  return [
    known(
      dtypeOf(x),
      shape.map((size, i) => scaled(size, attr.floats(node, 'scales')[i] ?? anySize)),
    ),
  ];
};

function scaledSizes(
  node: Node,
  inputs: readonly Facts[],
  shape: Shape,
  axes: readonly number[],
  scalesAt: number,
): Shape {
  if (!isGiven(node, scalesAt)) throw contradiction(node, inputs, 'it has neither scales nor sizes');
  const scales = inputs[scalesAt]?.content;
  if (!scales || attr.string(node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    return anyShape(axes.length);
  return scales.map((scale, i) => scaled(shape[axes[i] ?? 0]!, scale));
}

/** ⌊size · scale⌋ in float32; for a symbol only if that is exact. */
function scaled(size: Dim, scale: Dim): Dim {
  if (typeof scale !== 'number') return anySize;
  if (typeof size === 'number') return Math.floor(Math.fround(size * scale));
  return Number.isSafeInteger(scale * 1024) ? floorDiv(mul(size, scale), 1) : anySize;
}

export const resizing: Inferences = {
  Resize: resize,
  Upsample: upsample,
};
