import { expect } from 'chai';

import { differentiate, grad } from '../../lib/autodiff/grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32, int64, numberToHalf, sizeOf, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { elements } from './check.js';
import { tensorOf } from './prepare.js';

/** A model of one input and one loss: the sum of what `make` computes. */
function lossOf(
  count: number,
  make: (b: Builder, x: Value) => Value,
  dtype: 'float32' | 'float16' = 'float32',
): Model {
  const b = new Builder();
  const x = b.input('x', dtype, [count]);
  b.output(b.sum(make(b, x), undefined, false), 'loss');
  return b.model();
}

async function run(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  await using session = await openSession(encodeModel(model), { isolation: 'none', provider: 'cpu' });
  return await session.run(feeds);
}

async function slopes(
  points: readonly number[],
  make: (b: Builder, x: Value) => Value,
): Promise<readonly number[]> {
  const derived = grad(lossOf(points.length, make), { loss: 'loss' });
  const results = await run(derived, { x: tensorOf('float32', points, [points.length]) });
  return elements(results['d_x']);
}

describe('gradients at kinks', () => {
  // As in PyTorch 1.13. Later versions give 0 at the bounds of clamp, and 0 and 1 at ±3 for hardswish.
  it('pass at both bounds of Clip', async () => {
    const clip = (b: Builder, x: Value) => b.op('Clip', [x, b.scalar(-1, 'float32'), b.scalar(2, 'float32')]);
    expect(await slopes([-2, -1, 0, 2, 3], clip)).to.deep.equal([0, 1, 1, 1, 0]);
  });

  it('are −½, ½ and 3⁄2 for HardSwish at −3, 0 and 3', async () => {
    expect(await slopes([-4, -3, 0, 3, 4], (b, x) => b.op('HardSwish', [x]))).to.deep.equal([
      0, -0.5, 0.5, 1.5, 1,
    ]);
  });

  it('are 1 for a smooth L1 loss where it becomes linear', async () => {
    const smooth = (b: Builder, x: Value) => {
      const size = b.abs(x);
      return b.where(b.less(size, 1), b.mul(b.square(x), 0.5), b.sub(size, 0.5));
    };
    expect(await slopes([-2, -1, 0, 0.5, 1, 2], smooth)).to.deep.equal([-1, -1, 0, 0.5, 1, 1]);
  });

  it('are infinite for a square root at 0, and 0 for a norm', async () => {
    expect(await slopes([0, 4], (b, x) => b.sqrt(x))).to.deep.equal([Infinity, 0.25]);
    expect(await slopes([0, 0], (b, x) => b.op('ReduceL2', [x]))).to.deep.equal([0, 0]);
  });
});

