import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import type { StyleStep } from '../../lib/tasks/style/descent.js';
import type { StyleOptions } from '../../lib/tasks/style/options.js';
import { style } from '../../lib/tasks/style/style.js';

const photograph = '../shared/images/content_Tuebingen_Neckarfront.jpg';
const painting = '../shared/images/vangogh_starry_night_gatys.jpg';
const slim = '../shared/weights/vgg19-slim16x/5SE.pth';
const real = '../shared/weights/vgg19-conv1_1-to-conv3_4.safetensors';

describe('style, with real weights', () => {
  async function fallOf(weights: string, options: StyleOptions): Promise<number> {
    const network = await VGG19.load(weights);
    const [content, starry] = [
      await decodeImage(readFileSync(photograph)),
      await decodeImage(readFileSync(painting)),
    ];
    const steps: StyleStep[] = [];
    for await (const step of style(network, content, [starry], options)) steps.push(step);
    return 1 - (steps.at(-1)?.styleLoss ?? NaN) / (steps[0]?.styleLoss ?? NaN);
  }

  for (const [name, weights] of [
    ['the slim VGG-19', slim],
    ['the real VGG-19 to conv3_4', real],
  ] as const) {
    const isThere = [photograph, painting, weights].every((path) => existsSync(path));
    if (!isThere) console.warn(`SKIPPED: ${weights} or a picture is missing`);
    (isThere ? it : it.skip)(`reduces the style loss of ${name} by 95 %`, async () => {
      expect(await fallOf(weights, { size: 256, iterations: 60 })).to.be.above(0.95);
    });
  }
});
