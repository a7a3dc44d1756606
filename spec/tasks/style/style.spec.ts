import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { mapColors, rgbToYCbCr } from '../../../lib/image/color/colorspace.js';
import { type Image, plane } from '../../../lib/image/image.js';
import type { StyleStep } from '../../../lib/tasks/style/descent.js';
import type { StyleOptions } from '../../../lib/tasks/style/options.js';
import { style } from '../../../lib/tasks/style/style.js';
import { speckles, waves } from '../pictures.js';
import { smallNetwork } from '../small-network.js';

const network = smallNetwork();
const content = waves({ width: 40, height: 32 });
const painting = speckles({ width: 50, height: 30 });
const quick: StyleOptions = {
  size: 40,
  smallest: 20,
  iterations: 18,
  contentLayers: { relu3_1: 1 },
  placement: { isolation: 'none', threads: 1 },
};

async function stepsOf(
  options: StyleOptions,
  styles: readonly Image[] = [painting],
): Promise<readonly StyleStep[]> {
  const steps: StyleStep[] = [];
  for await (const step of style(network, content, styles, { ...quick, ...options })) steps.push(step);
  return steps;
}
const fall = (steps: readonly StyleStep[]) => (steps.at(-1)?.styleLoss ?? NaN) / (steps[0]?.styleLoss ?? NaN);

describe('style', () => {
  for (const statistics of ['gram', 'wasserstein'] as const)
    it(`lowers the style loss with ${statistics} statistics`, async () => {
      const steps = await stepsOf({ statistics, iterations: 60 });
      expect(fall(steps)).to.be.below(0.2);
      for (const step of steps) expect(step.styleLoss).to.be.at.least(0);
    });

  it('yields the losses before the first iteration and after each, from small to large sizes', async () => {
    const steps = await stepsOf({});
    expect(steps[0]).to.include({ done: 0, total: 18, part: 1, parts: 3 });
    expect(steps.at(-1)).to.include({ done: 18, part: 3 });
    expect(steps.map(({ image }) => image.width)).to.include.members([20, 28, 40]);
    expect(steps[0]?.contentLoss).to.be.closeTo(0, 1e-9);
    for (const { value: loss, styleLoss, contentLoss, tvLoss } of await stepsOf({
      contentWeight: 0.5,
      styleWeight: 3,
      tvWeight: 2,
    }))
      expect(loss).to.be.closeTo(3 * styleLoss + 0.5 * contentLoss + 2 * tvLoss, 1e-4 * loss + 1e-6);
  });

  it('lowers the style loss with Adam', async () => {
    expect(fall(await stepsOf({ optimizer: 'adam', iterations: 60, learningRate: 0.03 }))).to.be.below(0.7);
  });

  it('gives the same picture for the same seed', async () => {
    const run = (seed: number) => stepsOf({ init: 'noise', seed, iterations: 6 });
    const [a, b, c] = [await run(1), await run(1), await run(2)];
    expect(a.at(-1)?.image.data).to.deep.equal(b.at(-1)?.image.data);
    expect(a.at(-1)?.image.data).not.to.deep.equal(c.at(-1)?.image.data);
  });

  it('gives the same picture with values computed again for the gradient', async () => {
    const [kept, again] = [
      await stepsOf({ iterations: 6 }),
      await stepsOf({ iterations: 6, recompute: true }),
    ];
    expect(again.at(-1)?.image.data).to.deep.equal(kept.at(-1)?.image.data);
  });

  it('starts with the content, the style, noise, or a given picture', async () => {
    const first = async (options: StyleOptions) => (await stepsOf({ ...options, iterations: 1 }))[0];
    expect((await first({ init: 'content' }))?.contentLoss).to.be.closeTo(0, 1e-9);
    expect((await first({ init: 'style' }))?.styleLoss).to.be.below(
      (await first({ init: 'content' }))?.styleLoss ?? 0,
    );
    expect((await first({ init: 'noise' }))?.contentLoss).to.be.above(0.01);
    expect((await first({ initImage: content, init: 'noise' }))?.contentLoss).to.be.closeTo(0, 1e-9);
  });

  it('blends several styles by their weights', async () => {
    const other = waves({ width: 30, height: 30 }, 4);
    const start = async (blend: readonly number[]) =>
      (await stepsOf({ blend, iterations: 1 }, [painting, other]))[0]?.styleLoss;
    const [alone] = await stepsOf({ iterations: 1 }, [painting]);
    expect(await start([1, 0])).to.be.closeTo(alone?.styleLoss ?? NaN, 1e-6);
    expect(await start([1, 1])).not.to.be.closeTo(alone?.styleLoss ?? NaN, 1e-3);
    expect(await start([2, 2])).to.be.closeTo((await start([1, 1])) ?? NaN, 1e-6);
  });

  it("keeps the content's colors with `keepColors`", async () => {
    const steps = await stepsOf({ keepColors: true, tvWeight: 0.01 });
    const last = steps.at(-1)?.image ?? content;
    const luma = (picture: Image) => plane(mapColors(picture, rgbToYCbCr), 0);
    const chroma = (picture: Image) => plane(mapColors(picture, rgbToYCbCr), 1);
    const difference = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? NaN)), 0) / a.length;
    expect(difference(chroma(last), chroma(content))).to.be.below(0.03);
    expect(difference(luma(last), luma(content))).to.be.above(0.03);
  });

  it('rejects with the reason of an abort; the last step has the picture so far', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const steps: StyleStep[] = [];
    const watch = async () => {
      for await (const step of style(network, content, [painting], { ...quick, signal: controller.signal })) {
        steps.push(step);
        if (step.done === 4) controller.abort(reason);
      }
    };
    expect(await watch().catch((error: unknown) => error)).to.equal(reason);
    expect(steps.at(-1)?.done).to.equal(4);
  });

  it('throws for wrong arguments', async () => {
    for (const [options, styles, words] of [
      [{}, [], 'there are no style images: give at least one'],
      [{ blend: [1, 2] }, [painting], 'blend needs one weight per style image: 1, not 2'],
      [{ blend: [0] }, [painting], 'weights must be numbers ≥ 0, and not all 0: found 0'],
      [{ styleLayers: { relu9_9: 1 } }, [painting], 'no layer "relu9_9"'],
      [{ contentLayers: { relu1_1: -1 } }, [painting], 'weight of relu1_1 must be a number ≥ 0'],
      [{ iterations: 0 }, [painting], 'iterations must be a whole number from 1 to 1000000'],
      [{ size: 1e9 }, [painting], 'size must be a whole number from 0 to 100000'],
      [{ size: 100_000 }, [painting], '100000×80000 pixels would take about'],
      [{ size: 3 }, [painting], 'is too small: this network'],
      [{ size: 50_000, memoryLimit: 1e9 }, [painting], '50000×40000 pixels would take about'],
    ] as const) {
      const error = await stepsOf(options, styles).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.include(words);
    }
  });
});