describe('an infinite cotangent', () => {
  const window = { kernel_shape: [1, 2], strides: [1, 2] };
  const plane = (b: Builder, x: Value) => b.reshape(x, [1, 1, 1, -1]);
  const flat = (b: Builder, x: Value) => b.reshape(x, [-1]);
  const cases: Readonly<
    Record<
      string,
      { at: readonly number[]; make: (b: Builder, x: Value) => Value; passes: readonly number[] }
    >
  > = {
    Relu: { at: [-1, 0, 1], make: (b, x) => b.relu(x), passes: [0, 0, 1] },
    HardSwish: { at: [-4, 0, 4], make: (b, x) => b.op('HardSwish', [x]), passes: [0, 1, 1] },
    HardSigmoid: { at: [-4, 0, 4], make: (b, x) => b.op('HardSigmoid', [x]), passes: [0, 1, 0] },
    Shrink: { at: [-4, 0, 4], make: (b, x) => b.op('Shrink', [x]), passes: [1, 0, 1] },
    Clip: {
      at: [-4, 0, 4],
      make: (b, x) => b.op('Clip', [x, b.scalar(-1, 'float32'), b.scalar(1, 'float32')]),
      passes: [0, 1, 0],
    },
    Max: { at: [-1, 2], make: (b, x) => b.maximum(x, 1), passes: [0, 1] },
    Min: { at: [-1, 2], make: (b, x) => b.minimum(x, 1), passes: [1, 0] },
    Pow: {
      at: [2, 2],
      make: (b, x) => b.pow(x, b.constant(tensorOf('float32', [0, 1], [2]))),
      passes: [0, 1],
    },
    MaxPool: {
      at: [1, 2, 3, 0],
      make: (b, x) => flat(b, b.op('MaxPool', [plane(b, x)], window)),
      passes: [0, 1, 1, 0],
    },
    GlobalMaxPool: {
      at: [1, 3, 2],
      make: (b, x) => flat(b, b.op('GlobalMaxPool', [plane(b, x)])),
      passes: [0, 1, 0],
    },
    ReduceMax: { at: [1, 3, 2], make: (b, x) => b.max(x), passes: [0, 1, 0] },
    ReduceMin: { at: [1, 3, 2], make: (b, x) => b.op('ReduceMin', [x]), passes: [1, 0, 0] },
    ReduceL2: { at: [0, 0], make: (b, x) => b.op('ReduceL2', [x]), passes: [0, 0] },
    Einsum: {
      at: [1, 2, 3, 4],
      make: (b, x) => b.op('Einsum', [b.reshape(x, [2, 2])], { equation: 'ii->i' }),
      passes: [1, 0, 0, 1],
    },
    Gather: { at: [1, 2, 3], make: (b, x) => b.gather(x, b.sizes([2, 0]), 0), passes: [1, 0, 1] },
    Pad: { at: [1, 2, 3], make: (b, x) => b.pad(x, [-1, 3]), passes: [0, 1, 1] },
  };
  for (const [op, { at, make, passes }] of Object.entries(cases))
    it(`does not become NaN where ${op} has no slope`, async () => {
      const b = new Builder();
      const y = make(b, b.input('x', 'float32', [at.length]));
      b.output(y, 'y');
      const sizes = (y.type?.shape ?? []).map(Number);
      const dy = tensorOf('float32', Array<number>(sizeOf(sizes)).fill(Infinity), sizes);
      const results = await run(grad(b.model()), { x: tensorOf('float32', at, [at.length]), d_y: dy });
      expect(elements(results['d_x'])).to.deep.equal(passes.map((passed) => (passed === 1 ? Infinity : 0)));
    });

  it('does not become NaN where a loss ignores a label or has another', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2, 2]);
    b.output(b.op('NegativeLogLikelihoodLoss', [x, b.sizes([1, 0])], { ignore_index: 0 }), 'y');
    const dy = tensorOf('float32', [Infinity], []);
    const results = await run(grad(b.model()), { x: tensorOf('float32', [1, 2, 3, 4], [2, 2]), d_y: dy });
    expect(elements(results['d_x'])).to.deep.equal([0, -Infinity, 0, 0]);
  });

  it('comes from the square root of a ReLU, and stays there', async () => {
    expect(await slopes([-1, 0, 4], (b, x) => b.sqrt(b.relu(x)))).to.deep.equal([0, 0, 0.25]);
  });
});

describe('gradients far from 0', () => {
  // PyTorch's, at −∞, −10³⁰, −100, 100, 10³⁰ and ∞.
  const points = [-Infinity, -1e30, -100, 100, 1e30, Infinity];
  const expected: Readonly<Record<string, readonly number[]>> = {
    Relu: [0, 0, 0, 1, 1, 1],
    LeakyRelu: [0.01, 0.01, 0.01, 1, 1, 1],
    Elu: [0, 0, 0, 1, 1, 1],
    Selu: [0, 0, 0, 1.050701, 1.050701, 1.050701],
    Sigmoid: [0, 0, 0, 0, 0, 0],
    Tanh: [0, 0, 0, 0, 0, 0],
    Softplus: [0, 0, 0, 1, 1, 1],
    HardSigmoid: [0, 0, 0, 0, 0, 0],
    HardSwish: [0, 0, 0, 1, 1, 1],
    Abs: [-1, -1, -1, 1, 1, 1],
    Erf: [0, 0, 0, 0, 0, 0],
  };
  for (const [op, wanted] of Object.entries(expected))
    it(`are as in PyTorch for ${op}`, async () => {
      const found = await slopes(points, (b, x) => b.op(op, [x]));
      for (const [i, slope] of found.entries()) expect(slope).to.be.closeTo(wanted[i]!, 1e-6);
    });
});

describe('softmax of −∞', () => {
  it('has a gradient of 0 for a row that is masked wholly, as in PyTorch’s attention', async () => {
    // As exporters write scaled_dot_product_attention: the row's NaNs are replaced with 0.
    const attention = (b: Builder, x: Value) => {
      const mask = b.constant(tensorOf('float32', [0, -Infinity, -Infinity, -Infinity], [2, 2]));
      const p = b.op('Softmax', [b.add(b.reshape(x, [2, 2]), mask)]);
      return b.where(b.op('IsNaN', [p]), 0, p);
    };
    expect(await slopes([1, 2, 3, 4], attention)).to.deep.equal([0, 0, 0, 0]);
  });
});

