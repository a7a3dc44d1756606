import { type Builder, shapeOf } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import type { AttributeLike } from '../../lib/onnx/graph/attributes.js';
import { float32, int64, sizeOf, tensor } from '../../lib/tensor/tensor.js';
import type { Grown, RandomGraph } from './random-graphs.js';

/** One way in which a random graph grows: a value made from existing ones, or `null` if none fits. */
export type Growth = (graph: RandomGraph) => Grown | null;

const dimsOf = (value: Value) => shapeOf(value).map(Number);
const grown = (value: Value, bound: number): Grown => ({ value, dims: dimsOf(value), bound });
const isImage = ({ dims }: Grown) => dims.length === 4 && dims[2]! >= 3 && dims[3]! >= 3;

/** An operation on any value of that kind. */
function on(fits: (x: Grown) => boolean, make: (graph: RandomGraph, x: Grown) => Grown | null): Growth {
  return (graph) => {
    const x = graph.pick(fits);
    return x === undefined ? null : make(graph, x);
  };
}

const always = () => true;
const hasAxes = ({ dims }: Grown) => dims.length > 0;

function elementwise(f: (b: Builder, x: Value) => Value, bound: (of: number) => number): Growth {
  return on(always, ({ b }, { value, bound: m }) => grown(f(b, value), bound(m)));
}

function activation(
  op: string,
  bound: (of: number) => number,
  attributes: Readonly<Record<string, AttributeLike>> = {},
) {
  return elementwise((b, x) => b.op(op, [x], attributes), bound);
}

const same = (m: number) => m;
const one = () => 1;

const elementary: readonly Growth[] = [
  activation('Tanh', one),
  activation('Sigmoid', one),
  activation('Sin', one),
  activation('Cos', one),
  activation('Erf', one),
  activation('Softsign', one),
  activation('Relu', same),
  activation('LeakyRelu', same, { alpha: 0.2 }),
  activation('Elu', same),
  activation('HardSwish', same),
  activation('HardSigmoid', one),
  activation('Softplus', (m) => m + 1),
  activation('Abs', same),
  activation('Neg', same),
  elementwise(
    (b, x) => b.exp(b.tanh(x)),
    () => 3,
  ),
  elementwise(
    (b, x) => b.square(x),
    (m) => m * m,
  ),
  elementwise(
    (b, x) => b.sqrt(b.add(b.square(x), 0.5)),
    (m) => m + 1,
  ),
  elementwise(
    (b, x) => b.log(b.add(b.square(x), 0.5)),
    (m) => m + 1,
  ),
  elementwise(
    (b, x) => b.reciprocal(b.add(b.square(x), 0.7)),
    () => 2,
  ),
  elementwise(
    (b, x) => b.pow(b.add(b.abs(x), 0.3), 1.4),
    (m) => m ** 1.4 + 1,
  ),
  elementwise((b, x) => b.op('Clip', [x, b.scalar(-0.7, 'float64'), b.scalar(0.9, 'float64')]), one),
  elementwise((b, x) => b.where(b.greater(x, 0.1), b.mul(x, 0.5), b.sin(x)), same),
];

/** A partner that broadcasts with x: another value, one axis of a new input, or a single number. */
function partner(graph: RandomGraph, { dims }: Grown): Grown {
  const fits = (other: Grown) =>
    other.dims.length <= dims.length &&
    other.dims.toReversed().every((size, i) => size === 1 || size === dims.toReversed()[i]);
  if (graph.r.uniform() < 0.7) return graph.pick(fits) ?? graph.input();
  return graph.input(...dims.map((size) => (graph.r.uniform() < 0.5 ? 1 : size)));
}

function binary(
  f: (b: Builder, x: Value, y: Value) => Value,
  bound: (a: number, c: number) => number,
): Growth {
  return on(always, (graph, x) => {
    const y = partner(graph, x);
    const [left, right] = graph.r.uniform() < 0.5 ? [x, y] : [y, x];
    return grown(f(graph.b, left.value, right.value), bound(left.bound, right.bound));
  });
}

const arithmetic: readonly Growth[] = [
  binary(
    (b, x, y) => b.add(x, y),
    (m, n) => m + n,
  ),
  binary(
    (b, x, y) => b.sub(x, y),
    (m, n) => m + n,
  ),
  binary(
    (b, x, y) => b.mul(x, y),
    (m, n) => m * n,
  ),
  binary(
    (b, x, y) => b.div(x, b.add(b.square(y), 0.6)),
    (m) => 2 * m,
  ),
  binary((b, x, y) => b.maximum(x, y), Math.max),
  binary((b, x, y) => b.minimum(x, y), Math.max),
  binary((b, x, y) => b.op('Mean', [x, y, x]), Math.max),
  binary(
    (b, x, y) => b.op('Sum', [x, y, y]),
    (m, n) => m + 2 * n,
  ),
  binary(
    (b, x, y) => b.op('PRelu', [b.add(x, b.mul(y, 0)), y]),
    (m, n) => m * (n + 1),
  ),
];

