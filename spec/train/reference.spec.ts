import { expect } from 'chai';

import { adam } from '../../lib/optim/adam.js';
import { sgd } from '../../lib/optim/sgd.js';
import { fit } from '../../lib/train/fit/fit.js';
import type { FitOptions } from '../../lib/train/fit/options.js';
import type { TrainingStep } from '../../lib/train/fit/training-state.js';
import { golden, referenceData, smallUNet, unetLoss } from './u-net.js';

async function train(
  options: Pick<FitOptions, 'optimizer' | 'steps' | 'batchNorm'>,
): Promise<TrainingStep[]> {
  const steps: TrainingStep[] = [];
  for await (const step of fit(await smallUNet(), referenceData(20), {
    loss: unetLoss,
    batch: 2,
    shuffle: false,
    placement: { isolation: 'none' },
    ...options,
  })) {
    const weights = step.weights();
    steps.push({ ...step, weights: () => weights });
  }
  return steps;
}

/** The largest difference, relative to the largest expected number. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value))) / largest;
}

describe('Training a U-Net with batch normalization', () => {
  it("computes PyTorch's gradient of every weight", async () => {
    // SGD with a learning rate of 1: the step is the gradient.
    const [step] = await train({ optimizer: sgd({ learningRate: 1 }), steps: 1 });
    const after = step!.weights();
    for (const [name, gradient] of Object.entries(golden.gradients)) {
      const before = golden.start[name]!.data;
      const taken = Array.from(after.get(name)!.data, (value, i) => before[i]! - value);
      expect(difference(taken, gradient), name).to.be.lessThan(1e-4);
    }
    expect(Object.keys(golden.gradients)).to.have.length(22);
  });

  it('gives PyTorch’s losses, weights and statistics over twenty steps of Adam', async () => {
    const steps = await train({ optimizer: adam({ learningRate: 0.01 }), steps: 20 });
    steps.forEach(({ value: loss, metrics }, i) => {
      expect(loss, `step ${i + 1}`).to.be.closeTo(golden.losses[i]!, 1e-3);
      expect(metrics['bce']! + metrics['dice']!).to.be.closeTo(loss, 1e-6);
    });
    const end = steps.at(-1)!.weights();
    expect([...end.keys()].sort()).to.deep.equal(Object.keys(golden.end).sort());
    for (const [name, { data }] of Object.entries(golden.end))
      expect(difference(end.get(name)!.data, data), name).to.be.lessThan(1e-3);
  });

  it('does not change fixed statistics', async () => {
    const [step] = await train({ optimizer: sgd({ learningRate: 0.1 }), steps: 1, batchNorm: 'fixed' });
    const names = [...step!.weights().keys()];
    expect(names).to.include('encoder1/norm1.weight');
    expect(names.filter((name) => /running/.test(name))).to.deep.equal([]);
    expect(Math.abs(step!.value - golden.losses[0]!)).to.be.greaterThan(1e-3);
  });
});
