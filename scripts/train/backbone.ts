// The backbone that fasterrcnn-animals begins with: `npm run train:backbone -- [--shared FOLDER] [--out FILE]` lets it imitate
// GoogLeNet on photographs. Only what it has learned itself is written.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readImage } from '../../lib/files/image.js';
import { writeFileAtomic } from '../../lib/files/write.js';
import { resize } from '../../lib/image/resize.js';
import { loadAll } from '../../lib/models/faster-rcnn/net.js';
import { measureNorms } from '../../lib/models/faster-rcnn/measure.js';
import { slimFasterRcnn, slimTraits } from '../../lib/models/faster-rcnn/slim.js';
import { writeSafetensors } from '../../lib/weights/safetensors.js';
import { recipes } from './fasterrcnn-recipes.js';
import { imitate } from './imitate.js';
import { mosaicOf } from './mosaic.js';

const { values: flags } = parseArgs({
  options: {
    shared: { type: 'string', default: join(import.meta.dirname, '../../../shared') },
    out: { type: 'string', default: join(import.meta.dirname, '../../artifacts/backbone.safetensors') },
    epochs: { type: 'string', default: '10' },
    threads: { type: 'string', default: '1' },
  },
});
const placement = { provider: 'cpu', threads: Number(flags.threads) } as const;
const folder = (name: string) => join(flags.shared, 'data', name);
const { shape, seed } = recipes['animals']!;
const folders = [folder('imagenet-sample'), folder('coco128/train/images'), folder('animals/train/images')];
const mosaic = await mosaicOf(folders[2]!, { width: 224, height: 224 }, async (path, size) =>
  resize(await readImage(path), size),
);
const start = await measureNorms(slimFasterRcnn({ ...shape, seed }), mosaic, slimTraits, placement);
for await (const { weights, about } of imitate(start, {
  teacher: join(flags.shared, 'weights/googlenet.safetensors'),
  folders,
  epochs: Number(flags.epochs),
  learningRate: 1e-3,
  seed,
  placement,
})) {
  console.log(about);
  await writeFileAtomic(flags.out, writeSafetensors(await loadAll(weights)));
}
