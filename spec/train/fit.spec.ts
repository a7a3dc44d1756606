import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { adam } from '../../lib/optim/adam.js';
import { sgd } from '../../lib/optim/sgd.js';
import { float32 } from '../../lib/tensor/tensor.js';
import type { TrainingData } from '../../lib/train/fit/data.js';
import { fit } from '../../lib/train/fit/fit.js';
import type { FitOptions } from '../../lib/train/fit/options.js';
import { cosine } from '../../lib/train/fit/schedule.js';
import type { TrainingStep } from '../../lib/train/fit/training-state.js';
import type { Loss } from '../../lib/train/graph/loss-context.js';
import { trained } from '../../lib/train/graph/parameters.js';

/** y = x w + b, from x with two features. */
function line(w: readonly number[] = [0, 0], bias = 0): Model {
  const b = new Builder();
  const x = b.input('x', 'float32', ['batch', 2]);
  const product = b.matmul(x, b.constant(float32(w, [2, 1]), 'w'));
  b.output(b.add(product, b.constant(float32([bias]), 'b')), 'y');
  return b.model();
}

const meanSquares: Loss = ({ b, output, target, report }) => {
  const error = b.sub(output(), target('wanted', 'float32', ['batch', 1]));
  report('largest', b.max(b.abs(error), undefined, false));
  return b.mean(b.square(error), undefined, false);
};

const points: readonly (readonly [number, number])[] = [
  [1, 2],
  [-1, 1],
  [0.5, 0],
  [2, -1],
  [0, 1],
];
/** 2a − 3b + 1 at some points. */
const plane: TrainingData = {
  length: points.length,
  sample: (i) => {
    const [a, b] = points[i]!;
    return Promise.resolve({
      x: float32([a, b], [1, 2]),
      wanted: float32([2 * a - 3 * b + 1], [1, 1]),
    });
  },
};

const inThisThread = { placement: { isolation: 'none' } } as const;

async function run(
  model: Model,
  data: TrainingData,
  options: Omit<FitOptions, 'session'>,
): Promise<readonly TrainingStep[]> {
  const steps: TrainingStep[] = [];
  for await (const step of fit(model, data, { ...options, ...inThisThread }))
    steps.push({
      ...step,
      weights: (
        (weights) => () =>
          weights
      )(step.weights()),
    });
  return steps;
}

const numbers = (step: TrainingStep | undefined, name: string) => [
  ...(step?.weights().get(name)?.data ?? []),
];

async function failure(work: Promise<unknown>): Promise<OneirosError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof OneirosError) return error;
  throw new Error(`expected an OneirosError, not ${String(error)}`);
}

