import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { readImage } from '../../lib/image/codec/read-write.js';
import type { Id } from '../../lib/metrics/detection/ids.js';
import { readCocoTruth } from '../../lib/metrics/io/coco.js';
import { imageIdOf } from '../../lib/metrics/io/image-ids.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import type { Picture } from '../../lib/tasks/common/pictures.js';
import { evaluateDetector } from '../../lib/tasks/detect/evaluate.js';

const shared = '../shared';
const isThere = existsSync(`${shared}/data/cells/val`) && existsSync(`${shared}/models/yolox_nano.onnx`);
if (!isThere) console.warn(`SKIPPED: ${shared}/data or ${shared}/models is missing`);

async function* picturesOf(folder: string): AsyncGenerator<Picture<Id>> {
  for (const file of readdirSync(folder).sort())
    yield { key: imageIdOf(file), image: await readImage(join(folder, file)) };
}

async function figuresOf(model: string, data: string) {
  await using network = await loadDetector(model, { placement: { isolation: 'none' } });
  const truth = await readCocoTruth(createReadStream(`${shared}/data/${data}/annotations.json`));
  const pictures = picturesOf(`${shared}/data/${data}/images`);
  const figures = await evaluateDetector(network, pictures, truth, { score: 0.01 });
  console.log(`      AP50 ${figures.AP50.toFixed(3)}, AP ${figures.AP.toFixed(3)}`);
  return figures;
}

(isThere ? describe : describe.skip)('detectors on pictures they were not trained on', () => {
  it('YOLOX-nano on 64 pictures of COCO: AP50 ≥ .45', async () => {
    const { AP50 } = await figuresOf(`${shared}/models/yolox_nano.onnx`, 'coco128/val');
    expect(AP50).to.be.at.least(0.45);
  });
  it('fasterrcnn-cells, by its name, on 87 blood smears: AP50 ≥ .80', async () => {
    const { AP50, perClass } = await figuresOf('fasterrcnn-cells', 'cells/val');
    expect(AP50).to.be.at.least(0.8);
    for (const figures of Object.values(perClass)) expect(figures.AP50).to.be.at.least(0.75);
  });
  it('fasterrcnn-animals, by its name, on 50 photographs: AP50 ≥ .60', async () => {
    const { AP50 } = await figuresOf('fasterrcnn-animals', 'animals/val');
    expect(AP50).to.be.at.least(0.6);
  });
});
