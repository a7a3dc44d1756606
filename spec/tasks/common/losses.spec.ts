import { expect } from 'chai';

import { checkGradient } from '../../../lib/gradients/check-gradient.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { openSession } from '../../../lib/runtime/session.js';
import { relativeError, totalVariation, weightedSum } from '../../../lib/tasks/common/losses.js';
import { covariance, gaussianStyle, moments, wassersteinError } from '../../../lib/tasks/style/gram.js';
import { squareRoot, trace } from '../../../lib/tasks/style/matrix.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, type Float32Tensor, toNumbers } from '../../../lib/tensor/tensor.js';

function modelOf(dims: readonly number[], make: (b: Builder, x: Value) => Value) {
  const b = new Builder();
  b.output(make(b, b.input('x', 'float32', dims)), 'y');
  return b.model();
}

async function valueOf(x: Float32Tensor, make: (b: Builder, x: Value) => Value): Promise<readonly number[]> {
  await using session = await openSession(encodeModel(modelOf(x.dims, make)), { isolation: 'none' });
  const { y } = await session.run({ x });
  return y === undefined || y.dtype === 'string' ? [] : toNumbers(y);
}

function normals(dims: readonly number[], seed: number): Float32Tensor {
  const source = random(seed);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return float32(
    Float32Array.from({ length: size }, () => source.normal()),
    dims,
  );
}

// Two channels over 1×4 positions: (1, 2, 3, 4) and (0, 1, 0, 1).
const features = float32([1, 2, 3, 4, 0, 1, 0, 1], [1, 2, 1, 4]);

describe('a loss of style transfer', () => {
  it('uses means and mean products over positions', async () => {
    expect(await valueOf(features, (b, x) => moments(b, x).mean)).to.deep.equal([2.5, 0.5]);
    expect(await valueOf(features, (b, x) => moments(b, x).gram)).to.deep.equal([7.5, 1.5, 1.5, 0.5]);
  });

  it('uses their covariance, with a small share of its trace on the diagonal', async () => {
    const ridge = (1e-4 * (1.25 + 0.25)) / 2;
    const [a, b, c, d] = await valueOf(features, (builder, x) => covariance(builder, moments(builder, x)));
    expect(a).to.be.closeTo(1.25 + ridge, 1e-6);
    expect(b).to.be.closeTo(0.25, 1e-6);
    expect(c).to.be.closeTo(0.25, 1e-6);
    expect(d).to.be.closeTo(0.25 + ridge, 1e-6);
  });

  it('is relative to the target, even if that is all zeros', async () => {
    const x = float32([3, 4]);
    const against = (target: readonly number[]) =>
      valueOf(x, (b, value) => relativeError(b, value, b.constant(float32(target))));
    expect(await against([3, 4])).to.deep.equal([0]);
    expect(await against([0, 5])).to.deep.equal([10 / 25].map(Math.fround));
    expect((await against([0, 0])).every(Number.isFinite)).to.be.true;
  });

  it('uses the square root of a matrix', async () => {
    // [[5, 4], [4, 5]] = [[2, 1], [1, 2]]²
    const root = await valueOf(float32([5, 4, 4, 5], [2, 2]), squareRoot);
    for (const [i, value] of [2, 1, 1, 2].entries()) expect(root[i]).to.be.closeTo(value, 1e-5);
    expect(await valueOf(float32([5, 4, 4, 7], [2, 2]), trace)).to.deep.equal([12]);
  });

  it('by Wasserstein distance is 0 for equal styles, and the known value for Gaussians of one channel', async () => {
    const distance = (x: Float32Tensor, y: Float32Tensor) =>
      valueOf(x, (b, value) =>
        wassersteinError(b, moments(b, value), gaussianStyle(b, moments(b, b.constant(y)))),
      );
    expect((await distance(features, features))[0]).to.be.closeTo(0, 1e-4);
    // N(1, 1) and N(5, 9): ((1 − 5)² + (1 − 3)²) / (5² + 3²)
    const [one, other] = [float32([0, 2], [1, 1, 1, 2]), float32([2, 8], [1, 1, 1, 2])];
    expect((await distance(one, other))[0]).to.be.closeTo(20 / 34, 1e-3);
  });

  it('of total variation counts differences to the neighbors below and to the right', async () => {
    // One of three channels varies; the others are constant.
    const picture = float32([0, 2, 1, 2, ...Array<number>(8).fill(0.5)], [1, 3, 2, 2]);
    // right: 2² + 1², down: 1² + 0²; over 12 values
    expect(await valueOf(picture, totalVariation)).to.deep.equal([6 / 12]);
  });

  it('is the sum of weighted terms, or 0 without terms', async () => {
    const x = float32([2]);
    expect(
      await valueOf(x, (b, value) =>
        weightedSum(b, [
          [value, 3],
          [b.square(value), 0.5],
        ]),
      ),
    ).to.deep.equal([8]);
    expect(await valueOf(x, (b) => weightedSum(b, []))).to.deep.equal([0]);
  });

  const dims = [1, 4, 6, 5];
  const target = normals(dims, 2);
  const losses: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
    'Gram matrices': (b, x) => relativeError(b, moments(b, x).gram, moments(b, b.constant(target)).gram),
    'Wasserstein distance': (b, x) =>
      wassersteinError(b, moments(b, x), gaussianStyle(b, moments(b, b.constant(target)))),
    'total variation': totalVariation,
    'content features': (b, x) => relativeError(b, x, b.constant(target)),
  };
  for (const [name, make] of Object.entries(losses))
    it(`has a gradient that agrees with finite differences: ${name}`, async () => {
      const checks = await checkGradient(modelOf(dims, make), {
        feeds: { x: normals(dims, 1) },
        placement: { isolation: 'none' },
      });
      for (const { error } of checks) expect(error).to.be.below(2e-3);
    });
});
