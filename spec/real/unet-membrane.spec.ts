import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { readImage } from '../../lib/image/codec/read-write.js';
import { readLabels } from '../../lib/labels/files.js';
import { mask } from '../../lib/metrics/masks/mask.js';
import { segmentationEvaluation } from '../../lib/metrics/masks/segmentation.js';
import { loadSegmenter } from '../../lib/networks/segmenter/load.js';

const folder = join(import.meta.dirname, '../../../shared/data/membrane/train');
const model = join(import.meta.dirname, '../../onnx-models/unet-membrane.onnx');

describe('unet-membrane, as shipped', () => {
  it('finds membranes in pictures that it was not trained on', async function () {
    if (!existsSync(folder)) this.skip();
    await using network = await loadSegmenter(model, { placement: { provider: 'cpu' } });
    expect(network.classes).to.deep.equal(['cell', 'membrane']);
    const evaluation = segmentationEvaluation();
    for (let i = 25; i < 30; i++) {
      const picture = await readImage(join(folder, `image/${i}.png`));
      const truth = await readLabels(join(folder, `label/${i}.png`));
      const { labels } = await network.segment(picture);
      const wanted = Uint8Array.from({ length: labels.length }, (_, at) =>
        truth.values[at] === 255 ? 0 : 1,
      );
      evaluation.add(mask(picture, wanted), mask(picture, labels));
    }
    const { dice, pixelAccuracy } = evaluation.figures();
    expect(dice).to.be.greaterThan(0.8);
    expect(1 - pixelAccuracy).to.be.lessThan(0.08);
  });
});
