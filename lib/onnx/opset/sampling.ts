import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import { interpolated } from './interpolation.js';
import type { Conversion, Rules } from './rule.js';

const interpolations = new Map([
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
]);

/** Since 20, any number of axes is allowed, and the modes have other names. */
function gridSample(c: Conversion): void {
  const mode = attr.string(c.node, 'mode', 'linear');
  if (c.rank(c.required(0)) === 4) c.keep({ mode: interpolations.get(mode) ?? mode });
  else sampleVolume(c, mode);
}

/** y = Σ w(p) · x at the corners around each position p of the grid, of any number of axes. */
function sampleVolume(c: Conversion, mode: string): void {
  const { b } = c;
  const [x, grid] = [c.required(0), c.required(1)];
  const axes = c.rank(x) - 2;
  if (mode === 'cubic') c.fail('cubic interpolation of tensors that are not images');
  const sizes = Array.from({ length: axes }, (_, i) => b.dim(x, i + 2));
  // The grid lists coordinates from the last axis to the first: batch × 1 × samples each.
  const places = sizes.map((size, i) => {
    const last = axes - 1 - i;
    const coordinate = b.slice(b.reshape(grid, [b.dim(grid, 0), 1, -1, axes]), [3], [last], [last + 1]);
    return placeOf(c, b.squeeze(coordinate, [3]), b.castLike(size, grid));
  });
  const sampled = interpolated(b, x, places, mode === 'nearest' ? 'nearest' : 'linear');
  const out = sizes.map((_, i) => b.dim(grid, i + 1));
  c.results([b.reshape(sampled, [b.dim(x, 0), b.dim(x, 1), ...out])]);
}

/** A coordinate from −1 to 1 as a place along an axis, moved into the image as the padding mode asks. */
function placeOf(c: Conversion, coordinate: Value, size: Value): Value {
  const { b, node } = c;
  const isAligned = attr.int(node, 'align_corners', 0) === 1;
  const last = b.sub(size, 1);
  const fraction = b.div(b.add(coordinate, 1), 2);
  const place = isAligned ? b.mul(fraction, last) : b.sub(b.mul(fraction, size), 0.5);
  const clipped = (value: Value) => b.maximum(b.minimum(value, last), 0);
  const padding = attr.string(node, 'padding_mode', 'zeros');
  if (padding === 'border') return clipped(place);
  if (padding !== 'reflection') return place;
  // Reflection at the centers of the border elements (aligned), or at their outer edges.
  const low = isAligned ? 0 : -0.5;
  const span = isAligned ? last : size;
  const distance = b.sub(place, low);
  const period = b.mul(span, 2);
  const phase = b.sub(distance, b.mul(b.op('Floor', [b.div(distance, period)]), period));
  return clipped(b.add(b.minimum(phase, b.sub(period, phase)), low));
}

/** θ · (x, y, 1) for each place (x, y) of the output, or (x, y, z, 1), in coordinates from −1 to 1. */
function affineGrid(c: Conversion): void {
  const { b, node } = c;
  const [theta, size] = [c.required(0), c.required(1)];
  const [rows, count] = [theta.type?.shape?.[1], size.type?.shape?.[0]];
  const axes = typeof count === 'number' ? count - 2 : rows;
  if (typeof axes !== 'number') c.fail('a number of axes that cannot be inferred');
  const isAligned = attr.int(node, 'align_corners', 0) === 1;
  const lengths = Array.from({ length: axes }, (_, i) => b.slice(size, [0], [i + 2], [i + 3]));
  const columns = lengths.map((length, i) => {
    const place = b.castLike(b.range(length), theta);
    const number = b.castLike(length, theta);
    const along = isAligned
      ? b.sub(b.div(b.mul(place, 2), b.sub(number, 1)), 1)
      : b.sub(b.div(b.add(b.mul(place, 2), 1), number), 1);
    const shape = lengths.map((_, axis) => (axis === i ? -1 : 1));
    return b.reshape(b.expand(b.reshape(along, shape), lengths), [-1, 1]);
  });
  // x is along the last axis.
  const places = b.concat(columns.toReversed(), 1);
  const linear = b.slice(theta, [2], [0], [axes]);
  const shift = b.slice(theta, [2], [axes], [axes + 1]);
  const moved = b.add(b.matmul(places, b.swap(linear)), b.swap(shift));
  c.results([b.reshape(moved, [b.dim(theta, 0), ...lengths, axes])]);
}

export const sampling: Rules = {
  AffineGrid: [{ convert: affineGrid }],
  GridSample: [{ from: 20, convert: gridSample }],
};
