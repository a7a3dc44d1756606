import { toNumbers } from '../../tensor/tensor.js';
import type { Value } from '../builder/graph-builder.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
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
  const policy = attr.string(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch' && c.input(3)) c.fail(`the aspect ratio policy "${policy}"`);
  if (attr.int(node, 'antialias', 0) === 1) c.fail('antialiasing');
  const axes = attr.has(node, 'axes') ? attr.ints(node, 'axes') : undefined;
  const changes = { axes: undefined, antialias: undefined, keep_aspect_ratio_policy: undefined };
  const inputs = axes === undefined ? undefined : onAllAxes(c, axes);
  c.keep({ ...changes, coordinate_transformation_mode: coordinates(c) }, inputs);
}

function coordinates(c: Conversion): string {
  const mode = attr.string(c.node, 'coordinate_transformation_mode', 'half_pixel');
  if (mode !== 'half_pixel_symmetric') return mode;
  // It differs only if a scale does not give a whole size.
  return c.input(3) === undefined ? c.fail('"half_pixel_symmetric" with scales') : 'half_pixel';
}

function onAllAxes(c: Conversion, axes: readonly number[]): readonly (Value | undefined)[] {
  const { b } = c;
  const [x, roi, scales, sizes] = [c.required(0), c.input(1), c.input(2), c.input(3)];
  if (roi !== undefined && attr.string(c.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    c.fail('a region of interest for some axes only');
  const rank = c.rank(x);
  const placeOf = (i: number) => axes.findIndex((axis) => (axis + rank) % rank === i);
  const all = Array.from({ length: rank }, (_, i) => placeOf(i));
  const item = (values: Value, at: number) => b.slice(values, [0], [at], [at + 1]);
  if (sizes !== undefined) {
    const whole = all.map((at, i) => (at < 0 ? b.dim(x, i) : item(sizes, at)));
    return [x, undefined, undefined, b.join(whole)];
  }
  if (scales === undefined) c.fail('a node without scales and sizes');
  const one = b.reshape(b.scalar(1, 'float32'), [1]);
  return [
    x,
    undefined,
    b.concat(
      all.map((at) => (at < 0 ? one : item(scales, at))),
      0,
    ),
  ];
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
