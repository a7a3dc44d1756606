// Segmentation by a U-Net of 1.9 million parameters: from a picture to a class for each pixel.
import { join } from 'node:path';

import { loadSegmenter, segment } from '../../lib/api/index.js';
import { torchForms } from './cases/image-gradient.js';
import { type Case, contender, timed } from './frame/case.js';
import { runSuite } from './frame/run-suite.js';
import { photograph } from './models/picture-file.js';

const model = join(import.meta.dirname, '../../onnx-models/unet-membrane.onnx');

function segmentation(size: number, settings: Partial<Case> = {}): Case {
  return {
    ...settings,
    name: 'U-Net, a picture',
    size,
    async open(bench) {
      const network = await loadSegmenter(model, { placement: bench.placement });
      const picture = await photograph('astronaut.jpg', size);
      const run = async () => {
        await segment(network, picture);
        return [];
      };
      return [
        contender(
          'oneiros',
          () => timed(run),
          () => network.dispose(),
        ),
        // The same widths with random weights: the time does not depend on them.
        ...(await bench.peers({ task: 'segment.unet', size }, torchForms(size, bench))),
      ];
    },
  };
}

await runSuite('Segmentation', [
  segmentation(128),
  segmentation(256, { quick: true }),
  segmentation(512),
  segmentation(1024),
  segmentation(2048, { rounds: 3 }),
]);
