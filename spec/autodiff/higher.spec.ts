import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { hvp } from '../../lib/autodiff/hvp.js';
import { jvp } from '../../lib/autodiff/jvp.js';
import { derivative } from '../../lib/gradients/difference.js';
import { along } from '../../lib/gradients/perturb.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { float } from '../../lib/onnx/graph/attributes.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32, int64, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { multiplyAdds } from '../onnx/multiply-adds.js';
import { compute, noise, noise64, numbersOf, operators, unused } from './compute.js';

const names = (infos: Model['graph']['inputs']) => infos.map(({ name }) => name);

/** y = f(x) in double precision, for an x of this shape. */
function model64(dims: readonly number[], f: (b: Builder, x: Value) => Value): Model {
  const b = new Builder();
  b.output(f(b, b.input('x', 'float64', dims)), 'y');
  return b.model();
}

/** The change of `output` when x moves from `x` along `v`, by differences. */
async function moved(model: Model, output: string, x: Tensor, v: Tensor, i: number): Promise<number> {
  await using session = await openSession(encodeModel(model), { isolation: 'none', threads: 1 });
  const at = async (h: number) => numbersOf(await session.run({ x: along(x, v, h) }), output)[i]!;
  return (await derivative(at, [1e-3, 1e-4, 1e-5])).value;
}

/** h ← step(sin(h) · x) three times, a number that is known only when the graph runs, from h = x. */
function looped(b: Builder, x: Value, step = (_: Builder, h: Value) => h): Value {
  const body = new Builder(b);
  body.input(body.fresh('trip'), 'int64', []);
  const condition = body.input(body.fresh('condition'), 'bool', []);
  const h = body.input(body.fresh('h'), 'float64', [3]);
  body.output(condition, body.fresh('goes_on'));
  body.output(step(body, body.mul(body.sin(h), x)), body.fresh('next'));
  body.output(body.square(h), body.fresh('stacked'));
  const trips = b.cast(b.add(b.mul(b.sum(x, undefined, false), 0), 3), 'int64');
  const [last, stack] = b.ops('Loop', [trips, undefined, x], 2, {
    body: { type: 'graph', value: body.graph('body') },
  });
  return b.add(last!, b.sum(stack!, [0], false));
}

/** h ← tanh(h + x[i]), each h stacked, over the rows of x of which there are as many as x has positive sums: all. */
function scanned(b: Builder, x: Value): Value {
  const rows = b.op('Compress', [x, b.greater(b.sum(b.square(x), [1], false), 0)], { axis: 0 });
  const body = new Builder(b);
  const h = body.input(body.fresh('h'), 'float64', [3]);
  const row = body.input(body.fresh('row'), 'float64', [3]);
  const next = body.tanh(body.add(body.mul(h, row), row));
  body.output(next);
  body.output(next, body.fresh('stacked'));
  return b.ops('Scan', [b.exp(b.sum(x, [0], false)), rows], 2, {
    body: { type: 'graph', value: body.graph('body') },
    num_scan_inputs: 1,
  })[1]!;
}

