import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { valueAndGrad } from '../../lib/gradients/value-and-grad.js';
import type { Model } from '../../lib/onnx/graph.js';
import { Builder } from '../../lib/onnx/ops.js';
import { float32 } from '../../lib/tensor/tensor.js';

/** loss = Σ w x², of any number of x, beside another output that is not asked for. */
function model(): Model {
  const b = new Builder();
  const x = b.input('x', 'float32', ['n']);
  const w = b.constant(float32([2]), 'w');
  b.output(b.sum(b.mul(b.square(x), w), undefined, false), 'loss');
  b.output(b.exp(x), 'other');
  return b.model();
}

describe('valueAndGrad', () => {
  it('computes a loss and its gradients in one run, as often as need be', async () => {
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

  it('computes nothing that is not asked for', async () => {
    await using step = await valueAndGrad(model(), { loss: 'loss', placement: { isolation: 'none' } });
    expect(step.model.graph.outputs.map(({ name }) => name)).to.deep.equal(['loss', 'd_x']);
    expect(step.model.graph.nodes.map(({ op }) => op)).not.to.include('Exp');
  });

  it('is over once it is disposed of', async () => {
    const step = await valueAndGrad(model(), { loss: 'loss', placement: { isolation: 'none' } });
    await step.dispose();
    const error: unknown = await step({ x: float32([1]) }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OneirosError);
  });

  it('says what is no loss', async () => {
    const error: unknown = await valueAndGrad(model(), { loss: 'lost' }).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(OneirosError)
      .with.property('message')
      .that.matches(/"lost"; near names: loss/);
  });
});
