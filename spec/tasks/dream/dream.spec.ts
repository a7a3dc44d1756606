import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { dream, dreamZoom } from '../../../lib/tasks/dream/dream.js';
import type { DreamOptions } from '../../../lib/tasks/dream/options.js';
import type { DreamStep } from '../../../lib/tasks/dream/state.js';
import { waves } from '../pictures.js';
import { smallNetwork } from '../small-network.js';

const network = smallNetwork();
const photograph = waves({ width: 48, height: 36 });
const quick = {
  size: 0,
  octaves: 2,
  steps: 4,
  jitter: 4,
  layers: { relu3_1: 1 },
  placement: { isolation: 'none', threads: 1 },
} as const;

async function stepsOf(options: DreamOptions, picture = photograph): Promise<readonly DreamStep[]> {
  const steps: DreamStep[] = [];
  for await (const step of dream(network, picture, { ...quick, ...options })) steps.push(step);
  return steps;
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('dream', () => {
  it('raises its objective in every octave, and yields pictures of the full size in [0, 1]', async () => {
    const steps = await stepsOf({});
    expect(steps.map(({ part }) => part)).to.deep.equal([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(steps.map(({ done }) => done)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const octave of [1, 2]) {
      const values = steps.filter((step) => step.part === octave).map(({ value }) => value);
      expect(values.at(-1)).to.be.above(values[0] ?? Infinity);
    }
    for (const { image } of steps) {
      expect([image.width, image.height]).to.deep.equal([48, 36]);
      expect(Math.max(...image.data)).to.be.at.most(1);
      expect(Math.min(...image.data)).to.be.at.least(0);
    }
  });

  it('gives the same picture for the same seed, and another for another seed', async () => {
    const [a, b, c] = [await stepsOf({ seed: 7 }), await stepsOf({ seed: 7 }), await stepsOf({ seed: 8 })];
    expect(a.at(-1)?.image.data).to.deep.equal(b.at(-1)?.image.data);
    expect(a.at(-1)?.image.data).not.to.deep.equal(c.at(-1)?.image.data);
  });

  it('gives the same picture with values computed again for the gradient', async () => {
    const [kept, again] = [await stepsOf({ seed: 7 }), await stepsOf({ seed: 7, recompute: true })];
    expect(again.at(-1)?.image.data).to.deep.equal(kept.at(-1)?.image.data);
  });

  for (const normalization of ['mean-abs', 'std', 'rms'] as const)
    it(`raises its objective with the gradient divided by its ${normalization}`, async () => {
      const steps = await stepsOf({ normalization, octaves: 1 });
      expect(steps.at(-1)?.value).to.be.above(steps[0]?.value ?? Infinity);
    });

  it('raises its objective with a smoothed gradient, with balanced scales, and for the mean of the activations', async () => {
    for (const options of [{ smooth: 1, cascade: true }, { laplacian: 3 }, { objective: 'mean' }] as const) {
      const steps = await stepsOf({ ...options, octaves: 1 });
      expect(steps.at(-1)?.value).to.be.above(steps[0]?.value ?? Infinity);
    }
  });

  it('can raise a single channel, and lowers layers with a negative weight', async () => {
    const one = await stepsOf({ layers: { 'relu3_1:3': 1 }, octaves: 1 });
    expect(one.at(-1)?.value).to.be.above(one[0]?.value ?? Infinity);
    const lowered = await stepsOf({ layers: { relu2_1: -1 }, octaves: 1 });
    expect(lowered.at(-1)?.value).to.be.above(lowered[0]?.value ?? Infinity);
    expect(lowered[0]?.value).to.be.below(0);
  });

  it('dreams toward a guide: the picture differs from one without a guide', async () => {
    const guided = await stepsOf({ guide: waves({ width: 24, height: 24 }, 5), octaves: 1 });
    expect(guided.at(-1)?.value).to.be.above(guided[0]?.value ?? Infinity);
    const free = await stepsOf({ octaves: 1 });
    expect(guided.at(-1)?.image.data).not.to.deep.equal(free.at(-1)?.image.data);
  });

  it('dreams in tiles with seams at random positions', async () => {
    const steps = await stepsOf({ tile: 64, octaves: 1, size: 160 });
    expect(steps.at(-1)?.value).to.be.above(steps[0]?.value ?? Infinity);
    expect(steps.at(-1)?.image.width).to.equal(160);
  });

  it('enlarges octaves that would be too small for the network', async () => {
    const steps = await stepsOf({ octaves: 4, octaveScale: 3, steps: 1 }, waves({ width: 32, height: 9 }));
    expect(steps).to.have.length(4);
  });

  it('rejects with the reason of an abort before the next step; the last step has the picture so far', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const steps: DreamStep[] = [];
    const watch = async () => {
      for await (const step of dream(network, photograph, { ...quick, signal: controller.signal })) {
        steps.push(step);
        if (step.done === 3) controller.abort(reason);
      }
    };
    expect(await failure(watch())).to.equal(reason);
    expect(steps).to.have.length(3);
    expect(steps.at(-1)?.image.width).to.equal(48);
  });

  it('throws for a wrong layer, channel, option or size', async () => {
    for (const [options, words] of [
      [{ layers: { relu4_1: 1 } }, 'has no layer "relu4_1"; near names: relu1_1'],
      [{ layers: { 'relu3_1:10': 1 } }, 'channels 0 to 9; there is no channel 10'],
      [{ layers: {} }, 'there are no layers: name at least one'],
      [{ layers: { relu3_1: NaN } }, 'weight of relu3_1 must be a finite number, not NaN'],
      [{ octaves: 0 }, 'octaves must be a whole number from 1 to 100, not 0'],
      [{ octaves: 1e9 }, 'octaves must be a whole number from 1 to 100, not 1000000000'],
      [{ size: 1e9 }, 'size must be a whole number from 0 to 100000'],
      [{ stepSize: Infinity }, 'stepSize must be a number from 0 to 1000'],
      [{ size: 100_000 }, '100000×75000 pixels would take about'], // more than the free memory of any machine
      [{ size: 4 }, 'is too small: this network'],
      [{ size: 100_000, memoryLimit: 1e9 }, '100000×75000 pixels would take about'],
    ] as const) {
      const error = await failure(stepsOf(options));
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.include(words);
    }
  });
});

describe('dreamZoom', () => {
  it('starts each frame with the enlarged result of the previous one', async () => {
    const finished: number[] = [];
    let last = 0;
    for await (const step of dreamZoom(network, photograph, {
      ...quick,
      frames: 3,
      zoom: 1.1,
      rotate: 5,
      steps: 2,
    })) {
      if (step.part === step.parts && step.done % 4 === 0) finished.push(step.frame);
      last = step.done;
      expect(step.total).to.equal(12);
    }
    expect(finished).to.deep.equal([1, 2, 3]);
    expect(last).to.equal(12);
  });
});
