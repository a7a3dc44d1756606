import { join } from 'node:path';

import { FasterRCNN, readImage, resize, scaledSize } from '../../../lib/api/index.js';
import { type Case, contender, timed } from '../frame/case.js';
import { fasterRcnnWeights } from '../models/faster-rcnn.js';
import { pictureFile } from '../models/picture-file.js';

const score = 0.3;

/** Faster R-CNN R50-FPN on a photograph whose shorter side is 800, from the picture to boxes. */
export const fasterRcnn: Case = {
  name: 'Faster R-CNN R50-FPN, 800 pixels',
  quick: true,
  rounds: 5,
  // Random weights give scores close together, and rounding decides which boxes suppress others.
  tolerance: 0.05,
  async open(bench) {
    const weights = await fasterRcnnWeights(bench.folder);
    const photograph = await readImage(join(import.meta.dirname, '../../demo/photographs/coffee.jpg'));
    const picture = resize(photograph, scaledSize(photograph, 800, 'shorter'));
    const network = await FasterRCNN.load(weights, { score, placement: bench.placement });
    const run = async () => {
      const found = await network.detect(picture, { score });
      return [found.length, found.reduce((sum, detection) => sum + detection.score, 0)];
    };
    const file = await pictureFile(bench.folder, 'coffee', picture);
    const { height, width } = picture;
    return [
      contender(
        'oneiros',
        () => timed(run),
        () => network.dispose(),
      ),
      ...(await bench.peers(
        { task: 'detect.faster_rcnn', weights, picture: file, height, width, score },
        { torchvision: { form: 'eager' }, channels_last: { form: 'channels_last' } },
      )),
    ];
  },
};