const arrangement: readonly Growth[] = [
  on(hasAxes, ({ b, r }, { value, dims, bound }) => {
    const perm = dims.map((_, i) => i).sort(() => r.uniform() - 0.5);
    return grown(b.transpose(value, perm), bound);
  }),
  on(
    ({ dims }) => dims.length > 1,
    ({ b, r }, { value, dims, bound }) => {
      const at = r.integer(0, dims.length - 2);
      return grown(
        b.reshape(value, [...dims.slice(0, at), dims[at]! * dims[at + 1]!, ...dims.slice(at + 2)]),
        bound,
      );
    },
  ),
  on(
    ({ dims }) => dims.length < 4 && dims.some((size) => size % 2 === 0),
    ({ b }, { value, dims, bound }) => {
      const at = dims.findIndex((size) => size % 2 === 0);
      return grown(b.reshape(value, [...dims.slice(0, at), 2, dims[at]! / 2, ...dims.slice(at + 1)]), bound);
    },
  ),
  on(
    ({ dims }) => dims.length < 4,
    ({ b, r }, { value, dims, bound }) => grown(b.unsqueeze(value, [r.integer(0, dims.length)]), bound),
  ),
  on(
    ({ dims }) => dims.includes(1),
    ({ b }, { value, dims, bound }) => grown(b.squeeze(value, [dims.indexOf(1)]), bound),
  ),
  on(
    ({ dims }) => dims.includes(1),
    ({ b }, { value, dims, bound }) =>
      grown(
        b.expand(
          value,
          dims.map((size) => (size === 1 ? 3 : size)),
        ),
        bound,
      ),
  ),
  on(hasAxes, ({ b, choose }, { value, dims, bound }) =>
    grown(b.op('Tile', [value, b.sizes(dims.map(() => choose([1, 1, 2])))]), bound),
  ),
  on(hasAxes, (graph, x) => {
    const axis = graph.r.integer(0, x.dims.length - 1);
    const alike = ({ dims }: Grown) =>
      dims.length === x.dims.length && dims.every((size, i) => i === axis || size === x.dims[i]);
    const other = graph.pick(alike) ?? x;
    return grown(
      graph.b.concat([x.value, other.value, x.value].slice(0, graph.r.integer(2, 3)), axis),
      Math.max(x.bound, other.bound),
    );
  }),
  on(
    ({ dims }) => dims.some((size) => size > 2),
    ({ b, r }, { value, dims, bound }) => {
      const axis = dims.findIndex((size) => size > 2);
      const [start, step] = [r.integer(0, 1), r.integer(1, 2)];
      return r.uniform() < 0.5
        ? grown(b.slice(value, [axis], [start], [r.uniform() < 0.5 ? -1 : Infinity], [step]), bound)
        : grown(b.slice(value, [axis], [-1 - start], [-Infinity], [-step]), bound);
    },
  ),
  on(
    ({ dims }) => dims.some((size) => size > 2),
    ({ b, r, choose }, { value, dims, bound }) => {
      const axis = dims.findIndex((size) => size > 2);
      const only = (amount: number) => dims.map((_, i) => (i === axis ? amount : 0));
      const pads = b.sizes([...only(r.integer(0, 2)), ...only(r.integer(0, 2))]);
      return grown(b.op('Pad', [value, pads], { mode: choose(['constant', 'reflect', 'edge']) }), bound);
    },
  ),
  on(
    ({ dims }) => dims.some((size) => size > 1),
    ({ b }, { value, dims, bound }) => {
      const axis = dims.findIndex((size) => size > 1);
      const [first, second] = b.split(value, [1, dims[axis]! - 1], axis, 2);
      return grown(b.mul(first!, second!), bound * bound);
    },
  ),
  on(hasAxes, ({ b, r }, { value, dims, bound }) => {
    const axis = r.integer(0, dims.length - 1);
    const indices = Array.from({ length: r.integer(1, 4) }, () => r.integer(-dims[axis]!, dims[axis]! - 1));
    return grown(b.gather(value, b.constant(int64(indices)), axis), bound);
  }),
  on(hasAxes, ({ b, r }, { value, dims, bound }) => {
    const axis = r.integer(0, dims.length - 1);
    const indices = Array.from({ length: sizeOf(dims) }, () => r.integer(0, dims[axis]! - 1));
    return grown(b.op('GatherElements', [value, b.constant(int64(indices, dims))], { axis }), bound);
  }),
  on(
    ({ dims }) => dims.length >= 2,
    ({ b, r }, { value, bound }) => grown(b.op('Trilu', [value], { upper: r.integer(0, 1) }), bound),
  ),
  on(
    ({ dims }) => dims.length === 4 && dims[1]! % 4 === 0,
    ({ b, choose }, { value, bound }) =>
      grown(b.op('DepthToSpace', [value], { blocksize: 2, mode: choose(['DCR', 'CRD']) }), bound),
  ),
  on(
    ({ dims }) => dims.length === 4 && dims[2]! % 2 === 0 && dims[3]! % 2 === 0,
    ({ b }, { value, bound }) => grown(b.op('SpaceToDepth', [value], { blocksize: 2 }), bound),
  ),
];

