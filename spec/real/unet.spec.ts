import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { type Image, plane } from '../../lib/image/image.js';
import { readLabels } from '../../lib/labels/files.js';
import { mask, maskDice } from '../../lib/metrics/masks/mask.js';
import { regionsOf } from '../../lib/metrics/masks/outline.js';
import { loadSegmenter } from '../../lib/networks/segmenter/load.js';
import { maskOfClass } from '../../lib/networks/segmenter/segmentation.js';
import { UNet } from '../../lib/networks/segmenter/unet.js';

const shared = '../shared';
const weights = `${shared}/weights/retina-unet.safetensors`;
const isThere = existsSync(weights);
if (!isThere) console.warn(`SKIPPED: ${weights} is missing`);

const picture = (path: string): Promise<Image> => decodeImage(readFileSync(path));

/** The area under the ROC curve: how often an object's pixel gets a higher probability than a background pixel. */
function rocAuc(probabilities: Float32Array, truth: Uint8Array): number {
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[a]! - probabilities[b]!);
  let ranks = 0;
  let positives = 0;
  for (let first = 0; first < order.length;) {
    let end = first;
    while (end < order.length && probabilities[order[end]!] === probabilities[order[first]!]) end++;
    for (let i = first; i < end; i++)
      if (truth[order[i]!] !== 0) {
        // Ties share the mean of their ranks.
        ranks += (first + end + 1) / 2;
        positives++;
      }
    first = end;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (truth.length - positives));
}

(isThere ? describe : describe.skip)('retina-unet on the first picture of DRIVE', () => {
  it('finds the vessels with ROC AUC ≥ .985 and Dice ≥ .82, also in tiles', async () => {
    await using unet = await UNet.load(weights, { placement: { isolation: 'none' } });
    const image = await picture(`${shared}/data/drive/01-image.png`);
    const drawn = await readLabels(`${shared}/data/drive/01-truth.png`);
    const truth = mask(
      drawn,
      Uint8Array.from(drawn.values, (value) => (value === 255 ? 1 : 0)),
    );

    const found = await unet.segment(image);
    const vessels = plane(found.probabilities!, 1);
    const [auc, dice] = [rocAuc(vessels, truth.data), maskDice(maskOfClass(found, 1), truth)];
    console.log(`      ROC AUC ${auc.toFixed(4)}, Dice ${dice.toFixed(4)}`);
    expect(auc).to.be.at.least(0.985);
    expect(dice).to.be.at.least(0.82);
    expect(regionsOf(maskOfClass(found, 1)).length).to.be.within(20, 500);

    const tiled = await unet.segment(image, { tile: 192 });
    const worst = plane(tiled.probabilities!, 1).reduce(
      (most, p, i) => Math.max(most, Math.abs(p - vessels[i]!)),
      0,
    );
    expect(worst).to.be.below(1e-5);
  });
});

(isThere ? describe : describe.skip)('portrait networks', () => {
  for (const name of ['SINet', 'prisma-portrait', 'deeplab-portrait'])
    it(`${name} finds the astronaut`, async () => {
      await using network = await loadSegmenter(`${shared}/models/${name}.onnx`, {
        placement: { isolation: 'none' },
      });
      const found = await network.segment(await picture('scripts/demo/photographs/astronaut.jpg'));
      const [, person] = found.classes;
      expect(person).to.have.property('name', 'person');
      // About half of the picture: the face, but not the flag.
      expect(person?.fraction).to.be.within(0.48, 0.58);
      const at = (x: number, y: number) => found.labels[y * found.width + x];
      expect([at(225, 120), at(150, 400), at(40, 40), at(420, 200)]).to.deep.equal([1, 1, 0, 0]);
    });
});
