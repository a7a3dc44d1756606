import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { valueAndGrad } from '../../lib/gradients/value-and-grad.js';
import { toTensor } from '../../lib/image/image.js';
import { lossNames } from '../../lib/models/faster-rcnn/losses.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { adam } from '../../lib/optim/adam.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32, int64 } from '../../lib/tensor/tensor.js';
import { loadFasterRcnnLosses } from '../../lib/train/detection/load-losses.js';
import { fit } from '../../lib/train/fit/fit.js';
import { pattern } from './faster-rcnn-pattern.js';

interface GoldenTraining {
  readonly size: readonly [number, number];
  readonly boxes: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly losses: Readonly<Record<string, number>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const golden = (file: string) => readFileSync(join(import.meta.dirname, 'golden', `faster-rcnn-${file}`));
function isGolden(value: unknown): value is { readonly training: GoldenTraining } {
  return typeof value === 'object' && value !== null && 'training' in value;
}

const traits = {
  epsilon: 1e-5,
  minSize: 128,
  maxSize: 213,
  anchorSizes: [[8], [16], [32], [64], [128]],
  preNmsTopN: 300,
  postNmsTopN: 100,
  anchorSampling: { count: 1e6, positive: 0.5 },
  proposalSampling: { count: 1e6, positive: 0.5 },
};
const placement = { isolation: 'none', provider: 'cpu' } as const;

function trainingOf(file: string): GoldenTraining {
  const results: unknown = JSON.parse(golden(file).toString());
  if (!isGolden(results)) throw new Error(`faster-rcnn-${file} holds no losses`);
  return results.training;
}
const feedsOf = ({ size, boxes, labels }: GoldenTraining) => ({
  image: toTensor(pattern(size)),
  target_boxes: float32(Float32Array.from(boxes.flat()), [boxes.length, 4]),
  target_labels: int64(labels),
  seed: int64([1]),
});

describe('the losses of Faster R-CNN', () => {
  const withObjects = trainingOf('v1.json');
  const feeds = feedsOf(withObjects);

  for (const [what, training] of [
    ['a picture with objects', withObjects],
    ['a picture without objects', trainingOf('empty.json')],
  ] as const) {
    it(`of ${what} are torchvision's`, async () => {
      const { model } = await loadFasterRcnnLosses(golden('v1.pth'), traits);
      await using session = await openSession(encodeModel(model), placement);
      const found = await session.run(feedsOf(training));
      for (const name of lossNames) {
        const wanted = training.losses[name]!;
        expect(Number(found[name]?.data[0]), name).to.be.closeTo(wanted, 1e-4 * wanted);
      }
    });
    it(`of ${what} have torchvision's gradients, and depend on every weight`, async () => {
      const { model, stopGradient, weights } = await loadFasterRcnnLosses(golden('v1.pth'), traits);
      expect(weights).to.include.members(Object.keys(training.gradients));
      await using step = await valueAndGrad(model, {
        loss: 'loss',
        wrt: weights,
        stopGradient,
        placement,
      });
      const found = await step(feedsOf(training));
      expect(Object.keys(found.gradients)).to.have.length(weights.length);
      for (const [name, wanted] of Object.entries(training.gradients)) {
        const data = found.gradients[name]?.data;
        expect(data, name).to.have.length(wanted.length);
        const largest = Math.max(...wanted.map(Math.abs));
        const apart = wanted.map((value, i) => Math.abs(value - Number(data?.[i])));
        expect(Math.max(...apart), name).to.be.at.most(1e-4 * largest);
      }
    });
  }
  it('of a batch are the mean over its pictures, with and without objects, in any order', async () => {
    const { model, stopGradient, weights } = await loadFasterRcnnLosses(golden('v1.pth'), traits);
    const pictures = [trainingOf('empty.json'), withObjects];
    const sums = pictures.map(({ losses }) => Object.values(losses).reduce((sum, loss) => sum + loss));
    const wrt = weights.filter((name) => name.startsWith('roi_heads.box_predictor'));
    for (const order of [pictures, pictures.toReversed()]) {
      const data = {
        length: 2,
        sample: (index: number) => Promise.resolve(feedsOf(order[index]!)),
      };
      const options = {
        loss: 'loss',
        wrt,
        stopGradient,
        placement,
        shuffle: false,
        accumulate: 2,
        optimizer: adam(),
        steps: 1,
      };
      for await (const { value: loss } of fit(model, data, options))
        expect(loss).to.be.closeTo((sums[0]! + sums[1]!) / 2, 1e-3);
    }
  });
  it('of a sample of boxes depend only on the seed', async () => {
    const few = { count: 16, positive: 0.25 };
    const { model } = await loadFasterRcnnLosses(golden('v1.pth'), {
      ...traits,
      anchorSampling: few,
      proposalSampling: few,
    });
    await using session = await openSession(encodeModel(model), placement);
    const loss = async (seed: number) =>
      Number((await session.run({ ...feeds, seed: int64([seed]) }, { fetches: ['loss'] }))['loss']?.data[0]);
    const [first, again, other] = [await loss(1), await loss(1), await loss(5)];
    expect(again).to.equal(first);
    expect(other).not.to.equal(first);
  });
});