function reduction(op: string, bound: (m: number, n: number) => number): Growth {
  return on(hasAxes, ({ b, r }, { value, dims, bound: m }) => {
    const axes = dims.map((_, i) => i).filter(() => r.uniform() < 0.5);
    const listed = axes.length === 0 ? [dims.length - 1] : axes;
    const keepdims = r.integer(0, 1);
    const reduced =
      op === 'ReduceSum'
        ? b.op(op, [value, b.sizes(listed)], { keepdims })
        : b.op(op, [value], { axes: listed, keepdims });
    return grown(reduced, bound(m, sizeOf(dims)));
  });
}

const reductions: readonly Growth[] = [
  reduction('ReduceSum', (m, n) => m * n),
  reduction('ReduceMean', same),
  reduction('ReduceMax', same),
  reduction('ReduceMin', same),
  reduction('ReduceL1', (m, n) => m * n),
  reduction('ReduceSumSquare', (m, n) => m * m * n),
  reduction('ReduceLogSumExp', (m, n) => m + Math.log(n)),
  on(hasAxes, ({ b, r }, { value, dims, bound }) => {
    const axis = b.constant(int64([r.integer(0, dims.length - 1)], []));
    return grown(
      b.op('CumSum', [value, axis], { exclusive: r.integer(0, 1), reverse: r.integer(0, 1) }),
      bound * 6,
    );
  }),
  on(
    ({ dims }) => dims.length > 0 && dims.at(-1)! > 2,
    ({ b, r }, { value, bound }) =>
      grown(b.ops('TopK', [value, b.sizes([2])], 2, { axis: -1, largest: r.integer(0, 1) })[0]!, bound),
  ),
  ...['Softmax', 'LogSoftmax'].map((op) =>
    on(hasAxes, ({ b, r }, { value, dims, bound }) =>
      grown(b.op(op, [value], { axis: r.integer(-1, dims.length - 1) }), bound + 6),
    ),
  ),
  on(
    ({ dims }) => dims.length > 0 && dims.at(-1)! > 2,
    (graph, { value, dims }) => {
      const [scale, shift] = [graph.input(dims.at(-1)!), graph.input(dims.at(-1)!)];
      return grown(
        graph.b.op('LayerNormalization', [value, scale.value, shift.value], { axis: -1, epsilon: 0.01 }),
        30,
      );
    },
  ),
];

const linear: readonly Growth[] = [
  on(
    ({ dims }) => dims.length >= 1,
    (graph, { value, dims, bound }) => {
      const w = graph.input(dims.at(-1)!, graph.r.integer(1, 6));
      return grown(graph.b.matmul(value, w.value), dims.at(-1)! * bound * 5);
    },
  ),
  on(
    ({ dims }) => dims.length >= 2,
    ({ b }, { value, dims, bound }) => grown(b.matmul(value, b.swap(value)), dims.at(-1)! * bound ** 2),
  ),
  on(
    ({ dims }) => dims.length === 2,
    (graph, { value, dims, bound }) => {
      const [transA, transB, width] = [graph.r.integer(0, 1), graph.r.integer(0, 1), graph.r.integer(1, 6)];
      const depth = dims[1 - transA]!;
      const w = graph.input(...(transB === 1 ? [width, depth] : [depth, width]));
      const product = graph.b.op('Gemm', [value, w.value, graph.input(width).value], {
        transA,
        transB,
        alpha: 0.5,
        beta: 1.5,
      });
      return grown(product, depth * bound * 5);
    },
  ),
  on(
    ({ dims }) => dims.length === 3,
    (graph, { value, dims, bound }) => {
      const w = graph.input(4, dims[2]!);
      return grown(graph.b.op('Einsum', [value, w.value], { equation: 'bij,kj->bki' }), dims[2]! * bound * 5);
    },
  ),
];

