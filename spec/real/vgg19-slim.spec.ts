import { existsSync } from 'node:fs';
import { expect } from 'chai';

import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { correlations, middles } from '../../scripts/train/vgg19-slim/evaluate.js';
import { leastSquaresLifts } from '../../scripts/train/vgg19-slim/lifts.js';
import { realTeacher } from '../../scripts/train/vgg19-slim/networks.js';
import { pictureFiles } from '../../scripts/train/vgg19-slim/pictures.js';

const shared = '../shared';
const isThere = existsSync(`${shared}/weights/vgg19-conv1_1-to-conv3_4.safetensors`);
if (!isThere) console.warn(`SKIPPED: ${shared}/weights is missing`);

const every = (step: number, files: readonly string[]) => files.filter((_, i) => i % step === 0);

(isThere ? describe : describe.skip)('vgg19-slim', () => {
  it('predicts VGG-19’s features on pictures that neither it nor its lifts were trained on', async () => {
    await using network = await loadClassifier('vgg19-slim');
    const layers = ['relu1_1', 'relu2_1', 'relu3_1'];
    const teachers = [await realTeacher(shared, layers)];
    const { train, heldOut } = await pictureFiles(shared);
    const lifts = await leastSquaresLifts(network.model, teachers, middles(every(12, train), 160));
    const found = await correlations(network.model, lifts, teachers, middles(every(4, heldOut), 160));
    console.log(
      `      ${layers.map((layer) => `${layer} ${found.get(layer)?.toFixed(3) ?? 'absent'}`).join(', ')}`,
    );
    expect(found.get('relu1_1')).to.be.at.least(0.98);
    expect(found.get('relu2_1')).to.be.at.least(0.9);
    expect(found.get('relu3_1')).to.be.at.least(0.8);
  });
});