describe('a Gather without a matrix of ones and zeros', () => {
  for (const [what, size, count, op] of [
    ['one known element', 100_000, 1, 'Pad'],
    ['elements in another order', 100_000, 3, 'Gather'],
    ['more than 2²⁰ pairs', 10_000, 40_000, 'ScatterND'],
  ] as const)
    it(`has a gradient by ${op} for ${what}`, async () => {
      const b = new Builder();
      const picked = Array.from({ length: count }, (_, i) => (7 * i * i + 3) % size);
      const indices = b.constant(tensor('int64', BigInt64Array.from(picked, BigInt), [count]));
      b.output(b.gather(b.input('x', 'float32', [size]), indices, 0), 'y');
      const derived = grad(b.model(), { keepOutputs: [] });
      expect(derived.graph.nodes.map((node) => node.op))
        .to.include(op)
        .and.not.to.include('MatMul');
      const dy = picked.map((_, i) => i % 5);
      const expected = Array<number>(size).fill(0);
      for (const [i, index] of picked.entries()) expected[index]! += dy[i]!;
      const x = tensorOf('float32', Array<number>(size).fill(0), [size]);
      const results = await run(derived, { x, d_y: tensorOf('float32', dy, [count]) });
      expect(elements(results['d_x'])).to.deep.equal(expected);
    });
});

describe('values on which a result depends without a rule', () => {
  const refused: Readonly<Record<string, (b: Builder, x: Value, p: Value) => Value>> = {
    'the ratio of Dropout': (b, x, p) => {
      const [y] = b.ops('Dropout', [b.reshape(x, [-1]), b.reshape(p, []), b.scalar(1, 'bool')], 2);
      return y!;
    },
    'the scales of Resize': (b, x, p) =>
      b.op('Resize', [x, undefined, b.concat([b.constant(tensorOf('float32', [1, 1, 2], [3])), p], 0)]),
    'the region of Resize': (b, x, p) => {
      const ends = b.constant(tensorOf('float32', [1, 1, 1, 1], [4]));
      const region = b.concat([b.constant(tensorOf('float32', [0, 0, 0], [3])), p, ends], 0);
      return b.op('Resize', [x, region, undefined, b.sizes([1, 1, 3, 3])], {
        coordinate_transformation_mode: 'tf_crop_and_resize',
      });
    },
    'the regions of RoiAlign': (b, x, p) =>
      b.op('RoiAlign', [x, b.expand(b.reshape(p, [1, 1]), [1, 4]), b.sizes([0])]),
  };
  for (const [what, make] of Object.entries(refused))
    it(`are not taken for constants: ${what}`, () => {
      const b = new Builder();
      const y = make(b, b.input('x', 'float32', [1, 1, 4, 4]), b.input('p', 'float32', [1]));
      b.output(y, 'y');
      expect(() => grad(b.model(), { wrt: ['x', 'p'] })).to.throw(/has no gradient by its input \d/);
      expect(() => grad(b.model(), { wrt: ['x'] })).not.to.throw();
    });
});

describe('a Dropout whose mode is an input', () => {
  it('scales the cotangent only in training', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [8]);
    const [y] = b.ops('Dropout', [x, b.scalar(0.5, 'float32'), b.input('training', 'bool', [])], 2);
    b.output(y!, 'y');
    const ones = tensorOf('float32', Array<number>(8).fill(1), [8]);
    const derived = grad(b.model(), { wrt: ['x'] });
    const results = await run(derived, {
      x: ones,
      d_y: ones,
      training: tensor('bool', Uint8Array.of(0), []),
    });
    expect(elements(results['d_x'])).to.deep.equal(Array<number>(8).fill(1));
  });
});