describe('hvp', () => {
  it('takes vectors and returns products in addition to the outputs', async () => {
    // loss = x³ + x z: H = [[6 x, 1], [1, 0]]
    const b = new Builder();
    const [x, z] = [b.input('x', 'float32', [1]), b.input('z', 'float32', [1])];
    b.output(b.add(b.mul(b.square(x), x), b.mul(x, z)), 'loss');
    const derived = hvp(b.model(), { loss: 'loss' });
    expect(names(derived.graph.inputs)).to.deep.equal(['x', 'z', 'v_x', 'v_z']);
    expect(names(derived.graph.outputs)).to.deep.equal(['loss', 'hv_x', 'hv_z']);
    const feeds = { x: float32([2]), z: float32([5]), v_x: float32([1]), v_z: float32([10]) };
    const found = await compute(derived, feeds);
    expect(numbersOf(found, 'hv_x')).to.deep.equal([22]);
    expect(numbersOf(found, 'hv_z')).to.deep.equal([1]);
  });

  it('is zero where the gradient does not change', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 3]);
    b.output(b.sum(b.relu(x), undefined, false), 'loss');
    const found = await compute(hvp(b.model(), { loss: 'loss' }), { x: noise(1, 2, 3), v_x: noise(2, 2, 3) });
    expect(numbersOf(found, 'hv_x')).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect(found['hv_x']?.dims).to.deep.equal([2, 3]);
  });

  it('differentiates through a condition', async () => {
    const b = new Builder();
    const x = b.input('x', 'float64', [2]);
    const branch = (f: (inner: Builder) => Value) => {
      const inner = new Builder(b);
      inner.output(f(inner), inner.fresh('result'));
      return { type: 'graph', value: inner.graph('branch') } as const;
    };
    const chosen = b.op('If', [b.greater(b.sum(x, undefined, false), 0)], {
      then_branch: branch((inner) => inner.mul(inner.square(x), x)),
      else_branch: branch((inner) => inner.sin(x)),
    });
    b.output(b.sum({ ...chosen, type: x.type }, undefined, false), 'loss');
    const derived = hvp(b.model(), { loss: 'loss', keepOutputs: [] });
    const of = (x: number) => ({
      x: tensor('float64', Float64Array.of(x, x), [2]),
      v_x: tensor('float64', Float64Array.of(1, 2), [2]),
    });
    expect(numbersOf(await compute(derived, of(2)), 'hv_x')).to.deep.equal([12, 24]);
    const [first] = numbersOf(await compute(derived, of(-2)), 'hv_x');
    expect(first).to.be.closeTo(-Math.sin(-2), 1e-12);
  });

  // The operators that backward passes use, differentiated again.
  const second: Readonly<Record<string, readonly [readonly number[], (b: Builder, x: Value) => Value]>> = {
    'overlapping windows of MaxPool, whose cotangents are interleaved and added': [
      [1, 2, 7, 7],
      (b, x) => b.op('MaxPool', [b.sin(x)], { kernel_shape: [3, 3], strides: [2, 2] }),
    ],
    MatMul: [[1, 1, 4, 5], (b, x) => b.op('MatMul', [b.exp(x), b.swap(b.sin(x))])],
    'sums over broadcast axes': [[3, 1], (b, x) => b.mul(b.exp(x), b.transpose(b.sin(x), [1, 0]))],
    'Pad and Slice': [
      [2, 5],
      (b, x) =>
        b.mul(
          b.slice(b.square(x), [1], [1], [4], [2]),
          b.slice(b.pad(b.sin(x), [0, 2, 0, -1]), [1], [0], [4], [2]),
        ),
    ],
    'borders that reflect': [
      [4, 5],
      (b, x) => b.square(b.op('Pad', [b.exp(x), b.sizes([1, 2, 1, 1])], { mode: 'reflect' })),
    ],
    'Where, Abs and Clip': [
      [6],
      (b, x) =>
        b.where(
          b.greater(x, 0),
          b.mul(b.square(x), x),
          b.mul(b.abs(b.sin(x)), b.op('Clip', [x, b.scalar(-1, 'float64')])),
        ),
    ],
    'powers and quotients': [[5], (b, x) => b.div(b.pow(b.add(b.square(x), 1), 1.3), b.add(b.exp(x), 1))],
    'ReduceLogSumExp and ReduceMax': [
      [3, 4],
      (b, x) => b.mul(b.op('ReduceLogSumExp', [x], { axes: [1] }), b.max(b.square(x), [0])),
    ],
    'Softmax and LogSoftmax': [[2, 5], (b, x) => b.mul(b.op('Softmax', [x]), b.op('LogSoftmax', [b.sin(x)]))],
    LayerNormalization: [
      [3, 4],
      (b, x) =>
        b.op('LayerNormalization', [x, b.exp(b.squeeze(b.slice(x, [0], [0], [1]), [0]))], { epsilon: 0.01 }),
    ],
    'DepthToSpace and SpaceToDepth': [
      [1, 4, 2, 2],
      (b, x) =>
        b.op('SpaceToDepth', [b.square(b.op('DepthToSpace', [b.sin(x)], { blocksize: 2 }))], {
          blocksize: 2,
        }),
    ],
    'Gather, by its one-hot matrix, and Concat': [
      [4, 2],
      (b, x) => b.square(b.concat([b.gather(b.exp(x), b.constant(int64([0, 2, 0])), 0), x], 0)),
    ],
    'TopK and GatherElements': [
      [2, 5],
      (b, x) =>
        b.mul(
          b.ops('TopK', [b.square(x), b.sizes([2])], 2)[0]!,
          b.op('GatherElements', [b.exp(x), b.constant(int64([0, 0, 3, 1], [2, 2]))], { axis: 1 }),
        ),
    ],
    'Tile, CumSum and Trilu': [
      [3, 3],
      (b, x) =>
        b.square(
          b.op('Trilu', [
            b.op('Tile', [b.op('CumSum', [b.exp(x), b.constant(int64([0], []))]), b.sizes([1, 2])]),
          ]),
        ),
    ],
    'a loop whose length is known only when it runs': [[3], (b, x) => looped(b, x)],
    'a loop within such a loop': [[3], (b, x) => looped(b, x, (inner, h) => looped(inner, h))],
    'Scan over an open length': [[4, 3], scanned],
    Einsum: [[3, 3], (b, x) => b.op('Einsum', [b.exp(x), b.sin(x), x], { equation: 'ij,jk,kk->ik' })],
    Gemm: [
      [3, 3],
      (b, x) => b.op('Gemm', [b.exp(x), b.sin(x), x], { transA: 1, alpha: 0.5, beta: float(2) }),
    ],
  };
  for (const [title, [dims, f]] of Object.entries(second))
    it(`agrees with differences of the gradient: ${title}`, async () => {
      const model = model64(dims, (b, x) => b.sum(b.square(f(b, x)), undefined, false));
      const [x, v] = [noise64(1, ...dims), noise64(2, ...dims)];
      const gradient = grad(model, { loss: 'y' });
      const found = numbersOf(await compute(hvp(model, { loss: 'y' }), { x, v_x: v }), 'hv_x');
      for (const i of [0, 1, found.length - 1]) {
        const expected = await moved(gradient, 'd_x', x, v, i);
        expect(found[i]).to.be.closeTo(expected, 1e-6 * Math.max(1, Math.hypot(...found)));
      }
    });
});