describe('fit', () => {
  it('takes the first step as computed by hand', async () => {
    // At w = 0, b = 0 the errors are −(2·1 − 3·2 + 1) = 3 and 2·1 + 3·1 − 1 = 4 at the first two points, so the loss is
    // (9 + 16) / 2; its gradient by b is 3 + 4, by w (3·1 − 4·1, 3·2 + 4·1).
    const [step] = await run(line(), plane, {
      loss: meanSquares,
      optimizer: sgd({ learningRate: 0.125 }),
      batch: 2,
      steps: 1,
      shuffle: false,
    });
    expect(step).to.include({ done: 1, total: 1, epoch: 0.4, value: 12.5, learningRate: 0.125 });
    expect(step!.metrics).to.deep.equal({ largest: 4 });
    expect(step!.gradientNorm).to.be.closeTo(Math.sqrt(1 + 100 + 49), 1e-5);
    expect(numbers(step, 'w')).to.deep.equal([0.125, -1.25]);
    expect(numbers(step, 'b')).to.deep.equal([-0.875]);
  });

  it('fits a plane, and puts the weights in the model', async () => {
    const model = line();
    const steps = await run(model, plane, {
      loss: meanSquares,
      optimizer: adam({ learningRate: 0.3 }),
      schedule: cosine(),
      batch: 2,
      epochs: 80,
    });
    const last = steps.at(-1)!;
    expect(last).to.include({ done: 200, total: 200, epoch: 80 });
    expect(last.value).to.be.lessThan(1e-4);
    const { initializers } = last.model().graph;
    const [w, b] = ['w', 'b'].map((name) => initializers.get(name));
    for (const [i, expected] of [2, -3].entries())
      expect(Number(w?.dtype === 'float32' && w.data[i])).to.be.closeTo(expected, 0.02);
    expect(Number(b?.dtype === 'float32' && b.data[0])).to.be.closeTo(1, 0.02);
    expect(model.graph.initializers.get('w'))
      .to.have.property('data')
      .that.deep.equals(Float32Array.of(0, 0));
  });

  it('gives the same weights for the same seed, and others for another seed', async () => {
    const last = async (seed: number) =>
      (
        await run(line(), plane, {
          loss: meanSquares,
          optimizer: sgd({ learningRate: 0.01 }),
          epochs: 3,
          seed,
        })
      ).at(-1);
    const [one, same, other] = [await last(1), await last(1), await last(2)];
    expect(numbers(one, 'w')).to.deep.equal(numbers(same, 'w'));
    expect(numbers(one, 'w')).not.to.deep.equal(numbers(other, 'w'));
  });

  it('averages gradients over batches', async () => {
    const options = { loss: meanSquares, optimizer: sgd({ learningRate: 0.0625 }), steps: 2, shuffle: false };
    const together = await run(line(), plane, { ...options, batch: 4 });
    const inTurn = await run(line(), plane, { ...options, batch: 1, accumulate: 4 });
    expect(inTurn.map(({ value }) => value)).to.deep.equal(together.map(({ value }) => value));
    expect(numbers(inTurn[1], 'w')).to.deep.equal(numbers(together[1], 'w'));
    expect(inTurn[0]?.epoch).to.equal(0.8);
  });

  it('clips gradients to the given norm', async () => {
    const [step] = await run(line(), plane, {
      loss: meanSquares,
      optimizer: sgd({ learningRate: 1 }),
      batch: 2,
      steps: 1,
      shuffle: false,
      clip: 0.5,
    });
    const length = Math.hypot(...numbers(step, 'w'), ...numbers(step, 'b'));
    expect(length).to.be.closeTo(0.5, 1e-6);
  });

  it('trains the given weights by a loss in the graph, with samples of any size', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', ['n']);
    const scaled = b.mul(b.mul(x, b.constant(float32([3]), 'w')), b.constant(float32([1]), 'v'));
    b.output(b.mean(b.square(scaled), undefined, false), 'loss');
    const data: TrainingData = {
      length: 3,
      sample: (i) => Promise.resolve({ x: float32(Array<number>(i + 1).fill(1)) }),
    };
    const options = {
      loss: 'loss',
      optimizer: sgd({ learningRate: 0.25 }),
      epochs: 1,
      shuffle: false,
      wrt: ['w'],
    };
    const steps = await run(b.model(), data, options);
    // d(w²) = 2w: each step halves w.
    expect(steps.map(({ value }) => value)).to.deep.equal([9, 2.25, 0.5625]);
    expect(steps.map((step) => numbers(step, 'w'))).to.deep.equal([[1.5], [0.75], [0.375]]);
    expect([...steps[0]!.weights().keys()]).to.deep.equal(['w']);
  });

  it('validates at the end of each epoch, or every `validateEvery` updates', async () => {
    const validated = async (validateEvery: number) => {
      const steps = await run(line(), plane, {
        loss: meanSquares,
        optimizer: sgd({ learningRate: 0.01 }),
        epochs: 2,
        batch: 2,
        validateEvery,
        validate: (model) => Promise.resolve({ weights: model.graph.initializers.size }),
      });
      return steps.flatMap(({ done: step, validation }) =>
        validation === null ? [] : [[step, validation['weights']]],
      );
    };
    expect(await validated(0)).to.deep.equal([
      [3, 2],
      [5, 2],
    ]);
    expect(await validated(2)).to.deep.equal([
      [2, 2],
      [4, 2],
      [5, 2],
    ]);
  });

  it('ends with the signal, between two steps', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const work = async () => {
      for await (const { done: step } of fit(line(), plane, {
        loss: meanSquares,
        optimizer: sgd(),
        epochs: 3,
        signal: controller.signal,
        ...inThisThread,
      })) {
        seen.push(step);
        if (step === 2) controller.abort(new OneirosError('bad-argument', 'enough'));
      }
    };
    expect((await failure(work())).message).to.equal('enough');
    expect(seen).to.deep.equal([1, 2]);
  });

  it('throws for wrong arguments', async () => {
    const attempt = (options: Partial<FitOptions>, data = plane, model = line()) =>
      failure(run(model, data, { loss: meanSquares, optimizer: sgd(), ...options }));
    expect((await attempt({ batch: 0 })).message).to.match(/batch must be a whole number from 1 to 10000/);
    expect((await attempt({ loss: 'lost' })).message).to.match(/no loss "lost"; near names/);
    expect((await attempt({ wrt: ['v'] })).message).to.match(/"v" cannot be trained: near names .* w/);
    expect((await attempt({}, { ...plane, length: 0 })).message).to.match(/0 samples/);
    expect((await attempt({ optimizer: sgd({ learningRate: 1e30 }), epochs: 9 })).message).to.match(
      /at step \d: use a lower learning rate/,
    );
    const ragged: TrainingData = {
      length: 2,
      sample: (i) => Promise.resolve({ x: float32(Array<number>(2 + i).fill(1), [1, 2 + i]) }),
    };
    expect((await attempt({ batch: 2 }, ragged)).message).to.match(
      /"x" is float32 \[1, \d\], float32 .* crop or resize/,
    );
    expect(() => trained(line(), new Map([['w', float32([1])]]))).to.throw(
      /\[2, 1\] in the model, but \[1\]/,
    );
  });
});
