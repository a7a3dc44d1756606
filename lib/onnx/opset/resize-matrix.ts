import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Conversion } from './rule.js';

/** How one axis is resized. The scale is float32, the sizes int64; each is a vector of one element. */
export interface AxisScale {
  readonly axis: number;
  readonly scale: Value;
  readonly from: Value;
  readonly to: Value;
}

/** Resizes one axis: picks elements if the mode is "nearest", otherwise multiplies by a matrix of weights. */
export function resizeAxis(c: Conversion, x: Value, along: AxisScale): Value {
  const { b } = c;
  const places = sourcePlaces(c, along);
  const last = b.cast(b.sub(along.from, 1), 'float32');
  if (attr.string(c.node, 'mode', 'nearest') === 'nearest') {
    const rounded = b.maximum(b.minimum(rounding(c, places), last), 0);
    return b.gather(x, b.cast(rounded, 'int64'), along.axis);
  }
  const matrix = b.castLike(weights(c, places, along), x);
  const rank = c.rank(x);
  if (along.axis === rank - 2) return b.matmul(matrix, x);
  const axes = Array.from({ length: rank }, (_, i) => i);
  const perm = [...axes.filter((i) => i !== along.axis), along.axis];
  const back = axes.map((i) => perm.indexOf(i));
  return b.transpose(b.matmul(b.transpose(x, perm), b.swap(matrix)), back);
}

/** The place in the input of each element of the output, a vector. */
function sourcePlaces(c: Conversion, { scale, from, to }: AxisScale): Value {
  const { b, node } = c;
  const places = b.cast(b.range(to), 'float32');
  const [before, after] = [b.cast(from, 'float32'), b.cast(to, 'float32')];
  const centers = b.sub(b.div(b.add(places, 0.5), scale), 0.5);
  const mode = attr.string(node, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return centers;
    case 'half_pixel_symmetric': {
      const adjustment = b.div(after, b.mul(scale, before));
      return b.add(b.mul(b.div(before, 2), b.sub(1, adjustment)), centers);
    }
    case 'pytorch_half_pixel':
      return b.where(b.greater(after, 1), centers, 0);
    case 'asymmetric':
      return b.div(places, scale);
    case 'align_corners':
      return b.div(b.mul(places, b.sub(before, 1)), b.maximum(b.sub(after, 1), 1));
    default:
      return c.fail(`the coordinates "${mode}"`);
  }
}

function rounding(c: Conversion, x: Value): Value {
  const { b } = c;
  switch (attr.string(c.node, 'nearest_mode', 'round_prefer_floor')) {
    case 'floor':
      return b.op('Floor', [x]);
    case 'ceil':
      return b.op('Ceil', [x]);
    case 'round_prefer_ceil':
      return b.op('Floor', [b.add(x, 0.5)]);
    default:
      return b.op('Ceil', [b.sub(x, 0.5)]);
  }
}

/**
 * Output size × input size: the kernel at the distance of each element, stretched by 1/scale if antialiasing shrinks.
 * Elements beyond the border count as the border's, or not at all with `exclude_outside`.
 */
function weights(c: Conversion, places: Value, { scale, from }: AxisScale): Value {
  const { b, node } = c;
  const kernel = kernelOf(c);
  const stretch = attr.int(node, 'antialias', 0) === 1 ? b.minimum(scale, 1) : undefined;
  const excludes = attr.int(node, 'exclude_outside', 0) === 1;
  // How many elements beyond each border have weights.
  const reach = stretch && b.cast(b.op('Ceil', [b.div(b.scalar(kernel.reach, 'float32'), stretch)]), 'int64');
  const margin = excludes ? b.sizes([0]) : b.add(reach ?? b.sizes([kernel.reach]), 1);
  const elements = b.sub(b.range(b.add(from, b.mul(margin, 2))), margin);
  const distances = b.sub(b.cast(elements, 'float32'), b.unsqueeze(places, [1]));
  const raw = kernel.at(b, b.abs(stretch ? b.mul(distances, stretch) : distances));
  const shares = b.div(raw, b.sum(raw, [1]));
  return excludes ? shares : intoBorders(b, shares, margin, from);
}

/** Adds the columns of elements beyond each border to the border's. */
function intoBorders(b: Builder, shares: Value, margin: Value, size: Value): Value {
  const columns = b.range(size);
  const end = b.add(margin, size);
  const beyond = (start: Value, stop: Value) => b.sum(b.slice(shares, [1], start, stop), [1]);
  const before = b.where(b.equal(columns, 0), beyond(b.sizes([0]), margin), 0);
  const behind = b.where(b.equal(columns, b.sub(size, 1)), beyond(end, b.add(end, margin)), 0);
  return b.add(b.slice(shares, [1], margin, end), b.add(before, behind));
}

interface Kernel {
  /** The distance from which on it is 0. */
  readonly reach: number;
  /** Its values at distances ≥ 0. */
  readonly at: (b: Builder, distance: Value) => Value;
}

function kernelOf(c: Conversion): Kernel {
  if (attr.string(c.node, 'mode', 'nearest') === 'linear')
    return { reach: 1, at: (b, distance) => b.maximum(b.sub(1, distance), 0) };
  const a = attr.float(c.node, 'cubic_coeff_a', -0.75);
  return { reach: 2, at: (b, distance) => cubic(b, distance, a) };
}

/** Keys' cubic convolution: (a + 2)d³ − (a + 3)d² + 1 up to 1, ad³ − 5ad² + 8ad − 4a up to 2, 0 beyond. */
function cubic(b: Builder, d: Value, a: number): Value {
  const near = b.add(b.mul(b.mul(b.sub(b.mul(d, a + 2), a + 3), d), d), 1);
  const far = b.sub(b.mul(b.add(b.mul(b.sub(b.mul(d, a), 5 * a), d), 8 * a), d), 4 * a);
  return b.where(b.lessOrEqual(d, 1), near, b.where(b.less(d, 2), far, 0));
}
