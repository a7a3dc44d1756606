import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { GoogLeNet } from '../../lib/networks/classifier/published-classifiers.js';
import { dream } from '../../lib/tasks/dream/dream.js';
import type { DreamStep } from '../../lib/tasks/dream/state.js';

const weights = '../shared/weights/googlenet.safetensors';
const photograph = '../shared/images/content_Tuebingen_Neckarfront.jpg';
const isThere = existsSync(weights) && existsSync(photograph);

describe('dream, with the real GoogLeNet', () => {
  if (!isThere) console.warn(`SKIPPED: ${weights} or ${photograph} is missing`);
  const options = { layers: { 'inception_4c/output': 1 }, size: 320, octaves: 2, steps: 6, seed: 7 } as const;

  async function stepsOf(more: object = {}): Promise<readonly DreamStep[]> {
    const network = await GoogLeNet.load(weights);
    const picture = await decodeImage(readFileSync(photograph));
    const steps: DreamStep[] = [];
    for await (const step of dream(network, picture, { ...options, ...more })) steps.push(step);
    return steps;
  }

  (isThere ? it : it.skip)(
    'rises within every octave, and gives the same result for the same seed',
    async () => {
      const [steps, again] = [await stepsOf(), await stepsOf()];
      for (const octave of [1, 2]) {
        const values = steps.filter((step) => step.part === octave).map(({ value }) => value);
        expect(values.at(-1)).to.be.above(1.5 * (values[0] ?? NaN));
      }
      expect(again.at(-1)?.image.data).to.deep.equal(steps.at(-1)?.image.data);
    },
  );

  (isThere ? it : it.skip)('rises as much when it is computed in tiles', async () => {
    const steps = await stepsOf({ tile: 128, octaves: 1 });
    expect(steps.at(-1)?.value).to.be.above(1.5 * (steps[0]?.value ?? NaN));
  });
});
