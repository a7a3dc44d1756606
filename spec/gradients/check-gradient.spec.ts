import { expect } from 'chai';

import { rule } from '../../lib/autodiff/rules/rule.js';
import { OneirosError } from '../../lib/base/errors.js';
import { checkGradient } from '../../lib/gradients/check-gradient.js';
import type { CheckGradientOptions } from '../../lib/gradients/check-options.js';
import type { GradientCheck } from '../../lib/gradients/compare.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { float32, int64 } from '../../lib/tensor/tensor.js';
import { noise } from '../autodiff/compute.js';

const check = (model: Model, options: CheckGradientOptions = {}): Promise<readonly GradientCheck[]> =>
  checkGradient(model, { placement: { isolation: 'none', threads: 1 }, ...options });

/** A small network with kinks, whose image can have any size. */
function network(): Model {
  const b = new Builder();
  const image = b.input('image', 'float32', [1, 3, 'height', 'width']);
  const w = b.constant(noise(1, 6, 3, 3, 3), 'kernel');
  const hidden = b.op('Conv', [image, w], { pads: [1, 1, 1, 1] }, { name: 'hidden' });
  const pooled = b.op('MaxPool', [b.relu(hidden)], { kernel_shape: [2, 2], strides: [2, 2] });
  b.output(b.op('Softmax', [b.mean(pooled, [2, 3], false)]), 'prob');
  return b.model();
}

describe('checkGradient', () => {
  it('accepts a correct gradient, within the accuracy of single precision', async () => {
    const [image, kernel, hidden] = await check(network(), { wrt: ['image', 'kernel', 'hidden'] });
    for (const result of [image, kernel, hidden]) {
      expect(result?.error).to.be.below(1e-4);
      expect(result?.precision).to.equal('float64');
      expect(result?.uncertainty).to.be.below(1e-4);
      expect(result?.rounding).to.be.below(1e-3);
    }
    expect(image?.wrt).to.equal('image');
    expect(kernel?.wrt).to.equal('kernel');
  });

  it('detects a wrong gradient: a factor, a shift by one, a missing part', async () => {
    const wrong = {
      Relu: rule(1, ({ b, dy, y: [y] }) => [b.mul(b.mul(dy, 1.01), b.castLike(b.greater(y, 0), dy))]),
      Softmax: rule(1, ({ b, dy, y: [y] }) => [b.mul(dy, y)]),
      Conv: rule(2, ({ b, dy, x: [, w] }) => [
        b.op('Conv', [dy, b.transpose(w, [1, 0, 2, 3])], { pads: [1, 1, 1, 1] }),
      ]),
    };
    for (const [op, faulty] of Object.entries(wrong)) {
      const [result] = await check(network(), { wrt: ['image'], overrides: { operators: { [op]: faulty } } });
      expect(result?.error, op).to.be.above(1e-3);
    }
  });

  it('detects a gradient that is not finite', async () => {
    const b = new Builder();
    b.output(b.op('Sqrt', [b.input('x', 'float32', [2])]), 'y');
    const [result] = await check(b.model(), { feeds: { x: float32([0, 1]) } });
    expect(result?.error).to.equal(Infinity);
  });

  it('gives the same figures for the same seed, others for another', async () => {
    const once = await check(network(), { seed: 7 });
    expect(await check(network(), { seed: 7 })).to.deep.equal(once);
    expect((await check(network(), { seed: 8 }))[0]?.analytic).not.to.equal(once[0]?.analytic);
  });

  it('works at the given point and sizes', async () => {
    const b = new Builder();
    b.output(b.square(b.input('x', 'float32', [1])), 'y');
    const [result] = await check(b.model(), { feeds: { x: float32([3]) } });
    expect(result?.norm).to.be.closeTo(Math.abs(result?.analytic ?? 0), 10);
    const sized = await check(network(), { sizes: { height: 8, width: 10 } });
    expect(sized[0]?.error).to.be.below(1e-4);
  });

  it('takes differences in the model’s precision if there is no double-precision form', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2, 3]);
    const inner = new Builder(b);
    inner.output(inner.exp(x), 'result');
    const branch = { type: 'graph', value: inner.graph() } as const;
    const result = b.op('If', [b.greater(b.sum(x, undefined, false), 0)], {
      then_branch: branch,
      else_branch: branch,
    });
    b.output(result, 'y');
    const [found] = await check(b.model());
    expect(found?.precision).to.equal('own');
    expect(found?.error).to.be.below(1e-3);
  });

  it('requires inputs that it cannot draw', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [5, 2]);
    b.output(b.gather(x, b.input('index', 'int64', [3]), 0), 'y');
    const error: unknown = await check(b.model()).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(OneirosError)
      .with.property('message')
      .that.matches(/"index" is int64.*feeds/);
    const [found] = await check(b.model(), { feeds: { index: int64([4, 0, 4]) } });
    expect(found?.error).to.be.below(1e-5);
  });
});
