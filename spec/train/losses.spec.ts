import { expect } from 'chai';

import { valueAndGrad } from '../../lib/gradients/value-and-grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { float32, int64, type Tensor } from '../../lib/tensor/tensor.js';
import type { Loss } from '../../lib/train/graph/loss-context.js';
import { bce, crossEntropy, dice, focal, smoothL1, squaredError, sum } from '../../lib/train/graph/losses.js';
import golden from './golden/losses.json' with { type: 'json' };

/** The losses of scripts/reference/training.py. */
const losses: Readonly<Record<keyof typeof golden, Loss>> = {
  bce: bce(),
  focal: focal(),
  'focal-options': focal({ alpha: 0.6, gamma: 3 }),
  dice: dice(),
  'dice-smooth': dice({ smooth: 0.25 }),
  smoothL1: smoothL1(),
  'smoothL1-beta': smoothL1({ beta: 0.3 }),
  squaredError: squaredError(),
  crossEntropy: crossEntropy(),
  'crossEntropy-weights': crossEntropy({ weights: [0.5, 2, 1], ignore: 1 }),
  'dice-classes': dice(),
};

/** The value of a loss of the given scores, and its gradient by them. */
async function evaluate(loss: Loss, scores: Tensor, target: Tensor) {
  const b = new Builder();
  const x = b.input('scores', 'float32', ['batch', ...scores.dims.slice(1)]);
  const inputs = new Map<string, ReturnType<typeof b.value>>();
  const value = loss({
    b,
    output: () => x,
    target: (name, dtype, shape) => {
      const input = inputs.get(name) ?? b.input(name, dtype, shape);
      inputs.set(name, input);
      return input;
    },
    report: (name, metric) => b.output(metric, name),
  });
  b.output(b.reshape(value, []), 'loss');
  await using compute = await valueAndGrad(b.model(), {
    loss: 'loss',
    wrt: ['scores'],
    placement: { isolation: 'none' },
  });
  const result = await compute({ scores, target });
  return { loss: result.value, gradient: result.gradients['scores']!.data };
}

describe('Losses', () => {
  for (const [name, { dims, scores, target, loss, gradient }] of Object.entries(golden))
    it(`equal PyTorch's, with their gradients: ${name}`, async () => {
      const made = Object.entries(losses).find(([key]) => key === name)![1];
      const wanted =
        target.length === scores.length ? float32(target, dims) : int64(target, [dims[0]!, ...dims.slice(2)]);
      const computed = await evaluate(made, float32(scores, dims), wanted);
      expect(computed.loss).to.be.closeTo(loss, 1e-6);
      gradient.forEach((expected, i) => expect(Number(computed.gradient[i])).to.be.closeTo(expected, 1e-6));
    });

  it('ignore pixels that do not count', async () => {
    const [x, t] = [float32([0.5, -9, 2], [1, 1, 1, 3]), float32([1, 255, 0], [1, 1, 1, 3])];
    const [left, there] = [float32([0.5, 2], [1, 1, 1, 2]), float32([1, 0], [1, 1, 1, 2])];
    for (const [ignoring, plain] of [
      [bce({ ignore: 255 }), bce()],
      [dice({ ignore: 255 }), dice()],
    ] as const) {
      const [a, b] = [await evaluate(ignoring, x, t), await evaluate(plain, left, there)];
      expect(a.loss).to.be.closeTo(b.loss, 1e-6);
      [Number(b.gradient[0]), 0, Number(b.gradient[1])].forEach((value, i) =>
        expect(Number(a.gradient[i])).to.be.closeTo(value, 1e-6),
      );
    }
    const scores = float32([1, 5, 0, 2, 7, -1, 0.5, 3, 1], [1, 3, 1, 3]);
    const most = float32([1, 0, 2, -1, 0.5, 1], [1, 3, 1, 2]);
    const [labels, others] = [int64([2, 255, 1], [1, 1, 3]), int64([2, 1], [1, 1, 2])];
    for (const [ignoring, plain] of [
      [crossEntropy({ ignore: 255 }), crossEntropy()],
      [crossEntropy({ ignore: 255, weights: [1, 2, 4] }), crossEntropy({ weights: [1, 2, 4] })],
      [dice({ ignore: 255 }), dice()],
    ] as const) {
      const [a, b] = [await evaluate(ignoring, scores, labels), await evaluate(plain, most, others)];
      expect(a.loss).to.be.closeTo(b.loss, 1e-6);
      const kept = Array.from(a.gradient, Number).filter((_, i) => i % 3 !== 1);
      kept.forEach((value, i) => expect(value).to.be.closeTo(Number(b.gradient[i]), 1e-6));
      for (const i of [1, 4, 7]) expect(Math.abs(Number(a.gradient[i]))).to.equal(0);
    }
  });

  it('are 0 for a batch where nothing counts', async () => {
    const [x, t] = [float32([3, -1], [1, 1, 1, 2]), float32([255, 255], [1, 1, 1, 2])];
    const [scores, labels] = [float32([3, -1, 0, 2], [1, 2, 1, 2]), int64([255, 255], [1, 1, 2])];
    for (const [loss, made, wanted] of [
      [bce({ ignore: 255 }), x, t],
      [dice({ ignore: 255 }), x, t],
      [crossEntropy({ ignore: 255 }), scores, labels],
      [crossEntropy({ ignore: 255, weights: [0.1, 0.2] }), scores, labels],
    ] as const) {
      const { loss: value, gradient } = await evaluate(loss, made, wanted);
      expect([value, ...Array.from(gradient, Number)].every((number) => Math.abs(number) === 0)).to.equal(
        true,
      );
    }
  });

  it('equal the values computed by hand', async () => {
    const [x, t] = [float32([0, 0], [1, 1, 1, 2]), float32([1, 0], [1, 1, 1, 2])];
    // At a score of 0 both classes are equally likely; p = ½ each, so Σpt = ½, Σp = Σt = 1.
    expect((await evaluate(bce(), x, t)).loss).to.be.closeTo(Math.LN2, 1e-6);
    expect((await evaluate(bce(), x, t)).gradient).to.deep.equal(Float32Array.of(-0.25, 0.25));
    expect((await evaluate(dice({ smooth: 0 }), x, t)).loss).to.equal(0.5);
    expect((await evaluate(focal({ alpha: 0.5, gamma: 2 }), x, t)).loss).to.be.closeTo(Math.LN2 / 8, 1e-6);
  });

  it('stay finite for scores whose exponentials are not', async () => {
    const [x, t] = [float32([200, -200], [1, 1, 1, 2]), float32([0, 1], [1, 1, 1, 2])];
    const { loss, gradient } = await evaluate(bce(), x, t);
    expect(loss).to.equal(200);
    expect(gradient).to.deep.equal(Float32Array.of(0.5, -0.5));
  });

  it('add up, each with its weight', async () => {
    const [x, t] = [float32([1, -3], [1, 1, 1, 2]), float32([0, 0], [1, 1, 1, 2])];
    // Squares 1 and 9, mean 5; beyond 1, smooth L1 is |d| − ½: ½ and 2½, mean 1½.
    const { loss } = await evaluate(sum({ squares: squaredError(), l1: [2, smoothL1()] }), x, t);
    expect(loss).to.equal(5 + 2 * 1.5);
  });
});
