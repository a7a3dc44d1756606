import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { OneirosError } from '../../lib/base/errors.js';
import { inFloat64 } from '../../lib/gradients/float64.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { float } from '../../lib/onnx/graph/attributes.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { memoryPlan, peakOf } from '../../lib/onnx/memory-plan.js';
import { simplifyModel } from '../../lib/onnx/passes/simplify.js';
import { float32, type Tensor } from '../../lib/tensor/tensor.js';
import { smallNetwork } from '../tasks/small-network.js';
import { compute, noise, noise64, numbersOf, operators } from './compute.js';
import { randomModel } from './random-graphs.js';

/** x ← tanh(x · sin x), again and again: each step saves its values. */
function chain(steps: number): Model {
  const b = new Builder();
  let x = b.input('x', 'float32', [1, 'n']);
  for (let i = 0; i < steps; i++) x = b.op('Tanh', [b.mul(x, b.sin(x))], {}, { name: `step${i}` });
  b.output(b.sum(x, undefined, false), 'loss');
  return b.model();
}

/** The results with checkpoints have the bits of those without. */
async function expectEqual(
  plain: Model,
  checkpointed: Model,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<void> {
  const [expected, found] = [await compute(plain, feeds), await compute(checkpointed, feeds)];
  expect(found).to.deep.equal(expected);
}

describe('checkpoints', () => {
  it('keep the bits of the gradient of a network', async () => {
    const b = new Builder();
    b.load(smallNetwork().model.graph);
    b.output(b.mean(b.square(b.value('pool3'))), 'loss');
    const gradient = (checkpoints: readonly string[]) =>
      grad(b.model(), { loss: 'loss', wrt: ['image'], keepOutputs: ['loss'], checkpoints });
    const [plain, checkpointed] = [gradient([]), gradient(['pool1', 'pool2'])];
    expect(operators(checkpointed)['Conv']).to.equal((operators(plain)['Conv'] ?? 0) + 2);
    await expectEqual(plain, checkpointed, { image: noise(1, 1, 3, 64, 48) });
  });

  it('need memory as the square root of the number of steps', async () => {
    const model = chain(64);
    const [plain, checkpointed] = [
      grad(model, { loss: 'loss' }),
      grad(model, { loss: 'loss', checkpoints: 'auto' }),
    ];
    await expectEqual(plain, checkpointed, { x: noise(1, 1, 50) });
    const [all, less] = [plain, checkpointed].map((each) => peakOf(memoryPlan(each), () => 100_000));
    expect((less ?? 0) / (all ?? 1)).to.be.below(0.35);
  });

  it('compute each value at most twice', () => {
    const { Tanh = 0 } = operators(grad(chain(64), { loss: 'loss', checkpoints: 'auto' }));
    expect(Tanh).to.be.within(100, 128);
  });

  it('are the named values', async () => {
    const model = chain(6);
    const gradient = grad(model, { loss: 'loss', checkpoints: ['step1', 'step3'] });
    // Steps 0 to 3, without the two checkpoints themselves; all are there once already.
    expect(operators(gradient)['Tanh']).to.equal(6 + 2);
    await expectEqual(grad(model, { loss: 'loss' }), gradient, { x: noise(1, 1, 50) });
  });

  it('must be values of the model', () => {
    expect(() => grad(chain(3), { loss: 'loss', checkpoints: ['step7'] })).to.throw(
      OneirosError,
      'the model has no value "step7"; near names: step0',
    );
  });

  it('survive simplification', () => {
    const gradient = grad(chain(64), { loss: 'loss', checkpoints: 'auto' });
    expect(operators(simplifyModel(gradient))).to.deep.equal(operators(gradient));
  });

  it('wait for cotangents that are infinite or no number', async () => {
    const model = chain(6);
    const options = { outputs: ['step5'], wrt: ['x'], keepOutputs: [] };
    const feeds = { x: noise(1, 1, 3), d_step5: float32([NaN, Infinity, 1], [1, 3]) };
    await expectEqual(grad(model, options), grad(model, { ...options, checkpoints: ['step2'] }), feeds);
  });

  it('do not draw random numbers again', () => {
    const b = new Builder();
    let x = b.input('x', 'float32', [1, 'n']);
    for (let i = 0; i < 4; i++) {
      const drawn = b.op('RandomNormalLike', [x], { seed: float(i) });
      x = b.op('Tanh', [b.mul(x, drawn)], {}, { name: `step${i}` });
    }
    b.output(b.sum(x, undefined, false), 'loss');
    const gradient = grad(b.model(), { loss: 'loss', wrt: ['x'], checkpoints: ['step0', 'step1', 'step2'] });
    expect(operators(gradient)['RandomNormalLike']).to.equal(4);
  });

  it('can be differentiated again', async () => {
    const model = chain(6);
    const twice = (checkpoints: readonly string[]) => {
      const once = grad(model, { loss: 'loss', wrt: ['x'], checkpoints });
      return grad(once, { outputs: ['d_x'], wrt: ['x'], prefix: 'dd_', keepOutputs: [] });
    };
    const feeds = { x: noise(1, 1, 5), dd_d_x: noise(2, 1, 5) };
    const [expected, found] = [await compute(twice([]), feeds), await compute(twice(['step2']), feeds)];
    for (const [i, value] of numbersOf(expected, 'dd_x').entries())
      expect(numbersOf(found, 'dd_x')[i]).to.be.closeTo(value, 1e-5);
  });

  it('keep the bits of gradients of random graphs', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const model = inFloat64(randomModel(seed), {})!;
      const { nodes, outputs } = model.graph;
      const names = nodes.filter((_, i) => i % 5 === 4).map((node) => node.outputs[0]!);
      const target = { outputs: outputs.slice(0, 1).map(({ name }) => name) };
      const plain = grad(model, target);
      const checkpointed = grad(model, { ...target, checkpoints: names });
      const feeds = plain.graph.inputs.map(({ name, type }, i) => {
        return [name, noise64(i, ...(type?.shape ?? []).map(Number))] as const;
      });
      await expectEqual(plain, checkpointed, Object.fromEntries(feeds));
    }
  });
});
