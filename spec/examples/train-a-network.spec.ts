// Training from scratch: a convolutional network of six hundred parameters learns to distinguish crosses from circles,
// with gradients that are ONNX graphs themselves.

import { expect } from 'chai';
import { Builder, encodeModel, type Model } from 'oneiros/onnx';
import { float32, int64, openSession, type Random, random } from 'oneiros/runtime';
import { fit, losses, optimizers, schedules, type TrainingData } from 'oneiros/train';

const side = 12;

/** 1×1×12×12: a cross (class 0) or a circle (class 1), anywhere, of any size that fits, in noise. */
function drawing(kind: number, stream: Random) {
  const radius = 2 + 2 * stream.uniform();
  const place = () => radius + stream.uniform() * (side - 1 - 2 * radius);
  const [cy, cx] = [place(), place()];
  const pixels = Float32Array.from({ length: side * side }, (_, at) => {
    const [y, x] = [Math.floor(at / side) - cy, (at % side) - cx];
    const away = Math.hypot(y, x);
    const drawn =
      kind === 0 ? away < radius && Math.abs(Math.abs(y) - Math.abs(x)) < 0.8 : Math.abs(away - radius) < 0.6;
    return (drawn ? 0.8 : 0) + 0.2 * stream.uniform();
  });
  return float32(pixels, [1, 1, side, side]);
}

/** Endless drawings: `fit` passes a stream of random numbers, so each drawing is different. */
const drawings: TrainingData = {
  length: 2,
  sample: (kind, stream) => Promise.resolve({ image: drawing(kind, stream), target: int64([kind], [1]) }),
};

/** Two convolutions, the mean of each channel's activations over the image, a score for each class. */
function network(seed: number): Model {
  const stream = random(seed);
  const b = new Builder();
  const weight = (name: string, dims: readonly number[], inputs: number) => {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const values = Float32Array.from({ length }, () => Math.sqrt(2 / inputs) * stream.normal());
    return b.constant(float32(values, dims), name);
  };
  const pads = [1, 1, 1, 1];
  let x = b.input('image', 'float32', ['batch', 1, side, side]);
  x = b.relu(b.op('Conv', [x, weight('conv1.weight', [8, 1, 3, 3], 9)], { pads }));
  x = b.relu(b.op('Conv', [x, weight('conv2.weight', [8, 8, 3, 3], 72)], { pads }));
  b.output(b.matmul(b.mean(x, [2, 3], false), weight('classes.weight', [8, 2], 8)), 'scores');
  return b.model();
}

describe('example: training a network', () => {
  it('distinguishes crosses from circles after 150 steps', async () => {
    const values: number[] = [];
    let trained: Model | undefined;
    for await (const step of fit(network(1), drawings, {
      loss: losses.crossEntropy(),
      optimizer: optimizers.adam({ learningRate: 0.02 }),
      schedule: schedules.cosine(),
      batch: 16,
      steps: 150,
      placement: { isolation: 'none' },
    })) {
      values.push(step.value);
      if (step.done === step.total) trained = step.model();
    }
    expect(values[0]).to.be.greaterThan(0.5); // guessing has ln 2 = 0.69
    expect(values.at(-1)).to.be.lessThan(0.3);

    // The result is a model like any other.
    await using session = await openSession(encodeModel(trained!), { isolation: 'none' });
    const stream = random(99);
    let right = 0;
    for (let i = 0; i < 100; i++) {
      const { scores } = await session.run({ image: drawing(i % 2, stream) });
      const [cross, circle] = scores!.data;
      right += Number(circle! > cross!) === i % 2 ? 1 : 0;
    }
    expect(right).to.be.greaterThan(90);
  });
});
