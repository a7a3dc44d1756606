import { type Builder, dtypeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { rule, type RuleTable } from './rule.js';

/** Keys' cubic convolution with a = −¾, as in PyTorch and ONNX. */
const a = -0.75;

const near = [1, 0, -(a + 3), a + 2] as const;

const far = [-4 * a, 8 * a, -5 * a, a] as const;

const kernels: Readonly<Record<'nearest' | 'bilinear' | 'bicubic', Kernel>> = {
  nearest: { first: 0, weights: (b, f) => [b.fillLike(f, 1)], slopes: (b, f) => [b.fillLike(f, 0)] },
  bilinear: {
    first: 0,
    weights: (b, f) => [b.sub(1, f), f],
    slopes: (b, f) => [b.fillLike(f, -1), b.fillLike(f, 1)],
  },
  bicubic: {
    first: -1,
    weights: (b, f) => cubicDistances(b, f).map(({ distance, shape }) => polynomial(b, distance, shape)),
    slopes: (b, f) =>
      cubicDistances(b, f).map(({ distance, shape, sign }) => {
        const [, c1, c2, c3] = shape;
        return b.mul(polynomial(b, distance, [c1, 2 * c2, 3 * c3, 0]), sign);
      }),
  },
};

/**
 * GridSample (Jaderberg et al., 2015), 2-D: y = Σ w_v(v) w_u(u) · x at the taps around each sampled position. These
 * positions are known only when the graph runs, so the image's cotangent is one of the few that need a scatter-add.
 */
export const sampling: RuleTable = {
  GridSample: rule(2, ({ b, node, dy, x: [x, grid] }) => {
    const kernel = kernels[modeOf(node)];
    const sampling = { b, node, x, grid, kernel };
    const [u, v] = [axisSamples(sampling, 0), axisSamples(sampling, 1)];
    const pairs = v.taps.flatMap((row) => u.taps.map((column) => ({ row, column })));
    // N × 1 × samples
    const index = ({ row, column }: (typeof pairs)[number]) =>
      b.add(b.mul(row.index, b.cast(b.dim(x, 3), 'int64')), column.index);
    const flatDy = b.reshape(dy, [0, 0, -1]);
    return [
      () =>
        scatter(
          b,
          x,
          pairs.map((pair) => ({
            index: index(pair),
            value: seen(b, pair, b.mul(flatDy, b.mul(pair.row.weight, pair.column.weight))),
          })),
        ),
      () => {
        const pixels = b.reshape(x, [0, 0, -1]);
        const energies = pairs.map((pair) => {
          const repeated = b.expand(index(pair), b.shape(flatDy));
          const picked = b.op('GatherElements', [pixels, repeated], { axis: 2 });
          return { ...pair, energy: seen(b, pair, b.sum(b.mul(picked, flatDy), [1])) };
        });
        const total = (weight: (pair: (typeof energies)[number]) => Value) =>
          energies.map((pair) => b.mul(pair.energy, weight(pair))).reduce((sum, part) => b.add(sum, part));
        const du = b.mul(
          total(({ row, column }) => b.mul(row.weight, column.slope)),
          u.scale,
        );
        const dv = b.mul(
          total(({ row, column }) => b.mul(row.slope, column.weight)),
          v.scale,
        );
        return b.reshape(b.transpose(b.concat([du, dv], 1), [0, 2, 1]), b.shape(grid));
      },
    ];
  }),
};

/** Weights of the taps at `first`, `first` + 1 …, and their derivatives, at a fraction f ∈ [0, 1) after the pixel. */
interface Kernel {
  readonly first: number;
  readonly weights: (b: Builder, f: Value) => readonly Value[];
  readonly slopes: (b: Builder, f: Value) => readonly Value[];
}

function cubicDistances(b: Builder, f: Value) {
  return [
    { distance: b.add(f, 1), shape: far, sign: 1 },
    { distance: f, shape: near, sign: 1 },
    { distance: b.sub(1, f), shape: near, sign: -1 },
    { distance: b.sub(2, f), shape: far, sign: -1 },
  ];
}

function polynomial(
  b: Builder,
  t: Value,
  [c0, c1, c2, c3]: readonly [number, number, number, number],
): Value {
  return b.add(b.mul(b.add(b.mul(b.add(b.mul(t, c3), c2), t), c1), t), c0);
}

interface Sampling {
  readonly b: Builder;
  readonly node: Node;
  readonly x: Value;
  readonly grid: Value;
  readonly kernel: Kernel;
}

/** One tap along one axis, for every sample: N × 1 × samples. */
interface Tap {
  readonly index: Value;
  readonly weight: Value;
  readonly slope: Value;
  /** Whether it is in the image; absent if it always is. */
  readonly isInside: Value | undefined;
}

/** What the image's pixel at a pair of taps contributes: nothing outside the image. */
function seen(b: Builder, pair: { readonly row: Tap; readonly column: Tap }, value: Value): Value {
  const inside = [pair.row.isInside, pair.column.isInside].filter((mask) => mask !== undefined);
  return inside.reduce((part, mask) => b.where(mask, part, 0), value);
}

/** The positions of samples along an axis (0: columns, 1: rows), and their derivatives by the grid. */
function axisSamples(
  { b, node, x, grid, kernel }: Sampling,
  axis: 0 | 1,
): { taps: readonly Tap[]; scale: Value } {
  const size = b.cast(b.dim(x, 3 - axis), dtypeOf(grid));
  const aligned = attr.int(node, 'align_corners', 0) === 1;
  const padding = attr.string(node, 'padding_mode', 'zeros');
  const perUnit = b.div(aligned ? b.sub(size, 1) : size, 2);
  const place = b.slice(b.reshape(grid, [b.dim(grid, 0), 1, -1, 2]), [3], [axis], [axis + 1]);
  const flat = b.reshape(place, [0, 1, -1]);
  const whole = aligned ? b.mul(b.add(flat, 1), perUnit) : b.sub(b.mul(b.add(flat, 1), perUnit), 0.5);

  const isCubic = kernel === kernels.bicubic;
  const { at, slope } = isCubic ? { at: whole, slope: null } : intoImage(b, whole, size, padding, aligned);
  const base = kernel === kernels.nearest ? b.op('Round', [at]) : b.op('Floor', [at]);
  const fraction = b.sub(at, base);
  const slopes = kernel.slopes(b, fraction);
  const taps = kernel.weights(b, fraction).map((weight, i) => {
    const position = b.add(base, kernel.first + i);
    const moved = isCubic ? intoImage(b, position, size, padding, aligned).at : position;
    const isInside = b.and(b.greaterOrEqual(moved, 0), b.lessOrEqual(moved, b.sub(size, 1)));
    const index = b.cast(b.maximum(b.minimum(moved, b.sub(size, 1)), 0), 'int64');
    return {
      index,
      weight: b.where(isInside, weight, 0),
      slope: b.where(isInside, slopes[i]!, 0),
      isInside: padding === 'zeros' ? isInside : undefined,
    };
  });
  return { taps, scale: slope === null ? perUnit : b.mul(slope, perUnit) };
}

/** Maps a coordinate outside the image as the padding mode does, with the derivative of that; `null` if it is 1. */
function intoImage(
  b: Builder,
  at: Value,
  size: Value,
  padding: string,
  aligned: boolean,
): { at: Value; slope: Value | null } {
  if (padding === 'zeros') return { at, slope: null };
  const last = b.sub(size, 1);
  const clip = (value: Value) => b.maximum(b.minimum(value, last), 0);
  const isWithin = (value: Value) => b.castLike(b.and(b.greater(value, 0), b.less(value, last)), value);
  if (padding === 'border') return { at: clip(at), slope: isWithin(at) };
  // Reflection at the centers of the border pixels (aligned), or at their outer edges.
  const low = aligned ? 0 : -0.5;
  const span = aligned ? last : size;
  const distance = b.sub(at, low);
  const period = b.mul(span, 2);
  const phase = b.sub(distance, b.mul(b.op('Floor', [b.div(distance, period)]), period));
  const isForward = b.lessOrEqual(phase, span);
  const reflected = b.add(b.where(isForward, phase, b.sub(period, phase)), low);
  return {
    at: clip(reflected),
    slope: b.mul(b.where(isForward, b.fillLike(phase, 1), b.fillLike(phase, -1)), isWithin(reflected)),
  };
}

function scatter(b: Builder, x: Value, parts: readonly { index: Value; value: Value }[]): Value {
  const pixels = b.fillLike(b.reshape(x, [0, 0, -1]), 0);
  const sum = parts.reduce(
    (total, { index, value }) =>
      b.op('ScatterElements', [total, b.expand(index, b.shape(value)), value], { axis: 2, reduction: 'add' }),
    pixels,
  );
  return b.reshape(sum, b.shape(x));
}

function modeOf(node: Node): keyof typeof kernels {
  const mode = attr.string(node, 'mode', 'bilinear');
  if (mode === 'nearest') return 'nearest';
  return mode === 'bicubic' || mode === 'cubic' ? 'bicubic' : 'bilinear';
}