describe('gradients that differences cannot check', () => {
  it('of Dropout in training pass where its mask is true', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [64]);
    const [y, mask] = b.ops('Dropout', [x, b.scalar(0.25, 'float32'), b.scalar(1, 'bool')], 2, { seed: 5 });
    b.output(y!, 'y');
    b.output(mask!, 'mask');
    const derived = grad(b.model(), { outputs: ['y'] });
    const ones = tensorOf('float32', Array<number>(64).fill(1), [64]);
    const results = await run(derived, { x: ones, d_y: ones });
    const kept = elements(results['mask']);
    expect(kept).to.include(0).and.to.include(1);
    const passed = Math.fround(4 / 3);
    elements(results['d_x']).forEach((slope, i) => expect(slope).to.be.closeTo(kept[i]! * passed, 1e-6));
  });

  it('of Dropout in training need no mask among the outputs', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [64]);
    const ratio = b.input('ratio', 'float32', []);
    b.output(b.op('Dropout', [x, ratio, b.input('training', 'bool', [])], { seed: 5 }), 'y');
    const derived = grad(b.model());
    expect(derived.graph.outputs.map(({ name }) => name)).to.deep.equal(['y', 'd_x']);
    const ones = tensorOf('float32', Array<number>(64).fill(1), [64]);
    const training = tensor('bool', Uint8Array.of(1), []);
    const results = await run(derived, {
      x: ones,
      d_y: ones,
      ratio: tensorOf('float32', [0.25], []),
      training,
    });
    expect(elements(results['y'])).to.include(0);
    expect(elements(results['d_x'])).to.deep.equal(elements(results['y']));
  });

  it('leave inputs out that are only settings of operators', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 1, 4, 4]);
    const regions = b.input('regions', 'float32', [2, 4]);
    const scales = b.input('scales', 'float32', [4]);
    const aligned = b.op('RoiAlign', [x, regions, b.sizes([0, 0])]);
    b.output(aligned, 'y');
    b.output(b.op('Resize', [x, undefined, scales], { mode: 'nearest' }), 'z');
    const { model, leftOut } = differentiate(b.model(), {});
    expect(model.graph.outputs.map(({ name }) => name)).to.deep.equal(['y', 'z', 'd_x']);
    expect(leftOut.map(({ name }) => name)).to.deep.equal(['regions', 'scales']);
    // One that is used otherwise too is differentiated by, and refused.
    b.output(b.mul(regions, 2), 'w');
    expect(() => grad(b.model())).to.throw(/has no gradient by its input 1/);
  });

  it('leave out settings of operators in branches', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 1, 4, 4]);
    const scales = b.input('scales', 'float32', [4]);
    const branch = (name: string, result: (inner: Builder) => Value) => {
      const inner = new Builder(b);
      inner.output(result(inner), inner.fresh('result'));
      return { type: 'graph', value: inner.graph(name) } as const;
    };
    const [y] = b.ops('If', [b.input('larger', 'bool', [])], 1, {
      then_branch: branch('then', (inner) => inner.op('Resize', [x, undefined, scales], { mode: 'nearest' })),
      else_branch: branch('else', (inner) => inner.op('Identity', [x])),
    });
    b.output(y!, 'y');
    const { model, leftOut } = differentiate(b.model(), {});
    expect(model.graph.outputs.map(({ name }) => name)).to.deep.equal(['y', 'd_x']);
    expect(leftOut.map(({ name }) => name)).to.deep.equal(['scales']);
  });

  it('in float16 are added up in float32', async () => {
    // 2048 + 1 + 1 is 2048 in half floats, one sum at a time.
    const b = new Builder();
    const x = b.input('x', 'float16', [1]);
    for (const [i, factor] of [2048, 1, 1].entries()) b.output(b.mul(x, factor), `y${i}`);
    const one = tensor('float16', Uint16Array.of(numberToHalf(1)), [1]);
    const results = await run(grad(b.model()), { x: one, d_y0: one, d_y1: one, d_y2: one });
    expect(results['d_x']?.dtype).to.equal('float16');
    expect(elements(results['d_x'])).to.deep.equal([2050]);
  });
});

describe('gradients of loops', () => {
  it('whose end is known only when the graph runs follow the iterations that ran', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2]);
    const count = b.input('count', 'int64', []);
    const body = new Builder(b);
    body.input(body.fresh('trip'), 'int64', []);
    const condition = body.input(body.fresh('condition'), 'bool', []);
    const h = body.input(body.fresh('h'), 'float32', [2]);
    body.output(condition, body.fresh('goes_on'));
    body.output(body.mul(h, 2), body.fresh('next'));
    b.output(
      b.op('Loop', [count, undefined, x], { body: { type: 'graph', value: body.graph('body') } }),
      'y',
    );
    const g = grad(b.model(), { wrt: ['x'] });
    for (const [iterations, slope] of [
      [0, 1],
      [1, 2],
      [5, 32],
    ] as const) {
      const feeds = { x: float32([1, 3]), count: int64([iterations], []), d_y: float32([1, 10]) };
      expect(elements((await run(g, feeds))['d_x'])).to.deep.equal([slope, 10 * slope]);
    }
  });
});
