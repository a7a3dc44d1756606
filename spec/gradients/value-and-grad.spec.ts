import { expect } from 'chai';

import { guidedRelu } from '../../lib/autodiff/ready-overrides.js';
import { rule } from '../../lib/autodiff/rules/rule.js';
import { OneirosError } from '../../lib/base/errors.js';
import { valueAndGrad } from '../../lib/gradients/value-and-grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { float32 } from '../../lib/tensor/tensor.js';

/** loss = Σ w x², for any number of x, and another output that is not used. */
function model(): Model {
  const b = new Builder();
  const x = b.input('x', 'float32', ['n']);
  const w = b.constant(float32([2]), 'w');
  b.output(b.sum(b.mul(b.square(x), w), undefined, false), 'loss');
  b.output(b.exp(x), 'other');
  return b.model();
}

describe('valueAndGrad', () => {
  it('computes a loss and its gradients in one run, any number of times', async () => {
    await using step = await valueAndGrad(model(), {
      loss: 'loss',
      wrt: ['x', 'w'],
      placement: { isolation: 'none' },
    });
    const first = await step({ x: float32([1, -3]) });
    expect(first.value).to.equal(20);
    expect(first.gradients['x']).to.deep.include({ dims: [2], data: Float32Array.of(4, -12) });
    expect(first.gradients['w']).to.deep.include({ dims: [1], data: Float32Array.of(10) });
    const second = await step({ x: float32([1, 2, 3]) });
    expect(second.value).to.equal(28);
    expect(second.gradients['x']?.data).to.deep.equal(Float32Array.of(4, 8, 12));
  });

  it('computes only what is asked for', async () => {
    await using step = await valueAndGrad(model(), { loss: 'loss', placement: { isolation: 'none' } });
    const { gradients } = await step({ x: float32([1]) });
    expect(Object.keys(gradients)).to.deep.equal(['x']);
  });

  it('accepts rules: named ones are sent to the worker, those of the caller are not', async () => {
    const b = new Builder();
    b.output(b.sum(b.neg(b.relu(b.input('x', 'float32', [2]))), undefined, false), 'loss');
    const relu = rule(1, ({ b: builder, dy }) => [builder.mul(dy, 3)]);
    for (const [operators, wanted] of [
      [guidedRelu, [0, 0]],
      [{ Relu: relu }, [-3, -3]],
    ] as const) {
      const options = { loss: 'loss', overrides: { operators }, placement: { isolation: 'none' } } as const;
      await using step = await valueAndGrad(b.model(), options);
      const { gradients } = await step({ x: float32([1, -1]) });
      expect(
        Array.from<unknown, number>(gradients['x']?.data ?? [], (value) => Number(value) + 0),
      ).to.deep.equal(wanted);
    }
  });

  it('cannot run after it is disposed', async () => {
    const step = await valueAndGrad(model(), { loss: 'loss', placement: { isolation: 'none' } });
    await step.dispose();
    const error: unknown = await step({ x: float32([1]) }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OneirosError);
  });

  it('names a value that is not a loss', async () => {
    const error: unknown = await valueAndGrad(model(), { loss: 'lost' }).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(OneirosError)
      .with.property('message')
      .that.matches(/"lost"; near names: loss/);
  });
});
