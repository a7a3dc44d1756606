import { toNumbers } from '../../tensor/tensor.js';
import type { Value } from '../builder/graph-builder.js';
import { isEqual } from '../facts/dim.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import { type AxisScale, resizeAxis } from './resize-matrix.js';
import type { Conversion, Rules } from './rule.js';

/** The coordinates of Upsample and the first Resize: output position / scale, rounded down to enlarge, up to shrink. */
function asFirstDefined(c: Conversion, scales: Value, factors: readonly number[] | undefined): void {
  const mode = attr.string(c.node, 'mode', 'nearest') === 'nearest' ? 'nearest' : 'linear';
  const shrinks = factors?.some((factor) => factor < 1) ?? false;
  if (mode === 'nearest' && shrinks && factors?.some((factor) => factor > 1) === true)
    c.fail('enlarging one axis and shrinking another by nearest neighbors');
  c.emit('Resize', [c.required(0), undefined, scales], {
    mode,
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: mode === 'nearest' ? (shrinks ? 'ceil' : 'floor') : undefined,
  });
}

function byAttribute(c: Conversion, factors: readonly number[]): void {
  const scales = c.b.constant({
    dtype: 'float32',
    dims: [factors.length],
    data: Float32Array.from(factors),
  });
  asFirstDefined(c, scales, factors);
}

function byInput(c: Conversion): void {
  const scales = c.required(1);
  const constant = scales.constant?.dtype === 'float32' ? toNumbers(scales.constant) : undefined;
  asFirstDefined(c, scales, constant ?? numbersIn(scales) ?? undefined);
}