describe('jvp', () => {
  it('takes tangents and returns those of the outputs', async () => {
    const b = new Builder();
    const [x, z] = [b.input('x', 'float32', [2]), b.input('z', 'float32', [2])];
    b.output(b.mul(x, z), 'product');
    b.output(b.square(x), 'square');
    const derived = jvp(b.model());
    expect(names(derived.graph.inputs)).to.deep.equal(['x', 'z', 'v_x', 'v_z']);
    expect(names(derived.graph.outputs)).to.deep.equal(['product', 'square', 'jv_product', 'jv_square']);
    const feeds = {
      x: float32([1, 2]),
      z: float32([3, 4]),
      v_x: float32([1, 10]),
      v_z: float32([100, 1000]),
    };
    const found = await compute(derived, feeds);
    expect(numbersOf(found, 'jv_product')).to.deep.equal([103, 2040]);
    expect(numbersOf(found, 'jv_square')).to.deep.equal([2, 40]);
  });

  it('is zero for an output that does not depend on wrt', async () => {
    const b = new Builder();
    const [x, z] = [b.input('x', 'float32', [2]), b.input('z', 'float32', [2])];
    b.output(b.exp(x), 'y');
    b.output(b.exp(z), 'still');
    const found = await compute(jvp(b.model(), { wrt: ['x'] }), {
      x: noise(1, 2),
      z: noise(2, 2),
      v_x: noise(3, 2),
    });
    expect(numbersOf(found, 'jv_still')).to.deep.equal([0, 0]);
  });

  const functions: Readonly<Record<string, readonly [readonly number[], (b: Builder, x: Value) => Value]>> = {
    'a chain of functions': [[5], (b, x) => b.tanh(b.mul(b.exp(x), b.sin(x)))],
    'matrix products and Softmax': [[3, 4], (b, x) => b.matmul(b.op('Softmax', [x]), b.swap(b.exp(x)))],
    'maxima over windows': [
      [1, 2, 7, 8],
      (b, x) => b.op('MaxPool', [b.sin(x)], { kernel_shape: [3, 3], strides: [2, 2] }),
    ],
    layout: [
      [2, 6],
      (b, x) =>
        b.concat(
          [
            b.reshape(b.pad(b.square(x), [0, 1, 0, 1]), [4, 4]),
            b.slice(b.reshape(b.exp(x), [3, 4]), [0], [1], [3]),
          ],
          0,
        ),
    ],
    reductions: [
      [3, 4],
      (b, x) => b.div(x, b.add(b.op('ReduceLogSumExp', [x], { axes: [0] }), b.max(b.square(x), [1]))),
    ],
  };
  for (const [title, [dims, f]] of Object.entries(functions))
    it(`agrees with differences: ${title}`, async () => {
      const model = model64(dims, f);
      const [x, v] = [noise64(1, ...dims), noise64(2, ...dims)];
      const found = numbersOf(await compute(jvp(model), { x, v_x: v }), 'jv_y');
      for (const i of [0, Math.floor(found.length / 2), found.length - 1])
        expect(found[i]).to.be.closeTo(
          await moved(model, 'y', x, v, i),
          1e-7 * Math.max(1, Math.hypot(...found)),
        );
    });

  it('keeps nothing of the reverse pass: a convolution costs two, for any kernel', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 4, 16, 16]);
    const hidden = b.relu(b.op('Conv', [x, b.constant(noise(1, 8, 4, 3, 3))], { pads: [1, 1, 1, 1] }));
    b.output(b.op('Conv', [hidden, b.constant(noise(2, 4, 8, 5, 5))], { strides: [2, 2] }), 'y');
    const derived = jvp(b.model());
    const [forward, both] = [multiplyAdds(b.model()), multiplyAdds(derived)];
    if (forward === null || both === null) throw new Error('a size is not known');
    expect(both / forward).to.be.at.most(2.2);
    expect(unused(derived)).to.deep.equal([]);
    expect(operators(derived)).not.to.have.property('ConvTranspose');
  });
});