const images: readonly Growth[] = [
  on(isImage, (graph, { value, dims, bound }) => {
    const { r } = graph;
    const channels = dims[1]!;
    const group = channels % 2 === 0 ? graph.choose([1, 2, channels]) : 1;
    const [rows, columns] = [r.integer(1, 3), r.integer(1, 3)];
    const w = graph.input(group * r.integer(1, 2), channels / group, rows, columns);
    const attributes = {
      group,
      strides: [r.integer(1, 2), r.integer(1, 2)],
      pads: Array.from({ length: 4 }, () => r.integer(0, 1)),
      dilations:
        dims[3]! >= 5
          ? graph.choose([
              [1, 1],
              [1, 2],
            ])
          : [1, 1],
    };
    const bias = r.uniform() < 0.5 ? graph.input(w.dims[0]!).value : undefined;
    return grown(
      graph.b.op('Conv', [value, w.value, bias], attributes),
      bound * 5 * sizeOf(w.dims.slice(1)) + 5,
    );
  }),
  on(isImage, (graph, { value, dims, bound }) => {
    const { r } = graph;
    const w = graph.input(dims[1]!, 2, r.integer(1, 3), r.integer(2, 3));
    const strides = [r.integer(1, 2), r.integer(1, 2)];
    return grown(
      graph.b.op('ConvTranspose', [value, w.value], { strides, pads: [0, 1, 0, 0] }),
      bound * 5 * sizeOf(w.dims),
    );
  }),
  ...['MaxPool', 'AveragePool'].map((op) =>
    on(isImage, ({ b, r, choose }, { value, bound }) => {
      // No padding with sizes rounded up: if a window would begin in the padding, ONNX Runtime infers another size
      // than it computes at operator set 17, and does not load what relies on either.
      const ceil = r.integer(0, 1);
      const pads = choose([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [0, 1, 1, 0],
      ]);
      const attributes = {
        kernel_shape: [r.integer(2, 3), r.integer(2, 3)],
        strides: [r.integer(1, 2), r.integer(1, 2)],
        pads: ceil === 1 ? [0, 0, 0, 0] : pads,
        ceil_mode: ceil,
        ...(op === 'AveragePool' && { count_include_pad: r.integer(0, 1) }),
      };
      return grown(b.op(op, [value], attributes), bound);
    }),
  ),
  ...['GlobalAveragePool', 'GlobalMaxPool'].map((op) =>
    on(isImage, ({ b }, { value, bound }) => grown(b.op(op, [value]), bound)),
  ),
  on(isImage, ({ b }, { value, bound }) =>
    grown(b.op('LRN', [value], { size: 3, alpha: 0.3, beta: 0.75, bias: 1.5 }), bound),
  ),
  on(isImage, (graph, { value, dims, bound }) => {
    const [scale, shift] = [graph.input(dims[1]!).value, graph.input(dims[1]!).value];
    const [mean, variance] = [0.3, 0.8].map((x) =>
      graph.b.constant(tensor('float64', new Float64Array(dims[1]!).fill(x), [dims[1]!])),
    );
    const normal = graph.b.op('BatchNormalization', [value, scale, shift, mean, variance]);
    return grown(normal, bound * 7);
  }),
  on(isImage, (graph, { value, dims }) => {
    const [scale, shift] = [graph.input(dims[1]!).value, graph.input(dims[1]!).value];
    return grown(graph.b.op('InstanceNormalization', [value, scale, shift], { epsilon: 0.01 }), 30);
  }),
  on(isImage, ({ b, choose }, { value, bound }) => {
    const scales = b.constant(
      float32(
        choose([
          [1, 1, 2, 2],
          [1, 1, 1.5, 0.6],
          [1, 1, 0.5, 1],
        ]),
      ),
    );
    const mode = choose(['nearest', 'linear', 'cubic']);
    const attributes = {
      mode,
      coordinate_transformation_mode: choose(['half_pixel', 'asymmetric', 'align_corners']),
    };
    return grown(b.op('Resize', [value, undefined, scales], attributes), bound * 2);
  }),
];

/** Every way to grow; images and layouts as often as all elementary functions together. */
export const growths: readonly Growth[] = [
  ...elementary,
  ...arithmetic,
  ...arithmetic,
  ...arrangement,
  ...reductions,
  ...linear,
  ...linear,
  ...images,
  ...images,
  ...images,
];