/** In 11 and 12, an absent list of scales is an empty one, and there is one more coordinate mode. */
function resizeAt11(c: Conversion): void {
  const { node } = c;
  const [x, sizes] = [c.required(0), c.input(3)];
  const inputs = [x, c.input(1), sizes === undefined ? c.input(2) : undefined, sizes];
  if (attr.string(node, 'coordinate_transformation_mode', 'half_pixel') !== 'tf_half_pixel_for_nn') {
    c.keep({}, inputs);
    return;
  }
  const rounding = attr.string(node, 'nearest_mode', 'round_prefer_floor');
  if (attr.string(node, 'mode', 'nearest') !== 'nearest' || rounding !== 'floor')
    c.fail(`"tf_half_pixel_for_nn" with the rounding "${rounding}"`);
  // ⌊(i + ½)/s⌋ is (i + ½)/s − ½ rounded half up.
  c.keep({ coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' }, inputs);
}

/** Since 18, sizes may be given for some axes only, with antialiasing and a policy for the aspect ratio. */
function resizeSince18(c: Conversion): void {
  const { node } = c;
  const mode = attr.string(node, 'mode', 'nearest');
  const isSymmetric = attr.string(node, 'coordinate_transformation_mode', '') === 'half_pixel_symmetric';
  if (
    (attr.int(node, 'antialias', 0) === 1 && mode !== 'nearest') ||
    keepsAspect(c) ||
    (isSymmetric && !c.input(3))
  ) {
    c.results([resizedByAxis(c)]);
    return;
  }
  const axes = attr.has(node, 'axes') ? attr.ints(node, 'axes') : undefined;
  const changes = { axes: undefined, antialias: undefined, keep_aspect_ratio_policy: undefined };
  const inputs = axes === undefined ? undefined : onAllAxes(c, axes);
  // With sizes, symmetric coordinates are the same as others: each scale gives a whole size.
  const coordinates = isSymmetric ? { coordinate_transformation_mode: 'half_pixel' } : {};
  c.keep({ ...changes, ...coordinates }, inputs);
}

function keepsAspect(c: Conversion): boolean {
  return c.input(3) !== undefined && attr.string(c.node, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch';
}

/** Axis after axis, by other operators, where Resize of 17 lacks the attributes. */
function resizedByAxis(c: Conversion): Value {
  if (attr.string(c.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    c.fail('the coordinates "tf_crop_and_resize" with antialiasing, or keeping the aspect ratio');
  return axisScales(c).reduce((x, along) => resizeAxis(c, x, along), c.required(0));
}

/** The scale of each axis: given, or by the sizes, or the least or largest of these for all axes. */
function axisScales(c: Conversion): readonly AxisScale[] {
  const { b, node } = c;
  const x = c.required(0);
  const rank = c.rank(x);
  const every = Array.from({ length: rank }, (_, i) => i);
  const axes = attr.ints(node, 'axes', every).map((axis) => fromFront(axis, rank));
  const [scales, sizes] = [c.input(2), c.input(3)];
  const given = sizes ?? scales ?? c.fail('neither scales nor sizes');
  const item = (at: number) => b.slice(given, [0], [at], [at + 1]);
  const froms = axes.map((axis) => b.dim(x, axis));
  const asFloat = (value: Value) => b.cast(value, 'float32');
  if (sizes === undefined)
    return axes.flatMap((axis, i) => {
      const [from, scale] = [froms[i]!, item(i)];
      if (scales?.content?.[i] === 1) return [];
      return [{ axis, scale, from, to: b.cast(b.op('Floor', [b.mul(asFloat(from), scale)]), 'int64') }];
    });
  const ratios = axes.map((_, i) => b.div(asFloat(item(i)), asFloat(froms[i]!)));
  if (!keepsAspect(c))
    return axes.flatMap((axis, i) => {
      const [from, scale, to] = [froms[i]!, ratios[i]!, item(i)];
      return isSame(from, to) ? [] : [{ axis, scale, from, to }];
    });
  const isLargest = attr.string(node, 'keep_aspect_ratio_policy') === 'not_smaller';
  const scale = ratios.reduce((a, each) => (isLargest ? b.maximum(a, each) : b.minimum(a, each)));
  return axes.map((axis, i) => {
    const to = b.op('Floor', [b.add(b.mul(asFloat(froms[i]!), scale), 0.5)]);
    return { axis, scale, from: froms[i]!, to: b.cast(to, 'int64') };
  });
}

function isSame(a: Value, b: Value): boolean {
  const [x, y] = [a.content?.[0], b.content?.[0]];
  return x !== undefined && y !== undefined && isEqual(x, y) === true;
}

function onAllAxes(c: Conversion, axes: readonly number[]): readonly (Value | undefined)[] {
  const { b } = c;
  const [x, roi, scales, sizes] = [c.required(0), c.input(1), c.input(2), c.input(3)];
  const rank = c.rank(x);
  const placeOf = (i: number) => axes.findIndex((axis) => fromFront(axis, rank) === i);
  const all = Array.from({ length: rank }, (_, i) => placeOf(i));
  const item = (values: Value, at: number) => b.slice(values, [0], [at], [at + 1]);
  const float = (value: number) => b.reshape(b.scalar(value, 'float32'), [1]);
  const crops = attr.string(c.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  const ends = (first: number, otherwise: number) =>
    all.map((at) => (at < 0 || !roi ? b.castLike(float(otherwise), roi ?? x) : item(roi, first + at)));
  const region = roi && crops ? b.concat([...ends(0, 0), ...ends(axes.length, 1)], 0) : undefined;
  if (sizes !== undefined) {
    const whole = all.map((at, i) => (at < 0 ? b.dim(x, i) : item(sizes, at)));
    return [x, region, undefined, b.join(whole)];
  }
  if (scales === undefined) c.fail('a node without scales and sizes');
  const factors = all.map((at) => (at < 0 ? float(1) : item(scales, at)));
  return [x, region, b.concat(factors, 0)];
}

export const resizing: Rules = {
  Upsample: [
    {
      before: 7,
      convert: (c) => {
        const [height, width] = [attr.float(c.node, 'height_scale'), attr.float(c.node, 'width_scale')];
        byAttribute(c, [1, 1, height, width]);
      },
    },
    { before: 9, convert: (c) => byAttribute(c, attr.floats(c.node, 'scales')) },
    { convert: byInput },
  ],
  Resize: [
    { before: 11, convert: byInput },
    { before: 13, convert: resizeAt11 },
    { from: 18, convert: resizeSince18 },
  ],
};
